package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// processes are those that a server group can suspend.
var processes = []string{"Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance",
	"HealthCheck", "InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions"}

// SetProcesses suspends and resumes scaling processes, by Amazon's names.
func (c *Cloud) SetProcesses(ctx context.Context, p gennaker.SetProcesses) error {
	return c.change("set the processes of", p.ServerGroupRef, func(r *region) error {
		if err := known(slices.Concat(p.Suspend, p.Resume)); err != nil {
			return err
		}
		if _, err := r.living(ctx, p.Name); err != nil {
			return err
		}
		if len(p.Suspend) > 0 {
			if err := r.suspend(ctx, p.Name, p.Suspend); err != nil {
				return err
			}
		}
		if len(p.Resume) > 0 {
			return r.resume(ctx, p.Name, p.Resume)
		}
		return nil
	})
}

// known refuses a process that there is not. Amazon takes an empty list for
// all of them.
func known(list []string) error {
	for _, p := range list {
		if !slices.Contains(processes, p) {
			return fmt.Errorf("process %q: %w: it can be %s", p, gennaker.ErrInvalid, strings.Join(processes, ", "))
		}
	}
	return nil
}
