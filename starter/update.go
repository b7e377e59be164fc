package starter

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

// update brings a person's word to a running execution and returns its
// answer. What says in one word what is asked, for the errors.
func (s *session) update(ctx context.Context, r ref, name string, arg, answer any) error {
	err := s.executions.Update(ctx, r.whole(), name, arg, answer)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return s.unanswered(ctx, r, name, err)
}

// unanswered explains why an execution did not do what it was asked.
func (s *session) unanswered(ctx context.Context, r ref, name string, err error) error {
	if isA[*serviceerror.NotFound](err) {
		v, stateErr := s.state(ctx, r)
		if stateErr != nil {
			return stateErr
		}
		return refusedf("%s %s: it has ended: %s: see `gennaker status %s`", name, r.id, v.Status, r.id)
	}
	var late *client.WorkflowUpdateServiceTimeoutOrCanceledError
	if errors.As(err, &late) || isLate(err) {
		return noWorkerf("%s %s: no worker answers: start one with `make dev` or gennaker-worker; whether it took the %s, `gennaker status %s` will tell", name, r.id, name, r.id)
	}
	if f := explain(err, s.address); f.code == exitUnreachable {
		return f
	}
	return failure{kindCode(err, exitRefused), fmt.Sprintf("%s %s: %s", name, r.id, sentence(err))}
}

// command is a person's word, as this person's.
func (s *session) command(reason string) gennaker.Command {
	return gennaker.Command{User: s.user, Reason: reason}
}
