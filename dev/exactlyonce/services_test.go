package exactlyonce

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/workflows/ops"
)

// What becomes of a server group that is there.

func stopGroup(ctx workflow.Context, s *scene) error  { return ops.StopKeeping(ctx, s.ref(), 0) }
func startGroup(ctx workflow.Context, s *scene) error { return ops.Start(ctx, s.ref()) }

func (s *scene) balancers() gennaker.LoadBalancersOf {
	return gennaker.LoadBalancersOf{ServerGroupRef: s.ref(), LoadBalancers: []string{"www.apps.example.com"}}
}

func attach(ctx workflow.Context, s *scene) error { return ops.Attach(ctx, s.balancers()) }
func detach(ctx workflow.Context, s *scene) error { return ops.Detach(ctx, s.balancers()) }

func haveStopped(s *scene) error {
	if err := have(1)(s); err != nil {
		return err
	}
	return s.sound.(providers.Stops).StopServerGroup(context.Background(), s.ref())
}

func haveAttached(s *scene) error {
	if err := have(1)(s); err != nil {
		return err
	}
	return s.sound.(providers.Attachments).AttachLoadBalancers(context.Background(), s.balancers())
}

// What becomes of a service instance.

func (s *scene) database() gennaker.ServiceRef {
	return gennaker.ServiceRef{Location: s.location, Name: "db"}
}

func (s *scene) put(token string) gennaker.PutService {
	return gennaker.PutService{ServiceRef: s.database(), Marks: map[string]string{gennaker.MarkToken: token},
		Spec: map[string]any{"service": "postgres", "servicePlan": "small", "parameters": map[string]any{"by": token}}}
}

func (s *scene) share() gennaker.ShareService {
	return gennaker.ShareService{ServiceRef: s.database(), Regions: []string{"shop > prod"}}
}

func (s *scene) key() gennaker.ServiceKey {
	return gennaker.ServiceKey{ServiceRef: s.database(), Key: "ada"}
}

func (s *scene) binding() gennaker.BindServices {
	return gennaker.BindServices{ServerGroupRef: s.ref(), Services: []gennaker.ServiceBinding{{Name: "db"}}}
}

func putService(ctx workflow.Context, s *scene) error { return ops.PutService(ctx, s.put("t1")) }

func deleteService(ctx workflow.Context, s *scene) error { return ops.DeleteService(ctx, s.database()) }

func shareService(ctx workflow.Context, s *scene) error { return ops.ShareService(ctx, s.share()) }

func unshareService(ctx workflow.Context, s *scene) error { return ops.UnshareService(ctx, s.share()) }

func createKey(ctx workflow.Context, s *scene) error {
	_, err := ops.CreateServiceKey(ctx, s.key())
	return err
}

func deleteKey(ctx workflow.Context, s *scene) error { return ops.DeleteServiceKey(ctx, s.key()) }

func bind(ctx workflow.Context, s *scene) error { return ops.BindServices(ctx, s.binding()) }

func unbind(ctx workflow.Context, s *scene) error { return ops.UnbindServices(ctx, s.binding()) }

// haveService makes one, and does more about it.
func haveService(more ...func(providers.Services, *scene) error) func(*scene) error {
	return func(s *scene) error {
		services := s.sound.(providers.Services)
		if err := services.PutService(context.Background(), s.put("t0")); err != nil {
			return err
		}
		for _, do := range more {
			if err := do(services, s); err != nil {
				return err
			}
		}
		return nil
	}
}

func shared(p providers.Services, s *scene) error {
	return p.ShareService(context.Background(), s.share())
}

func keyed(p providers.Services, s *scene) error {
	_, err := p.CreateServiceKey(context.Background(), s.key())
	return err
}

func withGroup(_ providers.Services, s *scene) error { return have(1)(s) }

func bound(p providers.Services, s *scene) error {
	return p.BindServices(context.Background(), s.binding())
}
