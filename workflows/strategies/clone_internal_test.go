package strategies

import (
	"fmt"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestAnotherImageStandsUnderTheNamesThatTheSourceHas(t *testing.T) {
	source := gennaker.ServerGroup{Name: "shop-v003", Capacity: gennaker.Capacity{Desired: 1, Max: 1}}
	at := gennaker.ClusterRef{Name: "shop"}
	for _, c := range []struct {
		name         string
		spec, config map[string]any
		want         string
	}{
		{"none is asked for", map[string]any{"amiName": "a"}, nil, "amiName=a"},
		{"the same name", map[string]any{"amiName": "a"}, map[string]any{"amiName": "b"}, "amiName=b"},
		{"another name", map[string]any{"amiName": "a"}, map[string]any{"imageId": "b"}, "imageId=b amiName=b"},
		{"a container's", map[string]any{"dockerImageAddress": "a:1"}, map[string]any{"imageId": "a:2"}, "imageId=a:2 dockerImageAddress=a:2"},
		{"both names, as they are asked for", map[string]any{"amiName": "a", "imageId": "i"}, map[string]any{"amiName": "b", "imageId": "j"}, "imageId=j amiName=b"},
		{"of a source that has none", map[string]any{"command": "shop"}, map[string]any{"imageId": "b"}, "refused"},
	} {
		block, err := like(source, c.spec, gennaker.Operation{Cluster: at, Source: &at, Config: c.config})
		got := ""
		for _, field := range imageFields {
			if block[field] != nil {
				got += fmt.Sprintf(" %s=%v", field, block[field])
			}
		}
		if err != nil {
			got = " refused"
		}
		if got != " "+c.want {
			t.Errorf("%s: the block has%s, want %s (%v)", c.name, got, c.want, err)
		}
	}
}
