package workflows_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
)

// operating is a document of one stage.
func operating(kind, fields string) string {
	return `{"application": "shop", "name": "operate", "stages": [{"refId": "1", "type": "` + kind + `", "credentials": "cloud", ` + fields + `}]}`
}

// operate runs a stage and returns its outputs; it must end so.
func (w *world) operate(kind, fields string, want gennaker.Status) gennaker.StageExecution {
	w.t.Helper()
	e := w.run(operating(kind, fields), nil)
	if e.Status != want {
		w.t.Fatalf("%s ended %s: %s, want %s", kind, e.Status, e.Error, want)
	}
	return e.Stages[0]
}

// next is a world in which another execution runs, on the same cloud.
func (w *world) next() *world {
	w.t.Helper()
	return worldOn(w.t, activities.Config{}, func(n *world) providers.Provider {
		n.cloud = w.cloud
		return n.cloud
	})
}

func (w *world) service() gennaker.Service {
	w.t.Helper()
	i, err := w.cloud.GetService(w.t.Context(), gennaker.ServiceRef{Location: gennaker.In("cloud", "here"), Name: "db"})
	if err != nil {
		w.t.Fatalf("GetService = %v", err)
	}
	return i
}

const direct = `"region": "here", "manifest": {"direct": {"serviceInstanceName": "db", "service": "postgres", "servicePlan": "small"}}`

func TestServicesAreMadeSharedAndDestroyed(t *testing.T) {
	w := newWorld(t)
	w.operate("deployService", direct, gennaker.Succeeded)
	if i := w.service(); i.State != gennaker.ServiceReady || i.Marks[gennaker.MarkStage] != "1" {
		t.Fatalf("the service instance is %+v, want it ready and marked", i)
	}
	w = w.next()
	w.operate("shareService", `"region": "here", "serviceInstanceName": "db", "shareToRegions": ["there"]`, gennaker.Succeeded)
	if i := w.service(); !i.SharedWith("there") {
		t.Errorf("it is shared with %v, want there", i.Shared)
	}
	w = w.next()
	if s := w.operate("destroyService", `"region": "here", "serviceInstanceName": "db"`, gennaker.Terminal); !strings.Contains(s.Error, "shared with there") {
		t.Errorf("error = %q, want that it is shared", s.Error)
	}
	w = w.next()
	w.operate("unshareService", `"region": "here", "serviceInstanceName": "db", "unshareFromRegions": ["there"]`, gennaker.Succeeded)
	w = w.next()
	s := w.operate("createServiceKey", `"region": "here", "serviceInstanceName": "db", "serviceKeyName": "ada"`, gennaker.Succeeded)
	if key, _ := s.Outputs["serviceKey"].(map[string]any); key["uri"] != "memory://db" {
		t.Errorf("outputs = %v, want the credentials of the key", s.Outputs)
	}
	w = w.next()
	w.operate("deleteServiceKey", `"region": "here", "serviceInstanceName": "db", "serviceKeyName": "ada"`, gennaker.Succeeded)
	if i := w.service(); len(i.Keys) > 0 || len(i.Shared) > 0 {
		t.Errorf("it is %+v, want it without keys and shared with nobody", i)
	}
	w = w.next()
	w.operate("destroyService", `"region": "here", "serviceInstanceName": "db"`, gennaker.Succeeded)
	if _, err := w.cloud.GetService(t.Context(), gennaker.ServiceRef{Location: gennaker.In("cloud", "here"), Name: "db"}); err == nil {
		t.Errorf("it is still there")
	}
}

func TestAServiceIsMadeOfAFile(t *testing.T) {
	w := newWorld(t)
	file := base64.StdEncoding.EncodeToString([]byte("service_instance_name: db\nservice: postgres\nservice_plan: small\n"))
	w.operate("deployService", `"region": "here", "manifest": {"artifact": {"type": "embedded/base64", "reference": "`+file+`"}}`, gennaker.Succeeded)
	if i := w.service(); i.State != gennaker.ServiceReady {
		t.Errorf("the service instance is %+v, want it ready", i)
	}
}

func TestStagesAboutServicesThatCannotBe(t *testing.T) {
	for _, c := range []struct{ kind, fields, want string }{
		{"deployService", `"manifest": {"direct": {"serviceInstanceName": "db", "state": "Failed"}}`, "service db: invalid: as its spec says"},
		{"deployService", `"manifest": {"artifactId": "x"}`, "manifest: expected artifact x: not found"},
		{"deployService", `"manifest": {}`, "manifest: artifact: invalid: the stage names neither"},
		{"deployService", `"manifest": {"artifact": {"type": "embedded/base64", "reference": "YTogMQotLS0KYjogMg=="}}`, "one document is wanted, with fields"},
		{"destroyService", `"region": "here"`, "serviceInstanceName: invalid"},
		{"shareService", `"serviceInstanceName": "db", "shareToRegions": []`, "shareToRegions: invalid"},
		{"createServiceKey", `"serviceInstanceName": "none", "serviceKeyName": "ada"`, "service none: not found"},
		{"mapLoadBalancers", `"serverGroupName": "shop-web-v000", "loadBalancerNames": []`, "loadBalancerNames: invalid"},
		{"cloudFoundryCreateServiceBindings", `"serverGroupName": "shop-web-v000", "serviceBindingRequests": []`, "serviceBindingRequests: invalid"},
	} {
		w := newWorld(t)
		w.have("shop-web-v000")
		if s := w.operate(c.kind, c.fields, gennaker.Terminal); !strings.Contains(s.Error, c.want) {
			t.Errorf("%s: error = %q, want %q", c.kind, s.Error, c.want)
		}
	}
}

func TestAServerGroupIsStoppedAndStarted(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	const target = `"cluster": "shop-web", "target": "current_asg_dynamic"`
	if s := w.operate("stopServerGroup", target, gennaker.Terminal); !strings.Contains(s.Error, "traffic guard") {
		t.Errorf("error = %q, want that of the guard", s.Error)
	}
	w = w.next()
	w.operate("stopServerGroup", target+`, "allowLastServerGroup": true`, gennaker.Succeeded)
	if got := w.members("shop-web-v000"); got != "1/2/3" {
		t.Errorf("stopped it has %s, want its capacity and no instances", got)
	}
	w = w.next()
	w.operate("startServerGroup", target, gennaker.Succeeded)
	if got := w.inService("shop-web-v000"); got != 2 {
		t.Errorf("started, %d instances are in service, want 2", got)
	}
}

func TestLoadBalancersAreMappedAndUnmapped(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001")
	const fields = `"cluster": "shop-web", "target": "current_asg_dynamic", "loadBalancerNames": ["web"]`
	for _, c := range []struct {
		kind string
		want int
	}{{"mapLoadBalancers", 1}, {"mapLoadBalancers", 1}, {"unmapLoadBalancers", 0}} {
		w.operate(c.kind, fields, gennaker.Succeeded)
		g, err := w.cloud.Get(t.Context(), webRef("shop-web-v001"))
		if err != nil || len(g.LoadBalancers) != c.want {
			t.Errorf("%s leaves %v, %v, want %d", c.kind, g.LoadBalancers, err, c.want)
		}
		w = w.next()
	}
}

func TestAServerGroupIsBoundToServicesAndStartedAnew(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001")
	ref := gennaker.ServiceRef{Location: gennaker.In("cloud", ""), Name: "db"}
	if err := w.cloud.PutService(t.Context(), gennaker.PutService{ServiceRef: ref}); err != nil {
		t.Fatal(err)
	}
	before := w.members("shop-web-v001")
	w.operate("cloudFoundryCreateServiceBindings", `"cluster": "shop-web", "target": "current_asg_dynamic", "restageRequired": true,
		"serviceBindingRequests": [{"serviceInstanceName": "db", "parameters": {"role": "reader"}}]`, gennaker.Succeeded)
	i, err := w.cloud.GetService(t.Context(), ref)
	if err != nil || len(i.Bound) != 1 || w.members("shop-web-v001") == before {
		t.Errorf("the service instance is %+v, %v, and the server group has %s; want it bound, with new instances", i, err, w.members("shop-web-v001"))
	}
	w = w.next()
	w.operate("cloudFoundryDeleteServiceBindings", `"cluster": "shop-web", "target": "current_asg_dynamic", "serviceUnbindingRequests": [{"serviceInstanceName": "db"}]`, gennaker.Succeeded)
	if i, err = w.cloud.GetService(t.Context(), ref); err != nil || len(i.Bound) != 0 {
		t.Errorf("the service instance is %+v, %v, want nobody bound", i, err)
	}
}
