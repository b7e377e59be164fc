package google

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// group is a managed instance group with what belongs to it.
type group struct {
	*compute.InstanceGroupManager
	note     note
	template *compute.InstanceTemplate // nil if it is gone
	scaler   *compute.Autoscaler       // nil if there is none
}

func (g group) at() place { return placeOf(g.Zone, g.Region) }

// url is the group's own, and members that of the instance group that load
// balancers know.
func (g group) url() string     { return relative(g.SelfLink) }
func (g group) members() string { return relative(g.InstanceGroup) }

// find reads a server group, or ErrNotFound.
func (c *Cloud) find(ctx context.Context, ref gennaker.ServerGroupRef) (group, error) {
	if err := c.in(ref.Region, gennaker.ErrNotFound); err != nil {
		return group{}, err
	}
	if !legal.MatchString(ref.Name) {
		return group{}, fmt.Errorf("%w: Google has no such names", gennaker.ErrNotFound)
	}
	found, err := c.managers(ctx, named(ref.Name), ref.Region)
	switch {
	case err != nil:
		return group{}, err
	case len(found) == 0:
		return group{}, gennaker.ErrNotFound
	case len(found) > 1:
		return group{}, fmt.Errorf("%w: region %s has %d instance groups of that name: it must be one's own", gennaker.ErrInvalid, ref.Region, len(found))
	}
	groups, err := c.complete(ctx, found, gennaker.Scope{Cluster: ref.Cluster().Name})
	if err != nil {
		return group{}, err
	}
	return groups[0], nil
}

// legal are the names that Google has.
var legal = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

// named is a filter of lists: what has a name that matches.
func named(pattern string) string { return `name eq "` + pattern + `"` }

// pattern is what the names in scope match; empty if that is all.
func pattern(scope gennaker.Scope) string {
	switch {
	case scope.Cluster != "":
		return scope.Cluster + "(-v[0-9]{3,6})?"
	case scope.Application != "":
		return scope.Application + "(-.*)?"
	}
	return ""
}

func in(scope gennaker.Scope, name string) bool {
	m := gennaker.ParseMoniker(name)
	return (scope.Application == "" || scope.Application == m.App) && (scope.Cluster == "" || scope.Cluster == m.Cluster())
}

// groups lists the server groups in scope.
func (c *Cloud) groups(ctx context.Context, scope gennaker.Scope) ([]group, error) {
	if scope.Region != "" && c.in(scope.Region, gennaker.ErrNotFound) != nil {
		return nil, nil
	}
	filter, names := "", pattern(scope)
	if names != "" {
		if !legal.MatchString(strings.ToLower(scope.Application + scope.Cluster)) {
			return nil, nil
		}
		filter = named(names)
	}
	found, err := c.managers(ctx, filter, scope.Region)
	if err != nil {
		return nil, err
	}
	var fit []*compute.InstanceGroupManager
	for _, m := range found {
		if in(scope, m.Name) {
			fit = append(fit, m)
		}
	}
	return c.complete(ctx, fit, scope)
}

// few is for how many groups what belongs to each is read by itself.
const few = 2

// complete reads what belongs to groups.
func (c *Cloud) complete(ctx context.Context, found []*compute.InstanceGroupManager, scope gennaker.Scope) ([]group, error) {
	if len(found) == 0 {
		return nil, nil
	}
	reading, within := together(ctx)
	var templates map[string]*compute.InstanceTemplate
	var scalers map[string]*compute.Autoscaler
	reading.Go(func() (err error) { templates, err = c.templatesOf(within, found, scope); return err })
	reading.Go(func() (err error) { scalers, err = c.scalersOf(within, found); return err })
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	var groups []group
	for _, m := range found {
		groups = append(groups, group{InstanceGroupManager: m, note: readNote(m.Description),
			template: templates[relative(templateOf(m))], scaler: scalers[relative(m.SelfLink)]})
	}
	return groups, nil
}

// templateOf is the template from which a group makes instances now.
func templateOf(m *compute.InstanceGroupManager) string {
	if m.InstanceTemplate != "" || len(m.Versions) == 0 {
		return m.InstanceTemplate
	}
	return m.Versions[0].InstanceTemplate
}

func (c *Cloud) scalersOf(ctx context.Context, found []*compute.InstanceGroupManager) (map[string]*compute.Autoscaler, error) {
	all, scaled := map[string]*compute.Autoscaler{}, 0
	for _, m := range found {
		if m.Status != nil && m.Status.Autoscaler != "" {
			scaled++
		}
	}
	if scaled > few {
		return c.autoscalers(ctx)
	}
	for _, m := range found {
		s, err := c.autoscaler(ctx, m)
		if err != nil {
			return nil, err
		}
		if s != nil {
			all[relative(m.SelfLink)] = s
		}
	}
	return all, nil
}

// templatesOf reads the templates of groups, by URL: those of the scope in one
// list if there are several, and others one by one.
func (c *Cloud) templatesOf(ctx context.Context, found []*compute.InstanceGroupManager, scope gennaker.Scope) (map[string]*compute.InstanceTemplate, error) {
	all := map[string]*compute.InstanceTemplate{}
	if len(found) > few {
		filter := ""
		if names := pattern(scope); names != "" {
			filter = named(names + "-[0-9a-f]+")
		}
		if err := c.templates(ctx, filter, func(t *compute.InstanceTemplate) { all[relative(t.SelfLink)] = t }); err != nil {
			return nil, err
		}
	}
	missing := map[string]bool{}
	for _, m := range found {
		if url := relative(templateOf(m)); url != "" && all[url] == nil {
			missing[url] = true
		}
	}
	var mu sync.Mutex // guards all
	reading, within := together(ctx)
	for url := range missing {
		reading.Go(func() error {
			t, err := c.template(within, url)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			all[url] = t
			return nil
		})
	}
	return all, reading.Wait()
}

// templates lists instance templates.
func (c *Cloud) templates(ctx context.Context, filter string, each func(*compute.InstanceTemplate)) error {
	call := c.api.InstanceTemplates.List(c.Project)
	if filter != "" {
		call.Filter(filter)
	}
	err := call.Pages(ctx, func(page *compute.InstanceTemplateList) error {
		for _, t := range page.Items {
			each(t)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("instance templates: %w", listed(err))
	}
	return nil
}

// template reads one by its URL, nil if it is gone. One of a region, which
// others may have made, stands below it.
func (c *Cloud) template(ctx context.Context, url string) (*compute.InstanceTemplate, error) {
	var t *compute.InstanceTemplate
	var err error
	if region, name, ok := strings.Cut(after(url, "/regions/"), "/instanceTemplates/"); ok {
		t, err = c.api.RegionInstanceTemplates.Get(c.Project, region, name).Context(ctx).Do()
	} else {
		t, err = c.api.InstanceTemplates.Get(c.Project, last(url)).Context(ctx).Do()
	}
	if err = kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("instance template %s: %w", last(url), err)
	}
	return t, nil
}

// after is the rest of a text after a part of it, empty if it has none such.
func after(text, part string) string {
	_, rest, _ := strings.Cut(text, part)
	return rest
}

// annotate changes what is noted on a group.
func (c *Cloud) annotate(ctx context.Context, g group, change func(*note)) error {
	return insist(ctx, func() error {
		m, err := c.manager(ctx, g.at(), g.Name)
		if err != nil {
			return err
		}
		n := readNote(m.Description)
		before := n.String()
		if change(&n); n.String() == before {
			return nil
		}
		return c.patchManager(ctx, g.at(), g.Name, &compute.InstanceGroupManager{Description: n.String(), Fingerprint: m.Fingerprint})
	})
}
