package aws_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/providertest"
	"github.com/gennaker/gennaker/providers/simulation"
)

// simulator is an AWS with its life cycles, for a test. Two hundred of its
// seconds are one of ours.
type simulator struct {
	*awstest.Server
	*awstest.Place
	image  string
	target string // ARN of the target group shop
}

func simulate(t *testing.T) *simulator {
	t.Helper()
	return simulateAt(t, 200)
}

// simulateAt is a simulator whose clock goes so many times faster than ours.
func simulateAt(t *testing.T, times float64) *simulator {
	t.Helper()
	return simulateWith(t, awstest.Config{Clock: simulation.Fast(times), PageSize: 2})
}

func simulateWith(t *testing.T, c awstest.Config) *simulator {
	t.Helper()
	awstest.Alone()
	server, err := awstest.Serve(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	s := &simulator{Server: server, Place: server.Region(region)}
	s.image = s.AddImage(awstest.Image{Name: "shop-1"})
	s.target = s.AddTargetGroup(awstest.TargetGroup{Name: "shop", Interval: 10 * time.Second, Drain: time.Minute})
	return s
}

// account opens our provider on it.
func (s *simulator) account(t *testing.T, c aws.Config) *aws.Cloud {
	t.Helper()
	return open(t, s.URL, c)
}

// block is a cluster block that runs behind the target group.
func (s *simulator) block() map[string]any {
	return map[string]any{"amiName": "shop-1", "instanceType": "t3.micro", "targetGroups": []any{"shop"},
		"availabilityZones": map[string]any{region: []any{region + "a", region + "b"}}}
}

// request asks for a server group of that block.
func (s *simulator) request(name string, desired int) gennaker.CreateServerGroup {
	return gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: name,
		Capacity: gennaker.Capacity{Desired: desired, Max: 5}, Marks: map[string]string{gennaker.MarkToken: "t1"}, Spec: s.block()}
}

// eventually reads a server group until it is as wanted.
func eventually(t *testing.T, cloud *aws.Cloud, ref gennaker.ServerGroupRef, want string, ok func(gennaker.ServerGroup) bool) gennaker.ServerGroup {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		g := must(cloud.Get(t.Context(), ref))(t)
		if ok(g) {
			return g
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never was %s: %+v", ref.Name, want, g)
		}
	}
}

func up(n int) func(gennaker.ServerGroup) bool {
	return func(g gennaker.ServerGroup) bool { return len(g.Instances) == n && g.Count(gennaker.Up) == n }
}

func TestConformanceOnTheSimulator(t *testing.T) {
	t.Parallel()
	providertest.RunInParts(t, 3, onTheSimulator)
}

func onTheSimulator(*testing.T) providertest.Harness {
	var b breakable
	spec := (&simulator{}).block()
	spec["healthCheckGracePeriod"] = 600.0 // what a refresh waits for: a target is healthy by then
	return providertest.Harness{
		Open:   b.open,
		Region: region,
		Spec:   spec,
		Faults: b.faults(),
		Sicken: b.sicken,
		AddImage: func(_ testing.TB, _ providers.Provider, name string) {
			b.AddImage(awstest.Image{Name: name})
		},
		NoImage: "ami-00000000000000000", NoInstance: "i-00000000000000000",
		Pause: func() { time.Sleep(20 * time.Millisecond) },
	}
}

func TestAServerGroupOnItsWayIntoTrafficAndOut(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	cloud := s.account(t, aws.Config{})
	q := s.request("shop-v000", 2)
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	all := func(h gennaker.Health) func(gennaker.ServerGroup) bool {
		return func(g gennaker.ServerGroup) bool { return g.Count(h) == 2 }
	}
	eventually(t, cloud, q.Ref(), "starting", all(gennaker.Starting))
	eventually(t, cloud, q.Ref(), "up", up(2))
	if err := cloud.Disable(t.Context(), q.Ref()); err != nil {
		t.Fatalf("Disable = %v", err)
	}
	eventually(t, cloud, q.Ref(), "draining", all(gennaker.Draining))
	eventually(t, cloud, q.Ref(), "out of service", all(gennaker.OutOfService))
	if err := cloud.Enable(t.Context(), q.Ref()); err != nil {
		t.Fatalf("Enable = %v", err)
	}
	eventually(t, cloud, q.Ref(), "up again", up(2))
}

func TestEachHealthProviderSaysItsOwn(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	cloud := s.account(t, aws.Config{})
	connect(t, s.URL, region).classicBalancer("old-shop")
	q := s.request("shop-v000", 1)
	q.LoadBalancers = []string{"old-shop"}
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	g := eventually(t, cloud, q.Ref(), "up", up(1))
	s.SetHealthy(g.Instances[0].ID, false)
	want := map[string]gennaker.Health{"Amazon": gennaker.Up, "AutoScaling": gennaker.Up, "TargetGroup": gennaker.Down, "LoadBalancer": gennaker.Down}
	eventually(t, cloud, q.Ref(), "as its health providers should say", func(g gennaker.ServerGroup) bool {
		said := map[string]gennaker.Health{}
		for _, c := range g.Instances[0].Checks {
			said[c.Provider] = c.Health
		}
		return maps.Equal(said, want) && g.Count(gennaker.Down) == 1
	})
}

func TestAnInstanceThatHasEndedDoesNotKeepTheOthersOutOfTraffic(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	cloud := s.account(t, aws.Config{})
	q := s.request("shop-v000", 2)
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	ended := eventually(t, cloud, q.Ref(), "up", up(2)).Instances[0].ID
	unseen := gennaker.SetProcesses{ServerGroupRef: q.Ref(), Suspend: []string{"HealthCheck"}} // Auto Scaling does not learn of it
	if err := cloud.SetProcesses(t.Context(), unseen); err != nil {
		t.Fatalf("SetProcesses = %v", err)
	}
	if err := cloud.Disable(t.Context(), q.Ref()); err != nil {
		t.Fatalf("Disable = %v", err)
	}
	s.Kill(ended)
	if err := cloud.Enable(t.Context(), q.Ref()); err != nil {
		t.Fatalf("Enable = %v", err)
	}
	eventually(t, cloud, q.Ref(), "up with the other instance", func(g gennaker.ServerGroup) bool { return g.Enabled && g.Count(gennaker.Up) == 1 })
}

func TestDestroyingANameThatLooksLikeAPatternDestroysNothing(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	cloud := s.account(t, aws.Config{})
	q := s.request("shop-v000", 0)
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	pattern := q.Ref()
	pattern.Name = "shop-*"
	if err := cloud.Destroy(t.Context(), pattern); err != nil {
		t.Errorf("Destroy of %s, which there is not = %v", pattern.Name, err)
	}
	if got := s.Templates(); len(got) != 1 {
		t.Errorf("the launch templates are %q, want that of %s", got, q.Name)
	}
}

// Reading calls of this cloud show what was a second ago.
func TestWhatWasJustMadeIsThereThoughItIsNotSeenYet(t *testing.T) {
	t.Parallel()
	s := simulateWith(t, awstest.Config{Clock: simulation.Fast(200), PageSize: 2, Lag: 200 * time.Second})
	time.Sleep(1100 * time.Millisecond) // until the image is seen
	cloud := s.account(t, aws.Config{})
	made := func(name string) gennaker.ServerGroupRef {
		t.Helper()
		q := s.request(name, 1)
		if err := cloud.Create(t.Context(), q); err != nil {
			t.Fatalf("Create = %v", err)
		}
		return q.Ref()
	}
	for name, call := range map[string]func(gennaker.ServerGroupRef) error{
		"Enable":  func(ref gennaker.ServerGroupRef) error { return cloud.Enable(t.Context(), ref) },
		"Disable": func(ref gennaker.ServerGroupRef) error { return cloud.Disable(t.Context(), ref) },
		"Resize": func(ref gennaker.ServerGroupRef) error {
			return cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: ref, Capacity: gennaker.Capacity{Desired: 2, Max: 2}})
		},
	} {
		if err := call(made("shop-" + strings.ToLower(name) + "-v000")); err != nil {
			t.Errorf("%s of what was just made = %v", name, err)
		}
	}
	again := s.request("shop-again-v000", 1)
	for range 3 {
		if err := cloud.Create(t.Context(), again); err != nil && !errors.Is(err, gennaker.ErrUnavailable) {
			t.Errorf("Create again, of what is not seen yet = %v, want none or ErrUnavailable", err)
		}
	}
	if got := len(s.Templates()); got != 4 {
		t.Errorf("there are %d launch templates for 4 server groups", got)
	}
	ref := made("shop-gone-v000")
	err := cloud.Destroy(t.Context(), ref)
	for deadline := time.Now().Add(20 * time.Second); err != nil && time.Now().Before(deadline); err = cloud.Destroy(t.Context(), ref) {
		if !errors.Is(err, gennaker.ErrUnavailable) {
			t.Fatalf("Destroy of what was just made = %v, want none or ErrUnavailable", err)
		}
	}
	if got := s.Count("DeleteAutoScalingGroup", ref.Name); err != nil || got != 1 {
		t.Errorf("Destroy in the end = %v, and it was deleted %d times, want once", err, got)
	}
}

func TestTwoServerGroupsOfOneTokenHaveALaunchTemplateEach(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	cloud := s.account(t, aws.Config{})
	for _, name := range []string{"shop-v000", "shop-web-v000"} {
		if err := cloud.Create(t.Context(), s.request(name, 0)); err != nil {
			t.Fatalf("Create = %v", err)
		}
	}
	if got, want := strings.Join(s.Templates(), " "), "shop-v000-t1 shop-web-v000-t1"; got != want {
		t.Errorf("the launch templates are %s, want %s", got, want)
	}
}
