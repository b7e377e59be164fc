package stages

import (
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
)

type runJobConfig struct {
	Provider         string            `json:"cloudProvider,omitempty"`
	ProviderType     string            `json:"cloudProviderType,omitempty" jsonschema_description:"Says the same as cloudProvider."`
	Account          string            `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials      string            `json:"credentials,omitempty"`
	Region           string            `json:"region,omitempty"`
	Namespace        string            `json:"namespace,omitempty" jsonschema_description:"Says the same as region, and goes before it."`
	Application      string            `json:"application,omitempty" jsonschema_description:"Default: the pipeline's application. The job's name begins with it."`
	Command          string            `json:"command,omitempty" jsonschema_description:"A line for sh or, with arguments, a program; without a slash it is looked up in PATH, with one in workingDirectory."`
	Arguments        []string          `json:"arguments,omitempty"`
	Environment      map[string]string `json:"environment,omitempty" jsonschema_description:"All that the program sees besides PATH, HOME and the like."`
	WorkingDirectory string            `json:"workingDirectory,omitempty" jsonschema_description:"Default: an empty directory of the job's own, which goes away when it has ended."`
	StopGraceMillis  int64             `json:"stopGraceMillis,omitempty" jsonschema:"minimum=0" jsonschema_description:"Milliseconds between SIGTERM and SIGKILL; default 10000."`
	Manifest         any               `json:"manifest,omitempty" jsonschema_description:"A Job of Kubernetes. With it the stage is a runJobManifest."`
	jobConfig
	consumes
}

// jobConfig are the fields of all stages that are a job.
type jobConfig struct {
	PropertyFile      string `json:"propertyFile,omitempty" jsonschema_description:"A file in the job's own directory, whose path is in the variable GENNAKER_PROPERTIES: .json, .yml, .yaml, or lines of NAME=VALUE. Each of its values becomes an output; the stage fails if it has none. On Kubernetes, a container that writes lines of SPINNAKER_PROPERTY_NAME=VALUE or SPINNAKER_CONFIG_JSON={...}."`
	WaitForCompletion *bool  `json:"waitForCompletion,omitempty" jsonschema_description:"Default true. False: the stage ends when the job has begun."`
}

func (c jobConfig) waits() bool { return c.WaitForCompletion == nil || *c.WaitForCompletion }

// RunJob runs a program once, or what a manifest describes.
func RunJob(ctx workflow.Context, in Input) (Outputs, error) {
	if in.Config["manifest"] != nil || in.Config["source"] == "artifact" {
		return RunJobManifest(ctx, in)
	}
	c, err := config.Decode[runJobConfig](in.Config)
	if err == nil {
		c.Environment, err = in.variables()
	}
	if err == nil {
		err = c.consumes.check()
	}
	if err != nil {
		return nil, err
	}
	account, err := oneAccount(c.Account, c.Credentials)
	if err != nil {
		return nil, err
	}
	r := in.job(ctx, gennaker.In(account, first(c.Namespace, c.Region)), first(c.Application, in.Execution.Application))
	r.Spec = c.spec(in.Config)
	outputs, err := in.runJob(ctx, r, c.jobConfig)
	if err != nil || !c.waits() {
		return outputs, err
	}
	return c.consume(ctx, in, outputs)
}

// spec are the stage's fields as the provider reads them: those that all
// clouds share have their types.
func (c runJobConfig) spec(fields map[string]any) map[string]any {
	spec := map[string]any{}
	maps.Copy(spec, fields)
	maps.Copy(spec, map[string]any{"command": c.Command, "arguments": c.Arguments, "environment": c.Environment,
		"workingDirectory": c.WorkingDirectory, "propertyFile": c.PropertyFile, "stopGraceMillis": c.StopGraceMillis})
	return spec
}
