package activities

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
)

// maxPassedOn bounds the outputs that one execution is told of another, in
// bytes. With what the stage itself adds they fit into a stage's outputs.
const maxPassedOn = 56 << 10

// passedOn is an ended execution without what nobody else needs of it. Where
// its outputs are too many the biggest are left out, which a notice says.
func passedOn(e gennaker.Execution) gennaker.Execution {
	passed := gennaker.Execution{ID: e.ID, Application: e.Application, Name: e.Name, Status: e.Status,
		StartTime: e.StartTime, EndTime: e.EndTime, Error: e.Error, Cancel: e.Cancel}
	for _, s := range e.Stages {
		passed.Stages = append(passed.Stages, gennaker.StageExecution{RefID: s.RefID, Requisites: s.Requisites, Type: s.Type,
			Name: s.Name, Status: s.Status, StartTime: s.StartTime, EndTime: s.EndTime, Outputs: s.Outputs, Error: s.Error})
	}
	if left := leaveOut(passed.Stages); len(left) > 0 {
		text := fmt.Sprintf("execution %s: the outputs of stage %s are too big to be passed on", e.ID, strings.Join(left, ", "))
		passed.Notices = []gennaker.Notice{{At: e.EndTime, Text: text}}
	}
	return passed
}

// leaveOut drops the biggest outputs until the rest is small enough, and
// returns the refIds of their stages.
func leaveOut(stages []gennaker.StageExecution) []string {
	sizes, all := make([]int, len(stages)), 0
	for i, s := range stages {
		if data, err := json.Marshal(s.Outputs); err == nil && len(s.Outputs) > 0 {
			sizes[i] = len(data)
			all += len(data)
		}
	}
	var left []string
	for all > maxPassedOn {
		biggest := 0
		for i := range sizes {
			if sizes[i] > sizes[biggest] {
				biggest = i
			}
		}
		all -= sizes[biggest]
		sizes[biggest], stages[biggest].Outputs = 0, nil
		left = append(left, stages[biggest].RefID)
	}
	return left
}
