package memory_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/providers/providertest"
)

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		Open:   func(*testing.T) providers.Provider { return &memory.Cloud{} },
		Region: "somewhere",
		Jobs: &providertest.JobSpecs{
			Succeeds: outcome(`{"exitCode": 0, "log": "begin\ndone\n", "properties": {"version": "7", "hosts": ["a"]}}`),
			Fails:    outcome(`{"jobState": "Failed", "exitCode": 3, "reason": "exited with status 3", "log": "no such table\n"}`),
			Runs:     outcome(`{"jobState": "Running"}`),
			Wrong:    outcome(`"wrong"`),
		},
	})
}

func outcome(text string) map[string]any {
	return map[string]any{memory.SpecOutcome: json.RawMessage(text)}
}

func TestInstancesTakeTheirTimeAndFallIll(t *testing.T) {
	now := time.Now()
	cloud := &memory.Cloud{Now: func() time.Time { return now }}
	ref := gennaker.ServerGroupRef{Location: gennaker.In("a", ""), Name: "shop-v000"}
	err := cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: ref.Location, Name: ref.Name, Moniker: gennaker.ParseMoniker(ref.Name),
		Capacity: gennaker.Capacity{Desired: 2, Max: 2}, Spec: map[string]any{memory.SpecStart: 30.0, memory.SpecImage: "shop:7"}})
	if err != nil {
		t.Fatal(err)
	}
	is := func(when string, want gennaker.Health) {
		t.Helper()
		if g, err := cloud.Get(t.Context(), ref); err != nil || g.Count(want) != 2 || g.Image != "shop:7" {
			t.Errorf("%s: %+v, %v; want two instances %s", when, g, err, want)
		}
	}
	is("at first", gennaker.Starting)
	now = now.Add(30 * time.Second)
	is("when they have started", gennaker.Up)
	cloud.Sicken(ref, gennaker.Down)
	is("when they are ill", gennaker.Down)
	if serving := cloud.InService(ref.Cluster()); len(serving) > 0 {
		t.Errorf("in service are %v, want none", serving)
	}
}
