package run_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// asked are the calls of a client in our code.
var asked = regexp.MustCompile(`c\.(services|revisions|operations)\.(Get|List|Create|Patch|Delete|Wait)\(`)

// needs are the permissions of calls that are named otherwise.
var needs = map[string]string{"services.Patch": "run.services.update", "operations.Wait": "run.operations.get"}

func TestTheRoleInTheDocumentationAllowsWhatIsCalledAndNoMore(t *testing.T) {
	t.Parallel()
	needed := []string{"iam.serviceAccounts.actAs"} // to make a revision that runs as one
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no code: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range asked.FindAllStringSubmatch(string(code), -1) {
			permission := needs[found[1]+"."+found[2]]
			if permission == "" {
				permission = "run." + found[1] + "." + strings.ToLower(found[2])
			}
			needed = append(needed, permission)
		}
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	if got := allowed(t); !slices.Equal(got, needed) {
		t.Errorf("docs/providers/cloudrun.md allows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(needed, "\n"))
	}
}

// allowed are the permissions of the role in the documentation.
func allowed(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/providers/cloudrun.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\ntitle:")
	text, _, _ := strings.Cut(rest, "```")
	var role struct {
		Permissions []string `yaml:"includedPermissions"`
	}
	if err := yaml.Unmarshal([]byte("title:"+text), &role); err != nil {
		t.Fatalf("the role: %v", err)
	}
	return role.Permissions
}
