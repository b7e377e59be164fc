package ops

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// Judges returns the people who have at least one of the roles.
func Judges(ctx workflow.Context, roles []string) ([]gennaker.Judge, error) {
	var judges []gennaker.Judge
	err := run(ctx, reading, "who is "+strings.Join(roles, " or "), people.Judges, roles, &judges)
	return judges, err
}

// Noop does nothing, on a worker.
func Noop(ctx workflow.Context) error {
	return run(ctx, reading, "do nothing", engine.Noop, nil, nil)
}
