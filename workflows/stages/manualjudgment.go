package stages

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type judgmentConfig struct {
	Instructions  string            `json:"instructions,omitempty" jsonschema_description:"What the person who judges should know."`
	Inputs        []gennaker.Option `json:"judgmentInputs,omitempty" jsonschema_description:"The answers to choose from."`
	Status        string            `json:"judgmentStatus,omitempty"`
	RequiredRoles []string          `json:"requiredJudgmentRoles,omitempty" jsonschema_description:"Only people with one of these roles may judge."`
	SelectedRoles []string          `json:"selectedStageRoles,omitempty"`
}

func (c judgmentConfig) question() *gennaker.Question {
	q := &gennaker.Question{Instructions: c.Instructions, Roles: append(c.RequiredRoles, c.SelectedRoles...)}
	for _, option := range c.Inputs {
		q.Inputs = append(q.Inputs, fmt.Sprint(option.Value))
	}
	return q
}

// ManualJudgment waits until a person says continue or stop.
func ManualJudgment(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[judgmentConfig](in.Config)
	if err != nil {
		return nil, err
	}
	q := c.question()
	if len(q.Roles) > 0 {
		if q.Judges, err = ops.Judges(ctx, q.Roles); err != nil {
			return nil, err
		}
	}
	in.State.Question, in.State.Waiting = q, "a judgment"
	in.Changed()
	reminding, stop := workflow.WithCancel(ctx)
	in.Remind(reminding, "manualJudgment")
	err = workflow.Await(ctx, func() bool { return in.State.Judgment != nil })
	stop()
	in.State.Question, in.State.Waiting = nil, ""
	if err != nil {
		return nil, err
	}
	if in.Stage.SendNotifications {
		in.Notify(ctx, verdictWord[in.State.Judgment.Continue])
	}
	return answer(*in.State.Judgment)
}

// verdictWord is what notifications call an answer.
var verdictWord = map[bool]string{true: "manualJudgmentContinue", false: "manualJudgmentStop"}

// answer is what the judgment means for the stages after it.
func answer(j gennaker.Judgment) (Outputs, error) {
	outputs := Outputs{"judgmentStatus": "continue", "judgedBy": j.By}
	if j.Input != "" {
		outputs["judgmentInput"] = j.Input
	}
	if j.Continue {
		return outputs, nil
	}
	outputs["judgmentStatus"] = "stop"
	text := "stopped by " + j.By
	if j.Comment != "" {
		text += ": " + j.Comment
	}
	return outputs, &Rejection{Text: text}
}
