package azure

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// followLimit is how long one call follows an operation. One that takes longer
// is accepted, and seen done by looking at what it is about.
const followLimit = time.Minute

// errFailed says that Azure has accepted a request, and that the operation which
// it began has failed.
var errFailed = errors.New("its operation has failed")

// errUnknown says that nobody tells us how an operation stands: it was too long
// ago, or we may not read it.
var errUnknown = errors.New("how its operation stands is not known")

// follow follows the operation that a request has begun. Its token is left for
// the next try of the call, which may be another worker's.
func follow[T any](ctx context.Context, p *runtime.Poller[T], err error) error {
	if err != nil {
		return kinded(err)
	}
	if token, err := p.ResumeToken(); err == nil { // otherwise it has ended already
		providers.Note(ctx, token)
	}
	if err := ended(ctx, p); !errors.Is(err, errUnknown) {
		return err
	}
	return nil
}

// resume follows the operation that an earlier try of this call has begun, and
// reports whether there was one that is known. The SDK takes a token for the
// kind of request that it is of, and sends none.
func (c *Cloud) resume(ctx context.Context) (bool, error) {
	token := providers.Noted(ctx)
	if token == "" {
		return false, nil
	}
	err := errUnknown
	if p, no := c.sets.BeginCreateOrUpdate(ctx, "", "", armcompute.VirtualMachineScaleSet{}, &armcompute.VirtualMachineScaleSetsClientBeginCreateOrUpdateOptions{ResumeToken: token}); no == nil {
		err = ended(ctx, p)
	} else if p, no := c.sets.BeginUpdate(ctx, "", "", armcompute.VirtualMachineScaleSetUpdate{}, &armcompute.VirtualMachineScaleSetsClientBeginUpdateOptions{ResumeToken: token}); no == nil {
		err = ended(ctx, p)
	} else if p, no := c.sets.BeginDelete(ctx, "", "", &armcompute.VirtualMachineScaleSetsClientBeginDeleteOptions{ResumeToken: token}); no == nil {
		err = ended(ctx, p)
	}
	if errors.Is(err, errUnknown) {
		return false, nil
	}
	return true, err
}

// ended asks for an operation until it has ended, or as long as one call may.
func ended[T any](ctx context.Context, p *runtime.Poller[T]) error {
	done, err := within(ctx, followLimit, func() (bool, error) {
		if p.Done() {
			return true, nil
		}
		_, err := p.Poll(ctx)
		return p.Done(), kinded(err)
	})
	switch {
	case errors.Is(err, gennaker.ErrNotFound), errors.Is(err, gennaker.ErrDenied):
		return fmt.Errorf("%w: %w", errUnknown, err)
	case err != nil || !done:
		return err
	}
	_, err = p.Result(ctx) // of one that did well this reads what it was about: whether that works says nothing of it
	var said *azcore.ResponseError
	if errors.As(err, &said) && said.StatusCode/100 == 2 {
		return failed(said)
	}
	return ctx.Err()
}

// failed is how an operation has failed, in Azure's words. It is not begun
// again, since what it was about may be there already. One that a later
// operation took the place of has not failed: what is there now is looked at.
func failed(e *azcore.ResponseError) error {
	code, message := said(e)
	if strings.Contains(code, "Preempted") || strings.Contains(code, "Superseded") {
		return nil
	}
	kind := kindOf(code, message)
	if kind == nil || errors.Is(kind, gennaker.ErrUnavailable) || errors.Is(kind, gennaker.ErrThrottled) {
		kind = gennaker.ErrUnhealthy
	}
	return fmt.Errorf("%w: %w: %s: %s", errFailed, kind, code, message)
}
