package starter

import (
	"fmt"
	"strings"
	"time"
)

// entry is one line of a timeline.
type entry struct {
	At      time.Time `json:"at"`
	Stage   string    `json:"stage,omitempty"`
	Text    string    `json:"text"`
	Tries   int       `json:"tries,omitempty"`
	Took    float64   `json:"seconds,omitempty"`
	Failure string    `json:"failure,omitempty"`
	Running bool      `json:"running,omitempty"` // it has not ended

	step bool // of a stage, though the history does not say which
}

func entryLines(entries []entry) []line {
	if len(entries) == 0 {
		return []line{{plain("nothing yet")}}
	}
	var lines []line
	for _, e := range entries {
		lines = append(lines, e.line())
	}
	return lines
}

func (e entry) line() line {
	l := line{{e.At.Local().Format("15:04:05.000"), dim}, {fmt.Sprintf(" %-10s ", cut(e.stageText(), 10)), cyan}, plain(e.Text)}
	var facts []string
	if e.Running {
		facts = append(facts, "running")
	}
	if e.Took > 0 {
		facts = append(facts, duration(time.Duration(e.Took*float64(time.Second))))
	}
	if e.Tries > 1 {
		facts = append(facts, fmt.Sprintf("%d tries", e.Tries))
	}
	if len(facts) > 0 {
		l = append(l, span{" (" + strings.Join(facts, ", ") + ")", dim})
	}
	if e.Failure != "" {
		l = append(l, span{": " + e.Failure, red})
	}
	return l
}

func (e entry) stageText() string {
	if e.Stage == "" {
		return "-"
	}
	return e.Stage
}
