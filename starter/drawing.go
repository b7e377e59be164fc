package starter

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// drawing keeps the tree of an execution up to date in place, on a terminal.
type drawing struct {
	page
	size  func() (columns, rows int)
	drawn int // lines on the screen that the next picture replaces
	last  view
}

func (d *drawing) show(v view) error {
	d.last = v
	picture := tree(v, time.Now())
	if !v.Status.Complete() {
		picture = append(picture, hints(v)...)
	}
	return d.draw(picture, v.Status.Complete())
}

func (d *drawing) lost(err error) error {
	picture := append(tree(d.last, time.Now()),
		line{span{"  Temporal does not answer; trying again (" + lastSentence(err) + ")", yellow}})
	return d.draw(picture, false)
}

// draw replaces the picture before. It must fit the screen, because a
// terminal cannot go back to what it has scrolled away; the last one, which
// stays, need not.
func (d *drawing) draw(picture []line, last bool) error {
	columns, rows := d.size()
	if most := rows - 1; !last && len(picture) > most && most > 1 {
		more := len(picture) - most + 1
		picture = append(picture[:most-1:most-1], line{span{fmt.Sprintf("  … %d more lines", more), dim}})
	}
	for i := range picture {
		if !last {
			picture[i] = picture[i].cut(columns)
		}
	}
	back := ""
	if d.drawn > 0 {
		back = fmt.Sprintf("\x1b[%dA", d.drawn)
	}
	d.drawn = len(picture)
	_, err := io.WriteString(d.out, back+"\r\x1b[J"+d.render(picture))
	return err
}

// hints say how to answer what the stages ask.
func hints(v view) []line {
	var lines []line
	for _, s := range v.Stages {
		if s.Question != nil && s.Judgment == nil {
			lines = append(lines, line{span{"answer with " + howToAnswer(short(v.ID), s), yellow}})
		}
	}
	return lines
}

// terminalSize measures a terminal anew each time, because people resize it.
func terminalSize(out io.Writer) func() (columns, rows int) {
	return func() (int, int) {
		if f, ok := out.(*os.File); ok {
			if columns, rows, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 && rows > 0 {
				return columns, rows
			}
		}
		return 80, 24
	}
}
