package expression

import (
	"errors"
	"unicode/utf8"
)

// Later are Spinnaker's functions that no Env has yet, with what they need.
var Later = map[string]string{
	"applicationMetadata":  "stored applications",
	"canaryConfigNameToId": "canary configurations",
	"manifestLabelValue":   "Kubernetes manifests",
	"cfServiceKey":         "Cloud Foundry",
	"fetchReference":       "the artifact store",
}

// ErrLater is what Check says of a function of Later.
var ErrLater = errors.New("it is not available here yet")

// Check reads the expressions of a text without evaluating them. It returns
// the *Error of the first one that could never be evaluated: it cannot be
// parsed, a regular expression that it writes out is none, or it calls a
// function of Later.
func Check(text string) error {
	if !HasExpression(text) {
		return nil
	}
	parts, err := split(text)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if !p.expression {
			continue
		}
		if err := checkOne(p.text); err != nil {
			f := asFault(err)
			return &Error{Expression: p.text, Position: f.position + 1, Reason: f.reason, Cause: f.cause}
		}
	}
	return nil
}

func checkOne(text string) error {
	if n := utf8.RuneCountInString(text); n > maxLength {
		return tooLong(n)
	}
	_, err := (&parser{checks: true}).parse(text)
	return err
}

// function refuses one of Later.
func (p *parser) function(position int, name string) error {
	needs, later := Later[name]
	if !later || !p.checks {
		return nil
	}
	return &fault{position: position, cause: ErrLater, reason: "#" + name + ": " + ErrLater.Error() + ": it needs " + needs}
}

// matching are the methods whose first value is a regular expression.
var matching = map[string]bool{"matches": true, "replaceAll": true, "replaceFirst": true, "split": true}

// pattern reads a regular expression that is written out.
func (p *parser) pattern(n node) error {
	l, ok := n.(*literal)
	if !ok || !p.checks {
		return nil
	}
	written, ok := l.value.(string)
	if !ok {
		return nil
	}
	_, _, err := parsePattern(l.position, written)
	return err
}
