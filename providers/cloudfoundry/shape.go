package cloudfoundry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// shape gives processes of an app the sizes, commands, health checks and
// instances that are wanted.
func (s *space) shape(ctx context.Context, app string, to []Process) error {
	all, err := s.whole(ctx, app)
	if err != nil {
		return err
	}
	for _, wanted := range to {
		is := find(all, wanted.Type)
		if is == nil {
			return fmt.Errorf("processes: %w: there is no process %s in what was deployed", gennaker.ErrInvalid, wanted.Type)
		}
		if err := s.fit(ctx, is, wanted); err != nil {
			return fmt.Errorf("process %s: %w", wanted.Type, err)
		}
	}
	return nil
}

// whole are the processes of an app once web is among them, which may take a
// moment after its droplet was set.
func (s *space) whole(ctx context.Context, app string) ([]*resource.Process, error) {
	var all []*resource.Process
	err := s.await(ctx, "its process web", func() (bool, error) {
		found, err := s.processes(ctx, []string{app})
		all = found[app]
		return find(all, "web") != nil, err
	})
	return all, err
}

func find(all []*resource.Process, kind string) *resource.Process {
	for _, p := range all {
		if p.Type == kind {
			return p
		}
	}
	return nil
}

// processes are web, with that many instances or as many as it has, and the
// others that the manifest has.
func (a Attributes) processes(instances *int) []Process {
	web := a.web()
	web.Instances = instances
	all := []Process{web}
	for _, other := range a.Processes {
		if other.Type != "web" {
			all = append(all, other)
		}
	}
	return all
}

// fit changes what differs.
func (s *space) fit(ctx context.Context, is *resource.Process, to Process) error {
	scale := resource.NewProcessScale()
	for _, size := range []struct {
		text string
		is   int
		set  func(int) *resource.ProcessScale
	}{{to.Memory, is.MemoryInMB, scale.WithMemoryInMB}, {to.DiskQuota, is.DiskInMB, scale.WithDiskInMB}} {
		if size.text == "" {
			continue
		}
		mb, err := megabytes(size.text)
		if err != nil {
			return err
		}
		if mb != size.is {
			size.set(mb)
		}
	}
	if to.Instances != nil && *to.Instances != is.Instances {
		scale.WithInstances(*to.Instances)
	}
	if *scale != (resource.ProcessScale{}) {
		if _, err := s.Processes.Scale(ctx, is.GUID, scale); err != nil {
			return kinded(err)
		}
	}
	if !differs(is, to) {
		return nil
	}
	return s.patch(ctx, is.GUID, update(is, to))
}

// patch changes a process. The client would send a command in any case, and one
// that is null is reset; lists hide the one that there is.
func (s *space) patch(ctx context.Context, process string, to processUpdate) error {
	body, err := json.Marshal(to)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPatch, s.ApiURL("/v3/processes/"+process), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.ExecuteAuthRequest(r)
	if err != nil {
		return kinded(err)
	}
	return answer.Body.Close()
}

// processUpdate is what changes of a process; what is nil stays.
type processUpdate struct {
	Command     *string                      `json:"command,omitempty"`
	HealthCheck *resource.ProcessHealthCheck `json:"health_check,omitempty"`
}

// differs reports whether the health check is another, or the command may be.
func differs(is *resource.Process, to Process) bool {
	return to.Command != "" || to.CheckType != "" && is.HealthCheck.Type != checkType(to) ||
		to.Endpoint != "" && (is.HealthCheck.Data.Endpoint == nil || *is.HealthCheck.Data.Endpoint != to.Endpoint) ||
		to.Timeout != nil && (is.HealthCheck.Data.Timeout == nil || *is.HealthCheck.Data.Timeout != *to.Timeout)
}

// update is what is to change. What it leaves out of the health check would be
// reset.
func update(is *resource.Process, to Process) processUpdate {
	var u processUpdate
	if to.Command != "" {
		u.Command = &to.Command
	}
	if to.CheckType == "" && to.Endpoint == "" && to.Timeout == nil {
		return u
	}
	check := is.HealthCheck
	if to.CheckType != "" {
		check.Type, check.Data.Endpoint = checkType(to), nil
	}
	if to.Endpoint != "" {
		check.Data.Endpoint = &to.Endpoint
	}
	if to.Timeout != nil {
		check.Data.Timeout = to.Timeout
	}
	u.HealthCheck = &check
	return u
}

// checkType is the type of health check: none is process's older name.
func checkType(p Process) string {
	if p.CheckType == "none" {
		return "process"
	}
	return p.CheckType
}
