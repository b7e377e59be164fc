package stages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// manifestAt says in which account and namespace a stage about manifests acts.
type manifestAt struct {
	Provider    string `json:"cloudProvider,omitempty"`
	Account     string `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials string `json:"credentials,omitempty"`
	Location    string `json:"location,omitempty" jsonschema_description:"The namespace; empty for kinds that are in none."`
}

// manifestCoordinates say which objects a stage is about: one that is named,
// one that is chosen from a cluster, or all that have labels.
type manifestCoordinates struct {
	manifestAt
	Mode         string         `json:"mode,omitempty" jsonschema:"enum=static,enum=dynamic,enum=label" jsonschema_description:"static is the default: manifestName names the object. dynamic: criteria chooses it from the cluster. label: all that have the labels."`
	ManifestName string         `json:"manifestName,omitempty" jsonschema_description:"Its kind and its name: deployment shop."`
	Kind         string         `json:"kind,omitempty" jsonschema_description:"Of dynamic."`
	Cluster      string         `json:"cluster,omitempty" jsonschema_description:"Of dynamic: its kind and its name without a version, such as replicaSet shop."`
	Criteria     string         `json:"criteria,omitempty" jsonschema:"enum=newest,enum=second_newest,enum=previous,enum=oldest,enum=largest,enum=smallest" jsonschema_description:"Of dynamic; previous is second_newest."`
	App          string         `json:"app,omitempty" jsonschema_description:"Of dynamic and label; default: the pipeline's application."`
	Kinds        []string       `json:"kinds,omitempty" jsonschema_description:"Of label."`
	Labels       labelSelectors `json:"labelSelectors,omitzero" jsonschema_description:"Of label: the object has all of them."`
}

type labelSelectors struct {
	Selectors []gennaker.LabelSelector `json:"selectors,omitempty"`
}

// manifest is the one object that a stage is about.
func (in Input) manifest(ctx workflow.Context, c manifestCoordinates) (gennaker.ManifestRef, error) {
	all, err := in.manifests(ctx, c)
	if err != nil {
		return gennaker.ManifestRef{}, err
	}
	return c.only(all)
}

// only is the one of the objects that there may be.
func (c manifestCoordinates) only(all []gennaker.Manifest) (gennaker.ManifestRef, error) {
	switch {
	case len(all) > 1:
		return gennaker.ManifestRef{}, fmt.Errorf("labelSelectors: %w: %d objects have these labels, such as %s and %s; the stage changes one", gennaker.ErrInvalid, len(all), all[0], all[1])
	case len(all) == 0:
		return gennaker.ManifestRef{}, fmt.Errorf("labelSelectors: %w: no object of %s has these labels", gennaker.ErrNotFound, strings.Join(c.Kinds, ", "))
	}
	return all[0].ManifestRef, nil
}

// manifests are the objects that a stage is about. One that is named need not
// be there.
func (in Input) manifests(ctx workflow.Context, c manifestCoordinates) ([]gennaker.Manifest, error) {
	account, err := oneAccount(c.Account, c.Credentials)
	if err != nil {
		return nil, err
	}
	switch c.Mode {
	case "", "static":
		ref, err := manifestNamed(c.ManifestName)
		ref.Account, ref.Namespace = account, c.Location
		return []gennaker.Manifest{{ManifestRef: ref}}, err
	case "dynamic":
		m, err := in.chosen(ctx, account, c)
		return []gennaker.Manifest{m}, err
	case "label":
		return in.labelled(ctx, account, c)
	}
	return nil, fmt.Errorf("mode %q: %w: it can be static, dynamic or label", c.Mode, gennaker.ErrInvalid)
}

// manifestNamed reads an object's kind and name.
func manifestNamed(text string) (gennaker.ManifestRef, error) {
	kind, name, ok := strings.Cut(strings.TrimSpace(text), " ")
	name = strings.TrimSpace(name)
	if !ok || strings.Contains(name, " ") {
		return gennaker.ManifestRef{}, fmt.Errorf("manifestName %q: %w: it is a kind and a name, such as deployment shop", text, gennaker.ErrInvalid)
	}
	return gennaker.ManifestRef{Kind: kind, Name: name}, nil
}

// labelled are the objects that have labels.
func (in Input) labelled(ctx workflow.Context, account string, c manifestCoordinates) ([]gennaker.Manifest, error) {
	if len(c.Kinds) == 0 || len(c.Labels.Selectors) == 0 {
		return nil, fmt.Errorf("mode label: %w: it needs kinds and labelSelectors.selectors", gennaker.ErrInvalid)
	}
	for i, s := range c.Labels.Selectors {
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("labelSelectors.selectors[%d]: %w", i, err)
		}
	}
	return ops.Manifests(ctx, gennaker.ManifestQuery{Account: account, Namespace: c.Location, Kinds: c.Kinds, Labels: c.Labels.Selectors})
}

// chosen is the object of a cluster that the criteria mean.
func (in Input) chosen(ctx workflow.Context, account string, c manifestCoordinates) (gennaker.Manifest, error) {
	if c.Cluster == "" || c.Criteria == "" {
		return gennaker.Manifest{}, fmt.Errorf("mode dynamic: %w: it needs cluster and criteria", gennaker.ErrInvalid)
	}
	kind, _, _ := strings.Cut(c.Cluster, " ")
	all, err := ops.Manifests(ctx, gennaker.ManifestQuery{Account: account, Namespace: c.Location,
		Kinds: []string{first(c.Kind, kind)}, App: first(c.App, in.Execution.Application), Cluster: c.Cluster})
	if err != nil {
		return gennaker.Manifest{}, err
	}
	m, err := byCriteria(all, c.Criteria)
	if err != nil {
		err = fmt.Errorf("criteria %s: %w in cluster %s of %s", c.Criteria, err, c.Cluster, account)
	}
	return m, err
}

// byCriteria is the object that the criteria mean, of those that are, oldest first.
func byCriteria(all []gennaker.Manifest, criteria string) (gennaker.Manifest, error) {
	at := 0
	switch criteria {
	case "newest":
		at = len(all) - 1
	case "second_newest", "previous":
		at = len(all) - 2
	case "oldest":
	case "largest", "smallest":
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b gennaker.Manifest) int { return cmp.Compare(a.Rollout.Total, b.Rollout.Total) })
		if criteria == "largest" {
			at = len(all) - 1
		}
	default:
		return gennaker.Manifest{}, fmt.Errorf("%w: it can be newest, second_newest, previous, oldest, largest or smallest;", gennaker.ErrInvalid)
	}
	if at < 0 || at >= len(all) {
		return gennaker.Manifest{}, fmt.Errorf("%w: there are %d objects", gennaker.ErrNotFound, len(all))
	}
	return all[at], nil
}
