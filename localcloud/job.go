package localcloud

import (
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

// job is one process that runs once. One goroutine, keepJob, decides what
// becomes of it.
type job struct {
	name  string
	spec  client.JobSpec
	stop  chan struct{} // closed to have it end; see tellToEnd
	ended chan struct{} // closed when keepJob is done with it

	// What follows is guarded by Cloud.mu.
	row     store.Job
	process *process.Process // nil while none runs
}

func newJob(row store.Job) *job {
	j := &job{name: row.Name, spec: row.Spec, row: row, stop: make(chan struct{}), ended: make(chan struct{})}
	if row.Stopping != "" {
		close(j.stop)
	}
	return j
}

// over reports whether the job has ended. Call with mu held.
func (j *job) over() bool { return j.row.State != gennaker.JobRunning }

// view is the job as the API shows it. Call with mu held.
func (j *job) view() client.Job {
	v := j.row.Job
	if j.process != nil {
		v.PID = j.process.ID().PID
	}
	return v
}

// tellToEnd has a job end, for a reason that it is then said to have failed
// for. Call with mu held.
func (c *Cloud) tellToEnd(j *job, reason string) error {
	if j.over() || j.row.Stopping != "" {
		return nil
	}
	j.row.Stopping = reason
	if err := c.store.PutJob(j.row); err != nil {
		j.row.Stopping = ""
		return err
	}
	close(j.stop)
	return nil
}

// keepJob has the job run to its end, unless the cloud is closed before: then
// the process goes on, and so does the next daemon.
func (c *Cloud) keepJob(j *job) {
	defer close(j.ended)
	p, err := c.jobProcess(j)
	if err == nil && p != nil && !c.watchJob(j, p) {
		return
	}
	if c.sweep(client.EnvJob, j.name) != nil {
		return // the cloud is closed
	}
	c.finishJob(j, c.outcome(j, err))
}

// jobProcess is the process that was adopted, or a new one; nil if the job has
// had one that is gone, or is not to have any.
func (c *Cloud) jobProcess(j *job) (*process.Process, error) {
	if j.process != nil {
		return j.process, nil
	}
	if c.began(j) || j.told() {
		return nil, nil
	}
	program, err := c.jobProgram(j)
	if err != nil {
		return nil, err
	}
	p, err := process.Start(program)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	j.process, j.row.Process = p, p.ID()
	c.saveJob(j)
	c.log.Info("job started", zap.String("job", j.name), zap.Int("pid", p.ID().PID))
	return p, nil
}

// told reports whether the job is to end.
func (j *job) told() bool {
	select {
	case <-j.stop:
		return true
	default:
		return false
	}
}

// logCheck is how often the size of a running job's log is looked at.
const logCheck = time.Second

// watchJob waits for the end of the job's process, and brings it about when
// the job is told to end. It reports false if the cloud is closed before.
func (c *Cloud) watchJob(j *job, p *process.Process) bool {
	look := time.NewTicker(logCheck)
	defer look.Stop()
	for {
		select {
		case <-p.Done():
			return true
		case <-j.stop:
			return p.Stop(c.ctx, j.spec.StopGrace()) == nil
		case <-c.ctx.Done():
			return false
		case <-look.C:
			if err := boundLog(c.jobFile(j.name, jobLog)); err != nil {
				c.log.Warn("cannot bound a job's log", zap.String("job", j.name), zap.Error(err))
			}
		}
	}
}

// finishJob records how a job has ended, and then lets go of its directory.
func (c *Cloud) finishJob(j *job, end gennaker.Job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	row := &j.row
	row.State, row.ExitCode, row.Reason = end.State, end.ExitCode, end.Reason
	row.Properties, row.PropertiesError = end.Properties, end.PropertiesError
	row.Ended, row.Process, j.process = time.Now().UTC(), process.ID{}, nil
	if row.Stopping != "" {
		row.State, row.Reason = gennaker.JobFailed, row.Stopping
	}
	c.saveJob(j)
	c.log.Info("job ended", zap.String("job", j.name), zap.String("condition", row.Condition()))
	if err := c.clearJob(j.name); err != nil {
		c.log.Warn("cannot remove a job's directory", zap.String("job", j.name), zap.Error(err))
	}
}

// saveJob keeps the job's row. If that cannot be done, the next daemon finds
// out anew what has become of the job. Call with mu held.
func (c *Cloud) saveJob(j *job) {
	if err := c.store.PutJob(j.row); err != nil {
		c.log.Error("cannot record a job", zap.String("job", j.name), zap.Error(err))
	}
}
