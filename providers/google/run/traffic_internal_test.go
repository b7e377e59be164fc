package run

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

func TestTrafficIsSplitInProportion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ weights, want map[string]int }{
		{map[string]int{"a": 3}, map[string]int{"a": 100}},
		{map[string]int{"a": 1, "b": 1}, map[string]int{"a": 50, "b": 50}},
		{map[string]int{"a": 1, "b": 1, "c": 1}, map[string]int{"a": 34, "b": 33, "c": 33}},
		{map[string]int{"a": 10, "b": 90}, map[string]int{"a": 10, "b": 90}},
		{map[string]int{"a": 2, "b": 1}, map[string]int{"a": 67, "b": 33}},
		{map[string]int{"a": 1, "b": 1000}, map[string]int{"a": 1, "b": 99}},
		{map[string]int{"a": 1, "b": 1, "c": 998}, map[string]int{"a": 1, "b": 1, "c": 98}},
		{map[string]int{"a": 15, "b": 85, "c": 100}, map[string]int{"a": 8, "b": 42, "c": 50}},
	} {
		got, err := split(c.weights)
		if err != nil || !maps.Equal(got, c.want) {
			t.Errorf("split(%v) = %v, %v, want %v", c.weights, got, err, c.want)
		}
	}
}

func TestTrafficIsSplitWholly(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 100; n++ {
		weights := map[string]int{}
		for i := range n {
			weights[fmt.Sprint("r", i)] = 1 + i*i*7%101
		}
		got, err := split(weights)
		if err != nil {
			t.Fatalf("split of %d = %v", n, err)
		}
		total := 0
		for name, percent := range got {
			total += percent
			if percent < 1 {
				t.Errorf("split of %d gives %s %d %%", n, name, percent)
			}
		}
		if total != 100 || len(got) != n {
			t.Errorf("split of %d is of %d, and sums up to %d", n, len(got), total)
		}
	}
	if _, err := split(maps.Collect(func(yield func(string, int) bool) {
		for i := range 101 {
			yield(fmt.Sprint(i), 1)
		}
	})); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("split of 101 = %v, want ErrInvalid", err)
	}
}

// What people have done to the traffic by hand counts, and not what we
// remember.
func TestEnabledIsWhatHasTraffic(t *testing.T) {
	t.Parallel()
	none := &api.GoogleCloudRunV2ServiceScaling{ScalingMode: manual}
	for _, c := range []struct {
		name    string
		record  record
		percent int64
		scaling *api.GoogleCloudRunV2ServiceScaling
		want    bool
	}{
		{"it has traffic", record{Capacity: gennaker.Capacity{Desired: 2}}, 40, nil, true},
		{"it has traffic, which we have not given it", record{Capacity: gennaker.Capacity{Desired: 2}, Disabled: true}, 40, nil, true},
		{"somebody else has taken its traffic", record{Capacity: gennaker.Capacity{Desired: 2}}, 0, nil, false},
		{"somebody else has turned the service off", record{Capacity: gennaker.Capacity{Desired: 2}}, 100, none, false},
		{"it is disabled", record{Capacity: gennaker.Capacity{Desired: 2}, Disabled: true}, 0, nil, false},
		{"it wants no instances", record{}, 0, none, true},
		{"it wants no instances, and is disabled", record{Disabled: true}, 0, none, false},
		{"all of its instances are out", record{Capacity: gennaker.Capacity{Desired: 1}, Out: 1}, 0, nil, true},
	} {
		s := cluster{&api.GoogleCloudRunV2Service{Scaling: c.scaling, Traffic: []*api.GoogleCloudRunV2TrafficTarget{{Revision: "shop-v000", Percent: c.percent}}},
			map[string]record{"shop-v000": c.record}}
		if got := s.enabled("shop-v000"); got != c.want {
			t.Errorf("%s: enabled is %t, want %t", c.name, got, c.want)
		}
	}
}
