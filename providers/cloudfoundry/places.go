package cloudfoundry

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/client"

	"github.com/gennaker/gennaker"
)

// place is what identifies a space.
type place struct{ org, space string }

// places remembers for a minute what identifies a space: one that is deleted
// and made anew is another.
type places struct {
	mu    sync.Mutex // guards known
	known map[string]knownPlace
}

type knownPlace struct {
	place
	until time.Time
}

const rememberPlaces = time.Minute

func (p *places) find(ctx context.Context, asks *client.Client, region string) (place, error) {
	p.mu.Lock()
	known, ok := p.known[region]
	p.mu.Unlock()
	if ok && time.Now().Before(known.until) {
		return known.place, nil
	}
	at, err := lookUp(ctx, asks, region)
	if err != nil {
		return place{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]knownPlace{}
	}
	p.known[region] = knownPlace{at, time.Now().Add(rememberPlaces)}
	return at, nil
}

// lookUp asks for a space. That there is none says nothing about what may be in
// it: it is no ErrNotFound.
func lookUp(ctx context.Context, asks *client.Client, region string) (place, error) {
	organization, name, err := split(region)
	if err != nil {
		return place{}, err
	}
	orgs, err := asks.Organizations.ListAll(ctx, &client.OrganizationListOptions{ListOptions: client.NewListOptions(), Names: only(organization)})
	if err != nil {
		return place{}, kinded(err)
	}
	if len(orgs) != 1 {
		return place{}, fmt.Errorf("organization %s: %w: there is none that this account may see", organization, gennaker.ErrInvalid)
	}
	spaces, err := asks.Spaces.ListAll(ctx, &client.SpaceListOptions{ListOptions: client.NewListOptions(), Names: only(name), OrganizationGUIDs: only(orgs[0].GUID)})
	if err != nil {
		return place{}, kinded(err)
	}
	if len(spaces) != 1 {
		return place{}, fmt.Errorf("space %s of %s: %w: there is none that this account may see", name, organization, gennaker.ErrInvalid)
	}
	return place{orgs[0].GUID, spaces[0].GUID}, nil
}

// split reads a region: "organization > space".
func split(region string) (organization, space string, err error) {
	organization, space, ok := strings.Cut(region, ">")
	organization, space = strings.TrimSpace(organization), strings.TrimSpace(space)
	if !ok || organization == "" || space == "" || region != organization+" > "+space {
		return "", "", fmt.Errorf("%q: %w: write a space as \"organization > space\"", region, gennaker.ErrInvalid)
	}
	return organization, space, nil
}

// only is a filter by these values.
func only(values ...string) client.Filter { return client.Filter{Values: values} }
