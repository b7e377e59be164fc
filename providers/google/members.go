package google

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// member is an instance of a group, as it is and as its group means it: one
// that is being made has no instance yet.
type member struct {
	url      string
	instance *compute.Instance        // nil if there is none
	managed  *compute.ManagedInstance // nil where the group has nothing to say
}

func (m member) name() string { return last(m.url) }

// id is the instance's name with the number that Google gave it: an instance
// that is made anew keeps its name.
func (m member) id() string {
	switch {
	case m.instance != nil:
		return fmt.Sprintf("%s.%d", m.name(), m.instance.Id)
	case m.managed != nil && m.managed.Id != 0:
		return fmt.Sprintf("%s.%d", m.name(), m.managed.Id)
	}
	return m.name()
}

// is reports whether an id means the instance: its own, its name, or its
// number.
func (m member) is(id string) bool {
	name, number, _ := strings.Cut(m.id(), ".")
	return id == m.id() || id == name || number != "" && id == number
}

// action is what the group does with the instance.
func (m member) action() string {
	if m.managed == nil {
		return "NONE"
	}
	return m.managed.CurrentAction
}

func (m member) status() string {
	switch {
	case m.instance != nil:
		return m.instance.Status
	case m.managed != nil:
		return m.managed.InstanceStatus
	}
	return ""
}

// going reports whether the instance is being ended.
func (m member) going() bool {
	return slices.Contains([]string{"DELETING", "RECREATING", "ABANDONING"}, m.action()) || m.status() == "STOPPING"
}

// membersOf are the instances of groups, by the URL of the group.
func (c *Cloud) membersOf(ctx context.Context, groups []group) (map[string][]member, error) {
	var instances []*compute.Instance
	managed := map[string][]*compute.ManagedInstance{}
	var mu sync.Mutex // guards managed
	reading, within := together(ctx)
	reading.Go(func() (err error) { instances, err = c.instances(within, groups); return err })
	for _, g := range groups {
		if !g.busy() {
			continue
		}
		reading.Go(func() error {
			list, err := c.managed(within, g.at(), g.Name)
			mu.Lock()
			defer mu.Unlock()
			managed[g.url()] = list
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	return join(groups, instances, managed), nil
}

// busy reports whether the group has more to say of its instances than that
// they are there: it does something with them, or checks their health.
func (g group) busy() bool {
	return g.Status == nil || !g.Status.IsStable || len(g.AutoHealingPolicies) > 0
}

func join(groups []group, instances []*compute.Instance, managed map[string][]*compute.ManagedInstance) map[string][]member {
	byURL, byGroup := map[string]*compute.Instance{}, map[string][]*compute.Instance{}
	for _, i := range instances {
		byURL[relative(i.SelfLink)] = i
		byGroup[creator(i)] = append(byGroup[creator(i)], i)
	}
	all := map[string][]member{}
	for _, g := range groups {
		if !g.busy() {
			for _, i := range byGroup[afterProject(g.SelfLink)] {
				all[g.url()] = append(all[g.url()], member{url: relative(i.SelfLink), instance: i})
			}
			continue
		}
		for _, m := range managed[g.url()] {
			url := relative(m.Instance)
			all[g.url()] = append(all[g.url()], member{url: url, instance: same(byURL[url], m), managed: m})
		}
	}
	return all
}

// same is the instance if it is still the one that the group means.
func same(i *compute.Instance, m *compute.ManagedInstance) *compute.Instance {
	if i == nil || m.Id != 0 && m.Id != i.Id {
		return nil
	}
	return i
}

// creator is the group that made an instance, by its URL after the project.
func creator(i *compute.Instance) string {
	if i.Metadata == nil {
		return ""
	}
	for _, item := range i.Metadata.Items {
		if item.Key == "created-by" && item.Value != nil {
			return afterProject(*item.Value)
		}
	}
	return ""
}

// afterProject is a URL without the project, which Google writes as a name
// or as a number.
func afterProject(url string) string { return after(after(relative(url), "/"), "/") }

// mostNames is for how many groups instances are asked for by name.
const mostNames = 20

// instances lists the instances of groups, and maybe others: all of the
// project if there are many groups.
func (c *Cloud) instances(ctx context.Context, groups []group) ([]*compute.Instance, error) {
	call := c.api.Instances.AggregatedList(c.Project)
	if len(groups) <= mostNames {
		var names []string
		for _, g := range groups {
			names = append(names, regexp.QuoteMeta(g.BaseInstanceName))
		}
		call.Filter(named("(" + strings.Join(names, "|") + ")-.*"))
	}
	var all []*compute.Instance
	err := call.Pages(ctx, func(page *compute.InstanceAggregatedList) error {
		for _, scope := range gennaker.SortedKeys(page.Items) {
			items := page.Items[scope]
			if w := items.Warning; w != nil {
				if err := seen(scope, &warning{w.Code, w.Message}); err != nil {
					return err
				}
			}
			all = append(all, items.Instances...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("instances: %w", listed(err))
	}
	return all, nil
}

// trouble is why the group cannot make instances, in Google's words.
func trouble(members []member) string {
	for _, m := range members {
		if m.managed == nil || m.managed.LastAttempt == nil || m.managed.LastAttempt.Errors == nil {
			continue
		}
		for _, e := range m.managed.LastAttempt.Errors.Errors {
			return fmt.Sprintf("%s: %s: %s", m.name(), e.Code, e.Message)
		}
	}
	return ""
}

// when is a time as Google writes it.
func when(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text)
	return t
}
