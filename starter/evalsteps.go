package starter

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// evalSteps shows how an expression gets its value.
func evalSteps(c *cli.Context, s *session, r ref, q gennaker.Evaluate) error {
	var told expression.Explanation
	if err := s.ask(c.Context, r, gennaker.QueryExplain, q, &told); err != nil {
		return err
	}
	if c.String("output") != "table" {
		if err := emit(c, told, nil); err != nil {
			return err
		}
	} else if err := newPage(c).print(explained(told)...); err != nil {
		return err
	}
	switch {
	case told.Error != "":
		return failure{exitFailed, told.Error}
	case c.String("output") != "table":
		return nil
	}
	return printValue(c, told.Value)
}

// explained are the steps, each above those to it, and an empty line.
func explained(told expression.Explanation) []line {
	var lines []line
	for _, s := range told.Steps {
		lines = append(lines, stepLines(s, "")...)
	}
	if told.Cut {
		lines = append(lines, line{{"… and more steps, which are not kept", dim}})
	}
	if len(lines) > 0 {
		lines = append(lines, line{})
	}
	return lines
}

// stepLines are a step and those to it. Where it failed, a caret points at the
// place in its text.
func stepLines(s *expression.Step, indent string) []line {
	first := line{plain(indent + s.Text)}
	if s.Value != nil {
		first = append(first, span{" → " + valueText(s), cyan})
	}
	lines := []line{first}
	if s.Error != "" {
		lines = append(lines, line{plain(indent + pointer(s)), span{"^ " + s.Error, red}})
	}
	for _, to := range s.Steps {
		lines = append(lines, stepLines(to, indent+"  ")...)
	}
	return lines
}

// pointer is what stands before the caret. Behind a text that was cut it
// points at the end.
func pointer(s *expression.Step) string {
	return strings.Repeat(" ", min(max(s.ErrorAt-s.At, 0), utf8.RuneCountInString(s.Text)))
}

// valueText is a value as JSON, or as much of its JSON as there is.
func valueText(s *expression.Step) string {
	var beginning string
	if s.Cut && json.Unmarshal(s.Value, &beginning) == nil {
		return beginning
	}
	return string(s.Value)
}
