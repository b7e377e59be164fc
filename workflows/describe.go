package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

const (
	// maxDetails bounds the text, in bytes; the server takes 20,000.
	maxDetails = 16000
	// maxDescribed is how many stages an execution may have for each to be
	// described: of more, only those at which something happens.
	maxDescribed = 100
)

// describe tells the Temporal Web UI, in Markdown, how the execution stands.
func (r *run) describe() {
	e, _ := r.view()
	var b strings.Builder
	fmt.Fprintf(&b, "**%s / %s**: %s\n\n", e.Application, e.Name, e.Status)
	describeStages(&b, e.Stages)
	for _, n := range e.Notices {
		fmt.Fprintf(&b, "\n> %s\n", line(n.Text))
	}
	workflow.SetCurrentDetails(r.top.ctx, b.String())
}

func describeStages(b *strings.Builder, list []gennaker.StageExecution) {
	quiet := map[gennaker.Status]int{}
	for i := range list {
		s := &list[i]
		switch {
		case len(list) > maxDescribed && (s.Status == gennaker.NotStarted || s.Status == gennaker.Succeeded):
			quiet[s.Status]++
		case b.Len() > maxDetails:
			b.WriteString("- …\n")
			return
		default:
			describeStage(b, *s)
		}
	}
	for _, status := range gennaker.SortedKeys(quiet) {
		fmt.Fprintf(b, "- %d more: %s\n", quiet[status], status)
	}
}

func describeStage(b *strings.Builder, s gennaker.StageExecution) {
	fmt.Fprintf(b, "- %s **%s**: %s", s.RefID, line(s.Name), s.Status)
	if s.Waiting != "" {
		fmt.Fprintf(b, ", waits for %s", line(s.Waiting))
	}
	if j := s.Judgment; j != nil {
		fmt.Fprintf(b, ", judged by %s", line(j.By))
	}
	if s.Error != "" {
		fmt.Fprintf(b, ": %s", line(s.Error))
	}
	b.WriteString("\n")
}

// line is a text on one line of bounded length.
func line(text string) string {
	const most = 300
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}
