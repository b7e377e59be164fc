package cloudfoundry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// await looks until it is done. When it has waited for long, it is
// ErrUnavailable: who asks again goes on waiting.
func (s *space) await(ctx context.Context, what string, done func() (bool, error)) error {
	deadline := time.Now().Add(s.cloud.Patience)
	for {
		over, err := done()
		switch {
		case err != nil || over:
			return err
		case time.Now().After(deadline):
			return fmt.Errorf("%s: %w: it is not over yet", what, gennaker.ErrUnavailable)
		}
		select {
		case <-time.After(s.cloud.LookEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// over waits until a job of the Cloud Controller is; none has none to wait for.
func (s *space) over(ctx context.Context, job string) error {
	if job == "" {
		return nil
	}
	return s.await(ctx, "the job of it", func() (bool, error) {
		j, err := s.Jobs.Get(ctx, job)
		if err != nil {
			return false, kinded(err)
		}
		if j.State == resource.JobStateFailed {
			return true, failure(j)
		}
		return j.State == resource.JobStateComplete, nil
	})
}

// failure is what a job failed of. What it says of the job has no kind of its
// own; it is no use to try the same again.
func failure(j *resource.Job) error {
	if len(j.Errors) == 0 {
		return fmt.Errorf("%w: %s failed, and Cloud Foundry does not say why", gennaker.ErrInvalid, j.Operation)
	}
	var texts []string
	for _, e := range j.Errors {
		texts = append(texts, e.Detail)
	}
	if err := kinded(j.Errors[0]); hasKind(err) {
		return err
	}
	return fmt.Errorf("%w: %s", gennaker.ErrInvalid, strings.Join(texts, "; "))
}

// invalidIfGone says of what a request needs, and is not there, that the
// request is wrong.
func invalidIfGone(err error) error {
	if errors.Is(err, gennaker.ErrNotFound) {
		return fmt.Errorf("%w: it is not there", gennaker.ErrInvalid)
	}
	return err
}
