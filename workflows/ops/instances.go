package ops

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// Spec returns what a server group was made from: the cloud's own fields of a
// cluster block.
func Spec(ctx workflow.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var spec map[string]any
	err := run(ctx, reading, "read the spec of "+ref.Name, groups.ServerGroupSpec, ref, &spec)
	return spec, err
}

// DisableShare takes that percent of a server group's instances out of
// traffic and waits until they have none, refused like DisableKeeping. Unlike
// with DisablePart, a cloud that cannot is ErrInvalid.
func DisableShare(ctx workflow.Context, g gennaker.ServerGroup, percent, keep int) error {
	d := gennaker.Departure{ServerGroupRef: g.Ref(), Percent: percent, Keep: keep, Exactly: true, Health: health(ctx)}
	if err := change(ctx, fmt.Sprintf("disable %d %% of %s", percent, g.Name), groups.DisableServerGroup, d, nil); err != nil {
		return err
	}
	n := len(g.Instances) * percent / 100
	return await(ctx, activities.Until{ServerGroupRef: g.Ref(), Down: n}, idleLimit, fmt.Sprintf("%d instances of %s take no more traffic", n, g.Name))
}

// FindInstances returns which server groups of a place have those instances.
func FindInstances(ctx workflow.Context, q gennaker.InstanceQuery) ([]gennaker.InstancesRef, error) {
	var found []gennaker.InstancesRef
	err := run(ctx, reading, "look for "+strings.Join(q.IDs, ", "), instances.FindInstances, q, &found)
	return found, err
}

// Terminate ends instances for good and waits until they are gone.
func Terminate(ctx workflow.Context, t gennaker.TerminateInstances) error {
	names := strings.Join(t.IDs, ", ")
	if err := change(ctx, "terminate "+names, instances.TerminateInstances, t, nil); err != nil {
		return err
	}
	return await(ctx, activities.Until{ServerGroupRef: t.ServerGroupRef, Without: t.IDs}, terminateLimit, names+" are gone")
}

// Reboot starts instances of a server group anew and waits until they are up
// again, or as good as up if it takes no traffic. That they went down may be
// missed, where it takes a moment only.
func Reboot(ctx workflow.Context, g gennaker.ServerGroup, ids []string) error {
	r := gennaker.InstancesRef{ServerGroupRef: g.Ref(), IDs: ids}
	names := strings.Join(r.IDs, ", ")
	if err := change(ctx, "reboot "+names, instances.RebootInstances, r, nil); err != nil {
		return err
	}
	down := activities.Until{ServerGroupRef: r.ServerGroupRef, Of: r.IDs, Fewer: len(r.IDs), Ready: !g.Enabled}
	if err := await(ctx, down, rebootNews, names+" go down"); err != nil && !errors.Is(err, gennaker.ErrUnavailable) {
		return err
	}
	up := activities.Until{ServerGroupRef: r.ServerGroupRef, Of: r.IDs, Up: len(r.IDs), Ready: !g.Enabled}
	return await(ctx, up, HealthLimit, names+" are up")
}

// SetProcesses suspends and resumes processes and waits until it is so.
func SetProcesses(ctx workflow.Context, p gennaker.SetProcesses) error {
	var what []string
	if len(p.Suspend) > 0 {
		what = append(what, "suspend "+strings.Join(p.Suspend, ", "))
	}
	if len(p.Resume) > 0 {
		what = append(what, "resume "+strings.Join(p.Resume, ", "))
	}
	summary := strings.Join(what, " and ") + " of " + p.Name
	if err := change(ctx, summary, instances.SetProcesses, p, nil); err != nil {
		return err
	}
	return await(ctx, activities.Until{ServerGroupRef: p.ServerGroupRef, Suspended: p.Suspend, Resumed: p.Resume}, processLimit, summary+" is done")
}

const (
	terminateLimit = time.Hour
	processLimit   = 20 * time.Minute
	// rebootNews is how long an instance may take to be seen down.
	rebootNews = time.Minute
)
