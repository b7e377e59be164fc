package starter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

// looks are how people see a status.
var looks = map[gennaker.Status]struct {
	symbol string
	style  style
}{
	gennaker.NotStarted:     {"○", dim},
	gennaker.Running:        {"●", cyan},
	gennaker.Paused:         {"‖", yellow},
	gennaker.Succeeded:      {"✓", green},
	gennaker.FailedContinue: {"✗", yellow},
	gennaker.Terminal:       {"✗", red},
	gennaker.Canceled:       {"⊘", yellow},
	gennaker.Stopped:        {"■", yellow},
	gennaker.Skipped:        {"↷", dim},
}

// tree draws an execution as it is at a moment: a head, then its stages, each
// below those it depends on and the branches of a fork indented.
func tree(v view, now time.Time) []line {
	lines := []line{head(v, now)}
	if v.NoWorker != "" {
		lines = append(lines, line{span{"  " + v.NoWorker, yellow}})
	}
	if c := v.Cancel; c != nil {
		lines = append(lines, line{span{"  cancelled by " + word(*c), yellow}})
	}
	if c := v.Pause; c != nil {
		lines = append(lines, line{span{"  paused by " + word(*c), yellow}})
	}
	if q := v.Queued; q != nil && !v.Status.Complete() {
		lines = append(lines, line{span{"  queued since " + clock(q.Since) + ": " + q.Reason, yellow}})
	}
	lines = append(lines, branches(v, now)...)
	if v.Error != "" && !told(v) {
		lines = append(lines, line{span{"  " + v.Error, red}})
	}
	for _, n := range v.Notices {
		lines = append(lines, line{span{"  " + clock(n.At) + " " + n.Text, yellow}})
	}
	return lines
}

// told reports whether a stage already says why the execution failed.
func told(v view) bool {
	return slices.ContainsFunc(v.Stages, func(s gennaker.StageExecution) bool {
		return s.Error != "" && strings.HasSuffix(v.Error, s.Error)
	})
}

func head(v view, now time.Time) line {
	l := line{{v.ID, bold}, plain("  "), {string(v.Status), looks[v.Status].style}}
	if took := elapsed(v.StartTime, v.EndTime, now); took != "" {
		l = append(l, plain("  "+took))
	}
	if v.Trigger.User != "" {
		l = append(l, span{"  by " + v.Trigger.User, dim})
	}
	return l
}

// branches draws the stages with their columns aligned, and below each what
// there is to say about it.
func branches(v view, now time.Time) []line {
	var rows [][]span
	placed := layout(v.Stages)
	for _, p := range placed {
		rows = append(rows, row(p, now))
	}
	drawn := table(make([]string, 4), rows)[1:]
	var lines []line
	for i, p := range placed {
		lines = append(lines, drawn[i])
		for _, s := range details(v, p.StageExecution) {
			indent := strings.Repeat("  ", p.depth+3)
			lines = append(lines, line{plain(indent), s})
		}
	}
	return lines
}

func row(p place, now time.Time) []span {
	look := looks[p.Status]
	name := strings.Repeat("  ", p.depth+1) + look.symbol + " " + p.RefID + " " + p.Name
	if p.Attempt > 0 {
		name += fmt.Sprintf(" (attempt %d)", p.Attempt+1)
	}
	return []span{
		{name, look.style},
		{p.Type, dim},
		{string(p.Status), look.style},
		plain(elapsed(p.StartTime, p.EndTime, now)),
	}
}
