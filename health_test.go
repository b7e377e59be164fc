package gennaker_test

import (
	"testing"

	"github.com/gennaker/gennaker"
)

func TestWhoseHealthCounts(t *testing.T) {
	says := func(sum gennaker.Health, pairs ...string) gennaker.Instance {
		i := gennaker.Instance{Health: sum}
		for n := 0; n < len(pairs); n += 2 {
			i.Checks = append(i.Checks, gennaker.Check{Provider: pairs[n], Health: gennaker.Health(pairs[n+1])})
		}
		return i
	}
	type names = gennaker.HealthProviders
	for _, c := range []struct {
		name     string
		counts   names
		instance gennaker.Instance
		up, down bool
	}{
		{"nobody is chosen, so the sum counts", nil, says("Up", "TargetGroup", "Down"), true, false},
		{"nobody is chosen, and the sum is starting", nil, says("Starting", "TargetGroup", "Up"), false, true},
		{"nobody is chosen, and requests are still answered", nil, says("Draining"), false, false},
		{"nobody is chosen, and nothing is known", nil, says("Unknown"), false, true},
		{"an empty list finds everything as wanted", names{}, says("Down", "TargetGroup", "Down"), true, true},
		{"an instance without checks is as its sum says", names{"TargetGroup"}, says("Up"), true, false},
		{"an instance without checks that is down", names{"TargetGroup"}, says("Down"), false, true},
		{"one chosen is up, and another does not count", names{"TargetGroup"}, says("Down", "TargetGroup", "Up", "Discovery", "Down"), true, false},
		{"one of the chosen speaks against it", names{"TargetGroup", "Discovery"}, says("Up", "TargetGroup", "Up", "Discovery", "Starting"), false, false},
		{"one of the chosen is draining", names{"TargetGroup", "Discovery"}, says("Up", "TargetGroup", "Up", "Discovery", "Draining"), false, false},
		{"the chosen are out of service", names{"TargetGroup"}, says("Up", "TargetGroup", "OutOfService"), false, true},
		{"none of the chosen says anything", names{"Discovery"}, says("Up", "TargetGroup", "Up"), false, true},
		{"the cloud is chosen and does not know", names{"Amazon"}, says("Down", "Amazon", "Unknown", "TargetGroup", "Down"), true, true},
		{"the cloud is chosen and says down", names{"Amazon"}, says("Up", "Amazon", "Down", "TargetGroup", "Up"), false, true},
		{"the cloud is chosen with one that says up", names{"Amazon", "TargetGroup"}, says("Up", "Amazon", "Unknown", "TargetGroup", "Up"), true, false},
		{"the cloud is chosen with one that says nothing", names{"Amazon", "Discovery"}, says("Up", "Amazon", "Unknown"), true, true},
		{"another than the cloud does not know", names{"Discovery"}, says("Up", "Discovery", "Unknown"), false, false},
	} {
		if got := c.counts.Up(c.instance); got != c.up {
			t.Errorf("%s: Up = %t, want %t", c.name, got, c.up)
		}
		if got := c.counts.Down(c.instance); got != c.down {
			t.Errorf("%s: Down = %t, want %t", c.name, got, c.down)
		}
	}
}

func TestADepartureCountsTheHealthThatIsAsked(t *testing.T) {
	group := func(name string, enabled bool, check gennaker.Health) gennaker.ServerGroup {
		i := gennaker.Instance{Health: gennaker.Down, Checks: []gennaker.Check{{Provider: "LoadBalancer", Health: check}}}
		return gennaker.ServerGroup{Name: name, Enabled: enabled, Instances: []gennaker.Instance{i, i}}
	}
	cluster := []gennaker.ServerGroup{group("shop-v000", true, "Up"), group("shop-v001", true, "Up"), group("shop-v002", false, "Up")}
	going := gennaker.Departure{ServerGroupRef: gennaker.ServerGroupRef{Name: "shop-v000"}, Health: gennaker.HealthProviders{"LoadBalancer"}}
	for keep, allowed := range map[int]bool{2: true, 3: false} {
		going.Keep = keep
		if err := going.Check(cluster); (err == nil) != allowed {
			t.Errorf("to keep %d in service: %v, want allowed: %t", keep, err, allowed)
		}
	}
}
