package cloudfoundry_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// asked is a request of the client in our code.
var asked = regexp.MustCompile(`\b(?:s|asks)\.([A-Z]\w+)\.([A-Z]\w+)\(`)

// What the documentation says is asked of Cloud Foundry is what the code asks:
// whoever gives us a role can see what it is for.
func TestTheDocumentationHasTheRequestsThatAreMadeAndNoOthers(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var made []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range asked.FindAllStringSubmatch(string(code), -1) {
			made = append(made, found[1]+"."+found[2])
		}
	}
	slices.Sort(made)
	made = slices.Compact(made)
	if len(made) < 20 {
		t.Fatalf("only %d requests were found: the check looks for the wrong thing", len(made))
	}
	if got := documented(t); !slices.Equal(got, made) {
		t.Errorf("docs/providers/cloudfoundry.md has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(made, "\n"))
	}
}

// documented are the requests of the documentation: of each kind of thing, what
// is done to it.
func documented(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/providers/cloudfoundry.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "<!-- requests -->")
	text, _, _ := strings.Cut(rest, "<!-- end -->")
	var all []string
	for _, kind := range regexp.MustCompile("`(\\w+)`: ([\\w ]+)").FindAllStringSubmatch(text, -1) {
		for _, call := range strings.Fields(kind[2]) {
			all = append(all, kind[1]+"."+call)
		}
	}
	slices.Sort(all)
	return all
}
