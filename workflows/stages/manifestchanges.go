package stages

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type scaleManifestConfig struct {
	manifestCoordinates
	Replicas *int `json:"replicas" jsonschema:"required,minimum=0"`
}

// ScaleManifest gives an object another number of replicas.
func ScaleManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[scaleManifestConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if c.Replicas == nil || *c.Replicas < 0 {
		return nil, fmt.Errorf("replicas: %w: a number from 0 is wanted", gennaker.ErrInvalid)
	}
	return in.changeManifest(ctx, c.manifestCoordinates, true, func(ref gennaker.ManifestRef) error {
		return ops.ScaleManifest(ctx, ref, *c.Replicas)
	})
}

// changeManifest makes a change of the stage's object in turn and, if it is
// asked to, waits until that is stable.
func (in Input) changeManifest(ctx workflow.Context, c manifestCoordinates, wait bool, change func(gennaker.ManifestRef) error) (Outputs, error) {
	var outputs Outputs
	err := in.onManifests(ctx, c, func(all []gennaker.Manifest) error {
		ref, err := c.only(all)
		if err == nil {
			outputs = manifestOutputs(ref)
			err = in.changeOne(ctx, ref, wait, change)
		}
		return err
	})
	return outputs, err
}

func (in Input) changeOne(ctx workflow.Context, ref gennaker.ManifestRef, wait bool, change func(gennaker.ManifestRef) error) error {
	if err := change(ref); err != nil || !wait {
		return err
	}
	return in.awaitManifests(ctx, ref.Account, []gennaker.ManifestRef{ref})
}

// manifestOutputs name the object that the stage was about.
func manifestOutputs(ref gennaker.ManifestRef) Outputs {
	return Outputs{"manifestName": ref.String(), "location": ref.Namespace}
}

type patchManifestConfig struct {
	manifestCoordinates
	manifestSource
	Patch   any          `json:"patchBody,omitempty" jsonschema_description:"Part of an object, or a list of the operations of a JSON patch; or the text of it."`
	Options patchOptions `json:"options,omitzero"`
}

type patchOptions struct {
	Strategy string `json:"mergeStrategy,omitempty" jsonschema:"enum=strategic,enum=merge,enum=json" jsonschema_description:"strategic is the default; kinds of the users' own take merge or json."`
	Record   *bool  `json:"record,omitempty" jsonschema_description:"Default true: the patch is put down in the object's annotations."`
}

// PatchManifest changes an object by a patch, and waits until it is stable.
func PatchManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[patchManifestConfig](in.Config)
	if err != nil {
		return nil, err
	}
	p := gennaker.PatchManifest{Strategy: first(c.Options.Strategy, "strategic"), Token: in.token(ctx, "patch"),
		Record: c.Options.Record == nil || *c.Options.Record}
	if p.Patch, err = in.patch(ctx, c, p.Strategy); err != nil {
		return nil, err
	}
	if p.Artifacts, p.Required, err = in.bindable(ctx, c.manifestSource); err != nil {
		return nil, err
	}
	outputs, err := in.changeManifest(ctx, c.manifestCoordinates, true, func(ref gennaker.ManifestRef) error {
		p.ManifestRef = ref
		return ops.PatchManifest(ctx, p)
	})
	if err != nil {
		return outputs, err
	}
	return in.Bind(ctx, outputs)
}

// patch is what the stage patches with: a list of operations, or an object.
func (in Input) patch(ctx workflow.Context, c patchManifestConfig, strategy string) (any, error) {
	list, err := in.documents(ctx, c.manifestSource, "patchBody", c.Patch)
	switch {
	case err != nil:
		return nil, err
	case strategy == "json":
		return list, nil
	case len(list) != 1:
		return nil, fmt.Errorf("patchBody: %w: one object is wanted", gennaker.ErrInvalid)
	}
	return list[0], nil
}

type deleteManifestConfig struct {
	manifestCoordinates
	Options deleteOptions `json:"options,omitzero"`
}

type deleteOptions struct {
	Cascading    *bool  `json:"cascading,omitempty" jsonschema_description:"Default true: what the object owns goes with it."`
	GraceSeconds *int64 `json:"gracePeriodSeconds,omitempty" jsonschema:"minimum=0"`
}

// DeleteManifest deletes objects, and waits until they are gone.
func DeleteManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[deleteManifestConfig](in.Config)
	if err != nil {
		return nil, err
	}
	names := map[string][]string{}
	err = in.onManifests(ctx, c.manifestCoordinates, func(all []gennaker.Manifest) error {
		for _, m := range all {
			in.Waiting(m.String() + " to be gone")
			err := ops.DeleteManifest(ctx, gennaker.DeleteManifest{ManifestRef: m.ManifestRef, UID: m.UID,
				Orphan: c.Options.Cascading != nil && !*c.Options.Cascading, GraceSeconds: c.Options.GraceSeconds})
			if err != nil {
				return err
			}
			names[m.Namespace] = append(names[m.Namespace], m.String())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return Outputs{"outputs.manifestNamesByNamespace": names}, nil
}
