package run_test

import (
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker/providers/providertest"
)

// asked are the calls of a client in our code.
var asked = regexp.MustCompile(`c\.(services|revisions|operations)\.(Get|List|Create|Patch|Delete|Wait)\(`)

// needs are the permissions of calls that are named otherwise.
var needs = map[string]string{"services.Patch": "run.services.update", "operations.Wait": "run.operations.get"}

const page = "../../../docs/providers/cloudrun.md"

func TestTheRoleInTheDocumentationAllowsWhatIsCalledAndNoMore(t *testing.T) {
	t.Parallel()
	needed := []string{"iam.serviceAccounts.actAs"} // to make a revision that runs as one
	for _, found := range providertest.InCode(t, asked) {
		permission := needs[found[1]+"."+found[2]]
		if permission == "" {
			permission = "run." + found[1] + "." + strings.ToLower(found[2])
		}
		needed = append(needed, permission)
	}
	providertest.CheckPage(t, page, allowed(t), needed)
}

// allowed are the permissions of the role in the documentation.
func allowed(t *testing.T) []string {
	t.Helper()
	var role struct {
		Permissions []string `yaml:"includedPermissions"`
	}
	if err := yaml.Unmarshal([]byte("title:"+providertest.InPage(t, page, "```yaml\ntitle:", "```")), &role); err != nil {
		t.Fatalf("the role: %v", err)
	}
	return role.Permissions
}
