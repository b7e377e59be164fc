package stages

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// inTurn does something to objects while nobody else changes their clusters. The
// wait for that does not count as time of the stage, and may take as long.
func (in Input) inTurn(ctx workflow.Context, refs []gennaker.ManifestRef, do func() error) error {
	const turns, freeWait = 1, 2 // what executions that began before have not
	version := workflow.GetVersion(ctx, "take turns at manifests", workflow.DefaultVersion, freeWait)
	if version < turns {
		return do()
	}
	var list []gennaker.Operation
	for _, ref := range refs {
		list = append(list, in.operation(gennaker.OpHold, ref.ClusterRef(), address{}, nil))
	}
	var release func()
	hold := func() (err error) {
		release, err = ops.Hold(ctx, list, in)
		return err
	}
	var err error
	if version < freeWait {
		err = hold()
	} else {
		err = gate.Aside(ctx, hold)
	}
	if err != nil {
		return err
	}
	defer release()
	return do()
}

// onManifests does something to the objects that a stage is about, in turn.
// Which one the criteria mean is decided when it is its turn.
func (in Input) onManifests(ctx workflow.Context, c manifestCoordinates, do func([]gennaker.Manifest) error) error {
	if c.Mode == "dynamic" && c.Cluster != "" {
		return in.inTurn(ctx, []gennaker.ManifestRef{c.anyOf()}, func() error {
			all, err := in.manifests(ctx, c)
			if err != nil {
				return err
			}
			return do(all)
		})
	}
	all, err := in.manifests(ctx, c)
	if err != nil {
		return err
	}
	var refs []gennaker.ManifestRef
	for _, m := range all {
		refs = append(refs, m.ManifestRef)
	}
	return in.inTurn(ctx, refs, func() error { return do(all) })
}

// anyOf stands for the objects of the cluster that one is chosen from.
func (c manifestCoordinates) anyOf() gennaker.ManifestRef {
	kind, name, ok := strings.Cut(c.Cluster, " ")
	if !ok {
		kind, name = c.Kind, c.Cluster
	}
	return gennaker.ManifestRef{Account: first(c.Account, c.Credentials), Namespace: c.Location, Kind: kind, Name: name}
}

// running are those of the objects to be applied that run something: they have
// a template of it. Of others each version is an object of its own.
func running(m gennaker.ApplyManifests) []gennaker.ManifestRef {
	var refs []gennaker.ManifestRef
	for _, document := range m.Manifests {
		spec, _ := document["spec"].(map[string]any)
		metadata, _ := document["metadata"].(map[string]any)
		kind, _ := document["kind"].(string)
		name, _ := metadata["name"].(string)
		namespace, _ := metadata["namespace"].(string)
		if namespace == "" || m.Override {
			namespace = m.Namespace
		}
		if spec["template"] != nil && kind != "" && name != "" {
			refs = append(refs, gennaker.ManifestRef{Account: m.Account, Namespace: namespace, Kind: kind, Name: name})
		}
	}
	return refs
}
