package activities

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// secretive are what the names of headers have in them that prove an identity.
var secretive = []string{"authorization", "cookie", "token", "secret", "password", "api-key", "apikey", "credential", "signature"}

// Secretive reports whether a header of that name is likely to hold a secret.
func Secretive(header string) bool {
	header = strings.ToLower(header)
	return slices.ContainsFunc(secretive, func(word string) bool { return strings.Contains(header, word) })
}

var secretName = regexp.MustCompile(`secret://([A-Za-z0-9_.-]+)`)

// secrets are the values that must not come out of an activity.
type secrets []string

// resolve makes the headers of a request. A secret://NAME in them is replaced
// by its value, if the URL may see secrets.
func (p WebhookPolicy) resolve(headers map[string]string, mayKnow bool) (http.Header, secrets, error) {
	out := http.Header{}
	var known secrets
	for name, value := range headers {
		if !mayKnow && (Secretive(name) || secretName.MatchString(value)) {
			continue
		}
		value, found, err := p.reveal(value)
		if err != nil {
			return nil, nil, fmt.Errorf("header %s: %w", name, err)
		}
		known = append(known, found...)
		out.Set(name, value)
	}
	return out, known, nil
}

// reveal replaces each secret://NAME in a text.
func (p WebhookPolicy) reveal(text string) (string, secrets, error) {
	var known secrets
	var failure error
	text = secretName.ReplaceAllStringFunc(text, func(match string) string {
		secret, err := p.secret(strings.TrimPrefix(match, "secret://"))
		if err != nil {
			failure = err
			return ""
		}
		known = append(known, secret)
		return secret
	})
	return text, known, failure
}

func (p WebhookPolicy) secret(name string) (string, error) {
	if p.Secret != nil {
		if value, ok := p.Secret(name); ok && strings.TrimSpace(value) != "" {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("secret %s: %w: the worker's environment does not have it", name, gennaker.ErrNotFound)
}

const hidden = "(secret)"

// text hides the secrets in a text.
func (s secrets) text(text string) string {
	for _, secret := range s {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}

// hide hides the secrets in decoded JSON.
func (s secrets) hide(value any) any {
	switch v := value.(type) {
	case string:
		return s.text(v)
	case []any:
		for i := range v {
			v[i] = s.hide(v[i])
		}
	case map[string]any:
		clean := make(map[string]any, len(v))
		for key, element := range v {
			clean[s.text(key)] = s.hide(element)
		}
		return clean
	}
	return value
}
