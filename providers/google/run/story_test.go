package run_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/google/run"
)

// story is one test's view of an account, and of the API below it.
type story struct {
	*testing.T
	*target
	cloud *run.Cloud
}

func tell(t *testing.T) *story {
	t.Helper()
	it := startTarget(t)
	return &story{t, it, it.account(t)}
}

const services = "/v2/projects/shop-prod/locations/" + region + "/services"

func (s *story) ref(sequence int) gennaker.ServerGroupRef {
	return gennaker.ServerGroupRef{Location: gennaker.Location{Account: "run", Region: region}, Name: fmt.Sprintf("shop-web-v%03d", sequence)}
}

func (s *story) request(sequence, desired int) gennaker.CreateServerGroup {
	ref := s.ref(sequence)
	return gennaker.CreateServerGroup{Location: ref.Location, Name: ref.Name, Moniker: gennaker.ParseMoniker(ref.Name),
		Capacity: gennaker.Capacity{Min: desired, Desired: desired, Max: desired + 1}, Spec: spec(),
		Marks: map[string]string{gennaker.MarkToken: ref.Name}}
}

// have makes a server group, and lets it get its traffic.
func (s *story) have(sequence, desired int) {
	s.Helper()
	s.must(s.cloud.Create(s.Context(), s.request(sequence, desired)))
	s.clock.Sleep(20 * time.Second)
}

func (s *story) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// ask makes a request of the API that no provider of ours makes.
func (s *story) ask(method, path string, in, out any) int {
	s.Helper()
	body, err := json.Marshal(in)
	s.must(err)
	if in == nil {
		body = nil
	}
	r, err := http.NewRequest(method, s.URL+path, bytes.NewReader(body))
	s.must(err)
	answer, err := http.DefaultClient.Do(r)
	s.must(err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	s.must(err)
	if out != nil {
		s.must(json.Unmarshal(data, out))
	}
	return answer.StatusCode
}

// service is what the API says of the service of our server groups.
type service struct {
	Etag, Ingress string
	Annotations   map[string]string
	Scaling       struct {
		ScalingMode                                             string
		MinInstanceCount, MaxInstanceCount, ManualInstanceCount int
	}
	Traffic []struct {
		Type, Revision, Tag string
		Percent             int
	}
	LatestCreatedRevision string
}

func (s *story) service() service {
	s.Helper()
	var got service
	if code := s.ask(http.MethodGet, services+"/shop-web", nil, &got); code != http.StatusOK {
		s.Fatalf("the service: HTTP status %d", code)
	}
	return got
}

// split is where the traffic shall go, as a person would say it.
func (s service) split() string {
	var all []string
	for _, t := range s.Traffic {
		text := fmt.Sprintf("%s %d", strings.TrimPrefix(t.Revision, "shop-web-"), t.Percent)
		if t.Tag != "" {
			text += " " + t.Tag
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ") + " " + s.Scaling.ScalingMode
}

func (s *story) want(what, split string) {
	s.Helper()
	if got := s.service().split(); got != split {
		s.Errorf("%s the traffic is %q, want %q", what, got, split)
	}
}

func TestTrafficFollowsTheCapacityOfWhatIsEnabled(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 9)
	s.want("with one server group", "v000 100 AUTOMATIC")
	s.have(1, 1)
	s.want("with a second one", "v000 90, v001 10 AUTOMATIC")
	if scaling := s.service().Scaling; scaling.MinInstanceCount != 10 || scaling.MaxInstanceCount != 12 {
		t.Errorf("the service has %+v, want the sums of both, 10 and 12", scaling)
	}
	s.must(s.cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: s.ref(1), Capacity: gennaker.Capacity{Desired: 9, Max: 9}}))
	s.want("with the second as big", "v000 50, v001 50 AUTOMATIC")
	s.must(s.cloud.DisablePart(t.Context(), s.ref(0), 67))
	s.want("with a part of the first out", "v000 25, v001 75 AUTOMATIC")
	s.must(s.cloud.Disable(t.Context(), s.ref(0)))
	s.want("with the first out", "v001 100 AUTOMATIC")
	s.must(s.cloud.Disable(t.Context(), s.ref(1)))
	s.want("with both out", "v001 100 MANUAL")
	s.must(s.cloud.Enable(t.Context(), s.ref(0)))
	s.want("with the first enabled again", "v000 100 AUTOMATIC")
}

func TestTrafficStaysWhereItWasUntilTheNewRevisionIsReady(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 2)
	sick := s.request(1, 2)
	sick.Spec = map[string]any{"image": "shop-sick"}
	s.must(s.cloud.Create(t.Context(), sick))
	for range 2 {
		was, err := s.cloud.Get(t.Context(), s.ref(0))
		if err != nil || was.Count(gennaker.Up) != 2 {
			t.Errorf("the old server group is %+v, %v, want it up", was, err)
		}
		s.clock.Sleep(20 * time.Second)
	}
	is, err := s.cloud.Get(t.Context(), s.ref(1))
	if err != nil || is.Count(gennaker.Down) != 2 || !strings.Contains(is.Condition(), "HEALTH_CHECK_CONTAINER_ERROR") {
		t.Errorf("the new server group is %+v, %v, want it down, and why", is, err)
	}
	s.must(s.cloud.Destroy(t.Context(), s.ref(1)))
	if was, err := s.cloud.Get(t.Context(), s.ref(0)); err != nil || was.Count(gennaker.Up) != 2 {
		t.Errorf("in the end the old server group is %+v, %v, want it up", was, err)
	}
}

// Cloud Run moves no traffic while a revision that shall have some is not
// ready: what waits for it is not up, and what still has it is not at rest.
func TestUpIsWhereTheTrafficGoes(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 2)
	s.have(1, 2)
	s.must(s.cloud.Disable(t.Context(), s.ref(1)))
	sick := s.request(2, 2)
	sick.Spec = map[string]any{"image": "shop-sick"}
	s.must(s.cloud.Create(t.Context(), sick))
	s.must(s.cloud.Enable(t.Context(), s.ref(1)))
	if g, err := s.cloud.Get(t.Context(), s.ref(1)); err != nil || !g.Enabled || g.Count(gennaker.Starting) != 2 || !strings.Contains(g.Condition(), "no traffic yet") {
		t.Errorf("what gets no traffic yet is %+v, %v, want it starting", g, err)
	}
	s.must(s.cloud.Disable(t.Context(), s.ref(0)))
	if g, err := s.cloud.Get(t.Context(), s.ref(0)); err != nil || g.Enabled || g.Resting || g.Count(gennaker.Draining) != 2 {
		t.Errorf("what still has traffic is %+v, %v, want it draining", g, err)
	}
}

// Cloud Run deletes no revision that is the newest.
func TestTheNewestCanBeDestroyedAndItsNameIsFreeAgain(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	s.have(1, 1)
	for range 2 {
		s.must(s.cloud.Destroy(t.Context(), s.ref(1)))
	}
	if _, err := s.cloud.Get(t.Context(), s.ref(1)); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
	list, err := s.cloud.List(t.Context(), gennaker.Scope{Cluster: "shop-web"})
	if err != nil || len(list) != 1 || list[0].Name != "shop-web-v000" {
		t.Errorf("the cluster has %+v, %v, want shop-web-v000 alone", list, err)
	}
	s.want("without it", "v000 100 AUTOMATIC")
	again := s.request(1, 3)
	again.Marks[gennaker.MarkToken] = "another"
	s.must(s.cloud.Create(t.Context(), again))
	if g, err := s.cloud.Get(t.Context(), s.ref(1)); err != nil || g.Capacity.Desired != 3 {
		t.Errorf("made again it is %+v, %v", g, err)
	}
}

// Where the traffic cannot leave, because another revision is not ready, a
// server group cannot be destroyed yet.
func TestWhatStillHasTrafficIsDestroyedLater(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	sick := s.request(1, 1)
	sick.Spec = map[string]any{"image": "shop-sick"}
	s.must(s.cloud.Create(t.Context(), sick))
	if err := s.cloud.Destroy(t.Context(), s.ref(0)); !errors.Is(err, gennaker.ErrUnavailable) || !strings.Contains(err.Error(), "can receive traffic") {
		t.Errorf("Destroy = %v, want ErrUnavailable, and why", err)
	}
	s.must(s.cloud.Destroy(t.Context(), s.ref(1)))
	s.must(s.cloud.Destroy(t.Context(), s.ref(0)))
	if code := s.ask(http.MethodGet, services+"/shop-web", nil, nil); code != http.StatusNotFound {
		t.Errorf("the service: HTTP status %d, want 404", code)
	}
}

func TestWhatIsSoAlreadyIsNotAskedFor(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 2)
	s.have(1, 2)
	for range 2 {
		s.must(s.cloud.Disable(t.Context(), s.ref(0)))
		s.must(s.cloud.DisablePart(t.Context(), s.ref(1), 50))
		s.must(s.cloud.Create(t.Context(), s.request(1, 2)))
	}
	if got := s.target.cloud.Effects(); got["services changed"] != 3 || got["revisions created"] != 2 {
		t.Errorf("what was done twice has changed %v, want a service three times: for a second revision, and once each", got)
	}
}

func TestTheServiceGoesWithItsLastServerGroup(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	s.must(s.cloud.Destroy(t.Context(), s.ref(0)))
	if code := s.ask(http.MethodGet, services+"/shop-web", nil, nil); code != http.StatusNotFound {
		t.Errorf("the service: HTTP status %d, want 404", code)
	}
}

func TestAServiceOfOthersIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.ask(http.MethodPost, services+"?serviceId=shop-web", map[string]any{"template": map[string]any{"containers": []any{map[string]any{"image": "theirs"}}}}, nil)
	err := s.cloud.Create(t.Context(), s.request(0, 1))
	if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "not Gennaker's") {
		t.Errorf("Create = %v, want ErrInvalid, and why", err)
	}
	list, err := s.cloud.List(t.Context(), gennaker.Scope{})
	if err != nil || len(list) > 0 {
		t.Errorf("List = %+v, %v, want none", list, err)
	}
	balancers, err := s.cloud.ListLoadBalancers(t.Context(), "")
	if err != nil || len(balancers) > 0 {
		t.Errorf("ListLoadBalancers = %+v, %v, want none", balancers, err)
	}
}

func TestWhatPeopleSayOfAServiceStays(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	s.have(1, 1)
	code := s.ask(http.MethodPatch, services+"/shop-web?updateMask=traffic,annotations,description", map[string]any{
		"description": "the shop", "annotations": with(s.service().Annotations, "team", "shop"),
		"traffic": []any{
			map[string]any{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "shop-web-v000", "percent": 100, "tag": "old"},
			map[string]any{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "tag": "new"},
		}}, nil)
	if code != http.StatusOK {
		t.Fatalf("HTTP status %d", code)
	}
	if g, err := s.cloud.Get(t.Context(), s.ref(1)); err != nil || g.Enabled {
		t.Errorf("what somebody has taken the traffic from is %+v, %v, want it disabled", g, err)
	}
	s.must(s.cloud.Enable(t.Context(), s.ref(1)))
	s.want("with tags", "v000 50, v001 50, v000 0 old,  0 new AUTOMATIC")
	if notes := s.service().Annotations; notes["team"] != "shop" {
		t.Errorf("the annotations are %v, want that of people among them", notes)
	}
}

func with(notes map[string]string, key, value string) map[string]string {
	notes[key] = value
	return notes
}

func TestLoadBalancersAreTheServicesWithTheirTraffic(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.have(0, 1)
	s.have(1, 1)
	s.must(s.cloud.Disable(t.Context(), s.ref(0)))
	list, err := s.cloud.ListLoadBalancers(t.Context(), region)
	if err != nil || len(list) != 1 || list[0].Name != "shop-web" || !strings.HasPrefix(list[0].Address, "https://shop-web-") ||
		len(list[0].ServerGroups) != 1 || list[0].ServerGroups[0] != "shop-web-v001" {
		t.Errorf("ListLoadBalancers = %+v, %v, want shop-web with shop-web-v001", list, err)
	}
}

func TestASpecSaysWhatARevisionIsMadeOf(t *testing.T) {
	t.Parallel()
	s := tell(t)
	q := s.request(0, 1)
	q.Spec["ingress"] = "INGRESS_TRAFFIC_INTERNAL_ONLY"
	s.must(s.cloud.Create(t.Context(), q))
	got, err := s.cloud.Spec(t.Context(), s.ref(0))
	s.must(err)
	text, err := json.Marshal(got)
	s.must(err)
	want := `{"image":"europe-docker.pkg.dev/shop/web:7","ingress":"INGRESS_TRAFFIC_INTERNAL_ONLY","invokerIamDisabled":false,` +
		`"template":{"containers":[{"image":"europe-docker.pkg.dev/shop/web:7","ports":[{"containerPort":8080}]}],"timeout":"30s"}}`
	if string(text) != want {
		t.Errorf("Spec = %s, want %s", text, want)
	}
}

func TestWhatCannotBeIsRefusedBeforeAnythingIsAskedFor(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, c := range []struct {
		name, says string
		change     func(*gennaker.CreateServerGroup)
	}{
		{"no image", "image: it is missing", func(q *gennaker.CreateServerGroup) { q.Spec = nil }},
		{"an unknown field", `unknown field "timeot"`, func(q *gennaker.CreateServerGroup) {
			q.Spec = map[string]any{"image": "a", "template": map[string]any{"timeot": "3s"}}
		}},
		{"a name", "template.revision", func(q *gennaker.CreateServerGroup) {
			q.Spec = map[string]any{"image": "a", "template": map[string]any{"revision": "x"}}
		}},
		{"a scale", "capacity says", func(q *gennaker.CreateServerGroup) {
			q.Spec = map[string]any{"image": "a", "template": map[string]any{"scaling": map[string]any{"minInstanceCount": 1}}}
		}},
		{"another region", "account run has " + region, func(q *gennaker.CreateServerGroup) { q.Region = "us-east1" }},
		{"capitals", "lowercase letters", func(q *gennaker.CreateServerGroup) { q.Moniker.App = "Shop" }},
	} {
		q := s.request(0, 1)
		c.change(&q)
		if err := s.cloud.Create(t.Context(), q); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Create with %s = %v, want ErrInvalid that says %q", c.name, err, c.says)
		}
	}
	if n := len(s.target.cloud.Effects()); n > 0 {
		t.Errorf("something was changed: %v", s.target.cloud.Effects())
	}
}

func TestAConfigurationSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	good := run.Config{Account: "run", Project: "shop-prod", Regions: []string{region}, Endpoint: "http://127.0.0.1:1", Anonymous: true}
	for _, c := range []struct {
		says   string
		change func(*run.Config)
	}{
		{"project", func(c *run.Config) { c.Project = "Shop" }},
		{"regions: ", func(c *run.Config) { c.Regions = nil }},
		{"regions[0]", func(c *run.Config) { c.Regions = []string{"europe"} }},
		{"endpoint", func(c *run.Config) { c.Endpoint = "run.googleapis.com" }},
		{"anonymous", func(c *run.Config) { c.Impersonate = "a@b" }},
		{"anonymous", func(c *run.Config) { c.Endpoint = "" }},
		{"lookEvery", func(c *run.Config) { c.LookEvery = -1 }},
		{"lag", func(c *run.Config) { c.Lag = -1 }},
		{"no such file", func(c *run.Config) { c.Anonymous, c.CredentialsFile = false, "/nowhere" }},
	} {
		config := good
		c.change(&config)
		if _, err := run.New(config); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("New = %v, want ErrInvalid that says %q", err, c.says)
		}
	}
	if cloud, err := run.New(good); err != nil || cloud.Name() != "cloudrun" {
		t.Errorf("New = %v, %v", cloud, err)
	}
}
