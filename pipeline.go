package gennaker

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// Pipeline is a pipeline document: Spinnaker's fields under Spinnaker's
// names. Fields that Gennaker does not know are kept in Extra; those tagged
// support:"later" are kept, nothing acts on them yet, and validation says so.
type Pipeline struct {
	ID                      string           `json:"id,omitempty" jsonschema_description:"Identifies the pipeline across executions."`
	Name                    string           `json:"name" jsonschema:"required" jsonschema_description:"Unique in the application."`
	Application             string           `json:"application" jsonschema:"required" jsonschema_description:"The application that owns the pipeline."`
	Description             string           `json:"description,omitempty"`
	Index                   int              `json:"index,omitempty"`
	Type                    string           `json:"type,omitempty"`
	Schema                  string           `json:"schema,omitempty"`
	Stages                  []Stage          `json:"stages" jsonschema:"required" jsonschema_description:"What to do, as a graph. Stages without refId run one after another."`
	Parameters              []Parameter      `json:"parameterConfig,omitempty"`
	Triggers                []map[string]any `json:"triggers,omitempty" support:"later"`
	ExpectedArtifacts       []map[string]any `json:"expectedArtifacts,omitempty" jsonschema_description:"Artifacts that the pipeline needs: id, matchArtifact, usePriorArtifact, useDefaultArtifact, defaultArtifact. Bound when it starts, to what started it."`
	Notifications           []map[string]any `json:"notifications,omitempty"`
	LimitConcurrent         bool             `json:"limitConcurrent,omitempty" jsonschema_description:"One execution runs at a time; the others wait."`
	MaxConcurrentExecutions int              `json:"maxConcurrentExecutions,omitempty" jsonschema:"minimum=0" jsonschema_description:"How many executions may run at a time; 0 is any number."`
	KeepWaitingPipelines    bool             `json:"keepWaitingPipelines,omitempty" jsonschema_description:"Of executions that wait, the oldest is next and the others keep waiting. Default: the newest is next, and the others are cancelled."`
	Disabled                bool             `json:"disabled,omitempty" jsonschema_description:"A disabled pipeline cannot be started."`
	SpelEvaluator           string           `json:"spelEvaluator,omitempty"`
	Locked                  map[string]any   `json:"locked,omitempty"`
	ManualStartAlert        map[string]any   `json:"manualStartAlert,omitempty"`
	RespectQuietPeriod      bool             `json:"respectQuietPeriod,omitempty" support:"later"`
	Roles                   []string         `json:"roles,omitempty"`
	ServiceAccount          string           `json:"serviceAccount,omitempty"`
	Strategy                bool             `json:"strategy,omitempty" jsonschema_description:"It is a deployment strategy: a deploy stage whose strategy is custom runs it, and its own deploy stage without clusters deploys what that one says."`
	Source                  map[string]any   `json:"source,omitempty"`
	Template                map[string]any   `json:"template,omitempty" support:"later"`
	Variables               map[string]any   `json:"variables,omitempty"`
	Exclude                 []string         `json:"exclude,omitempty"`
	Inherit                 []string         `json:"inherit,omitempty"`
	TemplateVariables       map[string]any   `json:"templateVariables,omitempty"`
	Tags                    []Tag            `json:"tags,omitempty"`
	EntityTags              map[string]any   `json:"entityTags,omitempty"`
	StageCounter            int              `json:"stageCounter,omitempty"`
	ExecutionEngine         string           `json:"executionEngine,omitempty"`
	LastModifiedBy          string           `json:"lastModifiedBy,omitempty"`
	UpdateTs                any              `json:"updateTs,omitempty"`
	LastModified            any              `json:"lastModified,omitempty"`
	CreateTs                any              `json:"createTs,omitempty"`
	Constraints             map[string]any   `json:"constraints,omitempty"`
	PayloadConstraints      map[string]any   `json:"payloadConstraints,omitempty"`
	Origin                  string           `json:"origin,omitempty"`
	StartTimeExpiry         any              `json:"startTimeExpiry,omitempty" jsonschema_description:"Epoch milliseconds after which it does not start any more: a stage is skipped, an execution cancelled."`
	InitialConfig           map[string]any   `json:"initialConfig,omitempty" support:"later"`
	Plan                    bool             `json:"plan,omitempty" support:"later"`
	// TimeZone is that of the stages' execution windows.
	TimeZone string `json:"timeZone,omitempty" jsonschema_description:"IANA name, such as Europe/Berlin, of the time zone in which the stages' execution windows are read. Default: UTC."`
	// Compatibility is "spinnaker" for Spinnaker's exact reading where ours is
	// safer; see docs/spinnaker-differences.md.
	Compatibility string `json:"compatibility,omitempty" jsonschema:"enum=spinnaker" jsonschema_description:"spinnaker: read the document exactly as Spinnaker does, where Gennaker's own reading is safer."`

	Extra map[string]any `json:"-"`
}

// Tag labels a pipeline.
type Tag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Parameter is a value that the person or the trigger who starts an
// execution gives.
type Parameter struct {
	Name        string         `json:"name" jsonschema:"required" jsonschema_description:"Read as ${parameters.NAME}."`
	Label       string         `json:"label,omitempty"`
	Description string         `json:"description,omitempty"`
	Default     any            `json:"default,omitempty" jsonschema_description:"Used when the start does not give the parameter at all; an empty value given wins."`
	Required    bool           `json:"required,omitempty"`
	HasOptions  bool           `json:"hasOptions,omitempty"`
	Options     []Option       `json:"options,omitempty" jsonschema_description:"With hasOptions, the values allowed."`
	Pinned      bool           `json:"pinned,omitempty"`
	Constraint  string         `json:"constraint,omitempty"`
	Condition   map[string]any `json:"condition,omitempty"`
	Inherited   any            `json:"inherited,omitempty"`

	Extra map[string]any `json:"-"`
}

// Option is one value allowed.
type Option struct {
	Value any `json:"value"`
}

// Stage is one step of a pipeline. What only its type understands is in
// Config; in the document the two stand side by side.
type Stage struct {
	RefID               string           `json:"refId" jsonschema_description:"Unique in the pipeline."`
	Requisites          []string         `json:"requisiteStageRefIds,omitempty" jsonschema_description:"refIds of the stages that must have passed before."`
	Type                string           `json:"type" jsonschema:"required"`
	Name                string           `json:"name,omitempty" jsonschema_description:"For people, and for #stage('name'). Default: the type."`
	Alias               string           `json:"alias,omitempty"`
	Comments            string           `json:"comments,omitempty"`
	StageEnabled        *StageEnabled    `json:"stageEnabled,omitempty" jsonschema_description:"Run the stage only if the expression is true."`
	FailPipeline        *bool            `json:"failPipeline,omitempty" jsonschema_description:"Default true: a failure fails the pipeline. False: it ends this branch."`
	ContinuePipeline    bool             `json:"continuePipeline,omitempty" jsonschema_description:"Go on as if the stage had not failed."`
	CompleteOthers      bool             `json:"completeOtherBranchesThenFail,omitempty" jsonschema_description:"End this branch, and fail the pipeline once the others are done."`
	FailOnFailedExprs   bool             `json:"failOnFailedExpressions,omitempty"`
	TimeoutMillis       int64            `json:"stageTimeoutMs,omitempty" jsonschema:"minimum=0" jsonschema_description:"Milliseconds the stage may take; time spent paused does not count."`
	BackoffMillis       int64            `json:"backoffPeriodMs,omitempty" jsonschema:"minimum=0" support:"later"`
	SucceedOnTimeout    bool             `json:"markSuccessfulOnTimeout,omitempty" jsonschema_description:"A time-out counts as success."`
	RestrictWindow      bool             `json:"restrictExecutionDuringTimeWindow,omitempty"`
	Window              map[string]any   `json:"restrictedExecutionWindow,omitempty"`
	SkipWindowText      string           `json:"skipWindowText,omitempty"`
	SendNotifications   bool             `json:"sendNotifications,omitempty" jsonschema_description:"Tell of the stage's start and end, and of the answer to a judgment."`
	Notifications       []map[string]any `json:"notifications,omitempty" jsonschema_description:"Whom to tell, and when: type, address, when, message, notifyEveryMs. Written to the worker's log so far."`
	StartTimeExpiry     any              `json:"startTimeExpiry,omitempty" jsonschema_description:"Epoch milliseconds after which it does not start any more: a stage is skipped, an execution cancelled."`
	ExpectedArtifacts   []map[string]any `json:"expectedArtifacts,omitempty" jsonschema_description:"Artifacts that the stage must put out, or find in those before it: id, matchArtifact, useDefaultArtifact, defaultArtifact. For types that make artifacts."`
	IsNew               bool             `json:"isNew,omitempty"`
	Group               string           `json:"group,omitempty"`
	Color               string           `json:"color,omitempty"`
	Inherited           any              `json:"inherited,omitempty"`
	Skippable           bool             `json:"skippable,omitempty" jsonschema_description:"Of a pipeline stage: people may skip it while the other execution runs, which then goes on by itself."`
	CanManuallySkip     bool             `json:"canManuallySkip,omitempty"`
	PropagateAuth       bool             `json:"propagateAuthenticationContext,omitempty" jsonschema_description:"Of a judgment: the stages below act for whoever said continue."`
	HealthProviderNames []string         `json:"interestingHealthProviderNames,omitzero" jsonschema_description:"Of a stage about server groups: whose judgment of their instances counts, such as Amazon, LoadBalancer or TargetGroup; an empty list takes every instance for healthy. Default: all of them."` // empty is not absent

	Config map[string]any `json:"-"`
}

// StageEnabled is the condition of a stage.
type StageEnabled struct {
	Type       string `json:"type,omitempty" jsonschema:"enum=expression"`
	Expression string `json:"expression"`
}

// Title is what people call the stage.
func (s Stage) Title() string {
	if s.Name != "" {
		return s.Name
	}
	return s.Type
}

// FailureStatus is what a failure of the stage counts as: FAILED_CONTINUE,
// STOPPED or, when it fails the pipeline, the given status (Spinnaker's
// failureStatus).
func (s Stage) FailureStatus(pipelineFails Status) Status {
	switch {
	case s.ContinuePipeline:
		return FailedContinue
	case s.FailPipeline == nil || *s.FailPipeline:
		return pipelineFails
	}
	return Stopped
}

// The plain types have the fields of the documented ones and none of their
// methods, so that encoding them does not recurse.
type (
	plainPipeline  Pipeline
	plainStage     Stage
	plainParameter Parameter
)

func (p Pipeline) MarshalJSON() ([]byte, error)  { return flatten(plainPipeline(p), p.Extra) }
func (s Stage) MarshalJSON() ([]byte, error)     { return flatten(plainStage(s), s.Config) }
func (p Parameter) MarshalJSON() ([]byte, error) { return flatten(plainParameter(p), p.Extra) }

func (p *Pipeline) UnmarshalJSON(data []byte) error {
	return unflatten(data, (*plainPipeline)(p), pipelineFields, &p.Extra)
}

func (s *Stage) UnmarshalJSON(data []byte) error {
	return unflatten(data, (*plainStage)(s), stageFields, &s.Config)
}

func (p *Parameter) UnmarshalJSON(data []byte) error {
	return unflatten(data, (*plainParameter)(p), parameterFields, &p.Extra)
}

// The fields are listed once: a pipeline has many stages.
var (
	pipelineFields  = jsonFields(Pipeline{})
	stageFields     = jsonFields(Stage{})
	parameterFields = jsonFields(Parameter{})
	triggerFields   = jsonFields(Trigger{})
)

// flatten encodes the known fields and the rest as one object. A known field
// wins over one of the same name in the rest.
func flatten(known any, rest map[string]any) ([]byte, error) {
	data, err := json.Marshal(known)
	if err != nil || len(rest) == 0 {
		return data, err
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	all := maps.Clone(rest)
	maps.Copy(all, fields)
	return json.Marshal(all)
}

// unflatten decodes one object into the known fields and the rest. Names are
// matched exactly, and an expression where something other than text is wanted
// stays in the rest until it is evaluated.
func unflatten(data []byte, known any, fields []jsonField, rest *map[string]any) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	mine := map[string]json.RawMessage{}
	for _, f := range fields {
		raw, ok := all[f.name]
		if ok && (f.text || !isExpression(raw)) {
			mine[f.name] = raw
			delete(all, f.name)
		}
	}
	if err := remarshal(mine, known); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if len(all) == 0 {
		return nil
	}
	return remarshal(all, rest)
}

func remarshal(fields map[string]json.RawMessage, into any) error {
	data, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

func isExpression(raw json.RawMessage) bool {
	var text string
	return raw[0] == '"' && json.Unmarshal(raw, &text) == nil && strings.Contains(text, "${")
}
