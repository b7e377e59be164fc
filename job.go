package gennaker

import (
	"fmt"
	"time"
)

// JobRef names a job.
type JobRef struct {
	Location
	Name string `json:"job"`
}

func (r JobRef) String() string { return r.Name + " in " + r.Account }

// JobState is how far a job is. The words are Spinnaker's.
type JobState string

const (
	JobRunning   JobState = "Running" // or about to
	JobSucceeded JobState = "Succeeded"
	JobFailed    JobState = "Failed" // or stopped, or lost
)

// Job is a process that runs once, as its cloud reports it.
type Job struct {
	Location
	Name     string   `json:"name"`
	State    JobState `json:"jobState"`
	ExitCode *int     `json:"exitCode,omitempty"` // nil while it runs, and if nobody knows
	// Reason is why it failed, in the cloud's words.
	Reason  string    `json:"reason,omitempty"`
	Created time.Time `json:"createdTime,omitzero"`
	Ended   time.Time `json:"completedTime,omitzero"`
	// Properties are what it left in its property file, and PropertiesError
	// why that could not be read.
	Properties      map[string]any    `json:"properties,omitempty"`
	PropertiesError string            `json:"propertiesError,omitempty"`
	Log             string            `json:"log,omitempty"` // the end of what it wrote
	Marks           map[string]string `json:"marks,omitempty"`
}

// Ref names the job.
func (j Job) Ref() JobRef { return JobRef{Location: j.Location, Name: j.Name} }

// Condition is how the job is, in a few words.
func (j Job) Condition() string {
	switch {
	case j.State == JobRunning:
		return "running"
	case j.Reason != "":
		return j.Reason
	case j.ExitCode != nil:
		return fmt.Sprintf("exited with status %d", *j.ExitCode)
	}
	return string(j.State)
}

// JobProgress is what a stage that waits for a job heartbeats, for people who
// watch.
type JobProgress struct {
	Job   string   `json:"job"`
	State JobState `json:"jobState,omitempty"`
	Text  string   `json:"text,omitempty"` // the last line that it wrote, or why the cloud does not answer
}

// RunJob asks for a job. Marks must be put on it in the same call that starts
// it. Spec is what only the provider understands: the fields of the stage.
type RunJob struct {
	Location
	Name  string            `json:"name"`
	Marks map[string]string `json:"marks"`
	Spec  map[string]any    `json:"spec,omitempty"`
}

// Ref names the job to be.
func (r RunJob) Ref() JobRef { return JobRef{Location: r.Location, Name: r.Name} }
