package exactlyonce

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/workflows/ops"
)

// The calls, as the workflows make them.

func (s *scene) request(desired int) gennaker.CreateServerGroup {
	return gennaker.CreateServerGroup{Location: s.location, Name: s.ref().Name, Moniker: gennaker.ParseMoniker(s.ref().Name),
		Capacity: gennaker.Capacity{Desired: desired, Max: 4}, Spec: s.spec(), LoadBalancers: s.loadBalancers,
		Marks: map[string]string{gennaker.MarkExecution: "shop/deploy/1", gennaker.MarkStage: "1", gennaker.MarkToken: "t1"}}
}

func create(ctx workflow.Context, s *scene) error { return ops.Create(ctx, s.request(2)) }

func resize(ctx workflow.Context, s *scene) error {
	return ops.Resize(ctx, s.ref(), gennaker.Capacity{Desired: 3, Max: 5})
}

func enable(ctx workflow.Context, s *scene) error  { return ops.Enable(ctx, s.ref()) }
func disable(ctx workflow.Context, s *scene) error { return ops.Disable(ctx, s.ref()) }
func destroy(ctx workflow.Context, s *scene) error { return ops.Destroy(ctx, s.ref()) }

func disablePart(ctx workflow.Context, s *scene) error {
	return ops.DisablePart(ctx, s.ref(), 50, 0)
}

// splitTraffic gives the server group a tenth of the traffic, and the rest to
// the one of haveOlder.
func splitTraffic(ctx workflow.Context, s *scene) error {
	return ops.SplitTraffic(ctx, gennaker.SplitTraffic{ClusterRef: s.ref().Cluster(), Percents: map[string]int{s.ref().Name: 10, "shop-v009": 90}})
}

// job is one that ends at once, or only when it is stopped.
func (s *scene) job(ends bool) gennaker.RunJob {
	return gennaker.RunJob{Location: s.location, Name: "migrate", Spec: s.jobSpec(ends), Marks: map[string]string{gennaker.MarkToken: "t1"}}
}

func runJob(ctx workflow.Context, s *scene) error { return ops.RunJob(ctx, s.job(true)) }

func stopJob(ctx workflow.Context, s *scene) error {
	_, err := ops.StopJob(ctx, s.job(false).Ref())
	return err
}

func (s *scene) first() gennaker.InstancesRef {
	return gennaker.InstancesRef{ServerGroupRef: s.ref(), IDs: []string{s.group.Instances[0].ID}}
}

func terminate(ctx workflow.Context, s *scene) error {
	return ops.Terminate(ctx, gennaker.TerminateInstances{InstancesRef: s.first()})
}

func shrink(ctx workflow.Context, s *scene) error {
	return ops.Terminate(ctx, gennaker.TerminateInstances{InstancesRef: s.first(), Shrink: true})
}

// reboot does not wait until the instances are seen down and up.
func reboot(ctx workflow.Context, s *scene) error {
	return ops.Run(ctx, ops.Changing, "reboot", "RebootInstances", s.first(), nil)
}

func suspend(ctx workflow.Context, s *scene) error {
	return ops.SetProcesses(ctx, gennaker.SetProcesses{ServerGroupRef: s.ref(), Suspend: []string{"Launch"}})
}

func resume(ctx workflow.Context, s *scene) error {
	return ops.SetProcesses(ctx, gennaker.SetProcesses{ServerGroupRef: s.ref(), Resume: []string{"Launch"}})
}

func tag(ctx workflow.Context, s *scene) error {
	return ops.TagImage(ctx, gennaker.TagImage{Location: s.location, ID: s.image, Tags: map[string]string{"stage": "prod"}})
}

func (s *scene) refresh() gennaker.StartRefresh {
	return gennaker.StartRefresh{ServerGroupRef: s.ref(), Spec: s.change, MinHealthy: 50, Token: "r1"}
}

func startRefresh(ctx workflow.Context, s *scene) error {
	able, err := ops.StartRefresh(ctx, s.refresh())
	if !able && err == nil {
		err = fmt.Errorf("%s cannot", s.sound.Name())
	}
	return err
}

func stopRefresh(ctx workflow.Context, s *scene) error {
	_, err := ops.StopRefresh(ctx, ops.RefreshRef{ServerGroupRef: s.ref(), Token: "r1"})
	return err
}

func (s *scene) step() gennaker.RefreshStep {
	return gennaker.RefreshStep{ServerGroupRef: s.ref(), Token: "r1", Step: 1}
}

func goOn(ctx workflow.Context, s *scene) error { return ops.ContinueRefresh(ctx, s.step()) }

// What is there before them.

// have makes a server group, and waits until its instances are up.
func have(desired int) func(*scene) error {
	return func(s *scene) error {
		if err := s.groups().Create(context.Background(), s.request(desired)); err != nil {
			return err
		}
		return s.until("up", func(g gennaker.ServerGroup) bool {
			return len(g.Instances) == desired && g.Count(gennaker.Up) == desired
		})
	}
}

func haveDisabled(desired int) func(*scene) error {
	return func(s *scene) error {
		if err := have(desired)(s); err != nil {
			return err
		}
		if err := s.groups().Disable(context.Background(), s.ref()); err != nil {
			return err
		}
		return s.until("disabled", func(g gennaker.ServerGroup) bool { return !g.Enabled && g.Count(gennaker.OutOfService) == desired })
	}
}

// haveResting is haveDisabled where what is disabled has no instances.
func haveResting(desired int) func(*scene) error {
	return func(s *scene) error {
		if err := have(desired)(s); err != nil {
			return err
		}
		if err := s.groups().Disable(context.Background(), s.ref()); err != nil {
			return err
		}
		return s.until("at rest", func(g gennaker.ServerGroup) bool { return g.Resting && len(g.Instances) == 0 })
	}
}

// haveJob runs a job, and waits until its program has begun.
func haveJob(s *scene) error {
	if err := s.sound.(providers.Jobs).RunJob(context.Background(), s.job(false)); err != nil || s.directory == "" {
		return err
	}
	for deadline := time.Now().Add(patience); s.effects()["programs started"] == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("job %s does not begin", s.job(false).Name)
		}
	}
	return nil
}

// until reads the server group until it is as wanted.
func (s *scene) until(what string, ok func(gennaker.ServerGroup) bool) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		g, err := s.groups().Get(context.Background(), s.ref())
		if err == nil && ok(g) {
			s.group = g
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s is not %s: %+v, %w", s.ref(), what, g, err)
		}
	}
}

func haveSuspended(s *scene) error {
	if err := have(1)(s); err != nil {
		return err
	}
	return s.sound.(providers.Processes).SetProcesses(context.Background(), gennaker.SetProcesses{ServerGroupRef: s.ref(), Suspend: []string{"Launch"}})
}

// havePausedRefresh begins a refresh in steps, and waits until it pauses at the
// first.
func havePausedRefresh(s *scene) error {
	if err := have(2)(s); err != nil {
		return err
	}
	r := s.refresh()
	r.Spec, r.Steps = nil, []int{50, 100}
	refreshes := s.sound.(providers.Refreshes)
	if err := refreshes.StartRefresh(context.Background(), r); err != nil {
		return err
	}
	return s.until("paused", func(gennaker.ServerGroup) bool {
		r, err := refreshes.GetRefresh(context.Background(), s.ref())
		return err == nil && r.State == gennaker.RefreshPaused
	})
}

// haveRefresh begins a refresh that does not end by itself.
func haveRefresh(before func(*scene) error) func(*scene) error {
	return func(s *scene) error {
		if err := before(s); err != nil {
			return err
		}
		return s.sound.(providers.Refreshes).StartRefresh(context.Background(), s.refresh())
	}
}
