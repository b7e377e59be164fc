package aws_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"github.com/gennaker/gennaker/providers/providertest"
)

// calls are the calls of a client in our code, by the service that policies
// name it.
var calls = map[string]*regexp.Regexp{
	"autoscaling":          regexp.MustCompile(`r\.groups\.([A-Z]\w+)\(|autoscaling\.New(\w+)Paginator`),
	"cloudwatch":           regexp.MustCompile(`r\.watch\.([A-Z]\w+)\(|cloudwatch\.New(\w+)Paginator`),
	"ec2":                  regexp.MustCompile(`r\.ec2\.([A-Z]\w+)\(|ec2\.New(\w+)Paginator`),
	"elasticloadbalancing": regexp.MustCompile(`r\.(?:elb|classic)\.([A-Z]\w+)\(|(?:elb|classic)\.New(\w+)Paginator`),
}

// implied are what Amazon wants for a part of another call.
var implied = []string{"autoscaling:PutLifecycleHook", "ec2:RunInstances", "iam:CreateServiceLinkedRole", "iam:PassRole"}

const page = "../../docs/providers/aws.md"

func TestThePolicyInTheDocumentationAllowsWhatIsCalledAndNoMore(t *testing.T) {
	t.Parallel()
	needed := slices.Clone(implied)
	for service, pattern := range calls {
		for _, found := range providertest.InCode(t, pattern) {
			needed = append(needed, service+":"+found[1]+found[2])
		}
	}
	providertest.CheckPage(t, page, allowed(t), needed)
}

// allowed are the actions of the policy in the documentation.
func allowed(t *testing.T) []string {
	t.Helper()
	var policy struct{ Statement []struct{ Action any } }
	if err := json.Unmarshal([]byte(providertest.InPage(t, page, "```json\n", "```")), &policy); err != nil {
		t.Fatalf("the policy: %v", err)
	}
	var actions []string
	for _, s := range policy.Statement {
		switch a := s.Action.(type) {
		case string:
			actions = append(actions, a)
		case []any:
			for _, one := range a {
				actions = append(actions, one.(string))
			}
		}
	}
	return actions
}
