package starter

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gennaker/gennaker"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain text stays", "hello-v002: 2/3 up ✓", "hello-v002: 2/3 up ✓"},
		{"a terminal escape loses its teeth", "a\x1b[2Jb", "a[2Jb"},
		{"the one-byte form of an escape goes too", "a\u009b2Jb", "a2Jb"},
		{"a title-setting sequence", "\x1b]0;owned\x07x", "]0;ownedx"},
		{"new lines cannot fake a line", "a\r\nb\tc", "a  b c"},
		{"text cannot be turned around", "a\u202eb", "ab"},
		{"what is no text goes", "a\xffb", "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := clean(c.text); got != c.want {
				t.Errorf("clean(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestColoursAreOnlyOurs(t *testing.T) {
	l := line{{"evil\x1b[31m", green}, plain(" \x1b[1mtext")}
	got := page{colour: true}.render([]line{l})
	if want := "\x1b[32mevil[31m\x1b[0m [1mtext\n"; got != want {
		t.Errorf("render = %q, want %q", got, want)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"longer than that", 9, "longer…"},
		{"ééééééé", 8, "éé…"},
	} {
		got := cut(c.text, c.most)
		if got != c.want || len(got) > c.most || !utf8.ValidString(got) {
			t.Errorf("cut(%q, %d) = %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

func TestLinesAreCutToTheScreen(t *testing.T) {
	l := line{{"stage 1 ", bold}, {"waits for a long time", dim}}
	if got := text([]line{l.cut(15)}); got != "stage 1 waits …\n" {
		t.Errorf("cut to 15 columns = %q", got)
	}
	if got := text([]line{l.cut(80)}); !strings.HasSuffix(got, "long time\n") {
		t.Errorf("cut to 80 columns = %q", got)
	}
}

func TestTable(t *testing.T) {
	got := text(table([]string{"NAME", "UP"}, [][]span{
		{plain("hello-v001"), plain("3")},
		{plain("évil\x1b-v2"), {"12", green}},
	}))
	want := trimmed(`
NAME        UP
hello-v001  3
évil-v2     12
`)
	if got != want {
		t.Errorf("table =\n%s\nwant\n%s", got, want)
	}
}

func TestCommandsToCopyAreQuoted(t *testing.T) {
	s := gennaker.StageExecution{RefID: "2", Question: &gennaker.Question{Inputs: []string{"it's $(rm x)"}}}
	want := "`gennaker judge shop/deploy/1 2 --continue --input 'it'\\''s $(rm x)'` or with --stop"
	if got := howToAnswer("shop/deploy/1", s); got != want {
		t.Errorf("howToAnswer = %s, want %s", got, want)
	}
}
