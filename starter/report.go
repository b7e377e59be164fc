package starter

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/pipeline"
)

// What the report says of a document, the best first.
const (
	isNoPipeline    = "is no pipeline"
	runsUnchanged   = "runs unchanged"
	runsDifferently = "runs with differences"
	cannotRunYet    = "cannot run yet"
	hasMistakes     = "has mistakes"
)

var verdicts = []string{isNoPipeline, runsUnchanged, runsDifferently, cannotRunYet, hasMistakes}

// migration is what validate --report says of all documents.
type migration struct {
	Documents []judged       `json:"documents"`
	Summary   map[string]int `json:"summary"` // documents by verdict
	Missing   map[string]int `json:"missing"` // documents that each missing thing keeps from running
}

// judged is one document and what keeps it from running as it does in
// Spinnaker.
type judged struct {
	File        string   `json:"file"` // with #INDEX if it has several
	Application string   `json:"application,omitempty"`
	Pipeline    string   `json:"pipeline,omitempty"`
	Verdict     string   `json:"verdict"`
	Reasons     []reason `json:"reasons"`
}

// reason is one field and what is to be known of it.
type reason struct {
	Line int    `json:"line,omitempty"`
	Path string `json:"path,omitempty"`
	Text string `json:"text"`
	// Missing is what Gennaker lacks, such as a stage type.
	Missing string `json:"missing,omitempty"`
	See     string `json:"see,omitempty"` // a place in the documentation
}

// reportOn judges the documents that the arguments name, and those in folders.
func reportOn(c *cli.Context) error {
	files, err := documentsIn(c.Args().Slice())
	if err != nil {
		return err
	}
	m := migration{Documents: []judged{}, Summary: map[string]int{}, Missing: map[string]int{}}
	for _, file := range files {
		data, err := readAtMost(maxReadAll, file, c.App.Reader)
		if err != nil {
			return err
		}
		for _, e := range pipeline.DecodeAll(data, typesOf(c).Configs()) {
			m.add(judgeEntry(file, e))
		}
	}
	if err := emit(c, m, func() []line { return migrationLines(m) }); err != nil {
		return err
	}
	if stuck := m.Summary[cannotRunYet] + m.Summary[hasMistakes]; stuck > 0 {
		return usagef("%d of %d documents cannot run: the report says why", stuck, len(m.Documents))
	}
	return nil
}

// documentEndings are how the names of documents end.
var documentEndings = []string{".json", ".yml", ".yaml"}

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
			if err == nil && !d.IsDir() && slices.Contains(documentEndings, filepath.Ext(path)) {
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

func (m *migration) add(d judged) {
	m.Documents = append(m.Documents, d)
	m.Summary[d.Verdict]++
	if d.Verdict != cannotRunYet {
		return // a slip is nothing that is missing
	}
	missing := map[string]bool{}
	for _, r := range d.Reasons {
		if r.Missing != "" && !missing[r.Missing] {
			missing[r.Missing] = true
			m.Missing[r.Missing]++
		}
	}
}

// judgeEntry takes the worst that there is to say.
func judgeEntry(file string, e pipeline.Entry) judged {
	if e.Index >= 0 {
		file = fmt.Sprintf("%s#%d", file, e.Index)
	}
	d := judged{File: file, Application: e.Application, Pipeline: e.Name, Verdict: runsUnchanged, Reasons: []reason{}}
	if e.Not != "" {
		d.Verdict, d.Reasons = isNoPipeline, append(d.Reasons, reason{Text: "it is " + e.Not})
		return d
	}
	worst := slices.Index(verdicts, runsUnchanged)
	add := func(verdict string, r reason) {
		worst = max(worst, slices.Index(verdicts, verdict))
		d.Reasons = append(d.Reasons, r)
	}
	found := gather(file, e.Document, e.Err)
	for _, f := range found.list {
		add(weigh(f))
	}
	for _, r := range differencesIn(e.Pipeline) {
		verdict := runsDifferently
		if r.Missing != "" {
			verdict = cannotRunYet
		}
		add(verdict, r)
	}
	d.Verdict = verdicts[worst]
	slices.SortStableFunc(d.Reasons, func(a, b reason) int { return cmp.Compare(a.stage(), b.stage()) })
	return d
}

// stage is the number of the stage that the reason is about, -1 for the
// document's own.
func (r reason) stage() int {
	number, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "stages["), "]")
	if i, err := strconv.Atoi(number); err == nil {
		return i
	}
	return -1
}

// weigh says what a finding means for the document, and where to read on.
func weigh(f finding) (string, reason) {
	r := reason{Line: f.Line, Path: f.Path, Text: f.Text}
	if anchor, ok := anchors[f.Kind]; ok {
		r.See = differencesPage + "#" + anchor
	}
	switch f.Kind {
	case pipeline.SpinnakerOnly, pipeline.UnknownType, pipeline.Template:
		r.Missing = f.Subject
		return cannotRunYet, r
	}
	if f.Note {
		return runsDifferently, r
	}
	return hasMistakes, r
}

func migrationLines(m migration) []line {
	colours := map[string]style{isNoPipeline: dim, runsUnchanged: green, runsDifferently: yellow, cannotRunYet: red, hasMistakes: red}
	var lines []line
	for _, d := range m.Documents {
		lines = append(lines, line{plain(d.File + ": "), {d.Verdict, colours[d.Verdict]}})
		for _, r := range d.Reasons {
			lines = append(lines, r.line())
		}
	}
	var rows [][]span
	for _, v := range verdicts {
		rows = append(rows, []span{{v, colours[v]}, plain(fmt.Sprint(m.Summary[v]))})
	}
	lines = append(append(lines, nil), table([]string{"VERDICT", "DOCUMENTS"}, rows)...)
	if len(m.Missing) == 0 {
		return lines
	}
	rows = nil
	for _, name := range m.mostMissing() {
		rows = append(rows, []span{plain(name), plain(fmt.Sprint(m.Missing[name]))})
	}
	return append(append(lines, nil), table([]string{"MISSING", "DOCUMENTS"}, rows)...)
}

func (r reason) line() line {
	l := line{plain("  " + strings.TrimPrefix(r.Path+": ", ": ") + r.Text)}
	if r.See != "" {
		l = append(l, span{" → " + r.See, dim})
	}
	return l
}

// mostMissing is what is missing, in the order of how many documents wait for
// it.
func (m migration) mostMissing() []string {
	return slices.SortedFunc(maps.Keys(m.Missing), func(a, b string) int {
		return cmp.Or(cmp.Compare(m.Missing[b], m.Missing[a]), strings.Compare(a, b))
	})
}
