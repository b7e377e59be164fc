package google

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// Every change is an operation, and carries a request id: Google takes a
// change with the id of an earlier one for that.

// requestID is the id of a change that is made once, of what says which it is:
// whoever makes it again finds the operation of the first time. Give it names
// of what cannot be meant twice, such as a token or the id of an instance.
func requestID(parts ...string) string {
	sum := sha256.Sum256([]byte("gennaker\x00" + strings.Join(parts, "\x00")))
	return uuid(sum[:16], 0x50)
}

// anyID is the id of a change that says the state which is wanted: it may be
// made again later, when somebody has changed it back, so that it must not be
// taken for an earlier one.
func anyID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // it never fails
	return uuid(id, 0x40)
}

// uuid writes sixteen bytes as a UUID of a version.
func uuid(id []byte, version byte) string {
	id[6], id[8] = id[6]&0x0f|version, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// end waits for the end of the operation that a request is answered with:
//
//	err := c.end(ctx)(c.api.Images.SetLabels(…).Do())
func (c *Cloud) end(ctx context.Context) func(*compute.Operation, error) error {
	return func(o *compute.Operation, err error) error {
		if err != nil {
			return kinded(err)
		}
		return c.ended(ctx, o)
	}
}

func (c *Cloud) ended(ctx context.Context, o *compute.Operation) error {
	for o.Status != "DONE" {
		if err := ctx.Err(); err != nil {
			return kinded(err)
		}
		var err error
		if o, err = c.wait(ctx, o); err != nil {
			return fmt.Errorf("wait for its operation: %w", listed(err))
		}
	}
	return failed(o)
}

// wait returns when the operation has ended, or after two minutes.
func (c *Cloud) wait(ctx context.Context, o *compute.Operation) (*compute.Operation, error) {
	project, _, _ := strings.Cut(after(o.SelfLink, "projects/"), "/")
	project = cmp.Or(project, c.Project)
	switch {
	case o.Zone != "":
		return c.waits.ZoneOperations.Wait(project, last(o.Zone), o.Name).Context(ctx).Do()
	case o.Region != "":
		return c.waits.RegionOperations.Wait(project, last(o.Region), o.Name).Context(ctx).Do()
	}
	return c.waits.GlobalOperations.Wait(project, o.Name).Context(ctx).Do()
}

// failed is what an operation says went wrong.
func failed(o *compute.Operation) error {
	if o.Error == nil || len(o.Error.Errors) == 0 {
		return nil
	}
	first := o.Error.Errors[0]
	kind := kindOf(first.Code, int(o.HttpErrorStatusCode))
	if kind == nil {
		return fmt.Errorf("%s: %s", first.Code, first.Message)
	}
	return &refusal{kind: kind, text: fmt.Sprintf("%s: %s: %s", kind, first.Code, first.Message), reason: first.Code, status: int(o.HttpErrorStatusCode)}
}

// once makes a change that is made once, and waits for its end. What Google
// answers with an operation that has failed before is made again, under
// another id: an outage that is over must not be remembered.
func (c *Cloud) once(ctx context.Context, request func(id string) (*compute.Operation, error), parts ...string) error {
	for try := 0; ; try++ {
		o, err := request(requestID(append(parts, fmt.Sprint(try))...))
		if err != nil {
			return kinded(err)
		}
		if o.Status == "DONE" && errors.Is(failed(o), gennaker.ErrUnavailable) && try < 3 {
			continue
		}
		return c.ended(ctx, o)
	}
}

// tries is how often a change is made when others change the same, and pause
// how long it rests after the first.
const (
	tries = 15
	pause = 20 * time.Millisecond
)

// insist makes a change that begins with reading, again if somebody else has
// changed the same meanwhile, or is at it.
func insist(ctx context.Context, change func() error) error {
	rest := pause
	for try := 1; ; try++ {
		err := change()
		if !contended(err) || try == tries {
			return err
		}
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return kinded(ctx.Err())
		}
		rest = min(2*rest, time.Second)
	}
}

// last is what a URL ends with: the name of what it is of.
func last(url string) string { return url[strings.LastIndexByte(url, '/')+1:] }

// relative is a URL from its project on: what is the same whoever asks.
func relative(url string) string {
	if at := strings.Index(url, "projects/"); at >= 0 {
		return url[at:]
	}
	return url
}

// link is the URL of something in the project, such as global/networks/default.
func (c *Cloud) link(path string) string {
	return c.api.BasePath + "projects/" + c.Project + "/" + path
}
