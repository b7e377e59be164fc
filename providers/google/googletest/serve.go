package googletest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gennaker/gennaker/providers/simulation"
)

// verb is a method of a kind of resource.
type verb struct {
	run func(*call) (any, error)
	// params are the query parameters that it knows, besides those of all.
	params []string
}

// call is one request on its way.
type call struct {
	*Project
	address
	kind   *kind
	verb   string
	method string // like instanceGroupManagers.insert
	query  url.Values
	body   document
	fails  string // the error with which its operation shall end
}

// everywhere are the parameters of all methods that change no more than how
// the answer is written.
var everywhere = []string{"alt", "fields", "prettyPrint", "key", "quotaUser", "userIp", "$.xgafv", "$alt", "access_token", "oauth_token"}

// ServeHTTP answers one call.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // whoever asks has left
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/compute/v1/projects/")
	if !ok {
		writeError(w, notFound(r.URL.Path))
		return
	}
	fault, answer, err := c.do(r, path, body)
	simulation.Hold(r.Context(), fault.Slow)
	switch {
	case fault.Reset:
		panic(http.ErrAbortHandler) // the connection ends without an answer
	case err != nil:
		writeError(w, err)
	default:
		if answer.wait != nil {
			answer.body = c.await(r.Context(), answer.wait)
		}
		write(w, http.StatusOK, answer.body)
	}
}

// answer is worded before another call can change what it shows.
type answer struct {
	body []byte
	wait *resource // the operation to wait for first
}

// do runs a call, unless a fault or the rate forbids it.
func (c *Cloud) do(r *http.Request, path string, body []byte) (Fault, answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.config.Clock.Now())
	call, err := c.parse(r, path)
	if err != nil {
		return Fault{}, answer{}, err
	}
	c.requests[call.method]++
	if !c.buckets.Take(call.id, c.throttle, c.now) {
		c.throttled++
		return Fault{}, answer{}, rateLimitExceeded
	}
	fault := c.faults.Next(call.method, Call{Method: call.method, Project: call.id, Place: call.place, Name: call.name, Query: call.query, Body: body})
	if fault.before() {
		return fault, answer{}, fault.err()
	}
	call.fails = fault.Operation
	result, err := call.run(body)
	c.settle(c.now)
	if fault.lost() {
		return fault, answer{}, fault.err()
	}
	if op, ok := result.(waiting); ok && err == nil {
		return fault, answer{wait: op.operation}, nil
	}
	if err != nil {
		return fault, answer{}, err
	}
	text, err := json.Marshal(result)
	return fault, answer{body: text}, err
}

// run reads the body, and does what the verb says.
func (c *call) run(body []byte) (any, error) {
	v, ok := c.kind.verbs[c.verb]
	if !ok {
		return nil, notSimulated("there is no method %s", c.method)
	}
	for name := range c.query {
		if !slices.Contains(everywhere, name) && !slices.Contains(v.params, name) {
			return nil, notSimulated("%s has no parameter %s", c.method, name)
		}
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &c.body); err != nil {
			return nil, refuse(http.StatusBadRequest, "parseError", "Parse Error: %v", err)
		}
	}
	return v.run(c)
}

// parse finds out what a request asks for.
func (c *Cloud) parse(r *http.Request, path string) (*call, error) {
	id, path, _ := strings.Cut(path, "/")
	p := c.projects[id]
	if p == nil {
		return nil, notFound("projects/" + id)
	}
	a, ok := parseAddress(path)
	aggregated := false
	switch after, found := strings.CutPrefix(path, "aggregated/"); {
	case found:
		a, ok, aggregated = address{collection: after}, true, true
	case path == "":
		a, ok = address{collection: "projects", name: id}, true
	}
	k := c.kinds[a.collection]
	if !ok || k == nil {
		return nil, notSimulated("there is nothing at projects/%s/%s", id, path)
	}
	made := &call{Project: p, address: a, kind: k, query: r.URL.Query()}
	made.verb = verbOf(r.Method, a, aggregated)
	api := k.api[a.scope].resource
	if aggregated {
		api = strings.Replace(a.collection, "operations", "globalOperations", 1)
	}
	if api == "" {
		return nil, notSimulated("there are no %s at projects/%s/%s", a.collection, id, path)
	}
	if a.collection == "images" && a.name == "family" {
		made.verb, made.name, made.rest = "getFromFamily", a.rest, ""
	}
	made.method = api + "." + made.verb
	return made, nil
}

// verbOf names what a request asks for.
func verbOf(method string, a address, aggregated bool) string {
	switch {
	case aggregated:
		return "aggregatedList"
	case a.rest != "":
		return a.rest
	case method == http.MethodGet && a.name == "":
		return "list"
	}
	return map[string]string{http.MethodGet: "get", http.MethodPost: "insert", http.MethodPatch: "patch",
		http.MethodPut: "update", http.MethodDelete: "delete"}[method]
}

// find is the resource that the call is about.
func (c *call) find() (*resource, error) {
	r := c.resources[c.path()]
	if r == nil || r.unmade {
		return nil, notFound("projects/" + c.id + "/" + c.path())
	}
	return r, nil
}

var _ http.Handler = (*Cloud)(nil)
