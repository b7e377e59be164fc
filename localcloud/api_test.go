package localcloud_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud"
	"github.com/gennaker/gennaker/localcloud/client"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestRequestsWithoutTheTokenAreDenied(t *testing.T) {
	w := opened(t)
	for name, header := range map[string]string{"none": "", "another": "Bearer x", "a part": "Bearer " + w.cloud.Token()[:5], "empty": "Bearer "} {
		request, err := http.NewRequest(http.MethodGet, w.cloud.URL()+"/v1/server-groups", nil)
		w.must("request", err)
		if header != "" {
			request.Header.Set("Authorization", header)
		}
		answer, err := http.DefaultClient.Do(request)
		w.must("GET", err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("with the token: %s, the answer is %s", name, answer.Status)
		}
	}
	if status, text := w.get(w.cloud.URL() + "/health"); status != http.StatusOK || !strings.Contains(text, "ok") {
		t.Errorf("GET /health without a token = %d %s", status, text)
	}
	other, err := client.New(client.Config{Endpoint: w.cloud.URL(), Token: "wrong"})
	w.must("New", err)
	if _, err := other.LoadBalancers(t.Context()); !is(err, gennaker.ErrDenied) {
		t.Errorf("LoadBalancers with a wrong token = %v, want ErrDenied", err)
	}
}

func TestTokenIsPrivateAndKept(t *testing.T) {
	w := opened(t)
	info, err := os.Stat(filepath.Join(w.state, "token"))
	w.must("Stat", err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the token's mode is %s", info.Mode())
	}
	token, url := w.cloud.Token(), w.cloud.URL()
	w.close()
	w.open()
	if w.cloud.Token() != token || w.cloud.URL() != url {
		t.Errorf("token and address changed: %s, then %s", url, w.cloud.URL())
	}
}

func TestAPIMovesWhenItsPortIsTakenAndIsFoundAgain(t *testing.T) {
	w := opened(t)
	address := strings.TrimPrefix(w.cloud.URL(), "http://")
	w.close()
	taken, err := net.Listen("tcp", address)
	w.must("Listen", err)
	defer taken.Close()
	w.open()
	if w.cloud.URL() == "http://"+address {
		t.Errorf("the API says it listens on %s, which is taken", address)
	}
	if _, err := w.LoadBalancers(t.Context()); err != nil {
		t.Errorf("LoadBalancers after the API has moved = %v", err)
	}
}

func TestAPIListensOnThisMachineAlone(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", "192.0.2.1:80", "example.com:80", "nonsense", ":0"} {
		if _, err := localcloud.Open(t.Context(), localcloud.Config{State: t.TempDir(), Listen: listen}); !is(err, gennaker.ErrInvalid) {
			t.Errorf("Open with Listen %q = %v, want ErrInvalid", listen, err)
		}
	}
}

func TestCreateRefusesWhatCannotBe(t *testing.T) {
	w := opened(t)
	w.create("taken-v000", 0, helloSpec())
	for _, c := range []struct {
		name, serverGroup string
		change            func(*client.Create)
		want              error
		text              string
	}{
		{"a name that is taken", "taken-v000", func(*client.Create) {}, gennaker.ErrExists, "server group taken-v000"},
		{"a name that is a path", "../x", func(*client.Create) {}, gennaker.ErrInvalid, `name "../x"`},
		{"a program that is not there", "shop-v000", func(r *client.Create) { r.Spec.Command = "./no-such-program" }, gennaker.ErrInvalid, "no-such-program"},
		{"a directory that is not there", "shop-v000", func(r *client.Create) { r.Spec.WorkingDirectory = "/no/such" }, gennaker.ErrInvalid, "workingDirectory /no/such"},
		{"a capacity that cannot be", "shop-v000", func(r *client.Create) { r.Capacity = gennaker.Capacity{Min: 2, Desired: 1, Max: 1} }, gennaker.ErrInvalid, "capacity 2/1/1"},
		{"a load balancer without a proper name", "shop-v000", func(r *client.Create) { r.LoadBalancers = []string{"a b"} }, gennaker.ErrInvalid, `name "a b"`},
		{"a body that is too large", "shop-v000", func(r *client.Create) { r.Spec.Arguments = []string{strings.Repeat("x", 2<<20)} }, gennaker.ErrInvalid, "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := client.Create{Capacity: exactly(1), Spec: helloSpec()}
			c.change(&r)
			err := w.Create(t.Context(), c.serverGroup, r)
			if !is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("Create = %v, want %v that says %s", err, c.want, c.text)
			}
		})
	}
}

func TestServerGroupThatIsBeingDestroyedStaysInItsNameUntilGone(t *testing.T) {
	w := opened(t)
	marks := map[string]string{gennaker.MarkToken: "a"}
	create := func() error {
		return w.Create(t.Context(), "shop-v000", client.Create{Capacity: exactly(1), Marks: marks,
			LoadBalancers: []string{"shop"}, Spec: helloSpec("LATENCY=700ms")})
	}
	w.must("Create", create())
	w.untilUp("shop-v000", 1)
	answer := slowRequest(w)
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	if err := create(); !is(err, gennaker.ErrExists) {
		t.Errorf("Create while the name is being destroyed = %v, want ErrExists", err)
	}
	for what, err := range map[string]error{
		"Enable": w.Enable(t.Context(), "shop-v000"),
		"Resize": w.Resize(t.Context(), "shop-v000", exactly(2)),
	} {
		if !is(err, gennaker.ErrNotFound) {
			t.Errorf("%s of what is being destroyed = %v, want ErrNotFound", what, err)
		}
	}
	w.must("Destroy again", w.Destroy(t.Context(), "shop-v000"))
	<-answer
	w.untilGone("shop-v000")
	w.must("Create once the name is free", create())
}

func TestCreationTimesNeverAreEqual(t *testing.T) {
	w := opened(t)
	for _, name := range []string{"b-v000", "a-v000", "a-v001"} {
		w.create(name, 0, helloSpec())
	}
	groups, err := w.ServerGroups(t.Context(), gennaker.Scope{})
	w.must("ServerGroups", err)
	for i, name := range []string{"b-v000", "a-v000", "a-v001"} {
		if groups[i].Name != name || i > 0 && !groups[i].Created.After(groups[i-1].Created) {
			t.Errorf("server group %d = %s created %s, want %s, later than the one before", i, groups[i].Name, groups[i].Created, name)
		}
	}
}

func TestInstancesDoNotSeeTheDaemonsSecrets(t *testing.T) {
	t.Setenv("DAEMON_SECRET", "do not tell")
	w := opened(t)
	w.create("shop-v000", 1, client.Spec{Command: "env", Environment: map[string]string{"GIVEN": "yes"},
		HealthCheck: client.HealthCheck{Type: client.CheckProcess}})
	g := w.until("shop-v000", "there", func(g client.ServerGroup) bool { return len(g.Instances) == 1 })
	var text string
	w.eventually("the program has written its environment", func() bool {
		text, _ = w.Log(t.Context(), g.Instances[0].ID, 100)
		return strings.Contains(text, "GIVEN=yes")
	})
	for _, want := range []string{"PORT=", "PATH=", "GENNAKER_INSTANCE=" + g.Instances[0].ID, "GENNAKER_SERVER_GROUP=shop-v000"} {
		if !strings.Contains(text, want) {
			t.Errorf("the environment has no %s:\n%s", want, text)
		}
	}
	if strings.Contains(text, "DAEMON_SECRET") {
		t.Errorf("the environment holds the daemon's:\n%s", text)
	}
}

func TestLogOfNoInstanceIsNotFound(t *testing.T) {
	w := opened(t)
	for _, id := range []string{"none", "../token", "../../etc/passwd"} {
		if text, err := w.Log(t.Context(), id, 5); !is(err, gennaker.ErrNotFound) {
			t.Errorf("Log(%q) = %q, %v, want ErrNotFound", id, text, err)
		}
	}
}
