package stages

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// trafficManagement says whose traffic a new version gets, and what becomes of
// the versions before it.
type trafficManagement struct {
	Enabled gennaker.Flag  `json:"enabled,omitempty"`
	Options trafficOptions `json:"options,omitzero"`
}

type trafficOptions struct {
	EnableTraffic gennaker.Flag `json:"enableTraffic,omitempty" jsonschema_description:"False: the new version gets none until an enableManifest stage."`
	Services      []string      `json:"services,omitempty" jsonschema_description:"Such as service shop."`
	Namespace     string        `json:"namespace,omitempty"`
	Strategy      string        `json:"strategy,omitempty" jsonschema:"enum=,enum=none,enum=highlander,enum=redblack,enum=bluegreen" jsonschema_description:"What becomes of the other versions: redblack and bluegreen take them out of traffic, highlander deletes them then."`
}

// asked are the services that the new version gets traffic of, and whether at
// once.
func (t trafficManagement) asked() (services []string, enable bool, err error) {
	if !t.Enabled {
		return nil, false, nil
	}
	if !slices.Contains([]string{"", "none", "highlander", "redblack", "bluegreen"}, t.Options.Strategy) {
		return nil, false, fmt.Errorf("trafficManagement.options.strategy %q: %w: it can be none, highlander, redblack or bluegreen", t.Options.Strategy, gennaker.ErrInvalid)
	}
	if len(t.Options.Services) == 0 {
		return nil, false, fmt.Errorf("trafficManagement.options.services: %w: there are none, whose traffic is managed", gennaker.ErrInvalid)
	}
	if t.replaces() && !bool(t.Options.EnableTraffic) {
		return nil, false, fmt.Errorf("trafficManagement.options: %w: %s takes the other versions out of traffic, and without enableTraffic nothing would serve", gennaker.ErrInvalid, t.Options.Strategy)
	}
	return t.Options.Services, bool(t.Options.EnableTraffic), nil
}

func (t trafficManagement) replaces() bool {
	return bool(t.Enabled) && t.Options.Strategy != "" && t.Options.Strategy != "none"
}

// replacedManifest is another version, and what becomes of it.
type replacedManifest struct {
	Name     string `json:"manifestName"`
	Location string `json:"location,omitempty"`
	Disable  bool   `json:"disable,omitempty"`
	Delete   bool   `json:"delete,omitempty"`
}

// replaced are the other versions of what was applied. One that never served
// is deleted in any case.
func (t trafficManagement) replaced(ctx workflow.Context, m gennaker.ApplyManifests, applied gennaker.AppliedManifests) ([]replacedManifest, error) {
	if !t.replaces() {
		return nil, nil
	}
	var list []replacedManifest
	for _, is := range applied.Manifests {
		if !is.Enabled {
			continue
		}
		versions, err := ops.Manifests(ctx, gennaker.ManifestQuery{Account: m.Account, Namespace: is.Namespace, Kinds: []string{is.Kind}, App: m.Moniker.App, Cluster: is.Cluster})
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			r := replacedManifest{Name: v.String(), Location: v.Namespace, Disable: v.Enabled, Delete: t.Options.Strategy == "highlander"}
			if t.Options.Strategy != "highlander" && v.Rollout.Idle() {
				r.Disable, r.Delete = false, true
			}
			if v.Name != is.Name && (r.Disable || r.Delete) {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

// manageTraffic plans what becomes of the versions before the new one: all are
// taken out of traffic before the first is deleted.
func manageTraffic(in Input) ([]gennaker.Stage, error) {
	c, err := config.Decode[deployManifestConfig](in.Config)
	if err != nil {
		return nil, err
	}
	found, err := config.Decode[struct {
		Replaced []replacedManifest `json:"replacedManifests"`
	}](in.State.Outputs)
	if err != nil {
		return nil, err
	}
	var disable, remove []gennaker.Stage
	for _, r := range found.Replaced {
		fields := map[string]any{"account": first(c.Account, c.Credentials), "location": r.Location, "manifestName": r.Name}
		if r.Disable {
			disable = append(disable, gennaker.Stage{Type: "disableManifest", Name: "Disable " + r.Name, Config: fields})
		}
		if r.Delete {
			remove = append(remove, gennaker.Stage{Type: "deleteManifest", Name: "Delete " + r.Name, Config: fields})
		}
	}
	return append(disable, remove...), nil
}
