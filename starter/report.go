package starter

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// What the report says of a document, the best first.
const (
	runsUnchanged   = "runs unchanged"
	runsDifferently = "runs with differences"
	cannotRunYet    = "cannot run yet"
	hasMistakes     = "has mistakes"
)

var verdicts = []string{runsUnchanged, runsDifferently, cannotRunYet, hasMistakes}

// migration is what validate --report says of all documents.
type migration struct {
	Documents []judged       `json:"documents"`
	Summary   map[string]int `json:"summary"` // documents by verdict
}

// judged is one document and what keeps it from running as it does in
// Spinnaker.
type judged struct {
	File        string   `json:"file"`
	Application string   `json:"application,omitempty"`
	Pipeline    string   `json:"pipeline,omitempty"`
	Verdict     string   `json:"verdict"`
	Reasons     []reason `json:"reasons"`
}

// reason is one field and what is to be known of it.
type reason struct {
	Path string `json:"path,omitempty"`
	Text string `json:"text"`
	See  string `json:"see,omitempty"` // a page of the documentation
}

// reportOn judges the documents that the arguments name, and those in folders.
func reportOn(c *cli.Context) error {
	files, err := documentsIn(c.Args().Slice())
	if err != nil {
		return err
	}
	m := migration{Documents: []judged{}, Summary: map[string]int{}}
	for _, file := range files {
		found, err := check(file, c.App.Reader)
		if err != nil {
			return err
		}
		d := judgeDocument(file, found)
		m.Documents = append(m.Documents, d)
		m.Summary[d.Verdict]++
	}
	if err := emit(c, m, func() []line { return migrationLines(m) }); err != nil {
		return err
	}
	if stuck := m.Summary[cannotRunYet] + m.Summary[hasMistakes]; stuck > 0 {
		return usagef("%d of %d documents cannot run: the report says why", stuck, len(files))
	}
	return nil
}

// documentsIn lists the files, and the JSON and YAML files in folders.
func documentsIn(arguments []string) ([]string, error) {
	var files []string
	for _, name := range arguments {
		info, err := os.Stat(name)
		if name == "-" || err != nil || !info.IsDir() {
			files = append(files, name) // one that is not there is named when it is read
			continue
		}
		err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && slices.Contains([]string{".json", ".yml", ".yaml"}, filepath.Ext(path)) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, usagef("%v: give a folder that can be read", err)
		}
	}
	if len(files) == 0 {
		return nil, usagef("there are no .json, .yml or .yaml files in %s", strings.Join(arguments, ", "))
	}
	return files, nil
}

// judgeDocument takes the worst that there is to say.
func judgeDocument(file string, found findings) judged {
	p := found.document.Pipeline
	d := judged{File: file, Application: p.Application, Pipeline: p.Name, Verdict: runsUnchanged, Reasons: []reason{}}
	worst := 0
	add := func(verdict string, r reason) {
		worst = max(worst, slices.Index(verdicts, verdict))
		d.Reasons = append(d.Reasons, r)
	}
	for _, f := range found.list {
		r := reason{Path: f.Path, Text: f.Text}
		switch {
		case f.Note:
			add(runsDifferently, r)
		case strings.HasSuffix(f.Path, ".type") && strings.Contains(f.Text, "is not a stage type"):
			add(cannotRunYet, r)
		default:
			add(hasMistakes, r)
		}
	}
	if found.mistakes == 0 {
		for _, r := range differencesIn(p) {
			add(runsDifferently, r)
		}
	}
	d.Verdict = verdicts[worst]
	return d
}

func migrationLines(m migration) []line {
	colours := map[string]style{runsUnchanged: green, runsDifferently: yellow, cannotRunYet: red, hasMistakes: red}
	var lines []line
	for _, d := range m.Documents {
		lines = append(lines, line{plain(d.File + ": "), {d.Verdict, colours[d.Verdict]}})
		for _, r := range d.Reasons {
			lines = append(lines, line{plain("  " + strings.TrimPrefix(r.Path+": ", ": ") + r.Text)})
		}
	}
	var rows [][]span
	for _, v := range verdicts {
		rows = append(rows, []span{{v, colours[v]}, plain(fmt.Sprint(m.Summary[v]))})
	}
	lines = append(lines, table([]string{"VERDICT", "DOCUMENTS"}, rows)...)
	if m.Summary[runsDifferently] > 0 {
		lines = append(lines, line{plain("the differences and their reasons: " + differencesPage)})
	}
	return lines
}
