package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
	"github.com/gennaker/gennaker/workflows/ops"
)

func findPipelineID(ctx workflow.Context, n need) (any, error) {
	return ops.PipelineID(ctx, gennaker.PipelineRef{Application: n.in, Pipeline: n.name})
}

func pipelineID(sc *scope, args []any) (any, error) {
	return sc.pipelineID(args[0], sc.r.e.Application)
}

func pipelineIDOrNull(sc *scope, args []any) (any, error) {
	return orNull(pipelineID(sc, args))
}

func pipelineIDInApplication(sc *scope, args []any) (any, error) {
	return orNull(sc.pipelineID(args[0], args[1]))
}

func (sc *scope) pipelineID(name, application any) (any, error) {
	n := need{kind: "pipeline"}
	var err error
	if n.name, err = expression.Text(name); err != nil {
		return nil, err
	}
	if n.in, err = expression.Text(application); err != nil {
		return nil, err
	}
	if n.name == "" || n.in == "" {
		return nil, fmt.Errorf("%w: it needs the name of a pipeline and of its application", gennaker.ErrInvalid)
	}
	return sc.need(n)
}

// orNull is null where there is no such pipeline.
func orNull(id any, err error) (any, error) {
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil, nil
	}
	return id, err
}
