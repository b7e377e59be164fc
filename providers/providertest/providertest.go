// Package providertest is the suite that every provider passes: the contract
// of package providers, put to a real or a simulated cloud.
//
// To add a provider, give it a folder beside the others and one test that
// calls Run with a Harness:
//
//	func TestConformance(t *testing.T) {
//		providertest.Run(t, providertest.Harness{Open: open, Region: "here", Spec: spec})
//	}
//
// Run looks at which capabilities the provider has and asks about each; the
// harness brings what it cannot know, such as what an instance runs. A
// capability has a file here, with its cases and a line in the table chapters.
package providertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Harness says how to reach the cloud under test.
type Harness struct {
	// Open returns a provider of an account that holds no server groups.
	Open func(t *testing.T) providers.Provider
	// Single says that Open empties the one account that there is. It is not
	// asked for what needs an account after the other, or what is done to one
	// at the same time.
	Single bool
	// Region is where server groups are made.
	Region string
	// RegionOf, if set, says it of each account instead: where accounts share a
	// cloud, and a region is what keeps them apart.
	RegionOf func(p providers.Provider) string
	// Spec is the cloud's part of a cluster block whose instances become
	// healthy.
	Spec map[string]any
	// Jobs are needed if the provider has jobs.
	Jobs *JobSpecs
	// LoadBalancer is one that can be attached, if the provider attaches some.
	LoadBalancer string
	// Service is the cloud's part of a service instance that becomes ready, and
	// Elsewhere a region to share it with. They are needed if the provider has
	// services.
	Service   map[string]any
	Elsewhere string
	// Manifests are needed if the provider has manifests.
	Manifests *ManifestSpecs
	// AddImage makes an image of that name, later than those before it. It is
	// needed if the provider has images. NoImage and NoInstance are ids that
	// the cloud could give and has not.
	AddImage            func(t testing.TB, p providers.Provider, name string)
	NoImage, NoInstance string
	// Limit has the account be allowed so many instances of Spec in Region, the
	// ones that it has among them. It is needed if the provider has quotas.
	Limit func(t testing.TB, p providers.Provider, instances int)
	// Faults, if the target can, lose answers and have the cloud refuse.
	Faults *Faults
	// Sicken, if the target can, has the instances of a server group, as they
	// were read, fail their health checks or pass them again.
	Sicken func(g gennaker.ServerGroup, ill bool)
	// Page is more server groups than the cloud lists in one answer; default
	// is 12.
	Page int
	// Patience bounds each wait for the cloud; default a minute.
	Patience time.Duration
	// Pause passes the time between two looks at the cloud; default is 50 ms
	// by the clock on the wall. A target with a clock of its own advances it.
	Pause func()
	// NoRefreshes says why the target has no refreshes though the provider has;
	// empty if it has.
	NoRefreshes string
	// Of, if it is more than 1, is how many runs share the cases: they can be
	// made at the same time, each with an Open of its own. Part, from 0, says
	// which of them this one is.
	Part, Of int
	// Gaps are the cases that the target, an imitation of the cloud, cannot
	// show, by their sentence, and why. Each must fail, so that a gap which
	// closes is seen.
	Gaps map[string]string
}

// Run puts the whole contract to the provider.
func Run(t *testing.T, h Harness) {
	if h.Patience == 0 {
		h.Patience = time.Minute
	}
	if h.Pause == nil {
		h.Pause = func() { time.Sleep(50 * time.Millisecond) }
	}
	if h.Page == 0 {
		h.Page = 12
	}
	h.checkGaps(t)
	for i, one := range h.cases(t) {
		if h.Of < 2 || i%h.Of == h.Part {
			t.Run(one.sentence, func(t *testing.T) { h.run(t, one) })
		}
	}
}

// RunInParts runs the suite in so many parts at the same time, each by a harness
// of its own, for a target that is waited for more than it works.
func RunInParts(t *testing.T, parts int, harness func(t *testing.T) Harness) {
	for part := range parts {
		t.Run(fmt.Sprintf("part %d", part+1), func(t *testing.T) {
			t.Parallel()
			h := harness(t)
			h.Part, h.Of = part, parts
			Run(t, h)
		})
	}
}

// cases are those about what the provider can do.
func (h Harness) cases(t *testing.T) []testCase {
	t.Helper()
	provider := h.Open(t)
	var all []testCase
	for _, c := range contract() {
		if c.asked(h, provider) {
			all = append(all, c.cases...)
		}
	}
	return all
}

func (h Harness) run(t *testing.T, c testCase) {
	if why, ok := h.Gaps[c.sentence]; ok {
		h.expectFailure(t, c, why)
		return
	}
	c.test(open(t, t, h))
}
