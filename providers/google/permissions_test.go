package google_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker/providers/providertest"
)

// called are the methods of the API in our code.
var called = regexp.MustCompile(`c\.(?:api|waits)\.([A-Z]\w+)\.([A-Z]\w+)\(`)

// verbs are the methods whose permission has another name.
var verbs = map[string]string{
	"Get": "get", "GetHealth": "get", "ListManagedInstances": "get", "Wait": "get",
	"List": "list", "AggregatedList": "list", "Insert": "create", "Patch": "update", "Delete": "delete",
	"Resize": "update", "SetTargetPools": "update", "DeleteInstances": "update", "RecreateInstances": "update",
}

// shared are the kinds whose permissions are those of another.
var shared = map[string]string{
	"regionInstanceGroupManagers": "instanceGroupManagers", "regionAutoscalers": "autoscalers", "regionInstanceTemplates": "instanceTemplates",
}

// implied are what Google wants for what a request uses.
var implied = []string{
	"compute.disks.create", "compute.healthChecks.useReadOnly", "compute.images.useReadOnly", "compute.instanceGroups.use",
	"compute.instanceTemplates.useReadOnly", "compute.instances.create", "compute.instances.delete", "compute.instances.setLabels",
	"compute.instances.setMetadata", "compute.instances.setServiceAccount", "compute.instances.setTags", "compute.instances.use",
	"compute.networks.use", "compute.subnetworks.use", "compute.subnetworks.useExternalIp", "iam.serviceAccounts.actAs",
}

const page = "../../docs/providers/google.md"

func TestTheRoleInTheDocumentationAllowsWhatIsCalledAndNoMore(t *testing.T) {
	t.Parallel()
	needed := slices.Clone(implied)
	for _, found := range providertest.InCode(t, called) {
		needed = append(needed, permission(found[1], found[2]))
	}
	providertest.CheckPage(t, page, allowed(t), needed)
}

func permission(kind, method string) string {
	kind = strings.ToLower(kind[:1]) + kind[1:]
	if other, ok := shared[kind]; ok {
		kind = other
	}
	verb, ok := verbs[method]
	if !ok {
		verb = strings.ToLower(method[:1]) + method[1:]
	}
	return "compute." + kind + "." + verb
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
