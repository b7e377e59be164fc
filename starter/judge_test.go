package starter

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestAsker(t *testing.T) {
	asks := func(refID string) gennaker.StageExecution {
		return gennaker.StageExecution{RefID: refID, Name: "n" + refID, Status: gennaker.Running, Question: &gennaker.Question{}}
	}
	quiet := gennaker.StageExecution{RefID: "9", Name: "quiet", Status: gennaker.Running}
	for _, c := range []struct {
		name   string
		stages []gennaker.StageExecution
		arg    string
		want   string
		code   int
	}{
		{"the only one that asks", []gennaker.StageExecution{quiet, asks("2")}, "", "2", 0},
		{"the named one of two", []gennaker.StageExecution{asks("1"), asks("2")}, "n2", "2", 0},
		{"two, and none named", []gennaker.StageExecution{asks("1"), asks("2")}, "", "", exitUsage},
		{"none", []gennaker.StageExecution{quiet}, "", "", exitRefused},
		{"one that is not there", []gennaker.StageExecution{quiet}, "7", "", exitNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := asker(gennaker.Execution{ID: "e", Stages: c.stages}, c.arg)
			if got.RefID != c.want || explain(err, "").code != c.code {
				t.Errorf("asker(%q) = stage %q, %v; want %q and exit code %d", c.arg, got.RefID, err, c.want, c.code)
			}
		})
	}
}

func TestAsk(t *testing.T) {
	stage := gennaker.StageExecution{RefID: "3", Name: "Go on?", Question: &gennaker.Question{Inputs: []string{"eu", "us"}}}
	for _, c := range []struct {
		name, typed string
		want        gennaker.Judgment
		code        int
	}{
		{"yes, with an input by number", "y\n2\nlooks good\n", gennaker.Judgment{Continue: true, Input: "us", Comment: "looks good"}, 0},
		{"no, by word, without a comment", "what?\nno\neu\n\n", gennaker.Judgment{Input: "eu"}, 0},
		{"an input that is not offered is asked for again", "yes\nmars\n\n\n", gennaker.Judgment{Continue: true}, 0},
		{"nothing typed", "", gennaker.Judgment{}, exitUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			got, err := ask(strings.NewReader(c.typed), page{out: &out}, stage, gennaker.Judgment{})
			if explain(err, "").code != c.code {
				t.Fatalf("ask = %v, want exit code %d", err, c.code)
			}
			if err == nil && (got.Continue != c.want.Continue || got.Input != c.want.Input || got.Comment != c.want.Comment) {
				t.Errorf("ask = %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestKeysSignJudgments(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ada.pem")
	made, err := makeKey(name)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file is %v, %v; want mode 0600", info.Mode(), err)
	}
	if _, err := makeKey(name); !os.IsExist(err) {
		t.Errorf("makeKey over a key = %v, want it refused", err)
	}
	read, err := readKey(name)
	if err != nil || !read.Equal(made) {
		t.Fatalf("readKey = %v, want the key that was made", err)
	}
	e := gennaker.Execution{ID: "shop/deploy/1", Stages: []gennaker.StageExecution{{RefID: "3", Attempt: 1, Status: gennaker.Running,
		Question: &gennaker.Question{Roles: []string{"sre"}, Judges: []gennaker.Judge{{Name: "ada", Key: made.Public().(ed25519.PublicKey)}}}}}}
	j := gennaker.Judgment{Stage: "3", Continue: true, By: "ada"}
	if _, err := j.Sign(read, e.ID, 1).Check(&e); err != nil {
		t.Errorf("a judgment signed with the key = %v, want it taken", err)
	}
	if err := os.WriteFile(name, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readKey(name); explain(err, "").code != exitUsage {
		t.Errorf("readKey of something else = %v, want a usage error", err)
	}
}
