package cloudrun

import (
	"fmt"
	"net/http"
	"time"
)

// operation is a change under way.
type operation struct {
	name, kind string // kind is the type of its metadata and response
	// look says whether the change is over, what came of it, and what it is
	// about as it is now.
	look func(time.Time) (done bool, failed *refusal, now object)
}

func (c *Cloud) begin(location, kind string, look func(time.Time) (bool, *refusal, object)) *operation {
	o := &operation{name: fmt.Sprintf("%s/operations/op-%06d", location, c.number()), kind: kind, look: look}
	c.operations[o.name] = o
	return o
}

func (o *operation) document(now time.Time) (object, bool) {
	done, failed, about := o.look(now)
	kind := "type.googleapis.com/google.cloud.run.v2." + o.kind
	with := func(about object) object {
		typed := object{"@type": kind}
		for k, v := range about {
			typed[k] = v
		}
		return typed
	}
	doc := object{"name": o.name, "metadata": with(about)}
	switch {
	case !done:
	case failed != nil:
		doc["done"], doc["error"] = true, object{"code": numbers[failed.status], "message": failed.message}
	default:
		doc["done"], doc["response"] = true, with(about)
	}
	return doc, done
}

// mostWait is how long a request may wait for an operation.
const mostWait = time.Minute

// await answers when the operation is over, or its time is.
func (c *Cloud) await(w http.ResponseWriter, r *http.Request, name string, body object) {
	patience := mostWait
	if d, err := time.ParseDuration(text(body, "timeout")); err == nil {
		patience = min(d, mostWait)
	}
	begun := c.Clock.Now()
	for {
		c.mu.Lock()
		now := c.Clock.Now()
		c.reconcile(now)
		o := c.operations[name]
		var doc object
		done := false
		if o != nil {
			doc, done = o.document(now)
		}
		c.mu.Unlock()
		switch {
		case o == nil:
			missing("Operation", name).write(w)
			return
		case done || now.Sub(begun) >= patience || r.Context().Err() != nil:
			answer(w, http.StatusOK, doc)
			return
		}
		c.Clock.Sleep(max(time.Millisecond, c.Times.Route/10))
	}
}
