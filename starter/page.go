package starter

import (
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// page is where a command prints for people.
type page struct {
	out    io.Writer
	colour bool
}

func newPage(c *cli.Context) page {
	colour := !c.Bool("no-color") && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return page{out: c.App.Writer, colour: colour && isTerminal(c.App.Writer)}
}

// isTerminal reports whether a reader or writer is a person's terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// print writes lines, cleaned and, on a terminal, coloured.
func (p page) print(lines ...line) error {
	_, err := io.WriteString(p.out, p.render(lines))
	return err
}

// say prints one line without colours.
func (p page) say(text string) error { return p.print(line{plain(text)}) }

func (p page) render(lines []line) string {
	var b strings.Builder
	for _, l := range lines {
		for _, s := range l {
			p.span(&b, s)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (p page) span(b *strings.Builder, s span) {
	text := clean(s.text)
	if !p.colour || s.style == "" || text == "" {
		b.WriteString(text)
		return
	}
	b.WriteString("\x1b[" + string(s.style) + "m" + text + "\x1b[0m")
}

// table puts rows of cells under a head, each column as wide as its widest
// cell.
func table(head []string, rows [][]span) []line {
	widths := make([]int, len(head))
	all := make([][]span, 0, len(rows)+1)
	titles := make([]span, len(head))
	for i, title := range head {
		titles[i] = span{title, dim}
	}
	all = append(append(all, titles), rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], line{cell}.width())
		}
	}
	lines := make([]line, 0, len(all))
	for _, row := range all {
		lines = append(lines, columns(row, widths))
	}
	return lines
}

func columns(row []span, widths []int) line {
	var l line
	for i, cell := range row {
		l = append(l, cell)
		if i < len(row)-1 {
			l = append(l, plain(pad(line{cell}.width(), widths[i]+2)))
		}
	}
	return l
}

func pad(have, want int) string { return strings.Repeat(" ", max(want-have, 0)) }
