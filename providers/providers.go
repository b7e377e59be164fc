// Package providers is the contract between Gennaker and a cloud. A provider
// is an account of one cloud; all it must have is a name. Everything else is
// a capability: a small interface that a provider implements if its cloud can
// do it, and that Find asks for.
//
// A mutation returns when the cloud has accepted it and may be repeated: it is
// seen done by reading. Errors wrap one of the kinds of package gennaker
// around the cloud's own sentence.
package providers

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

// Provider is one account of one cloud.
type Provider interface {
	// Name is the cloud's, as documents write it in cloudProvider.
	Name() string
}

// ServerGroups are versioned groups of instances.
type ServerGroups interface {
	// List returns the server groups in scope, oldest first. It leaves out
	// none that exists and returns none that a Destroy has removed.
	List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error)
	// Get returns one server group, or ErrNotFound.
	Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error)
	// Create makes an enabled server group. If one of that name exists, it is
	// ErrExists, unless its MarkToken equals the one asked for: then an
	// earlier try of this very call made it, and there is no error.
	Create(ctx context.Context, c gennaker.CreateServerGroup) error
	// Resize sets the capacity; ErrNotFound if the server group is gone.
	Resize(ctx context.Context, r gennaker.ResizeServerGroup) error
	// Enable puts the server group into traffic; ErrNotFound if it is gone.
	Enable(ctx context.Context, ref gennaker.ServerGroupRef) error
	// Disable takes the server group out of traffic: requests in flight are
	// answered, new ones go elsewhere. Its instances stay, or it is Resting in
	// a cloud that can only stop them; its capacity stays. ErrNotFound if it is
	// gone.
	Disable(ctx context.Context, ref gennaker.ServerGroupRef) error
	// Destroy removes a server group and its instances, draining them first.
	// It is not an error if it is gone.
	Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error
}

// Lagging is for clouds whose answers may be old.
type Lagging interface {
	// Lag is how long after a change an answer may still show what was there
	// before it.
	Lag() time.Duration
}

// Paced is for clouds where what was asked for takes its time, and looking
// costs calls that are counted.
type Paced interface {
	// Pace is the least time between two looks at what is waited for.
	Pace() time.Duration
}

// Watching is for clouds that tell when something changes, so that who waits
// need not look again and again. What comes through a channel means: look, it
// may be otherwise now. It comes after each change, once for those that nobody
// has listened to; when changes may have been missed, such as soon after the
// call; and from time to time while the cloud does not tell. The channel lasts
// as long as ctx and is not closed.
type Watching interface {
	WatchServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) <-chan struct{}
	WatchJob(ctx context.Context, ref gennaker.JobRef) <-chan struct{}
	WatchManifests(ctx context.Context, refs []gennaker.ManifestRef) <-chan struct{}
}

// PartialTraffic is for clouds that can take some of a server group's
// instances out of traffic and leave it the others.
type PartialTraffic interface {
	// DisablePart keeps that percent of the instances, rounded down, out of
	// traffic until Enable takes them all in again; a repeat with another
	// percentage counts instead of the one before. The server group stays
	// enabled, and no instance goes away. ErrNotFound if it is gone.
	DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error
}

// TrafficSplits is for clouds that share the traffic of a cluster among its
// server groups by percentages, however big these are.
type TrafficSplits interface {
	// GetTraffic returns the percentages of a cluster's traffic that its server
	// groups have now, without those that have none; ErrNotFound if there is no
	// such cluster.
	GetTraffic(ctx context.Context, ref gennaker.ClusterRef) (map[string]int, error)
	// SplitTraffic has the server groups of a cluster share its traffic so, in
	// one step: who is to have some is enabled, who is to have none is disabled,
	// and capacities stay. What is enabled later gets its part by its capacity,
	// and the others keep their proportions. Nothing moves before all that are
	// to have some can take it: the cloud waits for that by itself, or it is
	// ErrUnavailable meanwhile. ErrNotFound if a server group is gone,
	// ErrInvalid if the percentages are not 100 together, or one that is to have
	// some wants no instances.
	SplitTraffic(ctx context.Context, s gennaker.SplitTraffic) error
}

// Specs reads back what a server group was made from, so that it can be cloned.
type Specs interface {
	// Spec returns the cloud's own fields of a cluster block, from which Create
	// makes an equal server group; ErrNotFound if it is gone. What all clouds
	// have, such as the capacity, is not among them.
	Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error)
}

// Quotas is for clouds that tell what an account may have.
type Quotas interface {
	// GetQuota is how many more instances of a cluster block there may be in a
	// region, beside all that is there, whoever made it; not known where the
	// cloud sets no bounds. ErrInvalid if it is no such block.
	GetQuota(ctx context.Context, q gennaker.QuotaQuery) (gennaker.Quota, error)
}

// Images are what instances start from.
type Images interface {
	// FindImages returns the images that fit the query, newest first.
	FindImages(ctx context.Context, q gennaker.ImageQuery) ([]gennaker.Image, error)
	// TagImage puts tags on an image beside those that it has; ErrNotFound if
	// there is no such image.
	TagImage(ctx context.Context, t gennaker.TagImage) error
}

// Instances are the single members of a server group.
type Instances interface {
	// TerminateInstances ends instances for good, draining them first. The
	// cloud makes new ones in their place, unless Shrink is set: then the
	// server group wants that many fewer. It is no error if some are gone.
	TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error
}

// Reboots is for clouds whose instances can start anew and stay what they are.
type Reboots interface {
	// RebootInstances starts running instances anew; ErrNotFound if one of them
	// is gone.
	RebootInstances(ctx context.Context, r gennaker.InstancesRef) error
}

// Refreshes replace the instances of a server group by ones of another spec,
// in place.
type Refreshes interface {
	// StartRefresh begins to replace them. If one of that token is under way or
	// has ended, there is no error; if another is under way, it is ErrExists.
	StartRefresh(ctx context.Context, r gennaker.StartRefresh) error
	// GetRefresh returns the newest one of a server group, or ErrNotFound.
	GetRefresh(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.Refresh, error)
	// CancelRefresh stops the one under way where it is. It is no error if none
	// is under way.
	CancelRefresh(ctx context.Context, ref gennaker.ServerGroupRef) error
}

// SteppedRefreshes are refreshes that can pause on their way, so that what is
// new is judged beside what is old. One with steps pauses at each, when that
// percentage of the instances, one at least, is new and up; how it is rounded is
// the cloud's. If it is cancelled, the old instances come back.
type SteppedRefreshes interface {
	Refreshes
	// ContinueRefresh lets a refresh go on from a step at which it was seen to
	// pause. If it does not pause there any more, nothing changes; ErrNotFound
	// if there is none of that token.
	ContinueRefresh(ctx context.Context, s gennaker.RefreshStep) error
}

// Stops is for clouds that can take all instances of a server group away and
// keep what it is.
type Stops interface {
	// StopServerGroup leaves a server group without instances, and so without
	// traffic: it is Resting, with its capacity; ErrNotFound if it is gone.
	StopServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) error
	// StartServerGroup gives it the instances that its capacity says, and the
	// traffic that it had; ErrNotFound if it is gone.
	StartServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) error
}

// Attachments put load balancers before server groups that are there. Of one
// that is out of traffic they count when it is enabled.
type Attachments interface {
	// AttachLoadBalancers adds load balancers to those that a server group has;
	// ErrNotFound if it is gone.
	AttachLoadBalancers(ctx context.Context, l gennaker.LoadBalancersOf) error
	// DetachLoadBalancers takes some away; those that it has not are no error.
	// ErrNotFound if the server group is gone.
	DetachLoadBalancers(ctx context.Context, l gennaker.LoadBalancersOf) error
}

// Services are what server groups use and a cloud keeps, such as databases.
type Services interface {
	// GetService returns one service instance, or ErrNotFound.
	GetService(ctx context.Context, ref gennaker.ServiceRef) (gennaker.Service, error)
	// PutService makes a service instance, or changes the one of that name; if
	// the token is that of an earlier try, nothing changes. While a change is
	// under way the cloud takes no other, which is ErrUnavailable.
	PutService(ctx context.Context, p gennaker.PutService) error
	// DeleteService deletes a service instance with its keys and bindings. It is
	// not an error if it is gone; one that is shared is ErrInvalid.
	DeleteService(ctx context.Context, ref gennaker.ServiceRef) error
	// ShareService has other regions use it, and UnshareService not any more,
	// which takes their bindings away; ErrNotFound if it is gone.
	ShareService(ctx context.Context, s gennaker.ShareService) error
	UnshareService(ctx context.Context, s gennaker.ShareService) error
	// CreateServiceKey returns the credentials of a key, which is made if there
	// is none of that name; ErrNotFound if there is no such service instance.
	CreateServiceKey(ctx context.Context, k gennaker.ServiceKey) (map[string]any, error)
	// DeleteServiceKey deletes a key. It is not an error if it is gone.
	DeleteServiceKey(ctx context.Context, k gennaker.ServiceKey) error
	// BindServices binds a server group to service instances, whose credentials
	// instances have that start later. What is bound stays; ErrNotFound if the
	// server group is gone, ErrInvalid if a service instance is.
	BindServices(ctx context.Context, b gennaker.BindServices) error
	// UnbindServices undoes that. What is not bound is no error.
	UnbindServices(ctx context.Context, b gennaker.BindServices) error
}

// Processes are what a cloud does to a server group by itself, such as to
// launch instances, and can be told to leave.
type Processes interface {
	// SetProcesses suspends some processes and resumes others, by the cloud's
	// names; ErrNotFound if the server group is gone.
	SetProcesses(ctx context.Context, p gennaker.SetProcesses) error
}

// LoadBalancers spread traffic over server groups.
type LoadBalancers interface {
	// ListLoadBalancers returns the load balancers of a region; an empty
	// region means all.
	ListLoadBalancers(ctx context.Context, region string) ([]gennaker.LoadBalancer, error)
}

// Jobs are processes that run once.
type Jobs interface {
	// RunJob starts a job. If one of that name exists, it is ErrExists, unless
	// its MarkToken equals the one asked for: then an earlier try of this very
	// call started it, and there is no error, whether it still runs or not.
	RunJob(ctx context.Context, r gennaker.RunJob) error
	// GetJob returns a job with the end of its log, or ErrNotFound. One that
	// has ended is kept for an hour at least.
	GetJob(ctx context.Context, ref gennaker.JobRef) (gennaker.Job, error)
	// StopJob has a job end, with all that it has started; then it has failed.
	// One that has ended stays as it is. It is not an error if it is gone.
	StopJob(ctx context.Context, ref gennaker.JobRef) error
}

// Functions are pieces of code that a cloud runs when they are called.
type Functions interface {
	// GetFunction returns one function, or ErrNotFound.
	GetFunction(ctx context.Context, ref gennaker.FunctionRef) (gennaker.Function, error)
	// CreateFunction makes a function. If one of that name exists, it is
	// ErrExists, unless its MarkToken equals the one asked for.
	CreateFunction(ctx context.Context, p gennaker.PutFunction) error
	// UpdateCode gives a function the code of the spec, and UpdateConfiguration
	// the rest of it; ErrNotFound if it is gone. While a change is under way the
	// cloud takes no other, which is ErrUnavailable.
	UpdateCode(ctx context.Context, p gennaker.PutFunction) error
	UpdateConfiguration(ctx context.Context, p gennaker.PutFunction) error
	// PublishVersion returns the number of a version which is what the function
	// is now. If the newest one already is, that is it: to publish twice makes
	// one. ErrExists says that the code is not the one that is meant.
	PublishVersion(ctx context.Context, p gennaker.PublishVersion) (string, error)
	// DeleteFunction deletes a version or all. It is not an error if it is gone;
	// a version that an alias refers to is ErrInvalid.
	DeleteFunction(ctx context.Context, d gennaker.DeleteFunction) error
	// Invoke calls a function and returns what came of it. It cannot be
	// repeated: after an error the function may have run, unless that is
	// ErrThrottled, ErrDenied, ErrInvalid or ErrNotFound.
	Invoke(ctx context.Context, i gennaker.Invoke) (gennaker.Invocation, error)
}

// FunctionTraffic is what calls functions, and how many at once.
type FunctionTraffic interface {
	// PutAlias makes an alias, or has it be as asked for, in one step. If it is
	// so already, nothing changes; if it is neither that nor what it Was, it is
	// ErrExists, and ErrNotFound if the function or a version is gone.
	PutAlias(ctx context.Context, p gennaker.PutAlias) error
	// SetConcurrency sets or clears a limit, or how many executions are kept
	// ready; ErrNotFound if the function or alias is gone.
	SetConcurrency(ctx context.Context, s gennaker.SetConcurrency) error
	// SetEventSources has these sources, and no others, call the function or
	// alias; ErrNotFound if that is gone.
	SetEventSources(ctx context.Context, s gennaker.SetEventSources) error
}

// Manifests are objects that a cloud is told of by documents.
type Manifests interface {
	// ApplyManifests has objects be as manifests say, each after those that it
	// needs. What is versioned gets a name of its own; one with the same content
	// is used again. A repeat changes nothing.
	ApplyManifests(ctx context.Context, a gennaker.ApplyManifests) (gennaker.AppliedManifests, error)
	// GetManifest returns an object, or ErrNotFound.
	GetManifest(ctx context.Context, ref gennaker.ManifestRef) (gennaker.Manifest, error)
	// ListManifests returns the objects that fit, oldest first, without their
	// documents.
	ListManifests(ctx context.Context, q gennaker.ManifestQuery) ([]gennaker.Manifest, error)
	// PatchManifest changes an object; ErrNotFound if it is gone.
	PatchManifest(ctx context.Context, p gennaker.PatchManifest) error
	// ScaleManifest sets the number of replicas; ErrNotFound if it is gone, and
	// ErrInvalid if its kind has none.
	ScaleManifest(ctx context.Context, s gennaker.ScaleManifest) error
	// DeleteManifest deletes an object. It is not an error if it is gone.
	DeleteManifest(ctx context.Context, d gennaker.DeleteManifest) error
	// SetManifestTraffic puts an object's pods into traffic or takes them out;
	// they stay. ErrNotFound if it is gone, and ErrInvalid if its kind has none,
	// or it is not known whose traffic.
	SetManifestTraffic(ctx context.Context, t gennaker.SetManifestTraffic) error
}

// Rollouts are how the pods of an object are replaced. All of it is
// ErrNotFound if the object is gone, and ErrInvalid if its kind has none.
type Rollouts interface {
	// FindRevision is the number of the revision that is so many before the
	// one that is now; ErrNotFound if there are fewer.
	FindRevision(ctx context.Context, ref gennaker.ManifestRef, back int) (int, error)
	// UndoRollout goes back to a revision; ErrNotFound if there is none of that
	// number. If it is there, nothing changes.
	UndoRollout(ctx context.Context, u gennaker.UndoRollout) error
	// RestartRollout replaces all pods by new ones, once for that time.
	RestartRollout(ctx context.Context, r gennaker.RestartRollout) error
	// PauseRollout stops a rollout where it is, or lets it go on.
	PauseRollout(ctx context.Context, p gennaker.PauseRollout) error
}

// Registry knows the provider behind each account. It does not change once
// made, and is safe to share.
type Registry struct {
	accounts map[string]Provider
}

// NewRegistry takes the provider of each account by the account's name.
func NewRegistry(accounts map[string]Provider) *Registry {
	return &Registry{accounts: accounts}
}

// Accounts lists the accounts by name.
func (r *Registry) Accounts() []gennaker.Account {
	var list []gennaker.Account
	for name, p := range r.accounts {
		list = append(list, gennaker.Account{Name: name, Provider: p.Name(), Capabilities: Capabilities(p)})
	}
	slices.SortFunc(list, func(a, b gennaker.Account) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Find returns an account's provider as the capability T. It is ErrNotFound
// if there is no such account and ErrInvalid if its cloud cannot do that.
func Find[T any](r *Registry, account string) (T, error) {
	var none T
	p, ok := r.accounts[account]
	if !ok {
		return none, fmt.Errorf("account %q: %w: this worker has %s", account, gennaker.ErrNotFound, r.names())
	}
	capability, ok := p.(T)
	if !ok {
		return none, fmt.Errorf("account %s: %w: %s has no %s", account, gennaker.ErrInvalid, p.Name(), reflect.TypeFor[T]().Name())
	}
	return capability, nil
}

func (r *Registry) names() string {
	var names []string
	for _, a := range r.Accounts() {
		names = append(names, a.Name)
	}
	if len(names) == 0 {
		return "no accounts"
	}
	return strings.Join(names, ", ")
}
