package workflows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// cloning is a document that clones.
func cloning(kind, fields string) string {
	return fmt.Sprintf(`{"application": "shop", "name": "operate", "stages": [{"refId": "1", "type": %q, "cloudProvider": "memory", "credentials": "cloud" %s}]}`, kind, fields)
}

func TestClone(t *testing.T) {
	for _, c := range []struct {
		name, kind, fields string
		want               string // name, image and capacity of what was made
		groups             string
	}{
		{"the newest of a cluster", "cloneServerGroup", `, "targetCluster": "shop-web"`, "shop-web-v002 b 0/3/9", "v000:2 v001+:3 v002+:3"},
		{"another one, and the others go", "cloneServerGroup", `, "targetCluster": "shop-web", "target": "oldest_asg_dynamic", "strategy": "redblack"`,
			"shop-web-v002 a 0/2/9", "v000:2 v001:3 v002+:2"},
		{"with another image, under another name for it", "cloneServerGroup", `, "source": {"serverGroupName": "shop-web-v000"}, "imageId": "c"`,
			"shop-web-v002 c 0/2/9", "v000:2 v001+:3 v002+:2"},
		{"with another capacity", "cloneServerGroup", `, "cluster": "shop-web", "capacity": {"min": 1, "desired": 1, "max": 1}`, "shop-web-v002 b 1/1/1", "v000:2 v001+:3 v002+:1"},
		{"as big as its source, whatever capacity says", "cloneServerGroup", `, "source": {"asgName": "shop-web-v001", "useSourceCapacity": true}, "capacity": {"min": 1, "desired": 1, "max": 1}`,
			"shop-web-v002 b 0/3/9", "v000:2 v001+:3 v002+:3"},
		{"into another stack", "cloneServerGroup", `, "targetCluster": "shop-web", "stack": "api", "freeFormDetails": "x", "useSourceCapacity": true`,
			"shop-api-x-v000 b 0/3/9", "v000:2 v001+:3 v000+:3"},
		{"under the old name of the stage", "copyLastAsg", `, "moniker": {"app": "shop", "stack": "web"}`, "shop-web-v002 b 0/3/9", "v000:2 v001+:3 v002+:3"},
		{"a server group of nothing but the stage's fields", "createServerGroup", `, "stack": "web", "image": "n", "capacity": {"min": 1, "desired": 1, "max": 1}`,
			"shop-web-v002 n 1/1/1", "v000:2 v001+:3 v002+:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			for i, image := range []string{"a", "b"} {
				name := fmt.Sprintf("shop-web-v%03d", i)
				err := w.cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: gennaker.In("cloud", ""), Name: name, Moniker: gennaker.ParseMoniker(name),
					Capacity: gennaker.Capacity{Desired: 2 + i, Max: 9}, Disabled: i == 0, Spec: map[string]any{"image": image}})
				if err != nil {
					t.Fatal(err)
				}
			}
			e := w.run(cloning(c.kind, c.fields), nil)
			if got := w.sizes(); e.Status != gennaker.Succeeded || got != c.groups {
				t.Fatalf("ended %s with %s, want SUCCEEDED with %s: %s", e.Status, got, c.groups, e.Error)
			}
			made := e.Stages[0].Outputs["deploy.server.groups"].(map[string]any)["local"].([]any)[0].(string)
			g, err := w.cloud.Get(t.Context(), webRef(made))
			if got := fmt.Sprint(g.Name, " ", g.Image, " ", g.Capacity); err != nil || got != c.want {
				t.Errorf("made %s, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestACloneOfAnotherRegionSaysWhereItComesFrom(t *testing.T) {
	w := newWorld(t)
	w.groupsOf("shop-web-v007+:2")
	e := w.run(cloning("cloneServerGroup", `, "region": "far", "source": {"account": "cloud", "region": "local", "serverGroupName": "shop-web-v007"}`), nil)
	g, err := w.cloud.Get(t.Context(), gennaker.ServerGroupRef{Location: gennaker.In("cloud", "far"), Name: "shop-web-v000"})
	if e.Status != gennaker.Succeeded || err != nil || g.Image != "image-of-shop-web-v007" || g.Capacity.Desired != 2 {
		t.Errorf("ended %s with %+v, %v: %s", e.Status, g, err, e.Error)
	}
}

func TestAnImageCannotTakeThePlaceOfNone(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	e := w.run(cloning("cloneServerGroup", `, "targetCluster": "shop-web", "imageId": "c"`), nil)
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "the source was not made from an image that another could take the place of") || w.groups() != "shop-web-v000+" {
		t.Errorf("ended %s with %s: %s", e.Status, w.groups(), e.Error)
	}
}

func TestADeploymentFollowsTheImageThatWasFound(t *testing.T) {
	const document = `{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "findImage", "cloudProvider": "memory", "credentials": "cloud", "cluster": "shop-test", "regions": ["far", "local"]},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "deploy", "clusters": [
			{"cloudProvider": "memory", "account": "cloud", "stack": "web"},
			{"cloudProvider": "memory", "account": "cloud", "stack": "api", "image": "mine"}]}]}`
	w := newWorld(t)
	w.groupsOf("shop-test-v004+:1")
	err := w.cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: gennaker.In("cloud", "far"), Name: "shop-test-v009", Moniker: gennaker.ParseMoniker("shop-test-v009"),
		Capacity: gennaker.Capacity{Desired: 1, Max: 1}, Spec: map[string]any{"image": "far-image"}})
	if err != nil {
		t.Fatal(err)
	}
	e := w.run(document, nil)
	for name, want := range map[string]string{"shop-web-v000": "image-of-shop-test-v004", "shop-api-v000": "mine"} {
		if g, err := w.cloud.Get(t.Context(), webRef(name)); err != nil || g.Image != want {
			t.Errorf("%s runs %q, %v; want %s: %s %s", name, g.Image, err, want, e.Status, e.Error)
		}
	}
}

// Names wrap around and pass over those that are taken; when all are, nothing
// is made.
func TestNamesOfServerGroups(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001", "shop-web-v999")
	if e := w.run(cloning("cloneServerGroup", `, "targetCluster": "shop-web"`), nil); e.Status != gennaker.Succeeded ||
		!strings.HasSuffix(w.groups(), "shop-web-v999+ shop-web-v002+") {
		t.Errorf("ended %s with %s: %s", e.Status, w.groups(), e.Error)
	}
	full := newWorld(t)
	for i := range 1000 {
		full.have(fmt.Sprintf("shop-web-v%03d", i))
	}
	e := full.run(deploying("", ""), nil)
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "every name from v000 to v999") {
		t.Errorf("with all names taken it ended %s: %s", e.Status, e.Error)
	}
}
