package starter

import (
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
)

// details are the lines below a stage: what it waits for or asks, how far its
// instances are, and what went wrong.
func details(v view, s gennaker.StageExecution) []span {
	var lines []span
	if s.Status == gennaker.Running && s.Waiting != "" && s.Question == nil {
		lines = append(lines, span{"waits for " + s.Waiting, dim})
	}
	if text := v.Jobs[awaitedJob(s)]; text != "" {
		lines = append(lines, span{"it says: " + text, cyan})
	}
	for _, p := range v.Rollouts {
		if s.Status == gennaker.Running && strings.Contains(s.Waiting, p.Object) {
			lines = append(lines, span{p.String(), cyan})
		}
	}
	for _, id := range s.Operations {
		for _, p := range v.Progress[id] {
			lines = append(lines, span{located(id) + instances(p), cyan})
		}
		if text := v.WaysBack[id]; text != "" {
			lines = append(lines, span{located(id) + text, dim})
		}
	}
	if q := s.Question; q != nil && s.Judgment == nil {
		lines = append(lines, span{asks(*q), yellow})
	}
	if j := s.Judgment; j != nil {
		lines = append(lines, span{answered(*j), dim})
	}
	for _, inner := range s.Synthetic {
		lines = append(lines, within(v, *inner)...)
	}
	for _, w := range s.Warnings {
		lines = append(lines, span{"warning: " + w, yellow})
	}
	if s.Error != "" {
		lines = append(lines, span{s.Error, red})
	}
	return lines
}

// within are the lines of a stage that runs within another.
func within(v view, s gennaker.StageExecution) []span {
	look := looks[s.Status]
	lines := []span{{look.symbol + " " + s.RefID + " " + s.Name + " " + string(s.Status), look.style}}
	for _, d := range details(v, s) {
		lines = append(lines, span{"  " + d.text, d.style})
	}
	return lines
}

// located is where a cluster is that a workflow of this id changes, to stand before
// what is said about it; empty in an account that has no regions.
func located(operation string) string {
	parts := strings.Split(operation, "/")
	if len(parts) != 4 || parts[2] == gennaker.DefaultRegion {
		return ""
	}
	return parts[1] + "/" + parts[2] + ": "
}

func instances(p gennaker.Progress) string {
	text := fmt.Sprintf("%s: %d/%d instances up", p.ServerGroup, p.Up, p.Total)
	if p.Reason != "" {
		text += ": " + p.Reason
	}
	return text
}

func asks(q gennaker.Question) string {
	text := "asks: " + q.Instructions
	if q.Instructions == "" {
		text = "asks whether to go on"
	}
	if len(q.Inputs) > 0 {
		text += " [" + strings.Join(q.Inputs, ", ") + "]"
	}
	if len(q.Roles) > 0 {
		text += " (for " + strings.Join(q.Roles, " or ") + ")"
	}
	return text
}

func answered(j gennaker.Judgment) string {
	text := j.By + " said " + verdict(j.Continue)
	if j.Input != "" {
		text += " with " + j.Input
	}
	if j.Comment != "" {
		text += ": " + j.Comment
	}
	return text
}

func verdict(goOn bool) string {
	if goOn {
		return "continue"
	}
	return "stop"
}

func word(c gennaker.Command) string {
	text := c.User
	if !c.At.IsZero() {
		text += " at " + clock(c.At)
	}
	if c.Reason != "" {
		text += ": " + c.Reason
	}
	return text
}
