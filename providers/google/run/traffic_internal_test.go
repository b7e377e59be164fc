package run

import (
	"testing"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

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
