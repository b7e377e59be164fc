package workflows

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

func toInt(_ *scope, args []any) (any, error) {
	text, err := expression.Text(args[0])
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("'%s': %w: it is no whole number between %d and %d", line(text), gennaker.ErrInvalid, math.MinInt32, math.MaxInt32)
	}
	return float64(n), nil
}

func toFloat(_ *scope, args []any) (any, error) {
	text, err := expression.Text(args[0])
	if err != nil {
		return nil, err
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(text, "_xX") {
		return nil, fmt.Errorf("'%s': %w: it is no number", line(text), gennaker.ErrInvalid)
	}
	return expression.Real(f), nil
}

func toBoolean(_ *scope, args []any) (any, error) {
	text, _ := expression.Text(args[0]) // null is false, as in Java
	return strings.EqualFold(text, "true"), nil
}

func toBase64(_ *scope, args []any) (any, error) {
	text, err := expression.Text(args[0])
	return base64.StdEncoding.EncodeToString([]byte(text)), err
}

func fromBase64(_ *scope, args []any) (any, error) {
	text, err := expression.Text(args[0])
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	return strings.ToValidUTF8(string(data), "\uFFFD"), nil
}

func alphanumerical(_ *scope, args []any) (any, error) {
	text, err := expression.Text(args[0])
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text), err
}

// toJSON refuses a result that would be evaluated again, were it to stand in a
// document, unless the value comes from doNotEval.
func toJSON(_ *scope, args []any) (any, error) {
	value := args[0]
	verbatim, allowed := value.(expression.Verbatim)
	if allowed {
		value = verbatim.Value
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	if !allowed && expression.HasExpression(b.String()) {
		return nil, fmt.Errorf("%w: the result holds ${, the beginning of an expression: #toJson(#doNotEval(…)) allows it", gennaker.ErrInvalid)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func doNotEval(_ *scope, args []any) (any, error) { return expression.Verbatim{Value: args[0]}, nil }

func readJSON(_ *scope, args []any) (any, error) {
	text, err := expression.Text(args[0])
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	return v, nil
}
