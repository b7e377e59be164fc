package gennaker_test

import (
	"testing"

	"github.com/gennaker/gennaker"
)

func TestNearest(t *testing.T) {
	names := []string{"deploy", "wait", "manualJudgment", "resizeServerGroup", "1"}
	tests := []struct{ name, word, want string }{
		{"a letter is missing", "deply", "deploy"},
		{"a letter too many", "waitt", "wait"},
		{"two letters are swapped", "wiat", "wait"},
		{"only the case differs", "ManualJudgement", "manualJudgment"},
		{"nothing is close", "kubernetes", ""},
		{"another letter is another name", "4", ""},
		{"an empty word is close to nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := gennaker.Nearest(tt.word, names); got != tt.want {
				t.Errorf("Nearest(%q) = %q, want %q", tt.word, got, tt.want)
			}
		})
	}
}
