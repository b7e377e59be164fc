package stages

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type lambdaDeleteConfig struct {
	lambdaConfig
	Version   string `json:"version" jsonschema:"required" jsonschema_description:"$ALL: the whole function. $LATEST, $PREVIOUS, $OLDEST: of the published versions. $PROVIDED: that of versionNumber. $MOVING: all but the newest, as many as retentionNumber says. Or a number."`
	Number    string `json:"versionNumber,omitempty"`
	Retention int    `json:"retentionNumber,omitempty" jsonschema:"minimum=0" jsonschema_description:"$MOVING: versions to keep."`
}

// LambdaDelete deletes versions of a function, or all of it.
func LambdaDelete(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[lambdaDeleteConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := in.function(c.lambdaConfig)
	if err != nil {
		return nil, err
	}
	if c.Version == "$ALL" {
		return Outputs{"deleteTask:deleteVersion": c.Version}, ops.DeleteFunction(ctx, gennaker.DeleteFunction{FunctionRef: ref})
	}
	versions, err := c.versions(ctx, ref)
	if errors.Is(err, gennaker.ErrNotFound) || err == nil && len(versions) == 0 {
		return Outputs{"LambdaDeleteTask": "Found no version of function to delete"}, nil
	}
	if err != nil {
		return nil, err
	}
	for _, number := range versions {
		if err := ops.DeleteFunction(ctx, gennaker.DeleteFunction{FunctionRef: ref, Version: number}); err != nil {
			return nil, err
		}
	}
	return Outputs{"deleteTask:deleteVersion": strings.Join(versions, ",")}, nil
}

// versions are the numbers of those to delete.
func (c lambdaDeleteConfig) versions(ctx workflow.Context, ref gennaker.FunctionRef) ([]string, error) {
	switch {
	case c.Version == "":
		return nil, fmt.Errorf("version: %w: the stage names none", gennaker.ErrInvalid)
	case c.Version == "$PROVIDED" && c.Number == gennaker.Latest || c.Number == "$ALL":
		return nil, fmt.Errorf("versionNumber %s: %w: it is no number", c.Number, gennaker.ErrInvalid)
	}
	f, err := ops.Function(ctx, ref)
	if err != nil {
		return nil, err
	}
	if c.Version == "$MOVING" {
		return f.Versions[min(c.Retention, len(f.Versions)):], nil
	}
	number, err := version(f, c.Version, c.Number)
	return []string{number}, err
}
