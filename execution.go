package gennaker

import (
	"fmt"
	"time"
)

// Start is the input of an execution: a snapshot of the document, so that an
// edit never changes what runs, and what started it.
type Start struct {
	Pipeline Pipeline `json:"pipeline"`
	Trigger  Trigger  `json:"trigger"`
	// Carried holds the stages of an earlier run under the same id, when a
	// finished execution was restarted at one of its stages.
	Carried []StageExecution `json:"carried,omitempty"`
	// Restarted is what that restart was asked for.
	Restarted *Restart `json:"restarted,omitempty"`
	// Continued is the execution so far, when a long history is continued in a
	// new one. People see one execution.
	Continued *Execution `json:"continued,omitempty"`
}

// Trigger is what started an execution. Extra holds what else a trigger
// brings; expressions see everything side by side.
type Trigger struct {
	Type       string         `json:"type"` // manual, pipeline, cron …
	User       string         `json:"user"`
	Parameters map[string]any `json:"parameters,omitempty"`
	// CorrelationID makes starting idempotent: while an execution with it has
	// not ended, no other starts.
	CorrelationID string `json:"correlationId,omitempty"`
	// DryRun asks for stages that only tell what they would do.
	DryRun bool `json:"dryRun,omitempty"`
	// DryRunOutputs are outputs, by refId, that stages of a dry run put out as
	// if they had run: those of an earlier execution.
	DryRunOutputs map[string]map[string]any `json:"dryRunOutputs,omitempty"`
	// Parent is the stage of another execution that started this one.
	Parent *Parent `json:"parent,omitempty"`
	// Artifacts are what was received and, once the execution has begun, also
	// what its expected artifacts are bound to.
	Artifacts []Artifact `json:"artifacts,omitempty"`
	// ExpectedArtifactIDs are the expected artifacts that must be among them.
	ExpectedArtifactIDs []string `json:"expectedArtifactIds,omitempty"`
	// ResolvedExpectedArtifacts are the pipeline's expected artifacts, bound.
	ResolvedExpectedArtifacts []ExpectedArtifact `json:"resolvedExpectedArtifacts,omitempty"`

	Extra map[string]any `json:"-"`
}

// Parent is a stage that started an execution.
type Parent struct {
	Execution string `json:"execution"` // its id
	Stage     string `json:"stage"`     // refId
	Depth     int    `json:"depth"`     // how many executions are above
	// Cluster is what the stage deploys by this execution, a strategy: an entry
	// of its clusters. Nil if the execution is none.
	Cluster map[string]any `json:"cluster,omitempty"`
}

type plainTrigger Trigger

func (t Trigger) MarshalJSON() ([]byte, error) { return flatten(plainTrigger(t), t.Extra) }

func (t *Trigger) UnmarshalJSON(data []byte) error {
	return unflatten(data, (*plainTrigger)(t), triggerFields, &t.Extra)
}

// Execution is one run of a pipeline, as it is now or as it ended.
type Execution struct {
	ID          string           `json:"id"` // application/pipeline/ULID: the workflow's id
	Application string           `json:"application"`
	Name        string           `json:"name"` // of the pipeline
	Status      Status           `json:"status"`
	Trigger     Trigger          `json:"trigger"`
	StartTime   time.Time        `json:"startTime,omitzero"`
	EndTime     time.Time        `json:"endTime,omitzero"`
	Stages      []StageExecution `json:"stages"`
	Error       string           `json:"error,omitempty"`  // why it failed
	Cancel      *Command         `json:"cancel,omitempty"` // who cancelled it, when and why
	Pause       *Command         `json:"pause,omitempty"`  // who paused it, while it is paused
	Queued      *Queued          `json:"queued,omitempty"` // while it waits for others to end
	Notices     []Notice         `json:"notices,omitempty"`
}

// Queued says that an execution waits in its pipeline's queue.
type Queued struct {
	Queue  string    `json:"queue"` // the queue's workflow id
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
}

// The places of a synthetic stage: one that another stage runs within itself.
const (
	StageBefore    = "STAGE_BEFORE"
	StageAfter     = "STAGE_AFTER"
	StageOnFailure = "STAGE_ON_FAILURE"
)

// StageExecution is one stage of an execution, as it is now or as it ended.
type StageExecution struct {
	RefID      string   `json:"refId"`
	Requisites []string `json:"requisiteStageRefIds,omitempty"`
	Type       string   `json:"type"`
	Name       string   `json:"name"`
	Status     Status   `json:"status"`
	// Owner is the place of a synthetic stage in the stage that it belongs to.
	Owner     string         `json:"syntheticStageOwner,omitempty"`
	Attempt   int            `json:"attempt,omitempty"` // how often it was restarted
	StartTime time.Time      `json:"startTime,omitzero"`
	EndTime   time.Time      `json:"endTime,omitzero"`
	Outputs   map[string]any `json:"outputs,omitempty"`
	// Context is what expressions see in the stage's context beside its fields
	// and outputs. Later stages do not see it among their own names.
	Context  map[string]any `json:"context,omitempty"`
	Error    string         `json:"error,omitempty"`
	Warnings []string       `json:"warnings,omitempty"`
	// Waiting says what a running stage waits for, in the user's words.
	Waiting string `json:"waiting,omitempty"`
	// Operations are the ids of the cluster workflows that run for it.
	Operations []string `json:"operations,omitempty"`
	// Executions are the ids of those that it started or follows.
	Executions []string  `json:"executions,omitempty"`
	Question   *Question `json:"question,omitempty"` // what a person is asked, while asked
	Judgment   *Judgment `json:"judgment,omitempty"` // what was answered
	Restarted  *Restart  `json:"restarted,omitempty"`
	// Skippable says that the stage waits for a time and can be told not to;
	// Skips are who did.
	Skippable bool   `json:"skippable,omitempty"`
	Skips     []Skip `json:"skips,omitempty"`
	// Synthetic are the stages that ran within it, in the order in which they
	// were planned.
	Synthetic []*StageExecution `json:"syntheticStages,omitempty"`
	// SpentMillis is what of its time was used up before a long history was
	// continued in a new one; time spent paused does not count.
	SpentMillis int64 `json:"spentMs,omitempty"`
}

// Command is a person's word to an execution.
type Command struct {
	User   string    `json:"user"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"` // set by the execution
}

// Restart asks for a stage, and all that depend on it, to run again.
type Restart struct {
	Stage string    `json:"stage"` // refId or name
	User  string    `json:"user"`
	At    time.Time `json:"at,omitzero"`
	// Attach is an execution that the stage, which runs a pipeline, is to
	// follow instead of starting one: a child whose own stage was restarted.
	Attach string `json:"attach,omitempty"`
	// Token tells this restart from others, for who has to ask twice.
	Token string `json:"token,omitempty"`
}

// Skip asks a stage to wait no longer: for its time to pass, or for its
// execution window to open.
type Skip struct {
	Stage  string    `json:"stage"` // refId or name
	User   string    `json:"user"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"` // set by the execution
}

// Check says why the stage cannot be told to wait no longer, and otherwise
// which stage it is.
func (k Skip) Check(e *Execution) (*StageExecution, error) {
	s := e.Stage(k.Stage)
	if s == nil {
		return nil, fmt.Errorf("stage %s: %w: the stages are %s", k.Stage, ErrNotFound, e.stageNames())
	}
	if !s.Skippable {
		return nil, fmt.Errorf("stage %s: %w: it is %s and waits for no time that could be skipped", k.Stage, ErrInvalid, s.Status)
	}
	return s, nil
}

// Evaluate asks what an expression is worth to a stage of an execution, as it
// is now. Without a stage it is as to one after all others.
type Evaluate struct {
	Stage      string `json:"stage,omitempty"` // refId or name
	Expression string `json:"expression"`      // with or without ${ }
}

// Notice is something that was sent to an execution and changed nothing.
type Notice struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Stage finds a stage by refId, or else by name, also among the synthetic
// ones. It is nil if there is none.
func (e *Execution) Stage(refOrName string) *StageExecution {
	if s := e.find(func(s *StageExecution) bool { return s.RefID == refOrName }); s != nil {
		return s
	}
	return e.find(func(s *StageExecution) bool { return s.Name == refOrName })
}

// find returns the first stage that fits: those of the document come before
// the synthetic ones.
func (e *Execution) find(fits func(*StageExecution) bool) *StageExecution {
	for i := range e.Stages {
		if fits(&e.Stages[i]) {
			return &e.Stages[i]
		}
	}
	for i := range e.Stages {
		if s := e.Stages[i].find(fits); s != nil {
			return s
		}
	}
	return nil
}

func (s *StageExecution) find(fits func(*StageExecution) bool) *StageExecution {
	for _, inner := range s.Synthetic {
		if fits(inner) {
			return inner
		}
		if found := inner.find(fits); found != nil {
			return found
		}
	}
	return nil
}

// again marks what runs again when a stage is restarted: the stage, those that
// were cancelled when it failed, and everything that depends on one of them.
func (e *Execution) again(refID string) map[string]bool {
	below := map[string]bool{refID: true}
	for _, s := range e.Stages {
		if s.Status == Canceled {
			below[s.RefID] = true
		}
	}
	for grown := true; grown; {
		grown = false
		for _, s := range e.Stages {
			for _, r := range s.Requisites {
				if below[r] && !below[s.RefID] {
					below[s.RefID], grown = true, true
				}
			}
		}
	}
	return below
}

// Rewind clears a stage and everything downstream of it, so that they run
// again, and so do stages that were cancelled; the rest keeps its results. It refuses, changing nothing, a stage
// that is not there or has not ended, and one with a running stage below it.
func (e *Execution) Rewind(r Restart) (*StageExecution, error) {
	s := e.Stage(r.Stage)
	if s == nil {
		return nil, fmt.Errorf("stage %s: %w: the stages are %s", r.Stage, ErrNotFound, e.stageNames())
	}
	if s.Owner != "" {
		return nil, fmt.Errorf("stage %s: %w: it runs within another stage: restart that", r.Stage, ErrInvalid)
	}
	if !s.Status.Complete() {
		return nil, fmt.Errorf("stage %s: %w: it is %s; only a stage that has ended can be restarted", r.Stage, ErrInvalid, s.Status)
	}
	below := e.again(s.RefID)
	for _, other := range e.Stages {
		if below[other.RefID] && (other.Status == Running || other.Status == Paused) {
			return nil, fmt.Errorf("stage %s: %w: stage %s depends on it and is %s", r.Stage, ErrInvalid, other.RefID, other.Status)
		}
	}
	for i, other := range e.Stages {
		if below[other.RefID] {
			e.Stages[i] = StageExecution{RefID: other.RefID, Requisites: other.Requisites, Type: other.Type,
				Name: other.Name, Status: NotStarted, Attempt: other.Attempt + 1}
		}
	}
	s.Restarted = &r
	return s, nil
}

func (e *Execution) stageNames() string {
	names := ""
	for i, s := range e.Stages {
		if i > 0 {
			names += ", "
		}
		names += s.RefID + " (" + s.Name + ")"
	}
	return names
}
