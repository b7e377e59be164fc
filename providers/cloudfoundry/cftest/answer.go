package cftest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// doc is a piece of JSON.
type doc = map[string]any

// answer is what a request is answered with.
type answer struct {
	status int
	body   any
	job    *job // that was begun, if the request is not done yet
}

func ok(body any) (answer, error)      { return answer{status: http.StatusOK, body: body}, nil }
func created(body any) (answer, error) { return answer{status: http.StatusCreated, body: body}, nil }
func begun(j *job) (answer, error)     { return answer{status: http.StatusAccepted, job: j}, nil }
func none() (answer, error)            { return answer{status: http.StatusNoContent}, nil }

// refusal is an error as the Cloud Controller words it.
type refusal struct {
	status int
	Code   int    `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

func (r *refusal) Error() string { return fmt.Sprintf("%s (%d): %s", r.Title, r.Code, r.Detail) }

func unprocessable(text string, args ...any) error {
	return &refusal{http.StatusUnprocessableEntity, 10008, "CF-UnprocessableEntity", fmt.Sprintf(text, args...)}
}

func taken(text string, args ...any) error {
	return &refusal{http.StatusUnprocessableEntity, 10016, "CF-UniquenessError", fmt.Sprintf(text, args...)}
}

func missing(kind string) error {
	return &refusal{http.StatusNotFound, 10010, "CF-ResourceNotFound", kind + " not found"}
}

// request is one that was asked, with its body.
type request struct {
	*http.Request
	body []byte
	url  string // of the API
}

// decode reads the body. A field that the Cloud Controller does not know is an
// error.
func (r *request) decode(into any) error {
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil && strings.Contains(err.Error(), "unknown field"):
		_, name, _ := strings.Cut(err.Error(), "unknown field ")
		return unprocessable("Unknown field(s): '%s'", strings.Trim(name, `"`))
	case err != nil:
		return &refusal{http.StatusBadRequest, 1001, "CF-MessageParseError", "Request invalid due to parse error: " + err.Error()}
	}
	return nil
}

// handler answers one kind of request. It holds the cloud's lock.
type handler func(*Cloud, *request) (answer, error)

// routesOf makes a multiplexer of a table.
func (c *Cloud) routesOf(table map[string]handler) *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, h := range table {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, h) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		write(w, answer{}, &refusal{http.StatusNotFound, 10000, "CF-NotFound", "Unknown request"}, "")
	})
	return mux
}

func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

func (c *Cloud) serve(w http.ResponseWriter, r *http.Request, h handler) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // who asked has gone
	}
	asked := &request{Request: r, body: body, url: "http://" + r.Host}
	if r.TLS != nil {
		asked.url = "https://" + r.Host
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, virtual := c.clock.(*simulation.Virtual); virtual && r.Method != http.MethodGet {
		v.Advance(time.Second)
	}
	c.settle()
	err = c.authenticate(asked)
	var a answer
	if err == nil {
		a, err = h(c, asked)
	}
	c.settle()
	write(w, a, err, asked.url)
}

// changed counts what a request has changed.
func (c *Cloud) changed(r *request) {
	c.effects[r.Pattern]++
}

func write(w http.ResponseWriter, a answer, err error, url string) {
	var r *refusal
	switch {
	case errors.As(err, &r):
		a = answer{status: r.status, body: doc{"errors": []*refusal{r}}}
	case err != nil:
		a = answer{status: http.StatusInternalServerError, body: doc{"errors": []doc{{"code": 10001, "title": "UnknownError", "detail": err.Error()}}}}
	}
	w.Header().Set("Content-Type", "application/json")
	if a.job != nil {
		w.Header().Set("Location", url+"/v3/jobs/"+a.job.guid)
	}
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body) // who asked has gone
	}
}
