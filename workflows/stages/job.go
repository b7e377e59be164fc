package stages

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
	"github.com/gennaker/gennaker/workflows/ops"
)

// jobLimit is Spinnaker's limit of a job, when the document gives none.
const jobLimit = 2 * time.Hour

// job names a job of this attempt of the stage.
func (in Input) job(ctx workflow.Context, at gennaker.Location, application string) gennaker.RunJob {
	token := in.token(ctx, "job")
	name := []string{plainName(application), plainName(in.State.RefID), strconv.Itoa(in.State.Attempt + 1), token[:8]}
	return gennaker.RunJob{Location: at, Name: strings.Join(name, "-"), Marks: map[string]string{
		gennaker.MarkExecution: in.Execution.ID, gennaker.MarkStage: in.State.RefID, gennaker.MarkToken: token}}
}

// plainName is as much of a name as every cloud takes.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return strings.Trim(name[:min(len(name), 20)], "-")
}

// variables are the stage's environment as text, which the numbers and booleans
// become that expressions leave.
func (in Input) variables() (map[string]string, error) {
	fields, _ := in.Config["environment"].(map[string]any)
	variables := map[string]string{}
	for _, name := range gennaker.SortedKeys(fields) {
		text, err := expression.Text(fields[name])
		if err != nil {
			return nil, fmt.Errorf("environment.%s: %w: %w", name, gennaker.ErrInvalid, err)
		}
		variables[name] = text
	}
	return variables, nil
}

// runJob runs a job and, if asked to, waits for its end. A stage that fails or
// is cancelled before stops it.
func (in Input) runJob(ctx workflow.Context, r gennaker.RunJob, c jobConfig) (Outputs, error) {
	var j gennaker.Job
	err := ops.RunJob(ctx, r)
	if err == nil && !c.waits() {
		return in.Bind(ctx, jobOutputs(r, j))
	}
	if err == nil {
		in.Waiting("job " + r.Name + " to end")
		j, err = ops.AwaitJob(ctx, r.Ref())
	}
	if err != nil && mayRun(err) {
		j = in.stopJob(ctx, r.Ref())
	}
	if err == nil {
		err = in.judgeJob(j, c.PropertyFile)
	}
	if err != nil {
		return jobOutputs(r, j), err
	}
	return in.Bind(ctx, jobOutputs(r, j))
}

// mayRun reports whether, after the error, the job may run all the same.
func mayRun(err error) bool {
	return temporal.IsCanceledError(err) || errors.Is(err, gennaker.ErrUnavailable) || errors.Is(err, gennaker.ErrThrottled)
}

// stopJob has a job end, whatever ended the stage. It can fail without
// consequence.
func (in Input) stopJob(ctx workflow.Context, ref gennaker.JobRef) gennaker.Job {
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	in.Waiting("job " + ref.Name + " to stop")
	j, err := ops.StopJob(outlive, ref)
	if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		in.State.Warnings = append(in.State.Warnings, "the job may still run: "+err.Error())
	}
	return j
}

// judgeJob says what is wrong with a job that has ended.
func (in Input) judgeJob(j gennaker.Job, propertyFile string) error {
	switch {
	case j.State != gennaker.JobSucceeded:
		return fmt.Errorf("job %s: %s%s", j.Name, j.Condition(), excerpt(j.Log))
	case propertyFile == "" && j.PropertiesError != "":
		in.State.Warnings = append(in.State.Warnings, "properties of the job: "+j.PropertiesError)
	case j.PropertiesError != "":
		return fmt.Errorf("propertyFile %s of job %s: %s", propertyFile, j.Name, j.PropertiesError)
	case propertyFile != "" && len(j.Properties) == 0:
		return fmt.Errorf("propertyFile %s: %w: job %s has written nothing into it", propertyFile, gennaker.ErrNotFound, j.Name)
	}
	return nil
}

// maxExcerpt bounds what an error tells of a job's log, in bytes.
const maxExcerpt = 1000

// excerpt is the end of a log, in whole lines if it has some.
func excerpt(log string) string {
	log = strings.ToValidUTF8(strings.TrimSpace(log), "\uFFFD")
	if len(log) > maxExcerpt {
		log = strings.ToValidUTF8(log[len(log)-maxExcerpt:], "")
		if _, rest, ok := strings.Cut(log, "\n"); ok {
			log = rest
		}
	}
	if log == "" {
		return "; it has written nothing"
	}
	return "; the end of what it has written:\n" + log
}

// jobOutputs are Spinnaker's outputs of a job: its name, each of its properties
// and, as far as it is known, how it ended. A property cannot take the place
// of what is ours.
func jobOutputs(r gennaker.RunJob, j gennaker.Job) Outputs {
	outputs := Outputs{}
	maps.Copy(outputs, j.Properties)
	if text, ok := j.Properties["artifacts"].(string); ok {
		var list []any // lines of NAME=VALUE have only text
		if json.Unmarshal([]byte(text), &list) == nil {
			outputs["artifacts"] = list
		}
	}
	if len(j.Properties) > 0 {
		outputs["propertyFileContents"] = j.Properties
	}
	outputs["deploy.jobs"] = map[string]any{r.Region: []any{r.Name}}
	if j.Name != "" {
		j.Properties, j.Marks = nil, nil
		outputs["jobStatus"] = j
	}
	return outputs
}
