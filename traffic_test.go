package gennaker_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/gennaker/gennaker"
)

// counting are server groups that count by their instances alone.
func counting(instances map[string]int) map[string]gennaker.TrafficPart {
	parts := map[string]gennaker.TrafficPart{}
	for name, n := range instances {
		parts[name] = gennaker.TrafficPart{Desired: n}
	}
	return parts
}

func TestTrafficIsSharedInProportion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ instances, want map[string]int }{
		{map[string]int{}, map[string]int{}},
		{map[string]int{"a": 3}, map[string]int{"a": 100}},
		{map[string]int{"a": 1, "b": 1}, map[string]int{"a": 50, "b": 50}},
		{map[string]int{"a": 1, "b": 1, "c": 1}, map[string]int{"a": 34, "b": 33, "c": 33}},
		{map[string]int{"a": 10, "b": 90}, map[string]int{"a": 10, "b": 90}},
		{map[string]int{"a": 2, "b": 1}, map[string]int{"a": 67, "b": 33}},
		{map[string]int{"a": 1, "b": 1000}, map[string]int{"a": 1, "b": 99}},
		{map[string]int{"a": 1, "b": 1, "c": 998}, map[string]int{"a": 1, "b": 1, "c": 98}},
		{map[string]int{"a": 15, "b": 85, "c": 100}, map[string]int{"a": 8, "b": 42, "c": 50}},
		{map[string]int{"a": 2, "b": 0}, map[string]int{"a": 100}},
	} {
		got, err := gennaker.ShareTraffic(counting(c.instances))
		if err != nil || !maps.Equal(got, c.want) {
			t.Errorf("ShareTraffic(%v) = %v, %v, want %v", c.instances, got, err, c.want)
		}
	}
}

func TestTrafficIsSharedWholly(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 100; n++ {
		instances := map[string]int{}
		for i := range n {
			instances[fmt.Sprint("r", i)] = 1 + i*i*7%101
		}
		got, err := gennaker.ShareTraffic(counting(instances))
		if err != nil {
			t.Fatalf("ShareTraffic of %d = %v", n, err)
		}
		total := 0
		for name, percent := range got {
			total += percent
			if percent < 1 {
				t.Errorf("of %d %s gets %d %%", n, name, percent)
			}
		}
		if total != 100 || len(got) != n {
			t.Errorf("the parts of %d are %d, and sum up to %d", n, len(got), total)
		}
	}
	many := map[string]int{}
	for i := range 101 {
		many[fmt.Sprint(i)] = 1
	}
	if _, err := gennaker.ShareTraffic(counting(many)); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("ShareTraffic of 101 = %v, want ErrInvalid", err)
	}
}

func TestSharesHoldAmongThoseThatHaveThem(t *testing.T) {
	t.Parallel()
	type parts = map[string]gennaker.TrafficPart
	for _, c := range []struct {
		name  string
		parts parts
		want  map[string]int
	}{
		{"whatever their sizes", parts{"a": {Desired: 1, Share: 90}, "b": {Desired: 7, Share: 10}}, map[string]int{"a": 90, "b": 10}},
		{"in every percent", parts{"a": {Desired: 3, Share: 93}, "b": {Desired: 999, Share: 7}}, map[string]int{"a": 93, "b": 7}},
		{"one that is alone has all", parts{"b": {Desired: 5, Share: 10}}, map[string]int{"b": 100}},
		{"one without a share counts by its instances", parts{"a": {Desired: 1, Share: 90}, "b": {Desired: 1, Share: 10}, "c": {Desired: 2}},
			map[string]int{"a": 45, "b": 5, "c": 50}},
		{"those that are left count as their instances", parts{"b": {Desired: 1, Share: 10}, "c": {Desired: 1}}, map[string]int{"b": 50, "c": 50}},
		{"a part that is out is out of the share", parts{"a": {Desired: 10, Out: 5, Share: 50}, "b": {Desired: 10, Share: 50}}, map[string]int{"a": 33, "b": 67}},
	} {
		if got, err := gennaker.ShareTraffic(c.parts); err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%s: ShareTraffic = %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func TestASplitIsOfTheWholeTraffic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		percents map[string]int
		ok       bool
	}{
		{map[string]int{"a": 90, "b": 10}, true},
		{map[string]int{"a": 100, "b": 0}, true},
		{map[string]int{"a": 90}, false},
		{map[string]int{"a": 90, "b": 20}, false},
		{map[string]int{"a": 110, "b": -10}, false},
		{nil, false},
	} {
		if err := (gennaker.SplitTraffic{Percents: c.percents}).Check(); (err == nil) != c.ok || err != nil && !errors.Is(err, gennaker.ErrInvalid) {
			t.Errorf("Check of %v = %v, want it right: %t", c.percents, err, c.ok)
		}
	}
	s := gennaker.SplitTraffic{Percents: map[string]int{"a": 100, "b": 0}}
	if !s.Is(map[string]int{"a": 100}) || s.Is(map[string]int{"a": 100, "c": 1}) || s.Is(map[string]int{"a": 99}) || s.Is(nil) {
		t.Errorf("Is(%v) is true of another split, or not of it", s)
	}
}
