package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gennaker/gennaker"
)

// patience is how long one try to reach Temporal may take, and pause is the
// longest between two.
const (
	patience = 5 * time.Second
	pause    = 5 * time.Second
)

// connect tries to reach Temporal until it answers for the namespace, refuses
// this worker or ctx is done.
func (w *Worker) connect(ctx context.Context) error {
	options, err := w.config.Temporal.options()
	if err != nil {
		return err
	}
	options.Logger = sdkLogger{w.log.Sugar()}
	options.MetricsHandler = w.monitor.metrics
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, pause) {
		w.client, err = dial(ctx, options)
		if err == nil || refused(err) {
			return err
		}
		w.monitor.notReady(err.Error())
		w.log.Warn("waiting for Temporal", zap.Error(err), zap.Duration("again in", wait))
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", err, ctx.Err())
		case <-time.After(wait):
		}
	}
}

// dial connects once. It fails if the namespace is not there.
func dial(ctx context.Context, o client.Options) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := client.DialContext(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("temporal at %s: %w: %w", o.HostPort, connectKind(err), err)
	}
	_, err = c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: o.Namespace})
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("temporal at %s: namespace %s: %w: %w", o.HostPort, o.Namespace, connectKind(err), err)
	}
	return c, nil
}

func connectKind(err error) error {
	switch code(err) {
	case codes.PermissionDenied, codes.Unauthenticated:
		return gennaker.ErrDenied
	case codes.NotFound:
		return gennaker.ErrNotFound
	}
	return gennaker.ErrUnavailable
}

func code(err error) codes.Code {
	var answer serviceerror.ServiceError
	if errors.As(err, &answer) {
		return answer.Status().Code()
	}
	return status.Code(err)
}

// refused reports whether trying again is of no use. A namespace that is not
// there may be made.
func refused(err error) bool { return errors.Is(err, gennaker.ErrDenied) }
