package azure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// findPools are the ids of the backend pools of a server group. A load balancer
// or application gateway that is given by name alone must have one pool, unless
// backendPools has one of it.
func (c *Cloud) findPools(ctx context.Context, p plan) ([]string, error) {
	var all []string
	for _, given := range p.spec.Pools {
		id, err := c.findPool(ctx, p, given)
		if err != nil {
			return nil, fmt.Errorf("backendPools: %w", err)
		}
		all = append(all, strings.ToLower(id))
	}
	for _, name := range slices.Concat(p.LoadBalancers, p.spec.balancers()) {
		if slices.ContainsFunc(all, func(pool string) bool { return same(balancerOf(pool), name) }) {
			continue
		}
		id, err := c.findPool(ctx, p, name)
		if err != nil {
			return nil, err
		}
		all = append(all, strings.ToLower(id))
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// findPool is the id of the pool that is given by id, by the name of its
// balancer, or as BALANCER/POOL.
func (c *Cloud) findPool(ctx context.Context, p plan, given string) (string, error) {
	if strings.HasPrefix(given, "/") {
		return given, nil
	}
	name, pool, named := strings.Cut(given, "/")
	ids, err := c.poolsOf(ctx, p, name)
	if err != nil {
		return "", fmt.Errorf("load balancer %s: %w", name, err)
	}
	if named {
		ids = slices.DeleteFunc(ids, func(id string) bool { return !same(lastPart(id), pool) })
	}
	switch {
	case len(ids) == 1:
		return ids[0], nil
	case len(ids) == 0:
		return "", fmt.Errorf("load balancer %s: %w: it has no such backend pool", given, gennaker.ErrInvalid)
	}
	var names []string
	for _, id := range ids {
		names = append(names, name+"/"+lastPart(id))
	}
	return "", fmt.Errorf("load balancer %s: %w: it has several backend pools: name one in backendPools, of %s", name, gennaker.ErrInvalid, strings.Join(names, ", "))
}

// poolsOf are the ids of the pools of a load balancer or, if there is none of
// that name, an application gateway.
func (c *Cloud) poolsOf(ctx context.Context, p plan, name string) ([]string, error) {
	var ids []string
	if p.spec.BalancerType != typeOfGateway {
		found, err := c.balancer.Get(ctx, p.group, name, nil)
		if err := kinded(err); err == nil {
			for _, pool := range value(found.Properties).BackendAddressPools {
				ids = append(ids, value(pool.ID))
			}
			return ids, nil
		} else if !errors.Is(err, gennaker.ErrNotFound) || p.spec.BalancerType == typeOfBalancer {
			return nil, err
		}
	}
	found, err := c.gateways.Get(ctx, p.group, name, nil)
	if err != nil {
		return nil, kinded(err)
	}
	for _, pool := range value(found.Properties).BackendAddressPools {
		ids = append(ids, value(pool.ID))
	}
	return ids, nil
}

// The values of loadBalancerType, as Spinnaker writes them.
const (
	typeOfBalancer = "Azure Load Balancer"
	typeOfGateway  = "Azure Application Gateway"
)

// probe is the id of the load balancer's probe that is given by id or as
// BALANCER/PROBE.
func (c *Cloud) probe(p plan) (string, error) {
	given := p.spec.Probe
	if given == "" || strings.HasPrefix(given, "/") {
		return given, nil
	}
	name, probe, ok := strings.Cut(given, "/")
	if !ok {
		return "", fmt.Errorf("healthProbe %s: %w: it is an id, or LOADBALANCER/PROBE", given, gennaker.ErrInvalid)
	}
	return c.id(p.group, typeBalancer, name) + "/probes/" + probe, nil
}

// joined are ids as a tag has them.
func joined(ids []string) string { return strings.Join(ids, ",") }
