package client

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

// JobSpec is what a job runs. In a document these fields stand in the stage.
type JobSpec struct {
	// Command is a line for sh or, with Arguments, a program.
	Command     string            `json:"command"`
	Arguments   []string          `json:"arguments,omitempty"`
	Environment map[string]string `json:"environment,omitempty"`
	// WorkingDirectory is by default an empty directory of the job's own,
	// which goes away when the job has ended.
	WorkingDirectory string `json:"workingDirectory,omitempty"`
	// PropertyFile is where in its own directory the job leaves properties,
	// as JSON, YAML or Java's properties, as the name's ending says. The whole
	// path is in EnvProperties.
	PropertyFile    string `json:"propertyFile,omitempty"`
	StopGraceMillis int64  `json:"stopGraceMillis,omitempty"` // between SIGTERM and SIGKILL; 0 is 10 seconds
}

// StopGrace is the time between SIGTERM and SIGKILL.
func (s JobSpec) StopGrace() time.Duration { return millis(cmp.Or(s.StopGraceMillis, 10_000)) }

// Check says everything that is wrong with the spec at once, as ErrInvalid.
func (s JobSpec) Check() error {
	var c complaints
	c.add(s.Command == "", "command is required")
	c.add(strings.ContainsRune(s.Command+strings.Join(s.Arguments, ""), 0), "command and arguments cannot hold a NUL")
	c.add(s.PropertyFile != "" && (!filepath.IsLocal(s.PropertyFile) || filepath.Clean(s.PropertyFile) == "."),
		"propertyFile %q must be in the job's own directory, whose path the variable %s begins with", s.PropertyFile, EnvProperties)
	c.environment(s.Environment)
	c.add(s.StopGraceMillis < 0, "stopGraceMillis %d cannot be negative", s.StopGraceMillis)
	return c.err()
}

// RunJob asks for a job.
type RunJob struct {
	Marks map[string]string `json:"marks,omitempty"`
	Spec  JobSpec           `json:"spec"`
}

// Job is a process that runs once, as its cloud reports it.
type Job struct {
	gennaker.Job
	Spec JobSpec `json:"spec"`
	PID  int     `json:"pid,omitempty"` // of the process that leads it, while it runs
}

// Jobs lists the jobs that run, and those that ended and are still kept,
// oldest first, without what they wrote.
func (c *Client) Jobs(ctx context.Context) ([]Job, error) {
	var list []Job
	err := c.call(ctx, http.MethodGet, "/v1/jobs", nil, &list)
	return list, err
}

// Job reads one job.
func (c *Client) Job(ctx context.Context, name string) (Job, error) {
	var j Job
	err := c.call(ctx, http.MethodGet, job(name), nil, &j)
	return j, err
}

// RunJob starts a job. It may be repeated with the same token mark; otherwise
// a name that is taken is ErrExists.
func (c *Client) RunJob(ctx context.Context, name string, r RunJob) error {
	return c.call(ctx, http.MethodPut, job(name), r, nil)
}

// StopJob has a job end, with all that it has started. It returns before that
// is so. One that has ended stays as it is; ErrNotFound if there is none.
func (c *Client) StopJob(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPost, job(name)+"/stop", nil, nil)
}

// JobLog reads the last lines that a job wrote.
func (c *Client) JobLog(ctx context.Context, name string, lines int) (string, error) {
	var text string
	err := c.call(ctx, http.MethodGet, fmt.Sprintf("%s/log?tail=%s", job(name), strconv.Itoa(lines)), nil, &text)
	return text, err
}

func job(name string) string { return "/v1/jobs/" + url.PathEscape(name) }
