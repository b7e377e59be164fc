package exactlyonce

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/memory"
)

// inMemory is a scene in a cloud in memory, which loses the answer to a method.
func inMemory(_ *testing.T, _ *world, r row) (*scene, error) {
	cloud := &memory.Cloud{}
	s := &scene{location: gennaker.Location{Region: "here"}, sound: cloud, doomed: cloud, struck: make(chan struct{})}
	s.spec = func() map[string]any { return map[string]any{memory.SpecStart: 0.1} } // so that a reboot shows
	s.change = map[string]any{memory.SpecHealth: "Down"}                            // so that it does not end by itself
	s.jobSpec = func(ends bool) map[string]any {
		return map[string]any{memory.SpecOutcome: map[string]any{"jobState": map[bool]string{true: "Succeeded", false: "Running"}[ends]}}
	}
	cloud.AddImage(gennaker.Image{Location: s.location, ID: "image-1", Name: "shop-1"})
	s.image = "image-1"
	c := &counter{cloud: cloud, count: map[string]int{}}
	armed, lost := false, false
	var mu sync.Mutex // guards them
	s.arm = func() { mu.Lock(); armed = true; mu.Unlock() }
	s.effects = c.counted
	cloud.Fault = func(call memory.Call) error {
		c.see(call)
		mu.Lock()
		defer mu.Unlock()
		if !armed || lost || !call.After || call.Method != r.loses {
			return nil
		}
		lost = true
		close(s.struck)
		return fmt.Errorf("memory: %w: the answer is lost", gennaker.ErrUnavailable)
	}
	return s, nil
}

// counter counts the calls that have changed a cloud in memory.
type counter struct {
	cloud *memory.Cloud

	mu     sync.Mutex // guards what follows
	before string
	count  map[string]int
}

var looking = map[string]bool{"List": true, "Get": true, "GetJob": true, "FindImages": true, "Spec": true, "GetRefresh": true, "GetFunction": true, "GetService": true, "GetTraffic": true, "GetManifest": true, "ListManifests": true, "FindRevision": true, "GetQuota": true}

func (c *counter) see(call memory.Call) {
	if looking[call.Method] {
		return
	}
	now := c.sight()
	c.mu.Lock()
	defer c.mu.Unlock()
	if call.After && now != c.before {
		c.count[call.Method]++
	}
	c.before = now
}

func (c *counter) counted() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

func (c *counter) sight() string {
	groups, err := c.cloud.List(context.Background(), gennaker.Scope{})
	images, imagesErr := c.cloud.FindImages(context.Background(), gennaker.ImageQuery{})
	var refreshes []any
	for _, g := range groups {
		r, err := c.cloud.GetRefresh(context.Background(), g.Ref())
		refreshes = append(refreshes, r.Token, r.State, r.Step, err)
	}
	f, functionErr := c.cloud.GetFunction(context.Background(), functionIn(gennaker.Location{Region: "here"}))
	limit := -1
	if f.Reserved != nil {
		limit = *f.Reserved
	}
	sources, _ := c.cloud.Callers(f.Ref(), "")
	code := fmt.Sprint(f.Revision, f.Versions, f.Aliases, limit, sources, functionErr)
	kept, serviceErr := c.cloud.GetService(context.Background(), gennaker.ServiceRef{Location: gennaker.Location{Region: "here"}, Name: "db"})
	traffic, trafficErr := c.cloud.GetTraffic(context.Background(), gennaker.ClusterRef{Location: gennaker.Location{Region: "here"}, Name: "shop"})
	return fmt.Sprint(kept, serviceErr, groups, err, traffic, trafficErr, images, imagesErr, refreshes, c.cloud.Jobs(), code, c.cloud.Objects())
}

func memoryRows() []row {
	all := []row{
		{call: "memory Create", loses: "Create", run: create, want: map[string]int{"Create": 1}},
		{call: "memory Resize", loses: "Resize", before: have(1), run: resize, want: map[string]int{"Resize": 1}},
		{call: "memory Enable", loses: "Enable", before: haveDisabled(2), run: enable, want: map[string]int{"Enable": 1}},
		{call: "memory Disable", loses: "Disable", before: have(2), run: disable, want: map[string]int{"Disable": 1}},
		{call: "memory DisablePart", loses: "DisablePart", before: have(2), run: disablePart, want: map[string]int{"DisablePart": 1}},
		{call: "memory SplitTraffic", loses: "SplitTraffic", before: haveOlder, run: splitTraffic, want: map[string]int{"SplitTraffic": 1}},
		{call: "memory Destroy", loses: "Destroy", before: have(2), run: destroy, want: map[string]int{"Destroy": 1}},
		{call: "memory TerminateInstances", loses: "TerminateInstances", before: have(2), run: terminate, want: map[string]int{"TerminateInstances": 1}},
		{call: "memory TerminateInstances, shrinking", loses: "TerminateInstances", before: have(3), run: shrink, want: map[string]int{"TerminateInstances": 1}},
		{call: "memory RebootInstances", loses: "RebootInstances", before: have(2), run: reboot, want: map[string]int{"RebootInstances": eachTry}},
		{call: "memory SetProcesses", loses: "SetProcesses", before: have(1), run: suspend, want: map[string]int{"SetProcesses": 1}},
		{call: "memory TagImage", loses: "TagImage", run: tag, want: map[string]int{"TagImage": 1}},
		{call: "memory StartRefresh", loses: "StartRefresh", before: have(2), run: startRefresh, want: map[string]int{"StartRefresh": 1}},
		{call: "memory CancelRefresh", loses: "CancelRefresh", before: haveRefresh(have(2)), run: stopRefresh, want: map[string]int{"CancelRefresh": 1}},
		{call: "memory ContinueRefresh", loses: "ContinueRefresh", before: havePausedRefresh, run: goOn, want: map[string]int{"ContinueRefresh": 1}},
		{call: "memory StopServerGroup", loses: "StopServerGroup", before: have(2), run: stopGroup, want: map[string]int{"StopServerGroup": 1}},
		{call: "memory StartServerGroup", loses: "StartServerGroup", before: haveStopped, run: startGroup, want: map[string]int{"StartServerGroup": 1}},
		{call: "memory AttachLoadBalancers", loses: "AttachLoadBalancers", before: have(1), run: attach, want: map[string]int{"AttachLoadBalancers": 1}},
		{call: "memory DetachLoadBalancers", loses: "DetachLoadBalancers", before: haveAttached, run: detach, want: map[string]int{"DetachLoadBalancers": 1}},
		{call: "memory PutService", loses: "PutService", run: putService, want: map[string]int{"PutService": 1}},
		{call: "memory DeleteService", loses: "DeleteService", before: haveService(), run: deleteService, want: map[string]int{"DeleteService": 1}},
		{call: "memory ShareService", loses: "ShareService", before: haveService(), run: shareService, want: map[string]int{"ShareService": 1}},
		{call: "memory UnshareService", loses: "UnshareService", before: haveService(shared), run: unshareService, want: map[string]int{"UnshareService": 1}},
		{call: "memory CreateServiceKey", loses: "CreateServiceKey", before: haveService(), run: createKey, want: map[string]int{"CreateServiceKey": 1}},
		{call: "memory DeleteServiceKey", loses: "DeleteServiceKey", before: haveService(keyed), run: deleteKey, want: map[string]int{"DeleteServiceKey": 1}},
		{call: "memory BindServices", loses: "BindServices", before: haveService(withGroup), run: bind, want: map[string]int{"BindServices": 1}},
		{call: "memory UnbindServices", loses: "UnbindServices", before: haveService(withGroup, bound), run: unbind, want: map[string]int{"UnbindServices": 1}},
		{call: "memory RunJob", loses: "RunJob", run: runJob, want: map[string]int{"RunJob": 1}},
		{call: "memory CreateFunction", loses: "CreateFunction", run: createFunction, want: map[string]int{"CreateFunction": 1}},
		{call: "memory UpdateCode", loses: "UpdateCode", before: haveFunction, run: updateCode, want: map[string]int{"UpdateCode": 1}},
		{call: "memory UpdateConfiguration", loses: "UpdateConfiguration", before: haveFunction, run: updateConfiguration, want: map[string]int{"UpdateConfiguration": 1}},
		{call: "memory PublishVersion", loses: "PublishVersion", before: haveFunction, run: publishVersion, want: map[string]int{"PublishVersion": 1}},
		{call: "memory DeleteFunction", loses: "DeleteFunction", before: haveFunction, run: deleteFunction, want: map[string]int{"DeleteFunction": 1}},
		{call: "memory PutAlias", loses: "PutAlias", before: haveFunction, run: putAlias, want: map[string]int{"PutAlias": 1}},
		{call: "memory SetConcurrency", loses: "SetConcurrency", before: haveFunction, run: setConcurrency, want: map[string]int{"SetConcurrency": 1}},
		{call: "memory SetEventSources", loses: "SetEventSources", before: haveFunction, run: setEventSources, want: map[string]int{"SetEventSources": 1}},
		{call: "memory ApplyManifests", loses: "ApplyManifests", run: applyManifests, want: map[string]int{"ApplyManifests": 1}},
		{call: "memory PatchManifest", loses: "PatchManifest", before: haveManifests, run: patchManifest, want: map[string]int{"PatchManifest": 1}},
		{call: "memory ScaleManifest", loses: "ScaleManifest", before: haveManifests, run: scaleManifest, want: map[string]int{"ScaleManifest": 1}},
		{call: "memory DeleteManifest", loses: "DeleteManifest", before: haveManifests, run: deleteManifest, want: map[string]int{"DeleteManifest": 1}},
		{call: "memory SetManifestTraffic", loses: "SetManifestTraffic", before: haveManifests, run: disableManifest, want: map[string]int{"SetManifestTraffic": 1}},
		{call: "memory UndoRollout", loses: "UndoRollout", before: haveRevision, run: undoRollout, want: map[string]int{"UndoRollout": 1}},
		{call: "memory RestartRollout", loses: "RestartRollout", before: haveManifests, run: restartRollout, want: map[string]int{"RestartRollout": 1}},
		{call: "memory PauseRollout", loses: "PauseRollout", before: havePaused, run: resumeRollout, want: map[string]int{"PauseRollout": 1}},
		{call: "memory StopJob", loses: "StopJob", before: haveJob, run: stopJob, want: map[string]int{"StopJob": 1}},
	}
	for i := range all {
		all[i].stage = inMemory
	}
	return all
}
