package workflows

import (
	"maps"
	"time"

	"github.com/gennaker/gennaker"
)

// executionMap is the execution as expressions see it: its stages with their
// fields and outputs, and its times as Spinnaker has them.
func (r *run) executionMap() map[string]any {
	bare := r.e
	bare.Stages = nil
	m, _ := plainJSON(bare).(map[string]any)
	list := make([]any, len(r.e.Stages))
	for i := range r.e.Stages {
		list[i] = r.stageMap(&r.e.Stages[i])
	}
	m["stages"] = list
	m["type"] = "PIPELINE"
	m["pipelineConfigId"] = r.pipeline.ID
	m["authentication"] = map[string]any{"user": r.e.Trigger.User}
	m["buildTime"], m["startTime"], m["endTime"] = millis(r.e.StartTime), millis(r.e.StartTime), millis(r.e.EndTime)
	return m
}

// stageMap is one stage as expressions see it. Its context is what the
// document says, as it was evaluated if the stage has begun, and what the
// stage has put out or left for those that ask for its context.
func (r *run) stageMap(s *gennaker.StageExecution) map[string]any {
	context := maps.Clone(nonNil(r.known[s.RefID].doc.Config))
	maps.Copy(context, r.fields[s.RefID].fields)
	maps.Copy(context, s.Context)
	maps.Copy(context, s.Outputs)
	if s.Type == "evaluateVariables" {
		context["variables"] = evaluatedVariables(context["variables"], s.Outputs)
	}
	requisites := make([]any, len(s.Requisites))
	for i, ref := range s.Requisites {
		requisites[i] = ref
	}
	return map[string]any{
		"id": s.RefID, "refId": s.RefID, "type": s.Type, "name": s.Name, "status": string(s.Status),
		"requisiteStageRefIds": requisites, "startTime": millis(s.StartTime), "endTime": millis(s.EndTime),
		"context": context, "outputs": nonNil(s.Outputs),
		"hasSucceeded": s.Status == gennaker.Succeeded, "hasFailed": s.Status == gennaker.Terminal,
	}
}

// millis is a time as Spinnaker has it, or null.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return float64(t.UnixMilli())
}

// evaluated are the fields of a stage as they were evaluated.
type evaluated struct {
	fields map[string]any
	size   int
}

// rememberFields keeps the evaluated fields of a stage for the expressions of
// others, unless they are as many as no outputs may be.
func (r *run) rememberFields(refID string, fields map[string]any) {
	r.fieldsSize -= r.fields[refID].size
	delete(r.fields, refID)
	e := evaluated{fields, (found{value: fields}).size()}
	if e.size <= maxOutputs && r.fieldsSize+e.size <= maxMemory {
		r.fields[refID] = e
		r.fieldsSize += e.size
	}
}
