package stages

import (
	"errors"
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// serviceConfig says which service instance a stage is about.
type serviceConfig struct {
	Provider    string `json:"cloudProvider,omitempty"`
	Account     string `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials string `json:"credentials,omitempty"`
	Region      string `json:"region,omitempty"`
	Service     string `json:"serviceInstanceName,omitempty"`
}

func (c serviceConfig) ref() (gennaker.ServiceRef, error) {
	account, err := oneAccount(c.Account, c.Credentials)
	if err == nil && c.Service == "" {
		err = fmt.Errorf("serviceInstanceName: %w: the stage names none", gennaker.ErrInvalid)
	}
	return gennaker.ServiceRef{Location: gennaker.In(account, c.Region), Name: c.Service}, err
}

type deployServiceConfig struct {
	serviceConfig
	UserProvided bool            `json:"userProvided,omitempty" jsonschema_description:"The manifest says what a user provides, and no service and plan."`
	Manifest     serviceManifest `json:"manifest" jsonschema:"required"`
}

type serviceManifest struct {
	ArtifactID string             `json:"artifactId,omitempty" jsonschema_description:"An expected artifact, whose YAML says what direct would."`
	Artifact   *gennaker.Artifact `json:"artifact,omitempty"`
	Direct     map[string]any     `json:"direct,omitempty" jsonschema_description:"serviceInstanceName, and what the cloud reads: service, servicePlan, parameters, tags, updatable; or, if a user provides it, credentials, syslogDrainUrl, routeServiceUrl, tags."`
}

// DeployService makes a service instance, or changes it, and waits until it is
// ready.
func DeployService(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[deployServiceConfig](in.Config)
	if err != nil {
		return nil, err
	}
	spec, err := c.Manifest.read(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	for _, field := range []string{"serviceInstanceName", "service_instance_name", "service-instance-name"} {
		if name, ok := spec[field].(string); ok {
			c.Service = name
		}
	}
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	spec["userProvided"] = c.UserProvided
	in.Waiting("service " + ref.Name + " to be ready")
	err = ops.PutService(ctx, gennaker.PutService{ServiceRef: ref, Spec: spec, Marks: map[string]string{
		gennaker.MarkExecution: in.Execution.ID, gennaker.MarkStage: in.State.RefID, gennaker.MarkToken: in.token(ctx, "service")}})
	return serviceOutputs(ref), err
}

// read is what the manifest says.
func (m serviceManifest) read(ctx workflow.Context, in Input) (map[string]any, error) {
	if m.Direct != nil {
		return maps.Clone(m.Direct), nil
	}
	a, err := in.Artifact(ctx, m.ArtifactID, m.Artifact)
	if err != nil {
		return nil, err
	}
	return oneDocument(ctx, a)
}

// serviceOutputs are Spinnaker's.
func serviceOutputs(ref gennaker.ServiceRef) Outputs {
	return Outputs{"service.account": ref.Account, "service.region": ref.Region, "service.instance.name": ref.Name}
}

// DestroyService deletes a service instance and waits until it is gone.
func DestroyService(ctx workflow.Context, in Input) (Outputs, error) {
	return in.aboutService(func(ref gennaker.ServiceRef) error {
		in.Waiting("service " + ref.Name + " to be gone")
		return ops.DeleteService(ctx, ref)
	})
}

// aboutService does something about the service instance that the stage names.
func (in Input) aboutService(do func(gennaker.ServiceRef) error) (Outputs, error) {
	c, err := config.Decode[serviceConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	return serviceOutputs(ref), do(ref)
}

type shareServiceConfig struct {
	serviceConfig
	Regions []string `json:"shareToRegions" jsonschema:"required"`
}

// ShareService has other regions use a service instance.
func ShareService(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[shareServiceConfig](in.Config)
	if err == nil && len(c.Regions) == 0 {
		err = fmt.Errorf("shareToRegions: %w: the stage names none", gennaker.ErrInvalid)
	}
	if err != nil {
		return nil, err
	}
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	return serviceOutputs(ref), ops.ShareService(ctx, gennaker.ShareService{ServiceRef: ref, Regions: c.Regions})
}

type unshareServiceConfig struct {
	serviceConfig
	Regions []string `json:"unshareFromRegions" jsonschema:"required"`
}

// UnshareService has them use it no more. The stage need not say where the
// service instance is: those regions see it. One that is gone is shared with
// nobody.
func UnshareService(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[unshareServiceConfig](in.Config)
	if err == nil && len(c.Regions) == 0 {
		err = fmt.Errorf("unshareFromRegions: %w: the stage names none", gennaker.ErrInvalid)
	}
	if err != nil {
		return nil, err
	}
	c.Region = first(c.Region, c.Regions[0])
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	err = ops.UnshareService(ctx, gennaker.ShareService{ServiceRef: ref, Regions: c.Regions})
	if errors.Is(err, gennaker.ErrNotFound) {
		err = nil
	}
	return serviceOutputs(ref), err
}

type serviceKeyConfig struct {
	serviceConfig
	Key string `json:"serviceKeyName" jsonschema:"required"`
}

func (in Input) serviceKey() (gennaker.ServiceKey, error) {
	c, err := config.Decode[serviceKeyConfig](in.Config)
	if err == nil && c.Key == "" {
		err = fmt.Errorf("serviceKeyName: %w: the stage names none", gennaker.ErrInvalid)
	}
	if err != nil {
		return gennaker.ServiceKey{}, err
	}
	ref, err := c.ref()
	return gennaker.ServiceKey{ServiceRef: ref, Key: c.Key}, err
}

// CreateServiceKey puts out the credentials of a key, which is made if there is
// none of that name.
func CreateServiceKey(ctx workflow.Context, in Input) (Outputs, error) {
	k, err := in.serviceKey()
	if err != nil {
		return nil, err
	}
	credentials, err := ops.CreateServiceKey(ctx, k)
	if err != nil {
		return nil, err
	}
	outputs := serviceOutputs(k.ServiceRef)
	outputs["serviceKey"] = credentials
	return outputs, nil
}

// DeleteServiceKey deletes a key.
func DeleteServiceKey(ctx workflow.Context, in Input) (Outputs, error) {
	k, err := in.serviceKey()
	if err != nil {
		return nil, err
	}
	return serviceOutputs(k.ServiceRef), ops.DeleteServiceKey(ctx, k)
}
