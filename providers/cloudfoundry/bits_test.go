package cloudfoundry_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
	"github.com/gennaker/gennaker/providers/providertest"
)

// downloading is an account that downloads where webhooks may go.
func (it *target) downloading(t *testing.T, allow ...string) *cloudfoundry.Cloud {
	t.Helper()
	c := it.account(t).Config
	c.Download = activities.WebhookPolicy{Allow: allow}.Download
	return open(t, c)
}

// file serves a zip, and counts how often it is asked for.
func file(t *testing.T) (url string, asked *int) {
	t.Helper()
	text, _ := bits()["reference"].(string)
	zip, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	asked = new(int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		if r.URL.Path != "/shop.zip" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(zip)
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

// loseOnce loses the answer to the first request that changes something at a
// path with that end.
func (it *target) loseOnce(end string) {
	lost := false
	it.Decide(func(r *http.Request) providertest.Fate {
		if lost || r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, end) {
			return providertest.Fate{}
		}
		lost = true
		return providertest.Fate{Lost: true}
	})
}

func byURL(url string) map[string]any {
	block := with("manifest", map[string]any{"direct": map[string]any{"buildpacks": []any{"go_buildpack"}, "stack": "cflinuxfs4", "memory": "1G"}})
	block["applicationArtifact"] = map[string]any{"artifact": map[string]any{"type": "http/file", "reference": url}} // as Spinnaker has it
	return block
}

func TestAnAppIsMadeFromAFileByItsURL(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	url, asked := file(t)
	cloud := it.downloading(t, url)
	r := request("shop-web-v000", byURL(url+"/shop.zip?for=us"))
	g := create(t, cloud, r)
	if g.Image != "shop.zip" || g.Count(gennaker.Up) != 2 {
		t.Errorf("it is %+v, want two instances of shop.zip", g)
	}
	spec, err := cloud.Spec(t.Context(), g.Ref())
	if err != nil || sortedText(spec["manifest"]) != "go_buildpack cflinuxfs4" {
		t.Errorf("Spec = %v, %v, want its buildpack and stack", spec, err)
	}
	again := gennaker.StartRefresh{ServerGroupRef: r.Ref(), MinHealthy: 50, Token: "r", Spec: map[string]any{"applicationArtifact": map[string]any{"type": "http/file", "name": "shop", "version": "8", "reference": url + "/shop.zip"}}}
	if err := cloud.StartRefresh(t.Context(), again); err != nil || *asked != 2 {
		t.Errorf("StartRefresh = %v, and the file was downloaded %d times, want once for each", err, *asked)
	}
	if g = get(t, cloud, g.Ref()); g.Image != "shop:8" {
		t.Errorf("after that it runs %s", g.Image)
	}
}

func sortedText(manifest any) string {
	direct := manifest.(map[string]any)["direct"].(map[string]any)
	packs := direct["buildpacks"].([]any)
	return packs[0].(string) + " " + direct["stack"].(string)
}

// A package that has its bits is not downloaded for again, whether the answer to
// the upload came or not.
func TestAFileIsUploadedOnce(t *testing.T) {
	for _, lost := range []string{"/upload", "/v3/builds"} {
		it := startTarget(t, cftest.Times{})
		url, asked := file(t)
		cloud := it.downloading(t, url)
		r := request("shop-web-v000", byURL(url+"/shop.zip"))
		it.loseOnce(lost)
		if err := cloud.Create(t.Context(), r); !errors.Is(err, gennaker.ErrUnavailable) {
			t.Errorf("Create that loses the answer to %s = %v, want ErrUnavailable", lost, err)
		}
		g := create(t, cloud, r)
		if n := it.server.Effects()["POST /v3/packages/{guid}/upload"]; g.Count(gennaker.Up) != 2 || n != 1 || *asked != 1 {
			t.Errorf("made again it is %+v, uploaded %d times and downloaded %d times", g, n, *asked)
		}
	}
}

func TestAFileThatCannotBeDeployed(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	url, _ := file(t)
	for _, c := range []struct {
		name, url, allow string
		kind             error
		want             string
	}{
		{"is not there", url + "/gone.zip", url, gennaker.ErrInvalid, "it answered 404 Not Found"},
		{"is where webhooks may not go", url + "/shop.zip", "https://files.example.com", gennaker.ErrDenied, "webhooks.allow"},
		{"has no URL", "shop.zip", url, gennaker.ErrInvalid, "its reference must be the URL of a zip"},
	} {
		r := request("shop-web-v000", byURL(c.url))
		cloud := it.downloading(t, c.allow)
		if err := cloud.Create(t.Context(), r); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Create = %v, want %v with %q", c.name, err, c.kind, c.want)
		}
		if _, err := cloud.Get(t.Context(), r.Ref()); !errors.Is(err, gennaker.ErrNotFound) {
			t.Errorf("%s: Get afterwards = %v, want ErrNotFound", c.name, err)
		}
	}
	if err := it.account(t).Create(t.Context(), request("shop-web-v000", byURL(url+"/shop.zip"))); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("Create where nothing is downloaded = %v, want ErrInvalid", err)
	}
}
