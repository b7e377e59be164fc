package googletest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// answered is a call that had an effect, by its request id.
type answered struct {
	call      string
	operation *resource
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

const zeroUUID = "00000000-0000-0000-0000-000000000000"

// once runs a change, unless there was one with its request id: then that
// one's operation is the answer.
func once(change func(*call) (*resource, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		id := c.query.Get("requestId")
		if c.query.Has("requestId") && (!uuid.MatchString(id) || id == zeroUUID) {
			return nil, invalid("requestId", id, "Must be a valid UUID.")
		}
		key := c.method + " " + c.path()
		if before, ok := c.asked[id]; ok {
			if before.call != key {
				return nil, notSimulated("request id %s was that of %s, and now of %s", id, before.call, key)
			}
			return before.operation.doc, nil
		}
		op, err := change(c)
		if err != nil {
			return nil, err
		}
		if id != "" {
			c.asked[id] = answered{key, op}
			op.doc["clientOperationId"] = id
		}
		c.cloud.effects = append(c.cloud.effects, Effect{Method: c.method, Subject: lastPart(op.doc.text("targetLink")), RequestID: id, At: c.cloud.now})
		return op.doc, nil
	}
}

// operate makes the operation of a change of a resource. It is done in its
// time, and then the change, if any, has its effect; or its error, if it is to
// fail, and then undo is called.
func (c *call) operate(on *resource, then, undo func()) *resource {
	op := c.begin(on)
	c.cloud.after(c.cloud.config.Times.Operation/2, func() { op.run() })
	c.cloud.after(c.cloud.config.Times.Operation, func() {
		if c.fails != "" {
			op.fail(c.fails, "The operation failed, as a test wanted it.")
			then = undo
		}
		op.end()
		if then != nil {
			then()
		}
	})
	return op
}

// begin makes an operation that is pending.
func (c *call) begin(on *resource) *resource {
	c.cloud.ids++
	name := fmt.Sprintf("operation-%d-%08x", c.cloud.now.UnixMilli(), c.cloud.ids)
	kind := c.cloud.kinds["operations"]
	op := c.add(kind, address{scope: on.scope, place: on.place, collection: "operations", name: name}, document{
		"operationType": c.operationType(), "targetLink": on.link(), "targetId": on.doc.text("id"), "status": "PENDING",
		"progress": 0, "insertTime": stamp(c.cloud.now), "user": "tests@" + c.id + ".iam.gserviceaccount.com"})
	delete(op.doc, "creationTimestamp")
	return op
}

// operationType is how an operation calls its method.
func (c *call) operationType() string {
	if c.kind.noun == "instance_group_manager" {
		return "compute." + c.method
	}
	return c.verb
}

func (r *resource) run() {
	if r.doc["status"] == "PENDING" {
		r.doc["status"], r.doc["startTime"] = "RUNNING", stamp(r.project.cloud.now)
	}
}

func (r *resource) end() {
	r.run()
	r.doc["status"], r.doc["progress"], r.doc["endTime"] = "DONE", 100, stamp(r.project.cloud.now)
}

// fail says with which error an operation ends.
func (r *resource) fail(code, message string) {
	r.doc["error"] = document{"errors": []document{{"code": code, "message": message}}}
	r.doc["httpErrorStatusCode"], r.doc["httpErrorMessage"] = http.StatusBadRequest, "BAD REQUEST"
}

func (r *resource) done() bool { return r.doc["status"] == "DONE" }

// waiting is the answer of a call that waits for an operation.
type waiting struct{ operation *resource }

func waitOperation(c *call) (any, error) {
	op, err := c.find()
	return waiting{op}, err
}

// longestWait is how long a call waits for an operation.
const longestWait = 2 * time.Minute

// await shows an operation when it is done, or when the call has waited long
// enough. A virtual clock is moved there.
func (c *Cloud) await(ctx context.Context, op *resource) []byte {
	deadline := c.config.Clock.Now().Add(longestWait)
	for {
		text, done, next := c.glance(op)
		now := c.config.Clock.Now()
		if done || ctx.Err() != nil || !now.Before(deadline) {
			return text
		}
		if v, ok := c.config.Clock.(*simulation.Virtual); ok {
			v.Advance(min(next, deadline.Sub(now)))
			continue
		}
		simulation.Hold(ctx, 2*time.Millisecond)
	}
}

// glance shows an operation, and in which time something will happen.
func (c *Cloud) glance(op *resource) (text []byte, done bool, next time.Duration) {
	c.change(func() {
		text, _ = json.Marshal(op.doc)
		done, next = op.done(), longestWait
		if at, ok := c.agenda.First(); ok {
			next = max(at.Sub(c.now), 0)
		}
	})
	return text, done, next
}

func itoa(n int) string { return strconv.Itoa(n) }
