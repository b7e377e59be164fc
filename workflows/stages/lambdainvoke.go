package stages

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type lambdaInvokeConfig struct {
	lambdaConfig
	AliasName       string          `json:"aliasName,omitempty" jsonschema_description:"The alias or version to call; default $LATEST."`
	Payload         string          `json:"payload,omitempty" jsonschema_description:"JSON that it is called with."`
	PayloadArtifact *lambdaArtifact `json:"payloadArtifact,omitempty"`
	Count           *int            `json:"executionCount,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"How often it is called, one after the other; default 1."`
	Timeout         int             `json:"timeout,omitempty" jsonschema:"minimum=-1" jsonschema_description:"Seconds that a call may take."`
}

// LambdaInvoke calls a function.
func LambdaInvoke(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[lambdaInvokeConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := in.function(c.lambdaConfig)
	if err != nil {
		return nil, err
	}
	payload, err := in.text(ctx, "payload", c.Payload, c.PayloadArtifact)
	if err != nil {
		return nil, err
	}
	count := 1
	if c.Count != nil {
		count = *c.Count
	}
	var results []any
	var failures []string
	for n := 1; n <= count && err == nil; n++ {
		var came gennaker.Invocation
		came, err = ops.InvokeFunction(ctx, gennaker.Invoke{FunctionRef: ref, Qualifier: c.AliasName, Payload: payload, Seconds: max(0, c.Timeout)})
		if err != nil {
			break
		}
		results = append(results, map[string]any{"body": body(came.Response), "response": came.Response, "errors": came.Error,
			"logs": came.Log, "version": came.Version})
		if came.Error != "" {
			failures = append(failures, fmt.Sprintf("call %d failed: %s%s", n, came.Error, excerpt(came.Log)))
		}
	}
	if err == nil && len(failures) > 0 {
		err = fmt.Errorf("function %s: %s", ref.Name, strings.Join(failures, "\n"))
	}
	return Outputs{"invokeResultsList": results}, err
}

// body is the body of an answer that is made for HTTP, or else the answer.
func body(response string) string {
	var answer struct {
		Body *string `json:"body"`
	}
	if json.Unmarshal([]byte(response), &answer) == nil && answer.Body != nil {
		return *answer.Body
	}
	return response
}
