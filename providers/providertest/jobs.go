package providertest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// JobSpecs are the cloud's part of the jobs that the suite runs.
type JobSpecs struct {
	Succeeds map[string]any // writes "begin" and "done", and leaves the properties version "7" and hosts ["a"]
	Fails    map[string]any // writes "no such table" and exits with status 3
	Runs     map[string]any // until it is stopped
	Wrong    map[string]any // cannot be
}

// jobCases are the contract of providers.Jobs.
var jobCases = []testCase{
	{"a job tells its end, what it wrote and what it left", withJobs(jobSucceeds)},
	{"a job that fails says with which status", withJobs(jobFails)},
	{"running a job again with the same token runs nothing", withJobs(jobRunsOnce)},
	{"a job's name taken by another is refused", withJobs(jobNameTaken)},
	{"a job that is stopped has failed, and stopping it again is no error", withJobs(jobStops)},
	{"a job that is not there is not found, and stopping it is no error", withJobs(jobNotFound)},
	{"a job that cannot be is invalid", withJobs(jobInvalid)},
}

// jobSuite is one test's view of the cloud's jobs.
type jobSuite struct {
	*suite
	jobs providers.Jobs
}

// withJobs puts a test to the cloud's jobs.
func withJobs(test func(*jobSuite)) func(*suite) {
	return func(s *suite) {
		if s.Jobs == nil {
			s.Fatalf("%s has Jobs, and the harness has no specs of jobs", s.provider.Name())
		}
		test(&jobSuite{suite: s, jobs: as[providers.Jobs](s)})
	}
}

func (s *jobSuite) ask(spec map[string]any, token string) gennaker.RunJob {
	return gennaker.RunJob{Location: s.location(), Name: "conform-job", Spec: spec,
		Marks: map[string]string{gennaker.MarkExecution: "conform/it/1", gennaker.MarkStage: "1", gennaker.MarkToken: token}}
}

func (s *jobSuite) run(r gennaker.RunJob) gennaker.Job {
	s.Helper()
	if err := s.jobs.RunJob(s.ctx, r); err != nil {
		s.Fatalf("RunJob(%s) = %v", r.Name, err)
	}
	return s.job(r.Ref())
}

func (s *jobSuite) job(ref gennaker.JobRef) gennaker.Job {
	s.Helper()
	j, err := s.jobs.GetJob(s.ctx, ref)
	if err != nil {
		s.Fatalf("GetJob(%s) = %v", ref.Name, err)
	}
	return j
}

// over reads the job until it has ended.
func (s *jobSuite) over(ref gennaker.JobRef) gennaker.Job {
	s.Helper()
	var j gennaker.Job
	s.until(func() bool { j = s.job(ref); return j.State != gennaker.JobRunning }, func() { s.Fatalf("%s never ended: %+v", ref.Name, j) })
	return j
}

func jobSucceeds(s *jobSuite) {
	r := s.ask(s.Jobs.Succeeds, "a")
	s.run(r)
	j := s.over(r.Ref())
	if j.Name != r.Name || j.State != gennaker.JobSucceeded || j.ExitCode == nil || *j.ExitCode != 0 || j.Created.IsZero() || j.Ended.Before(j.Created) {
		s.Errorf("GetJob = %+v, want it succeeded with status 0 and dated", j)
	}
	if got, want := fmt.Sprint(j.Properties), "map[hosts:[a] version:7]"; got != want {
		s.Errorf("properties = %s, want %s", got, want)
	}
	if !strings.Contains(j.Log, "begin\ndone\n") {
		s.Errorf("log = %q", j.Log)
	}
	for mark, value := range r.Marks {
		if j.Marks[mark] != value {
			s.Errorf("mark %s = %q, want %q", mark, j.Marks[mark], value)
		}
	}
}

func jobFails(s *jobSuite) {
	r := s.ask(s.Jobs.Fails, "a")
	s.run(r)
	j := s.over(r.Ref())
	if j.State != gennaker.JobFailed || j.ExitCode == nil || *j.ExitCode != 3 || j.Reason == "" || !strings.Contains(j.Log, "no such table") {
		s.Errorf("GetJob = %+v, want it failed with status 3 and a reason", j)
	}
}

func jobRunsOnce(s *jobSuite) {
	r := s.ask(s.Jobs.Succeeds, "a")
	first := s.run(r)
	s.over(r.Ref())
	again := s.run(r)
	if !again.Created.Equal(first.Created) || again.State != gennaker.JobSucceeded || strings.Count(again.Log, "done") != 1 {
		s.Errorf("run again it is %+v, and was %+v: it ran twice", again, first)
	}
}

func jobNameTaken(s *jobSuite) {
	s.run(s.ask(s.Jobs.Succeeds, "a"))
	if err := s.jobs.RunJob(s.ctx, s.ask(s.Jobs.Succeeds, "b")); !errors.Is(err, gennaker.ErrExists) {
		s.Errorf("RunJob of a taken name = %v, want ErrExists", err)
	}
}

func jobStops(s *jobSuite) {
	r := s.ask(s.Jobs.Runs, "a")
	if j := s.run(r); j.State != gennaker.JobRunning {
		s.Fatalf("GetJob = %+v, want it running", j)
	}
	for range 2 {
		if err := s.jobs.StopJob(s.ctx, r.Ref()); err != nil {
			s.Fatalf("StopJob = %v", err)
		}
	}
	stopped := s.over(r.Ref())
	if stopped.State != gennaker.JobFailed || stopped.Reason == "" {
		s.Errorf("GetJob = %+v, want it failed with a reason", stopped)
	}
	if err := s.jobs.StopJob(s.ctx, r.Ref()); err != nil {
		s.Errorf("StopJob of what has ended = %v", err)
	}
}

func jobNotFound(s *jobSuite) {
	ref := s.ask(nil, "a").Ref()
	if _, err := s.jobs.GetJob(s.ctx, ref); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("GetJob of what is not there = %v, want ErrNotFound", err)
	}
	if err := s.jobs.StopJob(s.ctx, ref); err != nil {
		s.Errorf("StopJob of what is not there = %v, want none", err)
	}
}

func jobInvalid(s *jobSuite) {
	if err := s.jobs.RunJob(s.ctx, s.ask(s.Jobs.Wrong, "a")); !errors.Is(err, gennaker.ErrInvalid) {
		s.Errorf("RunJob = %v, want ErrInvalid", err)
	}
}
