package cloudfoundry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// JobSpec is what a stage says about a job on Cloud Foundry: a task of an app.
type JobSpec struct {
	ServerGroup string         `json:"serverGroupName"`
	Cluster     string         `json:"cluster"` // its newest server group, if none is named
	Command     string         `json:"command"`
	Memory      string         `json:"memory"`
	DiskQuota   string         `json:"diskQuota"`
	Arguments   []string       `json:"arguments"`
	Environment map[string]any `json:"environment"`
	Directory   string         `json:"workingDirectory"`
}

func (j JobSpec) check() error {
	for _, x := range []struct {
		wrong bool
		what  string
	}{
		{j.ServerGroup == "" && j.Cluster == "", "serverGroupName: it is missing: name the server group whose app runs the task, or its cluster"},
		{j.Command == "", "command: it is missing"},
		{len(j.Arguments) > 0, "arguments: a task has one command: write them into it"},
		{len(j.Environment) > 0, "environment: a task has its app's"},
		{j.Directory != "", "workingDirectory: a task has its app's"},
	} {
		if x.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, x.what)
		}
	}
	return nil
}

// RunJob runs a task. Cloud Foundry has as many tasks of a name as one likes:
// so we look first.
func (c *Cloud) RunJob(ctx context.Context, r gennaker.RunJob) error {
	return c.do(ctx, "run job", r.Name, r.Region, func(s *space) error {
		var spec JobSpec
		if err := decodeBlock(r.Spec, &spec); err != nil {
			return err
		}
		if err := spec.check(); err != nil {
			return err
		}
		is, err := s.task(ctx, r.Name)
		switch {
		case errors.Is(err, gennaker.ErrNotFound):
			return s.runTask(ctx, r, spec)
		case err == nil && tokenOf(is.Metadata) != r.Marks[gennaker.MarkToken]:
			return fmt.Errorf("task %s: %w", r.Name, gennaker.ErrExists)
		}
		return err
	})
}

func (s *space) runTask(ctx context.Context, r gennaker.RunJob, spec JobSpec) error {
	a, err := s.taskApp(ctx, spec)
	if err != nil {
		return err
	}
	in := resource.NewTaskCreateWithCommand(spec.Command).WithName(r.Name)
	in.Metadata = marked(r.Marks)
	for _, size := range []struct {
		text string
		set  func(int) *resource.TaskCreate
	}{{spec.Memory, in.WithMemoryInMB}, {spec.DiskQuota, in.WithDiskInMB}} {
		if size.text == "" {
			continue
		}
		mb, err := megabytes(size.text)
		if err != nil {
			return err
		}
		size.set(mb)
	}
	_, err = s.Tasks.Create(ctx, a.GUID, in)
	return kinded(err)
}

// taskApp is the app that runs a task.
func (s *space) taskApp(ctx context.Context, spec JobSpec) (*resource.App, error) {
	name := spec.ServerGroup
	if name == "" {
		groups, err := s.cloud.list(ctx, s.Region, gennaker.Scope{Cluster: spec.Cluster})
		if err != nil {
			return nil, err
		}
		if len(groups) == 0 {
			return nil, fmt.Errorf("cluster %s: %w: it has no server group", spec.Cluster, gennaker.ErrInvalid)
		}
		gennaker.SortServerGroups(groups)
		name = groups[len(groups)-1].Name
	}
	a, err := s.app(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("server group %s: %w", name, invalidIfGone(err))
	}
	return a, nil
}

// task is the newest of a name, or ErrNotFound.
func (s *space) task(ctx context.Context, name string) (*resource.Task, error) {
	o := client.NewTaskListOptions()
	o.Names, o.SpaceGUIDs = only(name), only(s.guid)
	found, err := s.Tasks.ListAll(ctx, o)
	if err != nil {
		return nil, kinded(err)
	}
	var newest *resource.Task
	for _, t := range found {
		if t.Name == name && (newest == nil || !t.CreatedAt.Before(newest.CreatedAt)) {
			newest = t
		}
	}
	if newest == nil {
		return nil, gennaker.ErrNotFound
	}
	return newest, nil
}

// The states of a task that has ended.
const (
	taskSucceeded = "SUCCEEDED"
	taskFailed    = "FAILED"
)

// GetJob returns a task with the end of its log, as far as the Log Cache still
// has it.
func (c *Cloud) GetJob(ctx context.Context, ref gennaker.JobRef) (gennaker.Job, error) {
	var j gennaker.Job
	err := c.do(ctx, "get job", ref.Name, ref.Region, func(s *space) error {
		t, err := s.task(ctx, ref.Name)
		if err != nil {
			return err
		}
		j = gennaker.Job{Location: s.Location, Name: t.Name, State: gennaker.JobRunning, Created: t.CreatedAt, Marks: marksOf(t.Metadata)}
		j.Log, err = s.log(ctx, t.Relationships.App.Data.GUID, "APP/TASK/"+t.Name)
		switch {
		case errors.Is(err, gennaker.ErrUnavailable) || errors.Is(err, gennaker.ErrThrottled) || errors.Is(err, context.Canceled):
			return err
		case err != nil:
			j.PropertiesError = err.Error()
		}
		conclude(&j, t)
		return nil
	})
	return j, err
}

var exitStatus = regexp.MustCompile(`(?i)(?:status|exit code) (\d+)`)

// conclude says how a task ended, if it has.
func conclude(j *gennaker.Job, t *resource.Task) {
	if t.Result.FailureReason != nil {
		j.Reason = *t.Result.FailureReason
	}
	switch t.State {
	case taskSucceeded:
		j.State, j.Ended, j.ExitCode = gennaker.JobSucceeded, t.UpdatedAt, new(int)
	case taskFailed:
		j.State, j.Ended = gennaker.JobFailed, t.UpdatedAt
		if said := exitStatus.FindStringSubmatch(j.Reason); said != nil {
			status, _ := strconv.Atoi(said[1])
			j.ExitCode = &status
		}
	}
	if err := properties(j); err != nil {
		j.PropertiesError = err.Error()
	}
}

// The beginnings of lines by which a job leaves properties, as Spinnaker has
// them.
const (
	lineProperty = "SPINNAKER_PROPERTY_"
	lineConfig   = "SPINNAKER_CONFIG_JSON="
)

// properties reads those that a job has written into its log: a task has no
// file that stays.
func properties(j *gennaker.Job) error {
	all := map[string]any{}
	for line := range strings.Lines(j.Log) {
		line = strings.TrimSpace(line)
		if text, ok := strings.CutPrefix(line, lineConfig); ok {
			if err := json.Unmarshal([]byte(text), &all); err != nil {
				return fmt.Errorf("%s: %w", strings.TrimSuffix(lineConfig, "="), err)
			}
		}
		if name, value, ok := strings.Cut(strings.TrimPrefix(line, lineProperty), "="); ok && strings.HasPrefix(line, lineProperty) {
			all[strings.ToLower(name)] = value
		}
	}
	if len(all) > 0 {
		j.Properties = all
	}
	return nil
}

// StopJob cancels a task.
func (c *Cloud) StopJob(ctx context.Context, ref gennaker.JobRef) error {
	return c.do(ctx, "stop job", ref.Name, ref.Region, func(s *space) error {
		t, err := s.task(ctx, ref.Name)
		if errors.Is(err, gennaker.ErrNotFound) {
			return nil
		}
		if err != nil || t.State == taskSucceeded || t.State == taskFailed || t.State == "CANCELING" {
			return err
		}
		_, err = s.Tasks.Cancel(ctx, t.GUID)
		if err = kinded(err); err != nil && strings.Contains(err.Error(), "cannot be canceled") {
			return nil // it has ended meanwhile
		}
		return err
	})
}
