package operations

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// RollbackConfig says what to roll back to and how carefully.
type RollbackConfig struct {
	Restore       string                `json:"originalServerGroup,omitempty" jsonschema_description:"The server group to go back to. Default: one with the image that the cluster had before, or else the one before the newest enabled."`
	TargetHealthy *int                  `json:"targetHealthyRollbackPercentage,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"Percent of its instances that must be healthy; default 100 below ten instances, 90 below twenty, else 95."`
	DelayDisable  float64               `json:"delayBeforeDisableSeconds,omitempty" jsonschema:"minimum=0"`
	OnlyEnabled   bool                  `json:"onlyEnabledServerGroups,omitempty" jsonschema_description:"Go back only to a server group that is in traffic."`
	Type          gennaker.RollbackType `json:"rollbackType,omitempty" jsonschema:"enum=EXPLICIT,enum=PREVIOUS_IMAGE" jsonschema_description:"PREVIOUS_IMAGE: deploy one more server group, with the image that the cluster had before. Default: only if no server group has that image."`
	RollbackPair
}

// RollbackPair says which server group goes, which comes, and what is left
// out.
type RollbackPair struct {
	Bad                  string `json:"rollbackServerGroupName,omitempty" jsonschema_description:"The server group to take out of traffic."`
	Good                 string `json:"restoreServerGroupName,omitempty" jsonschema_description:"The server group to put into traffic."`
	DisableOnly          bool   `json:"disableOnly,omitempty" jsonschema_description:"Only take the one out."`
	EnableAndDisableOnly bool   `json:"enableAndDisableOnly,omitempty" jsonschema_description:"Leave the capacity of the other as it is."`
	ImageID              string `json:"imageId,omitempty" jsonschema_description:"Deploy one more server group with this image, and take the one out."`
	ImageName            string `json:"imageName,omitempty"`
	Guarded
}

// Rollback puts an older server group into traffic, as big as the newest, and
// then takes the newest out. If none has the image that the cluster had
// before, one more is deployed with it, where the cloud can. Capacity is never
// removed first.
func Rollback(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[RollbackConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	cluster, err := ops.Cluster(ctx, op.Cluster)
	if err != nil {
		return gennaker.Change{}, err
	}
	bad, err := c.bad(cluster, op.Cluster)
	if err != nil {
		return gennaker.Change{}, err
	}
	if c.DisableOnly {
		return c.disable(ctx, op, cluster, bad)
	}
	good, image, err := c.choose(cluster, bad, op.Cluster)
	named := c.Type != "" || c.ImageID+c.ImageName != ""
	if err == nil && image != "" && !named && !strategies.TakesImage(ctx, bad) {
		good, image, err = c.older(cluster, bad, op.Cluster)
	}
	switch {
	case err != nil:
		return gennaker.Change{}, err
	case image != "":
		return c.redeploy(ctx, op, bad, image)
	}
	return c.swap(ctx, op, bad, good)
}

// bad is the server group to roll back: the one that is named, or the newest
// enabled one.
func (c RollbackConfig) bad(cluster []gennaker.ServerGroup, ref gennaker.ClusterRef) (gennaker.ServerGroup, error) {
	if c.Bad != "" {
		g, err := gennaker.ChooseServerGroup(cluster, c.Bad, "")
		if err != nil {
			return g, fmt.Errorf("roll back %s: %w", ref, err)
		}
		return g, nil
	}
	for _, g := range slices.Backward(cluster) {
		if g.Enabled {
			return g, nil
		}
	}
	return gennaker.ServerGroup{}, fmt.Errorf("roll back %s: %w: none of its %d server groups is enabled", ref, gennaker.ErrNotFound, len(cluster))
}

// choose finds what to go back to: the server group that is named, one with
// the image before, that image, or the next older server group.
func (c RollbackConfig) choose(cluster []gennaker.ServerGroup, bad gennaker.ServerGroup, ref gennaker.ClusterRef) (good gennaker.ServerGroup, image string, err error) {
	if c.Type == gennaker.RollbackImage || c.Type == "" && c.ImageID+c.ImageName != "" {
		image, err = c.image(bad, ref)
		return good, image, err
	}
	if name := either(c.Good, c.Restore); name != "" {
		if good, err = gennaker.ChooseServerGroup(cluster, name, ""); err != nil {
			return good, "", fmt.Errorf("roll back %s: %w: there is no server group %s to go back to", ref, gennaker.ErrNotFound, name)
		}
		if good.Name == bad.Name {
			return good, "", fmt.Errorf("roll back %s: %w: %s is what runs now", ref, gennaker.ErrInvalid, good.Name)
		}
		return good, "", nil
	}
	if image = bad.Marks[gennaker.MarkPreviousImage]; image != "" && image != bad.Image {
		for _, g := range slices.Backward(cluster) {
			if g.Image == image && g.Name != bad.Name && c.fits(g) {
				return g, "", nil
			}
		}
		return good, image, nil
	}
	return c.older(cluster, bad, ref)
}

// image is the one to deploy again: the one that is named, or that the cluster
// had before the bad server group.
func (c RollbackConfig) image(bad gennaker.ServerGroup, ref gennaker.ClusterRef) (string, error) {
	image := either(either(c.ImageID, c.ImageName), bad.Marks[gennaker.MarkPreviousImage])
	if image == "" {
		return "", fmt.Errorf("roll back %s: %w: nothing says which image was there before %s; name one with imageId", ref, gennaker.ErrNotFound, bad.Name)
	}
	return image, nil
}

// older is the next server group that is older than the bad one.
func (c RollbackConfig) older(cluster []gennaker.ServerGroup, bad gennaker.ServerGroup, ref gennaker.ClusterRef) (good gennaker.ServerGroup, image string, err error) {
	at := slices.IndexFunc(cluster, func(g gennaker.ServerGroup) bool { return g.Name == bad.Name })
	for _, g := range slices.Backward(cluster[:at]) {
		if c.fits(g) {
			return g, "", nil
		}
	}
	return good, "", fmt.Errorf("roll back %s: %w: there is no server group older than %s to go back to", ref, gennaker.ErrNotFound, bad.Name)
}

func (c RollbackConfig) fits(g gennaker.ServerGroup) bool { return g.Enabled || !c.OnlyEnabled }

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// disable only takes the bad server group out of traffic.
func (c RollbackConfig) disable(ctx workflow.Context, op gennaker.Operation, cluster []gennaker.ServerGroup, bad gennaker.ServerGroup) (gennaker.Change, error) {
	if err := c.guard(cluster, bad.Name); err != nil {
		return gennaker.Change{}, err
	}
	return gennaker.Change{Cluster: op.Cluster, RolledBack: bad.Name, Rollback: gennaker.RollbackExplicit,
		Disabled: []string{bad.Name}}, ops.Disable(ctx, bad.Ref())
}

// redeploy makes a server group like the bad one with another image, and takes
// the bad one out of traffic.
func (c RollbackConfig) redeploy(ctx workflow.Context, op gennaker.Operation, bad gennaker.ServerGroup, image string) (gennaker.Change, error) {
	op.Source, op.ServerGroup, op.Target = &op.Cluster, bad.Name, ""
	op.TimeoutMillis = 0 // it is kept already: when it is over, this is cancelled
	op.Config = map[string]any{
		"strategy": "redblack", "imageId": image, "useSourceCapacity": true, "delayBeforeDisableSec": c.DelayDisable,
		"targetHealthyDeployPercentage": c.healthy(bad.Capacity.Desired),
	}
	change, err := strategies.Clone(ctx, op)
	change.RolledBack, change.Rollback, change.Image = bad.Name, gennaker.RollbackImage, image
	return change, err
}

// swap puts the good server group into traffic and takes the bad one out.
func (c RollbackConfig) swap(ctx workflow.Context, op gennaker.Operation, bad, good gennaker.ServerGroup) (gennaker.Change, error) {
	size, err := bringBack(ctx, c, good, bad.Capacity)
	if err != nil {
		return gennaker.Change{}, err
	}
	delay := time.Duration(c.DelayDisable * float64(time.Second))
	if err := gate.Sleep(ctx, delay, "before "+bad.Name+" is disabled"); err != nil {
		return gennaker.Change{}, err
	}
	change := gennaker.Change{Cluster: op.Cluster, ServerGroup: good.Name, RolledBack: bad.Name, Capacity: &size,
		Disabled: []string{bad.Name}, Rollback: gennaker.RollbackExplicit, Image: good.Image}
	if err := ops.Disable(ctx, bad.Ref()); err != nil || size.Min == good.Capacity.Min {
		return change, err
	}
	if workflow.GetVersion(ctx, "lower the min after a rollback", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return change, nil
	}
	change.Capacity.Min = min(size.Min, bad.Capacity.Min)
	return change, strategies.LowerMinimum(ctx, good.Ref(), change.Capacity.Min)
}

// bringBack enables the server group at no less than the size of the one it
// replaces, and waits until enough of it is healthy.
func bringBack(ctx workflow.Context, c RollbackConfig, good gennaker.ServerGroup, beside gennaker.Capacity) (gennaker.Capacity, error) {
	to := good.Capacity
	if !c.EnableAndDisableOnly {
		to.Desired = max(to.Desired, beside.Desired)
		to.Max = max(to.Max, beside.Max)
	}
	if err := ops.Enable(ctx, good.Ref()); err != nil {
		return to, err
	}
	if to != good.Capacity {
		to.Min = to.Desired
		if err := ops.Resize(ctx, good.Ref(), to); err != nil {
			return to, err
		}
	}
	return to, ops.AwaitUp(ctx, good.Ref(), strategies.Healthy(to.Desired, c.healthy(to.Desired)))
}

// healthy is the percentage of so many instances that must be healthy; by
// default Spinnaker's, by size.
func (c RollbackConfig) healthy(desired int) int {
	switch {
	case c.TargetHealthy != nil:
		return *c.TargetHealthy
	case desired < 10:
		return 100
	case desired < 20:
		return 90
	}
	return 95
}
