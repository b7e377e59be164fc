package stages

import (
	"encoding/base64"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// lambdaConfig are the fields of all stages about a function.
type lambdaConfig struct {
	Provider    string `json:"cloudProvider,omitempty"`
	Account     string `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials string `json:"credentials,omitempty"`
	Region      string `json:"region,omitempty"`
	Function    string `json:"functionName" jsonschema:"required" jsonschema_description:"The application is put before it, with a hyphen, unless it begins with that."`
}

// function names the stage's function, as Spinnaker names it.
func (in Input) function(c lambdaConfig) (gennaker.FunctionRef, error) {
	account, err := oneAccount(c.Account, c.Credentials)
	if err != nil {
		return gennaker.FunctionRef{}, err
	}
	if c.Function == "" {
		return gennaker.FunctionRef{}, fmt.Errorf("functionName: %w: the stage names none", gennaker.ErrInvalid)
	}
	name := c.Function
	if app := in.Execution.Application; app != "" && gennaker.ParseMoniker(name).App != app {
		name = app + "-" + name
	}
	return gennaker.FunctionRef{Location: gennaker.In(account, c.Region), Name: name}, nil
}

// version is the number of a published version that is named by its place: as
// $LATEST, $PREVIOUS or $OLDEST, as $PROVIDED with a number, or by its number.
func version(f gennaker.Function, name, number string) (string, error) {
	at := 0
	switch {
	case name == "" || name == "$PROVIDED":
		if number == "" {
			return "", fmt.Errorf("version: %w: there is no number", gennaker.ErrInvalid)
		}
		return number, nil
	case !strings.HasPrefix(name, "$"):
		return name, nil
	case name == gennaker.Latest:
	case name == "$PREVIOUS":
		at = 1
	case name == "$OLDEST":
		at = len(f.Versions) - 1
	default:
		return "", fmt.Errorf("version %s: %w: it can be $LATEST, $PREVIOUS, $OLDEST or $PROVIDED", name, gennaker.ErrInvalid)
	}
	if at < 0 || at >= len(f.Versions) {
		return "", fmt.Errorf("version %s of %s: %w: it has %d published versions", name, f.Name, gennaker.ErrNotFound, len(f.Versions))
	}
	return f.Versions[at], nil
}

// lambdaArtifact is a text that a stage uses: an expected artifact, or one of
// its own.
type lambdaArtifact struct {
	ID       string             `json:"id,omitempty"`
	Account  string             `json:"account,omitempty"`
	Artifact *gennaker.Artifact `json:"artifact,omitempty"`
}

// text is the text of a field, or that of an artifact.
func (in Input) text(ctx workflow.Context, field, text string, a *lambdaArtifact) (string, error) {
	if text != "" || a == nil {
		return text, nil
	}
	found, err := in.Artifact(ctx, a.ID, a.Artifact)
	if err != nil {
		return "", fmt.Errorf("%sArtifact: %w", field, err)
	}
	if found.Type != gennaker.EmbeddedBase64 {
		return "", fmt.Errorf("%sArtifact: %w: artifacts of type %s cannot be read yet: use embedded/base64, or the field %s", field, gennaker.ErrInvalid, found.Type, field)
	}
	data, err := base64.StdEncoding.DecodeString(found.Reference)
	if err != nil {
		return "", fmt.Errorf("%sArtifact: %w: its reference is not base64", field, gennaker.ErrInvalid)
	}
	return string(data), nil
}

// callers are the fields about what calls a function.
type callers struct {
	Triggers        []string       `json:"triggerArns,omitempty" jsonschema_description:"The event sources that call it, and no others; an empty list takes all away. Default: what there is stays."`
	BatchSize       int            `json:"batchsize,omitempty" jsonschema:"minimum=0" jsonschema_description:"Events that one call gets."`
	BatchingWindow  *int           `json:"maxBatchingWindowSecs,omitempty"`
	BisectOnError   *bool          `json:"bisectBatchOnError,omitempty"`
	MaxRecordAge    *int           `json:"maxRecordAgeSecs,omitempty"`
	MaxRetries      *int           `json:"maxRetryAttempts,omitempty"`
	Parallelization *int           `json:"parallelizationFactor,omitempty"`
	TumblingWindow  *int           `json:"tumblingWindowSecs,omitempty"`
	Starting        string         `json:"startingPosition,omitempty" jsonschema_description:"Of streams; default LATEST."`
	Destination     map[string]any `json:"destinationConfig,omitempty" jsonschema_description:"onFailureArn and onSuccessArn, of streams."`
}

// marks say who made a function.
func (in Input) functionMarks(ctx workflow.Context) map[string]string {
	return map[string]string{gennaker.MarkExecution: in.Execution.ID, gennaker.MarkStage: in.State.RefID,
		gennaker.MarkToken: in.token(ctx, "function")}
}
