package stages

import (
	"errors"
	"fmt"
	"maps"
	"regexp"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// findImageConfig says in which cluster to look, and at which server group.
type findImageConfig struct {
	address
	Strategy    string `json:"selectionStrategy,omitempty" jsonschema:"enum=LARGEST,enum=NEWEST,enum=OLDEST,enum=FAIL" jsonschema_description:"Which server group counts if there are several: LARGEST (the newer of two that are as large), NEWEST (the default), OLDEST; FAIL fails then."`
	OnlyEnabled *bool  `json:"onlyEnabled,omitempty" jsonschema_description:"Look at those in traffic alone; default true."`
	Pattern     string `json:"imageNamePattern,omitempty" jsonschema_description:"A regular expression that the image's whole name must match."`
	Missing     bool   `json:"resolveMissingLocations,omitempty" jsonschema_description:"In a region without such a server group, take the image of the same name as in the others."`
	SkipRegions bool   `json:"skipRegionDetection,omitempty" jsonschema_description:"Taken, and not needed: name the regions."`
}

// FindImage finds the image that a cluster runs, in each of the stage's
// regions.
func FindImage(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[findImageConfig](in.Config)
	if err != nil {
		return nil, err
	}
	pattern, err := regexp.Compile("^(?:" + c.Pattern + ")$")
	if err != nil {
		return nil, fmt.Errorf("imageNamePattern: %w: %w", gennaker.ErrInvalid, err)
	}
	clusters, err := c.clusters()
	if err != nil {
		return nil, err
	}
	var found []imageDetails
	var missing []gennaker.ClusterRef
	for _, cluster := range clusters {
		d, err := c.look(ctx, cluster)
		switch {
		case errors.Is(err, gennaker.ErrNotFound) && c.Missing:
			missing = append(missing, cluster)
		case err != nil:
			return nil, err
		default:
			found = append(found, d)
		}
	}
	more, err := resolve(ctx, found, missing)
	if err != nil {
		return nil, err
	}
	return imageOutputs(in, first(c.Provider, c.ProviderType), matching(append(found, more...), c.Pattern, pattern))
}

// imageDetails is one image that was found.
type imageDetails struct {
	gennaker.Image
	source string // the server group that runs it
}

func matching(list []imageDetails, text string, pattern *regexp.Regexp) []imageDetails {
	if text == "" {
		return list
	}
	var fit []imageDetails
	for _, d := range list {
		if pattern.MatchString(d.Name) {
			fit = append(fit, d)
		}
	}
	return fit
}

// look finds the image of one cluster.
func (c findImageConfig) look(ctx workflow.Context, cluster gennaker.ClusterRef) (imageDetails, error) {
	groups, err := ops.Cluster(ctx, cluster)
	if err != nil {
		return imageDetails{}, err
	}
	g, err := c.pick(groups, cluster)
	if err != nil {
		return imageDetails{}, err
	}
	d := imageDetails{Image: gennaker.Image{Location: cluster.Location, ID: g.Image, Name: g.Image}, source: g.Name}
	known, err := ops.FindImages(ctx, gennaker.ImageQuery{Location: cluster.Location, IDs: []string{g.Image}})
	switch {
	case errors.Is(err, gennaker.ErrInvalid): // its cloud knows no more about images
	case err != nil:
		return d, err
	case len(known) > 0:
		d.Image = known[0]
	}
	return d, nil
}

// pick is the server group whose image counts.
func (c findImageConfig) pick(groups []gennaker.ServerGroup, cluster gennaker.ClusterRef) (gennaker.ServerGroup, error) {
	var list []gennaker.ServerGroup
	for _, g := range groups {
		if g.Image != "" && (g.Enabled || c.OnlyEnabled != nil && !*c.OnlyEnabled) {
			list = append(list, g)
		}
	}
	if len(list) == 0 {
		return gennaker.ServerGroup{}, fmt.Errorf("image of cluster %s: %w: none of its %d server groups is in traffic and has one", cluster, gennaker.ErrNotFound, len(groups))
	}
	best := list[len(list)-1]
	switch c.Strategy {
	case "", "NEWEST":
	case "OLDEST":
		best = list[0]
	case "LARGEST":
		for _, g := range list {
			if len(g.Instances) > len(best.Instances) {
				best = g
			}
		}
	case "FAIL":
		if len(list) > 1 {
			return best, fmt.Errorf("image of cluster %s: %w: it has %d server groups, and selectionStrategy is FAIL", cluster, gennaker.ErrInvalid, len(list))
		}
	default:
		return best, fmt.Errorf("selectionStrategy %q: %w: it is LARGEST, NEWEST, OLDEST or FAIL", c.Strategy, gennaker.ErrInvalid)
	}
	return best, nil
}

// resolve finds, where a cluster is missing, the image that has the same name
// as all others.
func resolve(ctx workflow.Context, found []imageDetails, missing []gennaker.ClusterRef) ([]imageDetails, error) {
	if len(missing) == 0 {
		return nil, nil
	}
	names := map[string]bool{}
	for _, d := range found {
		names[d.Name] = true
	}
	if len(names) != 1 {
		return nil, fmt.Errorf("image of cluster %s: %w: to take that of other regions there must be exactly one, and there are %d",
			missing[0], gennaker.ErrNotFound, len(names))
	}
	var more []imageDetails
	for _, cluster := range missing {
		same, err := ops.FindImages(ctx, gennaker.ImageQuery{Location: cluster.Location, Name: found[0].Name})
		if err != nil {
			return nil, err
		}
		if len(same) == 0 {
			return nil, fmt.Errorf("image %s in %s: %w", found[0].Name, cluster.Region, gennaker.ErrNotFound)
		}
		more = append(more, imageDetails{Image: same[0], source: cluster.Name})
	}
	return more, nil
}

// imageOutputs are the outputs of a stage that has found images, under
// Spinnaker's names.
func imageOutputs(in Input, provider string, found []imageDetails) (Outputs, error) {
	details, artifacts := []any{}, []any{}
	for _, d := range found {
		one := map[string]any{"ami": d.ID, "imageId": d.ID, "imageName": d.Name, "region": d.Region, "account": d.Account,
			"cloudProvider": provider, "refId": in.State.RefID}
		if d.source != "" {
			one["sourceServerGroup"] = d.source
		}
		if len(d.Tags) > 0 {
			one["tags"] = d.Tags
		}
		details = append(details, one)
		metadata := maps.Clone(one)
		delete(metadata, "region")
		artifacts = append(artifacts, gennaker.Artifact{Type: provider + "/image", Name: d.Name, Location: d.Region, Reference: d.ID,
			UUID: gennaker.Token(in.Execution.ID, in.State.RefID, d.Region, d.ID), Metadata: metadata})
	}
	return Outputs{"amiDetails": details, "deploymentDetails": details, "artifacts": artifacts}, nil
}
