package activities

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/theory/jsonpath"

	"github.com/gennaker/gennaker"
)

// errNoPath says that a body has nothing at a path.
var errNoPath = errors.New("the response has nothing there")

// single is the one value that a JSON path finds.
func single(body any, path string) (any, error) {
	if !strings.HasPrefix(path, "$") {
		path = "$." + path
	}
	p, err := jsonpath.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("path %s: %w: %w", path, gennaker.ErrInvalid, err)
	}
	switch found := p.Select(body); len(found) {
	case 0:
		return nil, fmt.Errorf("path %s: %w", path, errNoPath)
	case 1:
		return found[0], nil
	default:
		return nil, fmt.Errorf("path %s: %w: it finds %d values, where one is wanted", path, gennaker.ErrInvalid, len(found))
	}
}

// The ways to find where the status of what a webhook began is.
const (
	StatusByGet      = "getMethod"       // where the webhook is
	StatusByLocation = "locationHeader"  // in the answer's header Location
	StatusByBody     = "webhookResponse" // in the answer's body
)

// StatusURL says how to find the status URL.
type StatusURL struct {
	How  string `json:"how,omitempty"`
	Path string `json:"path,omitempty"` // in the body
}

// find is the status URL, absolute. On the host of the call it keeps the
// call's scheme, as Spinnaker does.
func (s StatusURL) find(call string, x exchange) (string, error) {
	text, err := s.raw(call, x)
	if err == nil && text == "" {
		err = errors.New("the answer has none")
	}
	if err != nil {
		return "", fmt.Errorf("status URL: %s: %w", s.How, err)
	}
	base, err := url.Parse(call)
	if err != nil {
		return "", fmt.Errorf("status URL: %w", err)
	}
	status, err := base.Parse(text)
	if err != nil {
		return "", fmt.Errorf("status URL: %w", err)
	}
	if strings.EqualFold(status.Host, base.Host) {
		status.Scheme = base.Scheme
	}
	return status.String(), nil
}

func (s StatusURL) raw(call string, x exchange) (string, error) {
	switch s.How {
	case StatusByGet:
		return call, nil
	case StatusByLocation:
		return x.location, nil
	case StatusByBody:
		value, err := single(x.body, s.Path)
		text, ok := value.(string)
		if err == nil && !ok {
			err = fmt.Errorf("path %s: %w: a text is wanted, not %v", s.Path, gennaker.ErrInvalid, value)
		}
		return text, err
	}
	return "", fmt.Errorf("%w: there is no such way", gennaker.ErrInvalid)
}
