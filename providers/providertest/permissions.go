package providertest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// InCode are the matches of a pattern in the code of the package under test,
// with what its parentheses match. Its tests are left out.
func InCode(t testing.TB, pattern *regexp.Regexp) [][]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pattern.FindAllStringSubmatch(string(code), -1)...)
	}
	if len(all) == 0 {
		t.Fatalf("%s is not in the code: the check looks for the wrong thing", pattern)
	}
	return all
}

// InPage is the text of a page of the documentation between two marks.
func InPage(t testing.TB, page, from, to string) string {
	t.Helper()
	all, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begins := strings.Cut(string(all), from)
	text, _, ends := strings.Cut(rest, to)
	if !begins || !ends {
		t.Fatalf("%s has no text between %q and %q", page, from, to)
	}
	return text
}

// CheckPage says if a page of the documentation has other calls or permissions
// than those that are needed, in whatever order.
func CheckPage(t testing.TB, page string, has, needed []string) {
	t.Helper()
	has, needed = set(has), set(needed)
	if !slices.Equal(has, needed) {
		t.Errorf("%s has\n%s\nwant\n%s", page, strings.Join(has, "\n"), strings.Join(needed, "\n"))
	}
}

func set(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
