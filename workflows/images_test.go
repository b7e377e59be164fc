package workflows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// found says which images a stage has put out: region, id, name and source.
func found(e gennaker.Execution) string {
	list, _ := e.Stages[0].Outputs["deploymentDetails"].([]any)
	var all []string
	for _, one := range list {
		d := one.(map[string]any)
		text := fmt.Sprint(d["region"], " ", d["imageId"], " ", d["imageName"])
		if d["sourceServerGroup"] != nil {
			text += fmt.Sprint(" of ", d["sourceServerGroup"])
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func TestFindImageFromACluster(t *testing.T) {
	for _, c := range []struct{ name, more, want, fails string }{
		{"of the newest in traffic", ``, "local image-of-shop-web-v002 image-of-shop-web-v002 of shop-web-v002", ""},
		{"of the oldest", `, "selectionStrategy": "OLDEST"`, "local image-of-shop-web-v000 the-zeroth of shop-web-v000", ""},
		{"of the largest", `, "selectionStrategy": "LARGEST"`, "local image-of-shop-web-v000 the-zeroth of shop-web-v000", ""},
		{"of the newest at all", `, "onlyEnabled": false`, "local image-of-shop-web-v003 image-of-shop-web-v003 of shop-web-v003", ""},
		{"if there is but one", `, "selectionStrategy": "FAIL"`, "", "it has 3 server groups, and selectionStrategy is FAIL"},
		{"of a cluster that is not there", `, "cluster": "shop-api"`, "", "image of cluster cloud/local/shop-api: not found"},
		{"whose name fits", `, "selectionStrategy": "OLDEST", "imageNamePattern": "the-.*"`, "local image-of-shop-web-v000 the-zeroth of shop-web-v000", ""},
		{"whose whole name does not fit", `, "selectionStrategy": "OLDEST", "imageNamePattern": "the-"`, "", ""},
		{"also where the cluster is not", `, "selectionStrategy": "OLDEST", "regions": ["local", "far"], "resolveMissingLocations": true`,
			"local image-of-shop-web-v000 the-zeroth of shop-web-v000, far far-zeroth the-zeroth of shop-web", ""},
		{"where neither the cluster nor the image is", `, "regions": ["local", "far"], "resolveMissingLocations": true`, "", "image image-of-shop-web-v002 in far: not found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.groupsOf("shop-web-v000+:3", "shop-web-v001+:2", "shop-web-v002+:1", "shop-web-v003:9")
			w.cloud.AddImage(gennaker.Image{Location: gennaker.In("cloud", ""), ID: "image-of-shop-web-v000", Name: "the-zeroth"})
			w.cloud.AddImage(gennaker.Image{Location: gennaker.In("cloud", "far"), ID: "far-zeroth", Name: "the-zeroth"})
			document := `{"application": "shop", "name": "find", "stages": [{"refId": "1", "type": "findImage", "cloudProvider": "memory", "credentials": "cloud"` + c.more
			if !strings.Contains(c.more, `"cluster"`) {
				document += `, "cluster": "shop-web"`
			}
			e := w.run(document+`}]}`, nil)
			if got := found(e); got != c.want || (e.Status != gennaker.Succeeded) != (c.fails != "") || !strings.Contains(e.Error, c.fails) {
				t.Errorf("ended %s with %q, want %q and an error that says %q: %s", e.Status, got, c.want, c.fails, e.Error)
			}
		})
	}
}

// images makes three of a package, and one of another.
func (w *world) images() {
	for _, i := range []gennaker.Image{
		{ID: "i-1", Name: "shop-1.0", Tags: map[string]string{"stage": "prod", "appversion": "shop-1.0-h1/SHOP-build/1"}},
		{ID: "i-2", Name: "shop-2.0", Tags: map[string]string{"stage": "prod", "appversion": "shop-2.0-h2/SHOP-build/2"}},
		{ID: "i-3", Name: "shop-3.0", Tags: map[string]string{"stage": "test", "appversion": "shop-3.0-h3/SHOP-build/3"}},
		{ID: "i-4", Name: "shop-front-1.0", Tags: map[string]string{"stage": "prod", "appversion": "shop-front-1.0-h1/FRONT-build/1"}},
	} {
		i.Location = gennaker.In("cloud", "")
		w.cloud.AddImage(i)
	}
}

func TestFindImageFromTags(t *testing.T) {
	for _, c := range []struct{ name, fields, want, fails string }{
		{"the newest with the tag, of just that package", `"packageName": "shop", "tags": {"stage": "prod"}`, "local i-2 shop-2.0", ""},
		{"the newest at all", `"packageName": "shop"`, "local i-3 shop-3.0", ""},
		{"of an account by its name", `"packageName": "shop-front", "account": "cloud"`, "local i-4 shop-front-1.0", ""},
		{"none with the tag", `"packageName": "shop", "tags": {"stage": "none"}`, "", "image of package shop with tags map[stage:none] in local: not found"},
		{"in no account of the cloud", `"packageName": "shop", "cloudProvider": "aws"`, "", `none of cloud "aws" has images`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.images()
			e := w.run(`{"application": "shop", "name": "find", "stages": [{"refId": "1", "type": "findImageFromTags", "regions": ["local"], `+c.fields+`}]}`, nil)
			if got := found(e); got != c.want || (e.Status != gennaker.Succeeded) != (c.fails != "") || !strings.Contains(e.Error, c.fails) {
				t.Errorf("ended %s with %q, want %q and an error that says %q: %s", e.Status, got, c.want, c.fails, e.Error)
			}
		})
	}
}

func TestTagImages(t *testing.T) {
	for _, c := range []struct{ name, before, fields, want string }{
		{"by their names and ids", ``, `"imageNames": ["shop-1.0", "i-3"]`, "i-1 i-3"},
		{"that were found above", `{"refId": "0", "type": "findImageFromTags", "cloudProvider": "memory", "packageName": "shop", "regions": ["local"], "tags": {"stage": "prod"}},`,
			`"cloudProvider": "memory"`, "i-2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.images()
			requisites := ""
			if c.before != "" {
				requisites = `"requisiteStageRefIds": ["0"],`
			}
			e := w.run(`{"application": "shop", "name": "tag", "stages": [`+c.before+`{"refId": "1", `+requisites+` "type": "upsertImageTags", "regions": ["local"],
				"tags": {"blessed": "yes"}, `+c.fields+`}]}`, nil)
			tagged, err := w.cloud.FindImages(t.Context(), gennaker.ImageQuery{Tags: map[string]string{"blessed": "yes"}})
			var ids []string
			for _, i := range tagged {
				ids = append([]string{i.ID}, ids...)
			}
			if got := strings.Join(ids, " "); got != c.want || err != nil || e.Status != gennaker.Succeeded {
				t.Errorf("ended %s with %q tagged, %v; want %s: %s", e.Status, got, err, c.want, e.Error)
			}
		})
	}
}
