package activities

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"go.temporal.io/sdk/activity"

	"github.com/gennaker/gennaker"
)

// Bounds of an exchange: redirects followed, and bytes of a response's JSON,
// and of its headers', that are kept.
const (
	maxRedirects    = 5
	maxKeptBody     = 24 << 10
	maxKeptHeaders  = 6 << 10
	idempotencyName = "Idempotency-Key"
)

// exchange is a request that was answered: the whole body, and what is kept.
type exchange struct {
	body     any // secrets are hidden
	location string
	answer   WebhookAnswer
}

// exchange sends a request. ErrInvalid, ErrDenied and ErrNotFound say that
// nothing was sent; the answer has the words of every other error.
func (w *Webhooks) exchange(ctx context.Context, r WebhookRequest) (exchange, error) {
	began := time.Now()
	x, err := w.send(ctx, r)
	if w.policy.Audit {
		activity.GetLogger(ctx).Info("webhook", "method", r.Method, "url", r.shown(), "status", x.answer.StatusCode,
			"took", time.Since(began), "error", cmp.Or(x.answer.Error, words(err)))
	}
	return x, err
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func (w *Webhooks) send(ctx context.Context, r WebhookRequest) (exchange, error) {
	req, known, err := w.request(ctx, r)
	if err != nil {
		return exchange{}, err
	}
	client := *w.client
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error { return w.redirect(next, via, r) }
	response, err := client.Do(req)
	if err != nil {
		return exchange{answer: WebhookAnswer{Sent: !undialled(err), Error: known.text(plainURL(err).Error())}}, err
	}
	defer response.Body.Close()
	most := w.policy.maxResponse()
	data, err := io.ReadAll(io.LimitReader(response.Body, int64(most)+1))
	if err == nil && len(data) > most {
		err = fmt.Errorf("its response is longer than %d bytes: webhooks.maxResponseBytes of the worker's configuration is the limit", most)
	}
	x := read(response, data, known)
	if err != nil {
		x.answer.Error = known.text(err.Error())
	}
	return x, err
}

// request is what is sent, and the secrets in it.
func (w *Webhooks) request(ctx context.Context, r WebhookRequest) (*http.Request, secrets, error) {
	var body io.Reader
	kind := ""
	if r.Payload != nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
		text, contentType, err := encode(r)
		if err != nil {
			return nil, nil, err
		}
		if most := w.policy.maxRequest(); len(text) > most {
			return nil, nil, fmt.Errorf("webhook payload: %w: it has %d bytes and webhooks.maxRequestBytes of the worker's configuration allows %d",
				gennaker.ErrInvalid, len(text), most)
		}
		body, kind = strings.NewReader(text), contentType
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, nil, fmt.Errorf("webhook: %w: %w", gennaker.ErrInvalid, err)
	}
	if err := w.policy.check(r.Method, req.URL); err != nil {
		return nil, nil, err
	}
	headers, known, err := w.policy.resolve(r.Headers, r.trusts(req.URL))
	if err != nil {
		return nil, nil, fmt.Errorf("webhook %s: %w", r.shown(), err)
	}
	for name, value := range map[string]string{"Content-Type": kind, idempotencyName: r.Key, "Accept": "application/json, */*;q=0.8", "User-Agent": "gennaker"} {
		if headers.Get(name) == "" && value != "" {
			headers.Set(name, value)
		}
	}
	req.Header = headers
	return req, known, nil
}

// encode is the payload as it is sent, and its type unless the document says.
func encode(r WebhookRequest) (text, kind string, err error) {
	if text, ok := r.Payload.(string); ok {
		if json.Valid([]byte(text)) {
			return text, "application/json", nil
		}
		return text, "text/plain; charset=utf-8", nil
	}
	fields, ok := r.Payload.(map[string]any)
	for name, value := range r.Headers {
		if ok && strings.EqualFold(name, "Content-Type") && strings.HasPrefix(value, "application/x-www-form-urlencoded") {
			form := url.Values{}
			for field, v := range fields {
				form.Set(field, fmt.Sprint(v))
			}
			return form.Encode(), "", nil
		}
	}
	data, err := json.Marshal(r.Payload)
	if err != nil {
		return "", "", fmt.Errorf("webhook payload: %w: %w", gennaker.ErrInvalid, err)
	}
	return string(data), "application/json", nil
}

// redirect lets a request go on to where its answer sends it. Elsewhere than
// to its origin it takes no secrets along.
func (w *Webhooks) redirect(next *http.Request, via []*http.Request, r WebhookRequest) error {
	if w.policy.NoRedirects {
		return http.ErrUseLastResponse
	}
	if len(via) > maxRedirects {
		return fmt.Errorf("it redirects more than %d times", maxRedirects)
	}
	if err := w.policy.check(next.Method, next.URL); err != nil {
		return err
	}
	if !r.trusts(next.URL) {
		for name, value := range r.Headers {
			if Secretive(name) || secretName.MatchString(value) {
				next.Header.Del(name)
			}
		}
	}
	return nil
}

// trusts reports whether secrets may go to a URL.
func (r WebhookRequest) trusts(u *url.URL) bool {
	origin := r.Origin
	if origin == "" {
		origin = r.URL
	}
	o, err := url.Parse(origin)
	return err == nil && sameOrigin(o, u)
}

// shown is the URL for people, without a password.
func (r WebhookRequest) shown() string {
	u, err := url.Parse(r.URL)
	if err != nil {
		return "with a URL that is none"
	}
	return u.Redacted()
}

// read takes in a response.
func read(response *http.Response, data []byte, known secrets) exchange {
	x := exchange{body: known.hide(decoded(response.Header.Get("Content-Type"), data)), location: known.text(response.Header.Get("Location"))}
	x.answer = WebhookAnswer{Sent: true, StatusCode: response.StatusCode, Status: word(response.StatusCode), Headers: kept(response.Header, known)}
	x.answer.Body, x.answer.Cut = bounded(x.body)
	return x
}

// decoded is a body as the maps, lists and scalars of its JSON, or its text.
func decoded(kind string, data []byte) any {
	trimmed := bytes.TrimSpace(data)
	if len(trimmed) == 0 {
		return nil
	}
	var value any
	if (strings.Contains(kind, "json") || trimmed[0] == '{' || trimmed[0] == '[') && json.Unmarshal(data, &value) == nil {
		return value
	}
	return strings.ToValidUTF8(string(data), "�")
}

// bounded is a body as it is kept: one whose JSON is too long becomes the
// beginning of its text.
func bounded(body any) (any, bool) {
	data, err := json.Marshal(body)
	if err != nil || len(data) <= maxKeptBody {
		return body, false
	}
	text, ok := body.(string)
	if !ok {
		text = string(data)
	}
	for end := min(len(text), maxKeptBody); ; end = end * 2 / 3 {
		beginning := strings.ToValidUTF8(text[:end], "") + "…"
		if data, err := json.Marshal(beginning); err == nil && len(data) <= maxKeptBody {
			return beginning, true
		}
	}
}

// kept are the headers of a response that are recorded: none that may hold a
// secret, and no more than fit.
func kept(headers http.Header, known secrets) map[string]string {
	out := map[string]string{}
	left := maxKeptHeaders
	for _, name := range gennaker.SortedKeys(headers) {
		value := known.text(headers.Get(name))
		left -= len(name) + len(value)
		if !Secretive(name) && left > 0 {
			out[name] = value
		}
	}
	return out
}

// word is a status code in Spinnaker's words.
func word(code int) string {
	words := strings.FieldsFunc(http.StatusText(code), func(r rune) bool { return !unicode.IsLetter(r) })
	return strings.ToUpper(strings.Join(words, "_"))
}

// undialled reports whether there was no connection to send anything on.
func undialled(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// plainURL takes the method and URL off an error: its reader knows them.
func plainURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
