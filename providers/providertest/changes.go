package providertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// change is a call that changes something. It is put to the cloud again and
// again: repeated, given up in the middle, and with its answers lost.
type change struct {
	name    string
	asked   func(Harness, providers.Provider) bool
	prepare func(*suite) // what is there before
	call    func(context.Context, *suite) error
	done    func(*suite) bool // seen in the cloud
}

// changes are those of every capability.
var changes = []change{
	{"Create", is[providers.ServerGroups], nothing, func(ctx context.Context, s *suite) error {
		return s.groups.Create(ctx, s.request(0, "a", 2))
	}, s0(up(2))},
	{"Resize", is[providers.ServerGroups], instances(1), func(ctx context.Context, s *suite) error {
		return s.groups.Resize(ctx, gennaker.ResizeServerGroup{ServerGroupRef: s.ref(), Capacity: gennaker.Capacity{Desired: 3, Max: 3}})
	}, s0(up(3))},
	{"Disable", is[providers.ServerGroups], instances(2), func(ctx context.Context, s *suite) error {
		return s.groups.Disable(ctx, s.ref())
	}, s0(out(2))},
	{"Enable", is[providers.ServerGroups], disabled(2), func(ctx context.Context, s *suite) error {
		return s.groups.Enable(ctx, s.ref())
	}, s0(func(g gennaker.ServerGroup) bool { return g.Enabled && up(2)(g) })},
	{"Destroy", is[providers.ServerGroups], instances(2), func(ctx context.Context, s *suite) error {
		return s.groups.Destroy(ctx, s.ref())
	}, func(s *suite) bool {
		_, err := s.groups.Get(s.ctx, s.ref())
		return errors.Is(err, gennaker.ErrNotFound)
	}},
	{"DisablePart", is[providers.PartialTraffic], instances(2), func(ctx context.Context, s *suite) error {
		return as[providers.PartialTraffic](s).DisablePart(ctx, s.ref(), 50)
	}, s0(func(g gennaker.ServerGroup) bool {
		return g.Enabled && len(g.Instances) == 2 && g.Count(gennaker.Up) == 1
	})},
	{"SplitTraffic", is[providers.TrafficSplits], haveTwo, splitTwo, func(s *suite) bool { return s.sharing(s.ninety()) }},
	{"TerminateInstances", is[providers.Instances], instances(2), func(ctx context.Context, s *suite) error {
		return as[providers.Instances](s).TerminateInstances(ctx, gennaker.TerminateInstances{InstancesRef: s.marked(0)})
	}, s0(func(g gennaker.ServerGroup) bool { return up(2)(g) })},
	{"TerminateInstances with Shrink", is[providers.Instances], instances(3), func(ctx context.Context, s *suite) error {
		return as[providers.Instances](s).TerminateInstances(ctx, gennaker.TerminateInstances{InstancesRef: s.marked(0), Shrink: true})
	}, s0(func(g gennaker.ServerGroup) bool { return g.Capacity.Desired == 2 && up(2)(g) })},
	{"RebootInstances", is[providers.Reboots], instances(2), func(ctx context.Context, s *suite) error {
		return as[providers.Reboots](s).RebootInstances(ctx, s.marked(0))
	}, s0(up(2))},
	{"StartRefresh", canRefresh, instances(2), func(ctx context.Context, s *suite) error {
		return as[providers.Refreshes](s).StartRefresh(ctx, gennaker.StartRefresh{ServerGroupRef: s.ref(), MinHealthy: 50, Token: "a"})
	}, refreshed},
	{"ContinueRefresh", canStep, pausing, func(ctx context.Context, s *suite) error {
		return as[providers.SteppedRefreshes](s).ContinueRefresh(ctx, gennaker.RefreshStep{ServerGroupRef: s.ref(), Token: "a", Step: 1})
	}, refreshed},
	{"StopServerGroup", is[providers.Stops], instances(2), func(ctx context.Context, s *suite) error {
		return as[providers.Stops](s).StopServerGroup(ctx, s.ref())
	}, s0(resting)},
	{"StartServerGroup", is[providers.Stops], stopped(2), func(ctx context.Context, s *suite) error {
		return as[providers.Stops](s).StartServerGroup(ctx, s.ref())
	}, s0(func(g gennaker.ServerGroup) bool { return g.Enabled && !g.Resting && up(2)(g) })},
	{"AttachLoadBalancers", is[providers.Attachments], instances(1), attach, attachedTo(true)},
	{"DetachLoadBalancers", is[providers.Attachments], attached, func(ctx context.Context, s *suite) error {
		return as[providers.Attachments](s).DetachLoadBalancers(ctx, s.balancers())
	}, attachedTo(false)},
	{"SetProcesses", is[providers.Processes], instances(1), func(ctx context.Context, s *suite) error {
		return as[providers.Processes](s).SetProcesses(ctx, gennaker.SetProcesses{ServerGroupRef: s.ref(), Suspend: []string{"Launch"}})
	}, s0(func(g gennaker.ServerGroup) bool { return slices.Contains(g.Suspended, "Launch") })},
	{"PutService", is[providers.Services], nothing, putService, serviceIs(func(gennaker.Service) bool { return true })},
	{"DeleteService", is[providers.Services], haveService, func(ctx context.Context, s *suite) error {
		return as[providers.Services](s).DeleteService(ctx, s.service())
	}, noService},
	{"ShareService", is[providers.Services], haveService, shareService, sharedElsewhere(true)},
	{"UnshareService", is[providers.Services], haveShared, func(ctx context.Context, s *suite) error {
		return as[providers.Services](s).UnshareService(ctx, s.share())
	}, sharedElsewhere(false)},
	{"CreateServiceKey", is[providers.Services], haveService, createKey, keys(1)},
	{"DeleteServiceKey", is[providers.Services], haveKey, func(ctx context.Context, s *suite) error {
		return as[providers.Services](s).DeleteServiceKey(ctx, s.key())
	}, keys(0)},
	{"BindServices", is[providers.Services], haveServiceAndGroup, bindService, bound(1)},
	{"UnbindServices", is[providers.Services], haveBound, func(ctx context.Context, s *suite) error {
		return as[providers.Services](s).UnbindServices(ctx, s.binding())
	}, bound(0)},
	{"TagImage", is[providers.Images], image, func(ctx context.Context, s *suite) error {
		return as[providers.Images](s).TagImage(ctx, gennaker.TagImage{Location: s.location(), ID: s.image.ID, Tags: map[string]string{"stage": "prod"}})
	}, func(s *suite) bool { return s.tagged().Tags["stage"] == "prod" }},
	{"RunJob", is[providers.Jobs], nothing, func(ctx context.Context, s *suite) error {
		return as[providers.Jobs](s).RunJob(ctx, s.job("a"))
	}, jobIs(gennaker.JobSucceeded)},
	{"StopJob", is[providers.Jobs], jobRuns, func(ctx context.Context, s *suite) error {
		return as[providers.Jobs](s).StopJob(ctx, s.job("a").Ref())
	}, jobIs(gennaker.JobFailed)},
}

// ref is the server group that the changes are about.
func (s *suite) ref() gennaker.ServerGroupRef { return s.request(0, "", 0).Ref() }

// marked are the instances of that server group, by their place in the list
// as it was when the test began.
func (s *suite) marked(places ...int) gennaker.InstancesRef {
	r := gennaker.InstancesRef{ServerGroupRef: s.ref()}
	for _, n := range places {
		r.IDs = append(r.IDs, s.before.Instances[n].ID)
	}
	return r
}

func (s *suite) job(token string) gennaker.RunJob {
	return (&jobSuite{suite: s}).ask(s.Jobs.Succeeds, token)
}

func nothing(*suite) {}

func instances(n int) func(*suite) {
	return func(s *suite) { s.before = s.have(0, n) }
}

func disabled(n int) func(*suite) {
	return func(s *suite) {
		instances(n)(s)
		if err := s.groups.Disable(s.ctx, s.ref()); err != nil {
			s.Fatalf("Disable = %v", err)
		}
		s.eventually(s.ref(), "out of traffic", out(n))
	}
}

func image(s *suite) {
	withImages(func(*imageSuite) {})(s)
	s.image = s.tagged()
}

// tagged is the image that a change is about.
func (s *suite) tagged() gennaker.Image {
	s.Helper()
	found, err := as[providers.Images](s).FindImages(s.ctx, gennaker.ImageQuery{Location: s.location(), Name: "conform-1"})
	if err != nil || len(found) != 1 {
		s.Fatalf("FindImages = %+v, %v, want one", found, err)
	}
	return found[0]
}

func jobRuns(s *suite) {
	(&jobSuite{suite: s, jobs: as[providers.Jobs](s)}).run((&jobSuite{suite: s}).ask(s.Jobs.Runs, "a"))
}

// refreshed reports whether a refresh is over, and all are up.
func refreshed(s *suite) bool {
	r, err := as[providers.Refreshes](s).GetRefresh(s.ctx, s.ref())
	return err == nil && r.State.Over() && s0(up(2))(s)
}

// s0 looks at the server group that the changes are about.
func s0(ok func(gennaker.ServerGroup) bool) func(*suite) bool {
	return func(s *suite) bool {
		g, err := s.groups.Get(s.ctx, s.ref())
		return err == nil && ok(g) && !slices.ContainsFunc(g.Instances, func(i gennaker.Instance) bool { return i.Health == gennaker.Draining })
	}
}

func out(n int) func(gennaker.ServerGroup) bool {
	return func(g gennaker.ServerGroup) bool {
		return !g.Enabled && (g.Resting && len(g.Instances) == 0 || len(g.Instances) == n && g.Count(gennaker.OutOfService) == n)
	}
}

func jobIs(state gennaker.JobState) func(*suite) bool {
	return func(s *suite) bool {
		j, err := as[providers.Jobs](s).GetJob(s.ctx, s.job("a").Ref())
		return err == nil && j.State == state
	}
}

// does makes the call and waits until the cloud shows it done.
func (s *suite) does(c change) {
	s.Helper()
	s.insist(c)
	s.isDone(c)
}

// insist makes the call. Where the cloud asks for patience, it has it.
func (s *suite) insist(c change) {
	s.Helper()
	var err error
	s.until(func() bool {
		err = c.call(s.ctx, s)
		return !errors.Is(err, gennaker.ErrUnavailable) && !errors.Is(err, gennaker.ErrThrottled)
	}, func() {})
	if err != nil {
		s.Fatalf("%s = %v", c.name, err)
	}
}

func (s *suite) isDone(c change) {
	s.Helper()
	s.until(func() bool { return c.done(s) }, func() { s.Fatalf("%s is not seen done: %s", c.name, s.sight()) })
}

// sight is all that there is in the account, in words: what a repeated call
// must not change.
func (s *suite) sight() string {
	s.Helper()
	groups, err := s.groups.List(s.ctx, gennaker.Scope{})
	if err != nil {
		s.Fatalf("List = %v", err)
	}
	var lines []string
	for _, g := range groups {
		var members []string
		for _, i := range g.Instances {
			members = append(members, fmt.Sprint(i.ID, " ", i.Health))
		}
		slices.Sort(members)
		lines = append(lines, fmt.Sprintf("%s of %s, capacity %s, enabled %t, instances %v, behind %v", g.Name, g.Created, g.Capacity, g.Enabled, members, g.LoadBalancers))
	}
	if jobs, ok := s.provider.(providers.Jobs); ok && s.Jobs != nil {
		if j, err := jobs.GetJob(s.ctx, s.job("a").Ref()); err == nil {
			lines = append(lines, fmt.Sprintf("job of %s, %s, log %q", j.Created, j.State, j.Log))
		}
	}
	if splits, ok := s.provider.(providers.TrafficSplits); ok {
		percents, err := splits.GetTraffic(s.ctx, s.ref().Cluster())
		lines = append(lines, fmt.Sprintf("traffic %v, %t", percents, err == nil))
	}
	if services, ok := s.provider.(providers.Services); ok {
		i, err := services.GetService(s.ctx, s.service())
		lines = append(lines, fmt.Sprintf("service of %s, %s, shared with %v, keys %v, bound to %v, %t", i.Created, i.State, i.Shared, i.Keys, i.Bound, err == nil))
	}
	if is[providers.Manifests](s.Harness, s.provider) && s.Manifests != nil {
		lines = append(lines, s.objects()...)
	}
	return strings.Join(lines, "\n")
}

// settled is the sight after a while: what was begun twice shows.
func (s *suite) settled(c change) string {
	s.Helper()
	for range 3 {
		s.Pause()
	}
	s.isDone(c)
	return s.sight()
}
