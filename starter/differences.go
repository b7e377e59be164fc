package starter

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
)

// differencesPage explains what the report names.
const differencesPage = "docs/spinnaker-differences.md"

// differences are what Gennaker reads otherwise than Spinnaker, as far as a
// document shows it: which field of a stage it is about, or "" if the stage
// has nothing of it. Switched says that `compatibility: spinnaker` brings
// Spinnaker's reading back.
var differences = []struct {
	text     string
	switched bool
	field    func(gennaker.Pipeline, gennaker.Stage) string
}{
	{"a condition that cannot be evaluated fails the stage; Spinnaker skips it", true,
		func(_ gennaker.Pipeline, s gennaker.Stage) string {
			return present("stageEnabled", s.StageEnabled != nil && s.StageEnabled.Expression != "")
		}},
	{"an expression that fails, fails the stage; Spinnaker goes on with its text", true,
		func(_ gennaker.Pipeline, s gennaker.Stage) string {
			return present("failOnFailedExpressions", !s.FailOnFailedExprs && hasExpressions(s.Config))
		}},
	{"a judgment's no is not ignored with the stage's other failures", true,
		func(_ gennaker.Pipeline, s gennaker.Stage) string {
			return present("continuePipeline", s.Type == "manualJudgment" && s.ContinuePipeline)
		}},
	{"a judgment that asks for roles must be signed", false,
		func(_ gennaker.Pipeline, s gennaker.Stage) string {
			return present("requiredJudgmentRoles", s.Config["requiredJudgmentRoles"] != nil || s.Config["selectedStageRoles"] != nil)
		}},
	{"its execution window is read in UTC unless timeZone says otherwise; Spinnaker's is the installation's", false,
		func(p gennaker.Pipeline, s gennaker.Stage) string {
			return present("restrictedExecutionWindow", s.RestrictWindow && p.TimeZone == "")
		}},
	{"the last server group that serves is spared unless allowLastServerGroup is true", false,
		func(_ gennaker.Pipeline, s gennaker.Stage) string {
			guarded := s.Type == "destroyServerGroup" || s.Type == "disableServerGroup" || s.Type == "resizeServerGroup"
			return present("allowLastServerGroup", guarded && s.Config["allowLastServerGroup"] == nil)
		}},
	{"a server group that takes traffic is disabled, and the delay over, before maxRemainingAsgs destroys it", false,
		func(_ gennaker.Pipeline, s gennaker.Stage) string {
			text, err := json.Marshal(s.Config["clusters"])
			return present("clusters", err == nil && s.Type == "deploy" && strings.Contains(string(text), `"allowDeleteActive":true`))
		}},
}

func present(field string, there bool) string {
	if there {
		return field
	}
	return ""
}

func hasExpressions(config map[string]any) bool {
	text, err := json.Marshal(config)
	return err == nil && strings.Contains(string(text), "${")
}

// differencesIn names every difference that the document meets.
func differencesIn(p gennaker.Pipeline) []reason {
	var list []reason
	for _, d := range differences {
		if d.switched && p.Compatibility == "spinnaker" {
			continue
		}
		for i, s := range p.Stages {
			if field := d.field(p, s); field != "" {
				list = append(list, reason{Path: fmt.Sprintf("stages[%d].%s", i, field), Text: d.text, See: differencesPage})
			}
		}
	}
	return list
}
