package run

import (
	"context"
	"time"

	api "google.golang.org/api/run/v2"
)

// operationLimit is how long we wait for an operation. What takes longer is
// seen done by reading.
const operationLimit = 30 * time.Second

// wait waits for an operation to be done, and not for too long.
func (c *Cloud) wait(ctx context.Context, o *api.GoogleLongrunningOperation) (*api.GoogleLongrunningOperation, error) {
	if o.Done {
		return o, nil
	}
	in := &api.GoogleLongrunningWaitOperationRequest{Timeout: operationLimit.String()}
	o, err := c.operations.Wait(o.Name, in).Context(ctx).Do()
	return o, kinded(err)
}

// settle waits for a change of traffic. If a revision that shall have some is
// not ready, the operation fails, and the change stands all the same: that is
// seen by reading.
func (c *Cloud) settle(ctx context.Context, o *api.GoogleLongrunningOperation) error {
	_, err := c.wait(ctx, o)
	return gone(err) // an operation that is over may be forgotten
}

// finish waits for something to be deleted.
func (c *Cloud) finish(ctx context.Context, o *api.GoogleLongrunningOperation) error {
	o, err := c.wait(ctx, o)
	if err != nil {
		return gone(err)
	}
	return gone(failed(o.Error))
}
