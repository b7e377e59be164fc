package localcloud

import (
	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud/internal/process"
)

func (c *Cloud) loadJobs() error {
	rows, err := c.store.Jobs()
	if err != nil {
		return err
	}
	for _, row := range rows {
		c.jobs[row.Name] = newJob(row)
		if row.Created.After(c.created) {
			c.created = row.Created
		}
	}
	return nil
}

// runs reports whether a job is there that has not ended.
func (c *Cloud) runs(name string) bool {
	j, ok := c.jobs[name]
	return ok && !j.over()
}

// adoptJob gives a job its process, if that still runs. One that was started
// but not recorded is found as the eldest leader with the job's name.
func (c *Cloud) adoptJob(j *job, leader process.ID) {
	if j.over() {
		return
	}
	if j.row.Process == (process.ID{}) && leader.PID != 0 {
		j.row.Process = leader
		c.saveJob(j)
	}
	if p, runs := process.Adopt(j.row.Process); runs {
		j.process = p
		c.log.Info("job adopted", zap.String("job", j.name), zap.Int("pid", p.ID().PID))
	}
}

// restoreJobs goes on with the jobs that have not ended.
func (c *Cloud) restoreJobs() {
	for _, j := range c.jobs {
		if !j.over() {
			c.keepers.Go(func() { c.keepJob(j) })
			continue
		}
		close(j.ended)
		if err := c.clearJob(j.name); err != nil {
			c.log.Warn("cannot remove a job's directory", zap.String("job", j.name), zap.Error(err))
		}
	}
}
