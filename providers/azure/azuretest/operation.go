package azuretest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// operation is one that takes its time. Who has its URL, or a token that has
// it, can follow it from anywhere.
type operation struct {
	id        string
	ends      time.Time
	code, why string // if it fails
}

const (
	operationsPath = "/subscriptions/" + Subscription + "/providers/Microsoft.Compute/locations/here/operations/"
	readsOperation = "Microsoft.Compute/locations/operations/read"
)

// begin begins an operation that takes so long.
func (c *call) begin(takes time.Duration) *operation {
	o := &operation{id: fmt.Sprintf("00000000-0000-0000-0000-%012d", c.number()), ends: c.now().Add(takes)}
	c.operations[o.id] = o
	c.operation = o
	return o
}

// beginOn begins an operation on a scale set, which may be to fail.
func (c *call) beginOn(s *set, takes time.Duration) {
	s.under = c.begin(takes)
	if how, ok := c.failing[s.name()]; ok {
		delete(c.failing, s.name())
		s.under.code, s.under.why = how.Code, how.Message
	}
}

// preempt ends an operation that another one takes the place of.
func (o *operation) preempt(now time.Time) {
	if o != nil && now.Before(o.ends) {
		o.ends, o.code, o.why = now, "OperationPreempted", "Operation execution has been preempted by a more recent operation."
	}
}

func (o *operation) url(r *http.Request) string {
	return "http://" + r.Host + operationsPath + o.id + "?api-version=2024-11-01"
}

func operationID(r *http.Request) (string, bool) {
	return strings.CutPrefix(r.URL.Path, operationsPath)
}

// poll says how an operation stands.
func (c *Cloud) poll(w http.ResponseWriter, id string) {
	o, ok := c.operations[id]
	if !ok {
		refuse(w, Refusal{http.StatusNotFound, "NotFound", "The entity was not found.", 0})
		return
	}
	answer := map[string]any{"name": o.id, "status": "Succeeded"}
	switch {
	case c.now().Before(o.ends):
		answer["status"] = "InProgress"
	case o.code != "":
		answer["status"], answer["error"] = "Failed", map[string]string{"code": o.code, "message": o.why}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer)
}
