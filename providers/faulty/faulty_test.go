package faulty_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/faulty"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/providers/providertest"
)

func TestConformanceWithoutFaults(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		Open:   func(*testing.T) providers.Provider { return faulty.Wrap(&memory.Cloud{}, faulty.Config{}) },
		Region: "somewhere",
	})
}

var ref = gennaker.ServerGroupRef{Location: gennaker.In("a", ""), Name: "shop-v000"}

// striking is a cloud with one server group of two instances, whose next call
// goes wrong.
func striking(t *testing.T, f faulty.Fault) (cloud providers.ServerGroups, inner *memory.Cloud, outcomes *[]faulty.Outcome) {
	t.Helper()
	inner, outcomes = &memory.Cloud{}, &[]faulty.Outcome{}
	next := faulty.Fault{}
	cloud = faulty.Wrap(inner, faulty.Config{Lag: time.Minute,
		Fault: func(faulty.Call) faulty.Fault { return next },
		Seen:  func(_ context.Context, o faulty.Outcome) { *outcomes = append(*outcomes, o) },
	}).(providers.ServerGroups)
	err := cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: ref.Location, Name: ref.Name,
		Moniker: gennaker.ParseMoniker(ref.Name), Capacity: gennaker.Capacity{Desired: 2, Max: 4}})
	if err != nil {
		t.Fatal(err)
	}
	next = f
	return cloud, inner, outcomes
}

func TestAChangeGoesWrong(t *testing.T) {
	for _, c := range []struct {
		kind faulty.Kind
		want error
		size int // afterwards
	}{
		{faulty.None, nil, 3},
		{faulty.Throttled, gennaker.ErrThrottled, 2},
		{faulty.Internal, gennaker.ErrUnavailable, 2},
		{faulty.Unavailable, gennaker.ErrUnavailable, 2},
		{faulty.ResetBefore, gennaker.ErrUnavailable, 2},
		{faulty.ResetAfter, gennaker.ErrUnavailable, 3},
		{faulty.Slow, nil, 3},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			cloud, inner, outcomes := striking(t, faulty.Fault{Kind: c.kind, By: 20 * time.Millisecond})
			begin := time.Now()
			err := cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: ref, Capacity: gennaker.Capacity{Desired: 3, Max: 4}})
			if !errors.Is(err, c.want) {
				t.Errorf("Resize = %v, want %v", err, c.want)
			}
			if took := time.Since(begin); c.kind == faulty.Slow && took < 20*time.Millisecond {
				t.Errorf("it took %s, want 20 ms at least", took)
			}
			g, err := inner.Get(t.Context(), ref)
			if err != nil || g.Capacity.Desired != c.size {
				t.Errorf("%d instances are wanted, %v; want %d", g.Capacity.Desired, err, c.size)
			}
			last := (*outcomes)[len(*outcomes)-1]
			if last.Method != "Resize" || last.Fault.Kind != c.kind || last.Nth != 1 || (last.Err == nil) != (c.want == nil) {
				t.Errorf("seen was %+v", last)
			}
		})
	}
}

func TestAStaleAnswerShowsWhatWasThereBefore(t *testing.T) {
	cloud, _, outcomes := striking(t, faulty.Fault{Kind: faulty.Stale, By: time.Minute})
	kind := func() faulty.Kind { return (*outcomes)[len(*outcomes)-1].Fault.Kind }
	if _, err := cloud.Get(t.Context(), ref); !errors.Is(err, gennaker.ErrNotFound) || kind() != faulty.Stale {
		t.Errorf("Get = %v, want that there is none yet", err)
	}
	if list, err := cloud.List(t.Context(), gennaker.Scope{Cluster: "shop"}); err != nil || len(list) > 0 || kind() != faulty.Stale {
		t.Errorf("List = %v, %v; want none", list, err)
	}
	if list, err := cloud.List(t.Context(), gennaker.Scope{Cluster: "other"}); err != nil || len(list) > 0 || kind() != faulty.None {
		t.Errorf("List of another cluster = %v, %v, with a fault %q; want none, and no fault", list, err, kind())
	}
}

func TestAnAnswerIsNoOlderThanItMayBe(t *testing.T) {
	cloud, _, outcomes := striking(t, faulty.Fault{Kind: faulty.Stale, By: time.Nanosecond})
	if _, err := cloud.Get(t.Context(), ref); err != nil || (*outcomes)[1].Fault.Kind != faulty.None {
		t.Errorf("Get = %v, want what is there", err)
	}
}
