package providertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

// broken is a provider with some of its calls broken on purpose.
type broken struct {
	*memory.Cloud
	list    func(*memory.Cloud, gennaker.Scope) ([]gennaker.ServerGroup, error)
	get     func(*memory.Cloud, gennaker.ServerGroupRef) (gennaker.ServerGroup, error)
	create  func(context.Context, *memory.Cloud, gennaker.CreateServerGroup) error
	resize  func(*memory.Cloud, gennaker.ResizeServerGroup) error
	disable func(*memory.Cloud, gennaker.ServerGroupRef) error
	destroy func(*memory.Cloud, gennaker.ServerGroupRef) error
	goOn    func(*memory.Cloud, gennaker.RefreshStep) error
	split   func(*memory.Cloud, gennaker.SplitTraffic) error
}

func (b *broken) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	if b.list == nil {
		return b.Cloud.List(ctx, scope)
	}
	return b.list(b.Cloud, scope)
}

func (b *broken) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	if b.get == nil {
		return b.Cloud.Get(ctx, ref)
	}
	return b.get(b.Cloud, ref)
}

func (b *broken) Create(ctx context.Context, c gennaker.CreateServerGroup) error {
	if b.create == nil {
		return b.Cloud.Create(ctx, c)
	}
	return b.create(ctx, b.Cloud, c)
}

func (b *broken) Resize(ctx context.Context, r gennaker.ResizeServerGroup) error {
	if b.resize == nil {
		return b.Cloud.Resize(ctx, r)
	}
	return b.resize(b.Cloud, r)
}

func (b *broken) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	if b.disable == nil {
		return b.Cloud.Disable(ctx, ref)
	}
	return b.disable(b.Cloud, ref)
}

func (b *broken) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	if b.destroy == nil {
		return b.Cloud.Destroy(ctx, ref)
	}
	return b.destroy(b.Cloud, ref)
}

func (b *broken) ContinueRefresh(ctx context.Context, r gennaker.RefreshStep) error {
	if b.goOn == nil {
		return b.Cloud.ContinueRefresh(ctx, r)
	}
	return b.goOn(b.Cloud, r)
}

func (b *broken) SplitTraffic(ctx context.Context, s gennaker.SplitTraffic) error {
	if b.split == nil {
		return b.Cloud.SplitTraffic(ctx, s)
	}
	return b.split(b.Cloud, s)
}

// The suite is worth what it notices.
func TestASuiteNoticesAProviderThat(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name, sentence string
		broken         broken
	}{
		{"leaves out what is on the second page", "every server group is listed, however many there are",
			broken{list: func(c *memory.Cloud, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
				list, err := c.List(ctx, scope)
				return list[:min(len(list), 10)], err
			}}},
		{"lists the newest first", "server groups are listed oldest first and within scope",
			broken{list: func(c *memory.Cloud, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
				list, err := c.List(ctx, scope)
				slices.Reverse(list)
				return list, err
			}}},
		{"mistakes an outage for an empty account", "a cloud that refuses everything is never mistaken for an empty one",
			broken{list: func(c *memory.Cloud, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
				list, _ := c.List(ctx, scope)
				return list, nil
			}}},
		{"says of an outage that nothing is there", "a cloud that refuses everything is never mistaken for an empty one",
			broken{get: func(c *memory.Cloud, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
				g, err := c.Get(ctx, ref)
				if err != nil {
					err = gennaker.ErrNotFound
				}
				return g, err
			}}},
		{"says of what is gone that it cannot be destroyed", "Destroy again changes nothing",
			broken{destroy: func(c *memory.Cloud, ref gennaker.ServerGroupRef) error {
				if _, err := c.Get(ctx, ref); err != nil {
					return err
				}
				return c.Destroy(ctx, ref)
			}}},
		{"refuses its own server group", "Create whose answer is lost is done once",
			broken{create: func(ctx context.Context, c *memory.Cloud, r gennaker.CreateServerGroup) error {
				if _, err := c.Get(ctx, r.Ref()); err == nil {
					return gennaker.ErrExists
				}
				return c.Create(ctx, r)
			}}},
		{"says of a taken name that it has made it", "of those who create one name at the same time, one does",
			broken{create: func(ctx context.Context, c *memory.Cloud, r gennaker.CreateServerGroup) error {
				if err := c.Create(ctx, r); !errors.Is(err, gennaker.ErrExists) {
					return err
				}
				return nil
			}}},
		{"resizes by a difference", "Resize again changes nothing",
			broken{resize: func(c *memory.Cloud, r gennaker.ResizeServerGroup) error {
				g, _ := c.Get(ctx, r.ServerGroupRef)
				r.Capacity.Desired = g.Capacity.Desired + 2
				r.Capacity.Max = r.Capacity.Desired
				return c.Resize(ctx, r)
			}}},
		{"calls it unavailable when its caller gives up", "Create that is given up in the middle can be made again",
			broken{create: func(ctx context.Context, c *memory.Cloud, r gennaker.CreateServerGroup) error {
				if ctx.Err() != nil {
					return gennaker.ErrUnavailable
				}
				return c.Create(ctx, r)
			}}},
		{"ends the instances of what it disables", "a disabled server group keeps its instances and can be enabled again",
			broken{disable: func(c *memory.Cloud, ref gennaker.ServerGroupRef) error {
				return errors.Join(c.Disable(ctx, ref), c.Resize(ctx, gennaker.ResizeServerGroup{ServerGroupRef: ref}))
			}}},
		{"goes on from whatever step there is", "going on from a step again skips none",
			broken{goOn: func(c *memory.Cloud, s gennaker.RefreshStep) error {
				if r, err := c.GetRefresh(ctx, s.ServerGroupRef); err == nil {
					s.Step = r.Step
				}
				return c.ContinueRefresh(ctx, s)
			}}},
		{"splits the traffic by resizing", "server groups share the traffic as they are told, whatever their capacities",
			broken{split: func(c *memory.Cloud, s gennaker.SplitTraffic) error {
				for name, percent := range s.Percents {
					r := gennaker.ResizeServerGroup{ServerGroupRef: gennaker.ServerGroupRef{Location: s.Location, Name: name}, Capacity: gennaker.Capacity{Desired: percent, Max: 100}}
					if err := c.Resize(ctx, r); err != nil {
						return err
					}
				}
				return nil
			}}},
		{"leaves those in traffic that a split does not name", "who is named with nothing, or not named, is disabled; who is named is enabled",
			broken{split: func(c *memory.Cloud, s gennaker.SplitTraffic) error {
				before, err := c.List(ctx, gennaker.Scope{})
				err = errors.Join(err, c.SplitTraffic(ctx, s))
				for _, g := range before {
					if _, ok := s.Percents[g.Name]; !ok && g.Enabled {
						err = errors.Join(err, c.Enable(ctx, g.Ref()))
					}
				}
				return err
			}}},
		{"does not see that instances fall ill", "an instance that falls ill is seen, and that it is well again",
			broken{get: func(c *memory.Cloud, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
				g, err := c.Get(ctx, ref)
				for i := range g.Instances {
					g.Instances[i].Health = gennaker.Up
				}
				return g, err
			}}},
	} {
		t.Run(c.name, func(t *testing.T) { onMemory(c.broken).expectFailure(t, named(t, c.sentence), "broken on purpose") })
	}
}

// named is the case with that sentence.
func named(t *testing.T, sentence string) testCase {
	t.Helper()
	for _, c := range contract() {
		for _, one := range c.cases {
			if one.sentence == sentence {
				return one
			}
		}
	}
	t.Fatalf("there is no case %q", sentence)
	return testCase{}
}

// onMemory is a harness of the cloud in memory, as it is broken.
func onMemory(b broken) Harness {
	var mu sync.Mutex // guards what follows
	kind, lose := error(nil), 0
	return Harness{Page: 12, Region: "here", Pause: func() {}, Patience: gapPatience / 10,
		Open: func(*testing.T) providers.Provider {
			b := b
			b.Cloud = &memory.Cloud{Fault: func(c memory.Call) error {
				mu.Lock()
				defer mu.Unlock()
				if c.After {
					lose--
				}
				if kind != nil || c.After && lose == 0 {
					return fmt.Errorf("broken: %w", errors.Join(kind, gennaker.ErrUnavailable))
				}
				return nil
			}}
			return &b
		},
		Faults: &Faults{
			Fail: func(k error) { kind = k },
			Lose: func(n int) func() bool { lose = n; return func() bool { return n > 0 && lose <= 0 } },
		},
		Sicken: func(gennaker.ServerGroup, bool) {},
		Jobs:   &JobSpecs{},
	}
}
