package starter

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
)

// ask puts a stage's question to the person at the terminal and fills in the
// judgment. What the command line said already is not asked again.
func ask(in io.Reader, p page, s gennaker.StageExecution, j gennaker.Judgment) (gennaker.Judgment, error) {
	if s.Question == nil {
		return j, refusedf("judge stage %s (%s): it is %s and asks nobody", s.RefID, s.Name, s.Status)
	}
	c := conversation{in: bufio.NewReader(in), page: p}
	if err := c.print(line{{"stage " + s.RefID + " " + s.Name + " ", bold}, {asks(*s.Question), yellow}}); err != nil {
		return j, err
	}
	var err error
	if j.Continue, err = c.yes("continue? [y/n] "); err != nil {
		return j, err
	}
	if j.Input == "" && len(s.Question.Inputs) > 0 {
		if j.Input, err = c.choice(s.Question.Inputs); err != nil {
			return j, err
		}
	}
	if j.Comment == "" {
		j.Comment, err = c.prompt("comment (may be empty): ")
	}
	return j, err
}

type conversation struct {
	page
	in *bufio.Reader
}

func (c conversation) prompt(text string) (string, error) {
	if _, err := io.WriteString(c.out, clean(text)); err != nil {
		return "", err
	}
	answer, err := c.in.ReadString('\n')
	if err != nil && answer == "" {
		return "", usagef("no answer: nothing was judged: say --continue or --stop, or answer y or n")
	}
	return strings.TrimSpace(answer), nil
}

func (c conversation) yes(text string) (bool, error) {
	for {
		answer, err := c.prompt(text)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
	}
}

// choice takes one of the inputs, by its number or its text, or none.
func (c conversation) choice(inputs []string) (string, error) {
	for i, input := range inputs {
		if err := c.say(fmt.Sprintf("  %d %s", i+1, input)); err != nil {
			return "", err
		}
	}
	for {
		answer, err := c.prompt("which (number or text, may be empty): ")
		if err != nil || answer == "" || slices.Contains(inputs, answer) {
			return answer, err
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(inputs) {
			return inputs[n-1], nil
		}
	}
}
