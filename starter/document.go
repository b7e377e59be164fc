package starter

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/pipeline"
)

// maxRead is more than any document may have, and maxReadAll more than any file
// with many; package pipeline says the limits.
const (
	maxRead    = 2 << 20
	maxReadAll = 65 << 20
)

// readFile reads a file, or standard input for "-".
func readFile(name string, stdin io.Reader) ([]byte, error) {
	return readAtMost(maxRead, name, stdin)
}

func readAtMost(most int64, name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		data, err := io.ReadAll(io.LimitReader(stdin, most))
		if err != nil {
			return nil, usagef("standard input: %v", err)
		}
		return data, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, usagef("%v: give a file that can be read, or - for standard input", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, usagef("%v: give a file, or - for standard input", err)
	}
	return data, nil
}

// finding is a mistake in a file, or what is worth a look.
type finding struct {
	File string `json:"file"`
	pipeline.Problem
	Note bool `json:"note,omitempty"` // nothing that must be mended
}

// findings are everything there is to say about one document.
type findings struct {
	data     []byte // the file's
	document pipeline.Document
	list     []finding
	mistakes int
}

// check reads one document. The error is about the file alone; mistakes in
// it are findings.
func check(c *cli.Context, name string) (findings, error) {
	data, err := readFile(name, c.App.Reader)
	if err != nil {
		return findings{}, err
	}
	d, err := pipeline.Decode(data, typesOf(c).Configs())
	found := gather(name, d, err)
	found.data = data
	return found, nil
}

// gather makes findings of what was decoded.
func gather(name string, d pipeline.Document, err error) findings {
	found := findings{document: d}
	var problems pipeline.Problems
	if err != nil && !errors.As(err, &problems) {
		problems = pipeline.Problems{{Line: 1, Column: 1, Text: err.Error()}}
	}
	for _, p := range problems {
		found.list = append(found.list, finding{File: name, Problem: p})
	}
	found.mistakes = len(problems)
	for _, n := range d.Notes {
		found.list = append(found.list, finding{File: name, Problem: n, Note: true})
	}
	return found
}

// line writes a finding the way editors and CI read it.
func (f finding) line() line {
	l := line{plain(fmt.Sprintf("%s:%d:%d: ", f.File, f.Line, f.Column))}
	if f.Note {
		l = append(l, span{"note: ", cyan})
	}
	if f.Path != "" {
		l = append(l, span{f.Path + ": ", bold})
	}
	return append(l, plain(f.Text))
}

// notes and mistakes as lines.
func (f findings) lines() []line {
	var lines []line
	for _, each := range f.list {
		lines = append(lines, each.line())
	}
	return lines
}

// refuse is the error for a document with mistakes, which are printed already.
func (f findings) refuse(name string) error {
	if f.mistakes == 0 {
		return nil
	}
	noun := "mistakes"
	if f.mistakes == 1 {
		noun = "mistake"
	}
	return usagef("%s: %d %s: mend them and try again", strings.TrimSpace(name), f.mistakes, noun)
}
