package cftest

import (
	"errors"
	"time"
)

// job is a change that is not done at once.
type job struct {
	object
	operation string
	state     string
	errors    []*refusal
	due       time.Time
	do        func() error
}

func (c *Cloud) begin(operation string, do func() error) *job {
	j := &job{object: c.object(), operation: operation, state: "PROCESSING", due: c.now().Add(c.times.Job), do: do}
	c.jobs = append(c.jobs, j)
	return j
}

func (c *Cloud) settleJobs() {
	for _, j := range c.jobs {
		if j.state != "PROCESSING" || c.now().Before(j.due) {
			continue
		}
		j.state = "COMPLETE"
		var r *refusal
		if err := j.do(); errors.As(err, &r) {
			j.state, j.errors = "FAILED", []*refusal{r}
		}
	}
}

func getJob(c *Cloud, r *request) (answer, error) {
	j := withGUID(c.jobs, r.PathValue("guid"))
	if j == nil {
		return answer{}, missing("Job")
	}
	said := []*refusal{}
	said = append(said, j.errors...)
	own := j.view(r, "jobs", doc{"operation": j.operation, "state": j.state, "errors": said, "warnings": []doc{}})
	delete(own, "metadata") // jobs have none
	return ok(own)
}
