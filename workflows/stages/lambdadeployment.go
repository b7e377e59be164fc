package stages

import (
	"errors"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type lambdaDeploymentConfig struct {
	lambdaConfig
	lambdaCode
	Runtime        string            `json:"runtime,omitempty" jsonschema_description:"Such as python3.13."`
	Handler        string            `json:"handler,omitempty"`
	Role           string            `json:"role,omitempty" jsonschema_description:"The ARN of the role that it runs as."`
	Memory         int               `json:"memorySize,omitempty" jsonschema_description:"MB."`
	Timeout        int               `json:"timeout,omitempty" jsonschema_description:"Seconds that one call may take."`
	Description    string            `json:"description,omitempty"`
	Variables      map[string]string `json:"envVariables,omitempty"`
	Tags           map[string]string `json:"tags,omitempty"`
	DeadLetter     map[string]string `json:"deadLetterConfig,omitempty" jsonschema_description:"targetArn."`
	Tracing        map[string]string `json:"tracingConfig,omitempty" jsonschema_description:"mode: Active or PassThrough."`
	Subnets        []string          `json:"subnetIds,omitempty"`
	SecurityGroups []string          `json:"securityGroupIds,omitempty"`
	VPC            string            `json:"vpcId,omitempty"`
	Layers         []string          `json:"layers,omitempty"`
	Key            string            `json:"kmskeyArn,omitempty"`
	Architectures  []string          `json:"architectures,omitempty" jsonschema_description:"x86_64 or arm64, when it is made."`
	Reserved       *int              `json:"reservedConcurrentExecutions,omitempty" jsonschema:"minimum=0" jsonschema_description:"Executions at once, at most. Default: no limit of its own."`
	Aliases        []string          `json:"aliases,omitempty" jsonschema_description:"Aliases that shall go to $LATEST."`
	AliasName      string            `json:"aliasName,omitempty" jsonschema_description:"The alias that triggerArns call; default: the function itself."`
	callers
}

// lambdaCode says where the code of a function is.
type lambdaCode struct {
	Bucket        string `json:"s3bucket,omitempty"`
	Object        string `json:"s3key,omitempty"`
	ObjectVersion string `json:"s3ObjectVersion,omitempty"`
	Publish       bool   `json:"publish,omitempty" jsonschema_description:"Keep what it is then as a version. Nothing is published if the newest version is that already."`
}

// LambdaDeployment makes a function, or gives it other code and configuration.
func LambdaDeployment(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[lambdaDeploymentConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := in.function(c.lambdaConfig)
	if err != nil {
		return nil, err
	}
	before, err := ops.Function(ctx, ref)
	create := errors.Is(err, gennaker.ErrNotFound)
	if err != nil && !create {
		return nil, err
	}
	f, err := in.putFunction(ctx, gennaker.PutFunction{FunctionRef: ref, Spec: in.Config, Marks: in.functionMarks(ctx)}, create)
	if err != nil {
		return nil, err
	}
	if err := in.surround(ctx, c, f); err != nil {
		return nil, err
	}
	outputs := Outputs{"lambdaCreated": create, "lambdaCodeUpdated": !create, "lambdaAliasesUpdated": len(c.Aliases) > 0}
	if !create {
		outputs["originalRevisionId"] = before.Revision
	}
	return in.publish(ctx, c.lambdaCode, f, before, outputs)
}

// putFunction returns the function once it is as the stage says.
func (in Input) putFunction(ctx workflow.Context, p gennaker.PutFunction, create bool) (gennaker.Function, error) {
	if create {
		if err := ops.CreateFunction(ctx, p); err != nil {
			return gennaker.Function{}, err
		}
		return ops.AwaitFunction(ctx, p.FunctionRef)
	}
	if err := ops.UpdateFunctionCode(ctx, p); err != nil {
		return gennaker.Function{}, err
	}
	if _, err := ops.AwaitFunction(ctx, p.FunctionRef); err != nil {
		return gennaker.Function{}, err
	}
	if err := ops.UpdateFunctionConfiguration(ctx, p); err != nil {
		return gennaker.Function{}, err
	}
	return ops.AwaitFunction(ctx, p.FunctionRef)
}

// surround sets what is around a function: its limit, what calls it, and its
// aliases.
func (in Input) surround(ctx workflow.Context, c lambdaDeploymentConfig, f gennaker.Function) error {
	if c.Reserved != nil || f.Reserved != nil {
		if err := ops.SetFunctionConcurrency(ctx, gennaker.SetConcurrency{FunctionRef: f.Ref(), Number: c.Reserved}); err != nil {
			return err
		}
	}
	if err := in.setCallers(ctx, f.Ref(), c.AliasName, c.callers); err != nil {
		return err
	}
	for _, name := range c.Aliases {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		alias := gennaker.Alias{Name: name, Version: gennaker.Latest, Description: "Made by Gennaker"}
		if err := ops.PutFunctionAlias(ctx, gennaker.PutAlias{FunctionRef: f.Ref(), Alias: alias}); err != nil {
			return err
		}
	}
	return nil
}

// setCallers sets what calls a function or alias, if the stage says so.
func (in Input) setCallers(ctx workflow.Context, ref gennaker.FunctionRef, alias string, c callers) error {
	if _, said := in.Config["triggerArns"]; !said {
		return nil
	}
	return ops.SetFunctionEventSources(ctx, gennaker.SetEventSources{FunctionRef: ref, Qualifier: alias, Sources: c.Triggers, Spec: in.Config})
}

// publish keeps the function as a version if it is asked to, and tells what
// the function is then.
func (in Input) publish(ctx workflow.Context, c lambdaCode, f, before gennaker.Function, outputs Outputs) (Outputs, error) {
	if c.Publish {
		number, err := ops.PublishFunctionVersion(ctx, gennaker.PublishVersion{FunctionRef: f.Ref(), CodeHash: f.CodeHash})
		if err != nil {
			return outputs, err
		}
		outputs["versionId"] = number
		outputs["lambdaVersionPublished"] = !slices.Contains(before.Versions, number)
	}
	f, err := ops.Function(ctx, f.Ref())
	if err != nil {
		return outputs, err
	}
	outputs["functionName"], outputs["functionARN"], outputs["revisionId"], outputs["lambdaObject"] = f.Name, f.ID, f.Revision, f
	return outputs, nil
}
