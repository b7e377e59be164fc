package gennaker

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Location is where in a cloud something is: a region, zone, namespace or
// space, as the cloud has it, reached through an account.
type Location struct {
	Account string `json:"account"`
	Region  string `json:"region,omitempty"`
}

// DefaultRegion is the region of an account that has only one, when a document
// names none.
const DefaultRegion = "local"

// In is the location, with DefaultRegion for no region.
func In(account, region string) Location {
	if region == "" {
		region = DefaultRegion
	}
	return Location{Account: account, Region: region}
}

// ClusterRef names a cluster: all server groups of one application, stack and
// detail in one location.
type ClusterRef struct {
	Location
	Name string `json:"cluster"`
}

func (c ClusterRef) String() string { return c.Account + "/" + c.Region + "/" + c.Name }

// WorkflowID is the id under which this cluster is changed. Two changes of
// one cluster cannot run at once, because a workflow id runs once.
func (c ClusterRef) WorkflowID() string { return "cluster/" + c.String() }

// ServerGroupRef names a server group.
type ServerGroupRef struct {
	Location
	Name string `json:"serverGroup"`
}

func (r ServerGroupRef) String() string { return r.Name + " in " + r.Account }

// Cluster is the cluster that the server group's name says it is in.
func (r ServerGroupRef) Cluster() ClusterRef {
	return ClusterRef{Location: r.Location, Name: ParseMoniker(r.Name).Cluster()}
}

// Health is one instance's state as its cloud judges it.
type Health string

const (
	Up           Health = "Up"
	Down         Health = "Down"
	Starting     Health = "Starting"
	OutOfService Health = "OutOfService" // healthy, and kept out of traffic
	Draining     Health = "Draining"
	Unknown      Health = "Unknown"
)

// Instance is one machine, container or process of a server group.
type Instance struct {
	ID       string    `json:"id,omitempty"` // empty only where it was left out
	Health   Health    `json:"health"`
	Address  string    `json:"address,omitempty"` // host:port, if it has one
	Reason   string    `json:"reason,omitempty"`  // why it is not Up, in the cloud's words
	Launched time.Time `json:"launched,omitzero"`
	// Checks are the judgments that Health sums up, where a cloud has several.
	Checks []Check `json:"checks,omitempty"`
}

// Check is what one health provider says about an instance. Its name is what
// documents write in interestingHealthProviderNames, such as Amazon,
// LoadBalancer or TargetGroup.
type Check struct {
	Provider string `json:"provider"`
	Health   Health `json:"health"`
	Reason   string `json:"reason,omitempty"` // in the cloud's words
}

// Capacity is how many instances a server group may have and wants.
type Capacity struct {
	Min     int `json:"min" jsonschema:"minimum=0" jsonschema_description:"Fewest instances."`
	Desired int `json:"desired" jsonschema:"minimum=0" jsonschema_description:"Instances wanted now."`
	Max     int `json:"max" jsonschema:"minimum=0" jsonschema_description:"Most instances."`
}

func (c Capacity) String() string { return fmt.Sprintf("%d/%d/%d", c.Min, c.Desired, c.Max) }

// Check says whether min ≤ desired ≤ max holds and nothing is negative.
func (c Capacity) Check() error {
	if c.Min < 0 || c.Desired < c.Min || c.Max < c.Desired {
		return fmt.Errorf("capacity %s: %w: it must be 0 ≤ min ≤ desired ≤ max", c, ErrInvalid)
	}
	return nil
}

// The marks we put on what we create, as tags, labels or metadata.
const (
	MarkExecution = "gennaker:execution" // id of the execution or operation that made it
	MarkStage     = "gennaker:stage"     // refId of the stage
	MarkToken     = "gennaker:token"     // see Token
	// MarkPreviousImage is the image of the server group that this one follows,
	// to which a rollback goes back.
	MarkPreviousImage = "gennaker:previousImage"
)

// Token names one effect: the same call, run again by a retry, carries the
// same token; a stage restarted by a person carries another. Give it the
// workflow's id and first run id, the stage, its attempt and the operation.
func Token(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// ServerGroup is one version of a cluster as its cloud reports it.
type ServerGroup struct {
	Location
	Name          string            `json:"name"`
	Moniker       Moniker           `json:"moniker"`
	Image         string            `json:"image,omitempty"` // what runs in it, in the cloud's own words
	Capacity      Capacity          `json:"capacity"`
	Enabled       bool              `json:"enabled"` // takes traffic
	Created       time.Time         `json:"created,omitzero"`
	Instances     []Instance        `json:"instances,omitempty"`
	LoadBalancers []string          `json:"loadBalancers,omitempty"`
	Marks         map[string]string `json:"marks,omitempty"`
	Suspended     []string          `json:"suspended,omitempty"` // processes that its cloud leaves, by the cloud's names
	// Trouble is why it has fewer instances than it wants, in the cloud's words,
	// if the cloud says so.
	Trouble string `json:"trouble,omitempty"`
	// Resting says that it is disabled in a cloud which keeps no instances out
	// of traffic: it has none until it is enabled, then as many as its capacity
	// says.
	Resting bool `json:"resting,omitempty"`
}

// Ref names the server group.
func (g ServerGroup) Ref() ServerGroupRef {
	return ServerGroupRef{Location: g.Location, Name: g.Name}
}

// Brief is the server group with no more of its instances than their health.
func (g ServerGroup) Brief() ServerGroup {
	instances := make([]Instance, len(g.Instances))
	for n, i := range g.Instances {
		instances[n] = Instance{Health: i.Health}
	}
	g.Instances = instances
	return g
}

// Count is the number of instances with that health.
func (g ServerGroup) Count(h Health) int {
	n := 0
	for _, i := range g.Instances {
		if i.Health == h {
			n++
		}
	}
	return n
}

// Condition is how its instances are, in a few words, with what the cloud says
// about one that is not up, or about those that are missing.
func (g ServerGroup) Condition() string {
	text := fmt.Sprintf("%d of %d instances are up", g.Count(Up), g.Capacity.Desired)
	for _, i := range g.Instances {
		if i.Health != Up && i.Reason != "" {
			return text + ": " + i.Reason
		}
	}
	if g.Trouble != "" {
		return text + ": " + g.Trouble
	}
	return text
}

// Serves reports whether the server group takes traffic and can answer it.
func (g ServerGroup) Serves() bool { return g.Enabled && g.Count(Up) > 0 }

// Active is Spinnaker's: not disabled, or still with an instance up.
func (g ServerGroup) Active() bool { return g.Enabled || g.Count(Up) > 0 }

// Without is the server group after those of its instances are gone.
func (g ServerGroup) Without(ids []string) ServerGroup {
	g.Instances = slices.DeleteFunc(slices.Clone(g.Instances), func(i Instance) bool { return slices.Contains(ids, i.ID) })
	return g
}

// Having are those of the ids that its instances have.
func (g ServerGroup) Having(ids []string) []string {
	var here []string
	for _, i := range g.Instances {
		if slices.Contains(ids, i.ID) {
			here = append(here, i.ID)
		}
	}
	return here
}

// Scope narrows a listing of server groups; empty fields match everything.
type Scope struct {
	Region      string `json:"region,omitempty"`
	Application string `json:"application,omitempty"`
	Cluster     string `json:"cluster,omitempty"`
}

// CreateServerGroup asks for a new server group. Marks must be put on it in
// the same call that creates it. Spec is the rest of the document's cluster
// block, which only the provider understands.
type CreateServerGroup struct {
	Location
	Name          string            `json:"name"`
	Moniker       Moniker           `json:"moniker"`
	Capacity      Capacity          `json:"capacity"`
	LoadBalancers []string          `json:"loadBalancers,omitempty"`
	Marks         map[string]string `json:"marks"`
	Spec          map[string]any    `json:"spec,omitempty"`
	// Source names the server group of the same place that this one follows, if
	// any: what a document cannot say, such as scaling policies, is copied from
	// it.
	Source string `json:"source,omitempty"`
	// Disabled makes it out of traffic.
	Disabled bool `json:"disabled,omitempty"`
}

// Ref names the server group to be.
func (c CreateServerGroup) Ref() ServerGroupRef {
	return ServerGroupRef{Location: c.Location, Name: c.Name}
}

// ResizeServerGroup asks for another capacity.
type ResizeServerGroup struct {
	ServerGroupRef
	Capacity Capacity `json:"capacity"`
}

// Departure asks to take a server group out of traffic, or to destroy it.
type Departure struct {
	ServerGroupRef
	// Percent of its instances that leave, if not all do.
	Percent int `json:"percent,omitempty"`
	// Keep is how many instances of the cluster must be in service when it has
	// left; 0 does not look.
	Keep int `json:"keep,omitempty"`
	// Exactly refuses, as ErrInvalid, where a cloud cannot take a part out;
	// otherwise the server group keeps all its traffic there.
	Exactly bool `json:"exactly,omitempty"`
	// Health is whose judgment says which instances are in service.
	Health HealthProviders `json:"health,omitzero"`
	// Changed is when the cluster was last changed: what is looked at must show
	// that.
	Changed time.Time `json:"changed,omitzero"`
}

// Check refuses, as ErrGuarded, a departure from a cluster that needs the
// server group. One that does not serve may always leave.
func (d Departure) Check(cluster []ServerGroup) error {
	stay, serves := 0, false
	for _, g := range cluster {
		switch {
		case d.Health.InService(g) == 0:
		case g.Name == d.Name:
			serves = true
			if d.Percent > 0 {
				stay += len(g.Instances) - len(g.Instances)*d.Percent/100
			}
		default:
			stay += d.Health.InService(g)
		}
	}
	if !serves || stay >= d.Keep {
		return nil
	}
	return fmt.Errorf("%s: %w: without it %d instances of cluster %s would be in service, and %d must be",
		d.Name, ErrGuarded, stay, d.Cluster().Name, d.Keep)
}

// LoadBalancer is what spreads traffic over the healthy instances of enabled
// server groups.
type LoadBalancer struct {
	Location
	Name         string   `json:"name"`
	Address      string   `json:"address"` // URL or host:port that clients use
	ServerGroups []string `json:"serverGroups,omitempty"`
}
