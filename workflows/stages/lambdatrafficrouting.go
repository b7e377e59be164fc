package stages

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type lambdaTrafficConfig struct {
	lambdaConfig
	AliasName        string          `json:"aliasName" jsonschema:"required"`
	AliasDescription string          `json:"aliasDescription,omitempty"`
	Strategy         string          `json:"deploymentStrategy" jsonschema:"required,enum=$SIMPLE,enum=$WEIGHTED,enum=$BLUEGREEN" jsonschema_description:"$SIMPLE: all calls go to version A. $WEIGHTED: to A and B by their percentages. $BLUEGREEN: to the newest version, if it answers payload as it should."`
	NameA            string          `json:"versionNameA,omitempty" jsonschema:"enum=$LATEST,enum=$PREVIOUS,enum=$OLDEST,enum=$PROVIDED" jsonschema_description:"Of the published versions; $PROVIDED is that of versionNumberA."`
	NumberA          string          `json:"versionNumberA,omitempty"`
	PercentA         *int            `json:"trafficPercentA,omitempty" jsonschema:"minimum=0,maximum=100"`
	NameB            string          `json:"versionNameB,omitempty" jsonschema:"enum=$LATEST,enum=$PREVIOUS,enum=$OLDEST,enum=$PROVIDED"`
	NumberB          string          `json:"versionNumberB,omitempty"`
	PercentB         *int            `json:"trafficPercentB,omitempty" jsonschema:"minimum=0,maximum=100"`
	Payload          string          `json:"payload,omitempty" jsonschema_description:"$BLUEGREEN: what the newest version is called with."`
	PayloadArtifact  *lambdaArtifact `json:"payloadArtifact,omitempty"`
	Output           string          `json:"output,omitempty" jsonschema_description:"$BLUEGREEN: what it must answer. Blanks do not count."`
	OutputArtifact   *lambdaArtifact `json:"outputArtifact,omitempty"`
	Timeout          int             `json:"timeout,omitempty" jsonschema:"minimum=0" jsonschema_description:"$BLUEGREEN: seconds that the answer may take."`
	Provisioned      *int            `json:"provisionedConcurrentExecutions,omitempty" jsonschema:"minimum=0" jsonschema_description:"Executions that are kept ready for the alias; 0 is none. Not with $WEIGHTED. Default: what there is stays."`
	Rollback         struct {
		OnFailure bool `json:"onFailure,omitempty" jsonschema_description:"Send the calls where they went before if what comes after that fails, or the stage is cancelled."`
	} `json:"rollback,omitzero"`
	callers
}

// LambdaTrafficRouting sends the calls of an alias to other versions.
func LambdaTrafficRouting(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[lambdaTrafficConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := in.function(c.lambdaConfig)
	if err != nil {
		return nil, err
	}
	if c.AliasName == "" {
		return nil, fmt.Errorf("aliasName: %w: the stage names none", gennaker.ErrInvalid)
	}
	f, err := ops.Function(ctx, ref)
	if err != nil {
		return nil, err
	}
	to, err := c.route(ctx, in, f)
	if err != nil {
		return nil, err
	}
	was := gennaker.Alias{}
	if a := f.Alias(c.AliasName); a != nil {
		was = *a
	}
	err = ops.PutFunctionAlias(ctx, gennaker.PutAlias{FunctionRef: ref, Alias: to, Was: &was})
	if err == nil {
		err = c.follow(ctx, in, ref)
	}
	if err != nil {
		return nil, c.goBack(ctx, ref, was, to, err)
	}
	return c.outputs(to, f), nil
}

// route is where the calls of the alias shall go.
func (c lambdaTrafficConfig) route(ctx workflow.Context, in Input, f gennaker.Function) (gennaker.Alias, error) {
	to := gennaker.Alias{Name: c.AliasName, Description: c.AliasDescription}
	var err error
	switch c.Strategy {
	case "$SIMPLE":
		to.Version, err = version(f, c.NameA, c.NumberA)
	case "$WEIGHTED":
		return c.weighted(to, f)
	case "$BLUEGREEN":
		if to.Version, err = version(f, gennaker.Latest, ""); err == nil {
			err = c.answersWell(ctx, in, f.Ref(), to.Version)
		}
	default:
		err = fmt.Errorf("deploymentStrategy %q: %w: it can be $SIMPLE, $WEIGHTED or $BLUEGREEN", c.Strategy, gennaker.ErrInvalid)
	}
	return to, err
}

// weighted are the two versions, the first of them with trafficPercentA.
func (c lambdaTrafficConfig) weighted(to gennaker.Alias, f gennaker.Function) (gennaker.Alias, error) {
	switch {
	case c.PercentA == nil && c.PercentB == nil:
		return to, fmt.Errorf("trafficPercentA: %w: the stage has none", gennaker.ErrInvalid)
	case c.PercentA != nil && c.PercentB != nil && *c.PercentA+*c.PercentB != 100:
		return to, fmt.Errorf("trafficPercentA and trafficPercentB: %w: %d and %d are not 100 together", gennaker.ErrInvalid, *c.PercentA, *c.PercentB)
	}
	second := 0
	if c.PercentB != nil {
		second = *c.PercentB
	} else {
		second = 100 - *c.PercentA
	}
	if second < 0 || second > 100 {
		return to, fmt.Errorf("trafficPercentA: %w: it is between 0 and 100", gennaker.ErrInvalid)
	}
	a, err := version(f, c.NameA, c.NumberA)
	if err != nil {
		return to, fmt.Errorf("versionNameA: %w", err)
	}
	if to.Version = a; second == 0 {
		return to, nil
	}
	b, err := version(f, c.NameB, c.NumberB)
	if err != nil {
		return to, fmt.Errorf("versionNameB: %w", err)
	}
	switch {
	case a == b:
		return to, fmt.Errorf("versionNameA and versionNameB: %w: both are version %s", gennaker.ErrInvalid, a)
	case second == 100:
		to.Version = b
		return to, nil
	}
	to.Second, to.Weight = b, float64(second)/100
	return to, nil
}

// answersWell calls a version that has no traffic yet.
func (c lambdaTrafficConfig) answersWell(ctx workflow.Context, in Input, ref gennaker.FunctionRef, number string) error {
	payload, err := in.text(ctx, "payload", c.Payload, c.PayloadArtifact)
	if err != nil {
		return err
	}
	want, err := in.text(ctx, "output", c.Output, c.OutputArtifact)
	if err != nil {
		return err
	}
	in.Waiting("version " + number + " to answer")
	came, err := ops.InvokeFunction(ctx, gennaker.Invoke{FunctionRef: ref, Qualifier: number, Payload: payload, Seconds: c.Timeout})
	switch {
	case err != nil:
		return err
	case came.Error != "":
		return fmt.Errorf("version %s of %s is %w: it failed: %s%s", number, ref.Name, gennaker.ErrUnhealthy, came.Error, excerpt(came.Log))
	case plainly(body(came.Response)) != plainly(want) && plainly(came.Response) != plainly(want):
		return fmt.Errorf("version %s of %s is %w: it answered %.300q, want %.300q", number, ref.Name, gennaker.ErrUnhealthy, came.Response, want)
	}
	return nil
}

// plainly is a text without blanks.
func plainly(text string) string { return strings.Join(strings.Fields(text), "") }

// follow sets what belongs to the alias.
func (c lambdaTrafficConfig) follow(ctx workflow.Context, in Input, ref gennaker.FunctionRef) error {
	if c.Provisioned != nil && c.Strategy != "$WEIGHTED" {
		s := gennaker.SetConcurrency{FunctionRef: ref, Alias: c.AliasName, Number: c.Provisioned}
		if err := ops.SetFunctionConcurrency(ctx, s); err != nil {
			return err
		}
	}
	return in.setCallers(ctx, ref, c.AliasName, c.callers)
}

// goBack sends the calls where they went before, if the stage asks for it.
func (c lambdaTrafficConfig) goBack(ctx workflow.Context, ref gennaker.FunctionRef, was, to gennaker.Alias, cause error) error {
	if !c.Rollback.OnFailure || was.Name == "" || was.Routes(to) {
		return cause
	}
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	if err := ops.PutFunctionAlias(outlive, gennaker.PutAlias{FunctionRef: ref, Alias: was, Was: &to}); err != nil {
		return fmt.Errorf("%w; going back to version %s did not work either: %s", cause, was.Version, err.Error())
	}
	return fmt.Errorf("%w; the calls go to version %s again", cause, was.Version)
}

// strategyNames are the strategies as Spinnaker's outputs name them.
var strategyNames = map[string]string{"$SIMPLE": "SimpleDeploymentStrategy", "$WEIGHTED": "WeightedDeploymentStrategy", "$BLUEGREEN": "BlueGreenDeploymentStrategy"}

func (c lambdaTrafficConfig) outputs(to gennaker.Alias, f gennaker.Function) Outputs {
	outputs := Outputs{"deployment:aliasDeployed": to.Name, "deployment:majorVersionDeployed": to.Version,
		"deployment:strategyUsed": strategyNames[c.Strategy], "functionName": f.Name, "functionARN": f.ID}
	if to.Second != "" {
		outputs["deployment:minorVersionDeployed"] = to.Second
		outputs["deployment:minorVersionWeight"] = to.Weight
	}
	return outputs
}
