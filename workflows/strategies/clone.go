package strategies

import (
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Clone deploys a server group like another one, the operation's source,
// except for what its config says.
func Clone(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	source, err := sourceOf(ctx, op)
	if err != nil {
		return gennaker.Change{Cluster: op.Cluster}, err
	}
	spec, err := ops.Spec(ctx, source.Ref())
	if err != nil {
		return gennaker.Change{Cluster: op.Cluster}, err
	}
	if op.Config, err = like(source, spec, op); err != nil {
		return gennaker.Change{Cluster: op.Cluster}, err
	}
	op.ServerGroup, op.Target = source.Name, ""
	return Deploy(ctx, op)
}

func sourceOf(ctx workflow.Context, op gennaker.Operation) (gennaker.ServerGroup, error) {
	if op.Source == nil {
		return gennaker.ServerGroup{}, fmt.Errorf("clone: %w: no source is named", gennaker.ErrInvalid)
	}
	cluster, err := ops.Cluster(ctx, *op.Source)
	if err != nil {
		return gennaker.ServerGroup{}, err
	}
	g, err := gennaker.ChooseServerGroup(cluster, op.ServerGroup, op.Target)
	if err != nil {
		return g, fmt.Errorf("source in cluster %s: %w", op.Source, err)
	}
	return g, nil
}

// like is the cluster block of a server group that is as the source except for
// what the operation's config says.
func like(source gennaker.ServerGroup, spec map[string]any, op gennaker.Operation) (map[string]any, error) {
	c, err := config.Decode[Cluster](op.Config)
	if err != nil {
		return nil, err
	}
	block := map[string]any{"loadBalancers": source.LoadBalancers, "capacity": size(source.Capacity)}
	maps.Copy(block, spec)
	maps.Copy(block, op.Config)
	if err := changeImage(block, spec, op.Config); err != nil {
		return nil, err
	}
	delete(block, "source")
	if *op.Source == op.Cluster {
		block["source"] = map[string]any{"serverGroupName": source.Name, "useSourceCapacity": c.Source.UseCapacity}
		return block, nil
	}
	if c.UseSource || c.Source.UseCapacity { // which is no server group of the new one's cluster
		block["capacity"] = size(source.Capacity)
		delete(block, "useSourceCapacity")
	}
	return block, nil
}

func size(c gennaker.Capacity) map[string]any {
	return map[string]any{"min": c.Min, "desired": c.Desired, "max": c.Max}
}

// imageFields are the names under which documents say what instances start
// from; a cloud reads some of them.
var imageFields = []string{"imageId", "image", "amiName", "dockerImageAddress"}

// HasImage reports whether a cluster block says what its instances start from.
func HasImage(block map[string]any) bool { return imageIn(block) != "" }

func imageIn(block map[string]any) string {
	for _, field := range imageFields {
		if text, _ := block[field].(string); text != "" {
			return text
		}
	}
	return ""
}

// TakesImage reports whether a clone of the server group can be given another
// image.
func TakesImage(ctx workflow.Context, g gennaker.ServerGroup) bool {
	spec, err := ops.Spec(ctx, g.Ref())
	return err == nil && HasImage(spec)
}

// changeImage gives the block the image that the config names, under all the
// names that the source has for its own.
func changeImage(block, spec, config map[string]any) error {
	image := imageIn(config)
	if image == "" {
		return nil
	}
	known := false
	for _, field := range imageFields {
		if _, ok := spec[field]; !ok {
			continue
		}
		known = true
		if text, _ := config[field].(string); text == "" {
			block[field] = image
		}
	}
	if !known {
		return fmt.Errorf("image %s: %w: the source was not made from an image that another could take the place of", image, gennaker.ErrInvalid)
	}
	return nil
}

// follows is the server group of the same place that the new one is to be
// given what a document cannot say of.
func (d *Deployment) follows() string {
	switch {
	case d.op.Source != nil && d.op.Source.Location == d.op.Cluster.Location:
		return d.op.ServerGroup
	case d.op.Source == nil && d.Source != nil:
		return d.Source.Name
	}
	return ""
}
