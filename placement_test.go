package gennaker

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func at(account string, price float64, quota int) Target {
	t := Target{Cluster: ClusterRef{Location: In(account, "here"), Name: "shop-web"}}
	if price > 0 {
		t.Price = &price
	}
	if quota >= 0 {
		t.Quota = &quota
	}
	return t
}

func TestTheCheapestIsFilledFirst(t *testing.T) {
	ill, serving := at("ill", 0.01, -1), at("b", 2, -1)
	two, tight := 2, at("tight", 0.01, 3)
	tight.Room = Quota{Left: &two, Limit: "cores: 4 of 6 used"}
	ill.Ill, serving.Serving = "it cannot be read", 3
	for _, c := range []struct {
		name     string
		n, share int
		targets  []Target
		want     []int
	}{
		{"by price", 10, 0, []Target{at("a", 3, -1), at("b", 2, 6), at("c", 1, 3)}, []int{1, 6, 3}},
		{"none is too much for one", 10, 0, []Target{at("a", 3, -1), at("b", 2, -1)}, []int{0, 10}},
		{"spread", 10, 45, []Target{at("a", 1, -1), at("b", 2, -1), at("c", 3, -1)}, []int{5, 5, 0}},
		{"without a price last", 4, 0, []Target{at("a", 0, -1), at("b", 9, 3)}, []int{1, 3}},
		{"never where it is ill", 4, 0, []Target{ill, at("b", 9, -1)}, []int{0, 4}},
		{"no more than the cloud allows", 4, 0, []Target{tight, at("b", 9, -1)}, []int{2, 2}},
		{"of equals, where more serve", 4, 0, []Target{at("a", 2, 3), serving}, []int{0, 4}},
	} {
		shares, err := Place(c.n, c.share, c.targets)
		var got []int
		for _, s := range shares {
			got = append(got, s.Instances)
			if s.Reason == "" {
				t.Errorf("%s: %s has no reason", c.name, s.Cluster)
			}
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: Place = %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func TestTooLittleRoomNamesEachReason(t *testing.T) {
	ill := at("ill", 1, -1)
	ill.Ill = "it cannot be read: no route"
	none, full := 0, at("full", 1, 4)
	full.Room = Quota{Left: &none, Limit: "CPUS in here: 24 of 24 used"}
	_, err := Place(10, 0, []Target{ill, at("small", 1, 4), full})
	if !errors.Is(err, ErrInvalid) {
		t.Fatalf("Place = %v, want ErrInvalid", err)
	}
	for _, want := range []string{"no room for 6", "no route", "quota 4", "allows: CPUS in here: 24 of 24 used"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error %q does not say %q", err, want)
		}
	}
}

// When a target falls ill, no other one has to give up what it has got.
func TestALostTargetTakesNothingFromOthers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var targets []Target
		for range 1 + random.IntN(5) {
			one := at("a", float64(random.IntN(4)), random.IntN(12)-1)
			one.Serving = random.IntN(4)
			targets = append(targets, one)
		}
		n, share := 1+random.IntN(12), random.IntN(3)*40
		before, err := Place(n, share, targets)
		sum := 0
		for _, s := range before {
			sum += s.Instances
			if s.Instances < 0 || s.Quota != nil && s.Instances > max(0, *s.Quota) {
				t.Fatalf("%s gets %d of quota %d", s.Cluster, s.Instances, *s.Quota)
			}
		}
		if (err == nil) != (sum == n) || sum > n {
			t.Fatalf("Place(%d) places %d and says %v", n, sum, err)
		}
		lost := random.IntN(len(targets))
		targets[lost].Ill = "gone"
		after, _ := Place(n, share, targets)
		for i := range targets {
			if i != lost && after[i].Instances < before[i].Instances {
				t.Fatalf("without target %d, target %d falls from %d to %d: %+v", lost, i, before[i].Instances, after[i].Instances, targets)
			}
		}
	}
}

func TestTheMostExactPriceCounts(t *testing.T) {
	list := []Price{{Price: 9}, {Account: "prod", Price: 5}, {Account: "prod", Region: "eu", Price: 4}, {Account: "prod", Region: "eu", Price: 3},
		{Account: "prod", Region: "eu", InstanceType: "big", Price: 8}}
	for _, c := range []struct {
		of   Price
		want float64
	}{
		{Price{Account: "test"}, 9},
		{Price{Account: "prod", Region: "us"}, 5},
		{Price{Account: "prod", Region: "eu", InstanceType: "small"}, 3},
		{Price{Account: "prod", Region: "eu", InstanceType: "big"}, 8},
	} {
		if got := Cheapest(list, c.of); got == nil || *got != c.want {
			t.Errorf("Cheapest(%+v) = %v, want %v", c.of, got, c.want)
		}
	}
	if got := Cheapest(list[1:], Price{Account: "test"}); got != nil {
		t.Errorf("a price that does not fit = %v, want none", *got)
	}
}
