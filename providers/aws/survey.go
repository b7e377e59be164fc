package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/gennaker/gennaker"
)

// survey asks each load balancer once, however many groups are behind it.
type survey struct {
	ask   func(ctx context.Context, name string) (map[string]opinion, error)
	mu    sync.Mutex // guards asked
	asked map[string]func() (map[string]opinion, error)
}

func (r *region) survey() *survey {
	return &survey{ask: r.opinions, asked: map[string]func() (map[string]opinion, error){}}
}

// opinions are what a target group, given by its ARN, or a classic load
// balancer says of its instances. One that is gone says nothing.
func (r *region) opinions(ctx context.Context, name string) (map[string]opinion, error) {
	by := r.byClassic
	if strings.HasPrefix(name, "arn:") {
		by = r.byTarget
	}
	said, err := by.get(ctx, name)
	if err = kinded(err); err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		return nil, fmt.Errorf("health in %s: %w", targetGroupName(name), err)
	}
	return said[name], nil
}

// of is what the load balancers of groups say.
func (s *survey) of(ctx context.Context, groups []types.AutoScalingGroup) (balanced, error) {
	answers := map[string]func() (map[string]opinion, error){}
	for _, g := range groups {
		if !answering(g) {
			continue
		}
		for _, names := range [][]string{g.TargetGroupARNs, g.LoadBalancerNames} {
			for _, name := range names {
				answers[name] = s.answer(ctx, name)
			}
		}
	}
	var mu sync.Mutex // guards all
	all := balanced{}
	reading := together()
	for name, answer := range answers {
		reading.Go(func() error {
			said, err := answer()
			mu.Lock()
			defer mu.Unlock()
			all[name] = said
			return err
		})
	}
	return all, reading.Wait()
}

// answering reports whether load balancers can say something of the group's
// instances: those of one in traffic are registered when they have started.
func answering(g types.AutoScalingGroup) bool {
	for _, i := range g.Instances {
		if !enabled(g) || !strings.HasPrefix(string(i.LifecycleState), "Pending") {
			return true
		}
	}
	return false
}

// answer is what a load balancer said, or will say.
func (s *survey) answer(ctx context.Context, name string) func() (map[string]opinion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked[name] == nil {
		s.asked[name] = sync.OnceValues(func() (map[string]opinion, error) { return s.ask(ctx, name) })
	}
	return s.asked[name]
}
