package aws_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
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

func TestThePolicyInTheDocumentationAllowsWhatIsCalledAndNoMore(t *testing.T) {
	t.Parallel()
	needed := slices.Clone(implied)
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
		for service, pattern := range calls {
			for _, found := range pattern.FindAllStringSubmatch(string(code), -1) {
				needed = append(needed, service+":"+found[1]+found[2])
			}
		}
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	if got := allowed(t); !slices.Equal(got, needed) {
		t.Errorf("docs/providers/aws.md allows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(needed, "\n"))
	}
}

// allowed are the actions of the policy in the documentation.
func allowed(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/providers/aws.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```json\n")
	text, _, _ := strings.Cut(rest, "```")
	var policy struct{ Statement []struct{ Action any } }
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
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
	slices.Sort(actions)
	return actions
}
