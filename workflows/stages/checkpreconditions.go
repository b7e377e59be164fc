package stages

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type preconditionsConfig struct {
	Preconditions []precondition `json:"preconditions" jsonschema:"required"`
	Cluster       any            `json:"cluster,omitempty" jsonschema_description:"With credentials and regions: where a precondition says none of its own."`
	Credentials   any            `json:"credentials,omitempty"`
	Regions       any            `json:"regions,omitempty"`
}

type precondition struct {
	Type         string         `json:"type" jsonschema:"required,enum=expression,enum=clusterSize,enum=stageStatus,enum=noop"`
	FailPipeline *bool          `json:"failPipeline,omitempty" jsonschema_description:"Default true; false ends the branch instead."`
	Context      map[string]any `json:"context,omitempty" jsonschema_description:"expression: expression, failureMessage. clusterSize: cluster, credentials, regions, comparison, expected, onlyEnabledServerGroups. stageStatus: stageName, stageStatus."`
}

// fields are a precondition's own, and those of the stage that it leaves out.
func (c preconditionsConfig) fields(p precondition) map[string]any {
	all := map[string]any{}
	for _, f := range []struct {
		name  string
		value any
	}{{"cluster", c.Cluster}, {"credentials", c.Credentials}, {"regions", c.Regions}} {
		if f.value != nil {
			all[f.name] = f.value
		}
	}
	maps.Copy(all, p.Context)
	return all
}

// preconditions is every type of precondition: it returns why it is not met.
var preconditions = map[string]func(workflow.Context, Input, map[string]any) error{
	"expression":  checkExpression,
	"clusterSize": checkClusterSize,
	"stageStatus": checkStageStatus,
	"noop":        checkNothing,
}

// CheckPreconditions succeeds if every precondition holds. They are checked at
// the same time; one that does not hold and has failPipeline false ends the
// branch, any other fails the stage.
func CheckPreconditions(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[preconditionsConfig](in.Config)
	if err != nil {
		return nil, err
	}
	unmet := make([]error, len(c.Preconditions))
	group := workflow.NewWaitGroup(ctx)
	for i, p := range c.Preconditions {
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			unmet[i] = p.check(ctx, in, c.fields(p))
			group.Done()
		})
	}
	group.Wait(ctx)
	return nil, verdict(c.Preconditions, unmet)
}

// verdict is a failure if one that fails the pipeline is not met.
func verdict(all []precondition, unmet []error) error {
	var fail, end []error
	for i, err := range unmet {
		switch {
		case err == nil:
		case all[i].FailPipeline != nil && !*all[i].FailPipeline:
			end = append(end, err)
		default:
			fail = append(fail, err)
		}
	}
	if len(fail) > 0 {
		return errors.Join(append(fail, end...)...)
	}
	if len(end) > 0 {
		return &BranchEnd{Cause: errors.Join(end...)}
	}
	return nil
}

func (p precondition) check(ctx workflow.Context, in Input, fields map[string]any) error {
	check, ok := preconditions[p.Type]
	if !ok {
		return fmt.Errorf("precondition %q: %w: it is expression, clusterSize, stageStatus or noop", p.Type, gennaker.ErrInvalid)
	}
	return check(ctx, in, fields)
}

func checkNothing(workflow.Context, Input, map[string]any) error { return nil }

func checkExpression(ctx workflow.Context, in Input, fields map[string]any) error {
	text, _ := fields["expression"].(string)
	if b, ok := fields["expression"].(bool); ok {
		text = fmt.Sprint(b)
	}
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("precondition expression: %w: it has no expression, which is never met", gennaker.ErrInvalid)
	}
	met, err := in.Evaluator.Condition(ctx, text)
	if err != nil || met {
		return err
	}
	if message, _ := fields["failureMessage"].(string); message != "" {
		evaluated, err := in.Evaluator.Evaluate(ctx, message, nil)
		if err != nil {
			return err
		}
		return fmt.Errorf("%v", evaluated)
	}
	return fmt.Errorf("precondition %s is false", text)
}

type stageStatusFields struct {
	Stage  string `json:"stageName"`
	Status string `json:"stageStatus"`
}

func checkStageStatus(ctx workflow.Context, in Input, fields map[string]any) error {
	c, err := evaluated[stageStatusFields](ctx, in, fields)
	if err != nil {
		return err
	}
	if c.Stage == "" || c.Status == "" {
		return fmt.Errorf("precondition stageStatus: %w: it needs stageName and stageStatus", gennaker.ErrInvalid)
	}
	s := named(in.Execution, c.Stage)
	if s == nil {
		return fmt.Errorf("precondition stageStatus: stage %q: %w", c.Stage, gennaker.ErrNotFound)
	}
	if string(s.Status) != c.Status {
		return fmt.Errorf("stage %s is %s, not %s", c.Stage, s.Status, c.Status)
	}
	return nil
}

// named finds a stage by its name, or else by its refId.
func named(e *gennaker.Execution, name string) *gennaker.StageExecution {
	for i := range e.Stages {
		if e.Stages[i].Name == name {
			return &e.Stages[i]
		}
	}
	return e.Stage(name)
}

type clusterSizeFields struct {
	address
	Comparison  string `json:"comparison"`
	Expected    *int   `json:"expected"`
	OnlyEnabled bool   `json:"onlyEnabledServerGroups"`
}

// comparisons are Spinnaker's, == when none is given.
var comparisons = map[string]func(got, want int) bool{
	"":   func(got, want int) bool { return got == want },
	"==": func(got, want int) bool { return got == want },
	"<":  func(got, want int) bool { return got < want },
	"<=": func(got, want int) bool { return got <= want },
	">":  func(got, want int) bool { return got > want },
	">=": func(got, want int) bool { return got >= want },
}

func checkClusterSize(ctx workflow.Context, in Input, fields map[string]any) error {
	c, err := evaluated[clusterSizeFields](ctx, in, fields)
	if err != nil {
		return err
	}
	compare, ok := comparisons[c.Comparison]
	if !ok {
		return fmt.Errorf("precondition clusterSize: comparison %q: %w: it is ==, <, <=, > or >=", c.Comparison, gennaker.ErrInvalid)
	}
	want := 1
	if c.Expected != nil {
		want = *c.Expected
	}
	if want < 0 {
		return fmt.Errorf("precondition clusterSize: expected %d: %w: it is at least 0", want, gennaker.ErrInvalid)
	}
	refs, err := c.clusters()
	if err != nil {
		return err
	}
	var wrong []error
	for _, ref := range refs {
		groups, err := ops.Cluster(ctx, ref)
		if err != nil {
			return err
		}
		if got := count(groups, c.OnlyEnabled); !compare(got, want) {
			wrong = append(wrong, fmt.Errorf("cluster %s has %d server groups, wanted %s %d", ref, got, orEqual(c.Comparison), want))
		}
	}
	return errors.Join(wrong...)
}

func count(groups []gennaker.ServerGroup, onlyEnabled bool) int {
	n := 0
	for _, g := range groups {
		if g.Enabled || !onlyEnabled {
			n++
		}
	}
	return n
}

func orEqual(comparison string) string {
	if comparison == "" {
		return "=="
	}
	return comparison
}

// evaluated evaluates the fields and decodes them.
func evaluated[T any](ctx workflow.Context, in Input, fields map[string]any) (T, error) {
	value, err := in.Evaluator.Evaluate(ctx, fields, nil)
	if err != nil {
		var none T
		return none, err
	}
	evaluatedFields, _ := value.(map[string]any)
	return config.Decode[T](evaluatedFields)
}
