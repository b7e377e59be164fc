package gennaker

import "time"

// The levels of a notification: what it is about.
const (
	LevelPipeline = "pipeline"
	LevelStage    = "stage"
)

// Notification tells one address, which a document names, what has happened
// to an execution.
type Notification struct {
	Type    string `json:"type"` // the way to send it: email, slack …
	Address string `json:"address"`
	CC      string `json:"cc,omitempty"`
	Level   string `json:"level"`
	// When is what has happened: pipeline.starting, pipeline.complete,
	// pipeline.failed, the same of stage, or manualJudgment,
	// manualJudgmentContinue and manualJudgmentStop.
	When string `json:"when"`
	// Message is the document's own text for that, evaluated.
	Message string `json:"message,omitempty"`
	// Fields are what else the document's entry has, for its type: such as
	// publisherName of pubsub.
	Fields      map[string]any `json:"fields,omitempty"`
	Execution   string         `json:"execution"` // its id
	Application string         `json:"application"`
	Pipeline    string         `json:"pipeline"` // its name
	Stage       string         `json:"stage,omitempty"`
	StageName   string         `json:"stageName,omitempty"`
	Status      Status         `json:"status"` // of the stage or the execution
	User        string         `json:"user"`   // who started it
	At          time.Time      `json:"at"`
}
