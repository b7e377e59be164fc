package starter

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/pipeline"
)

// differencesPage explains what the report names. What follows its # is the id
// of an anchor in it.
const differencesPage = "docs/spinnaker-differences.md"

// anchors are the anchors of what validation finds by itself.
var anchors = map[pipeline.Kind]string{
	pipeline.SpinnakerOnly: "stage-types",
	pipeline.UnknownType:   "stage-types",
	pipeline.Template:      "templates",
	pipeline.NotYet:        "not-yet",
	pipeline.UnknownField:  "unknown-fields",
	pipeline.NotEvaluated:  "expressions-outside-stages",
	pipeline.Unreadable:    "failed-expressions",
	pipeline.NotExact:      "numbers",
	pipeline.NoOption:      "parameter-options",
	pipeline.SeenWhenRun:   "preconfigured-webhooks",
}

// difference is something that Gennaker reads otherwise than Spinnaker, as far
// as a document shows it.
type difference struct {
	anchor string
	text   string
	// switched says that `compatibility: spinnaker` brings Spinnaker's reading
	// back.
	switched bool
	// missing is what the stage cannot run without; empty if it runs.
	missing string
	// fields are the stage's fields that it is about; none if the stage has
	// nothing of it.
	fields func(gennaker.Pipeline, gennaker.Stage) []string
	// document gives the document's own, for differences that are not about
	// stages.
	document func(gennaker.Pipeline) []string
}

// guarded are the types of stage that the traffic guard may refuse.
var guarded = strings.Fields(`destroyServerGroup destroyAsg bulkDestroyServerGroup disableServerGroup disableAsg resizeServerGroup resizeAsg
	pinServerGroup disableCluster shrinkCluster scaleDownCluster terminateInstances terminateInstanceAndDecrementServerGroup terminateInstanceAndDecrementAsg`)

var differences = []difference{
	{anchor: "stage-enabled", switched: true, text: "a condition that cannot be evaluated fails the stage; Spinnaker skips it",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("stageEnabled", s.StageEnabled != nil && s.StageEnabled.Expression != "")
		}},
	{anchor: "failed-expressions", switched: true, text: "an expression that fails, fails the stage; Spinnaker goes on with its text",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			if s.FailOnFailedExprs {
				return nil
			}
			return withExpressions(s.Config)
		}},
	{anchor: "judgment-no", switched: true, text: "a judgment's no is not ignored with the stage's other failures",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("continuePipeline", s.Type == "manualJudgment" && s.ContinuePipeline)
		}},
	{anchor: "judgment-roles", text: "a judgment that asks for roles must be signed",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return slices.Concat(ifFilled(s, "requiredJudgmentRoles"), ifFilled(s, "selectedStageRoles"))
		}},
	{anchor: "windows", text: "its execution window is read in UTC unless timeZone says otherwise; Spinnaker's is the installation's",
		fields: func(p gennaker.Pipeline, s gennaker.Stage) []string {
			return present("restrictedExecutionWindow", s.RestrictWindow && p.TimeZone == "")
		}},
	{anchor: "lambda-triggers", text: "without triggerArns what calls the function stays; Spinnaker takes it away",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			types := []string{"lambdaDeployment", "lambdaTrafficRouting", "Aws.LambdaDeploymentStage", "Aws.LambdaTrafficRoutingStage"}
			return present("triggerArns", slices.Contains(types, s.Type) && s.Config["triggerArns"] == nil)
		}},
	{anchor: "last-server-group", text: "the last server group that serves is spared unless allowLastServerGroup is true",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("allowLastServerGroup", slices.Contains(guarded, s.Type) && s.Config["allowLastServerGroup"] == nil)
		}},
	{anchor: "rollback-nothing", text: "it fails if there is nothing to go back to; Spinnaker succeeds then",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("type", s.Type == "rollbackCluster")
		}},
	{anchor: "clone-custom", missing: "strategy custom of clones", text: "a clone cannot run a strategy's pipeline: the stage is refused; take a deploy stage",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("strategy", (s.Type == "cloneServerGroup" || s.Type == "copyLastAsg") && s.Config["strategy"] == "custom")
		}},
	{anchor: "disable-part", text: "on a cloud that cannot take a part of a server group out of traffic it fails",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string { return ifFilled(s, "desiredPercentage") }},
	{anchor: "reboot-uptime", text: "it waits for a minute at most to see the instances down, and does not compare their uptime",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("type", s.Type == "rebootInstances")
		}},
	{anchor: "find-image-regions", text: "it looks in the regions that it names, and not in those of later deployments",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("regions", s.Type == "findImage" && s.Config["cloudProvider"] == "aws" && s.Config["skipRegionDetection"] != true)
		}},
	{anchor: "allow-delete-active", text: "a server group that takes traffic is disabled, and the delay over, before maxRemainingAsgs destroys it",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			text, err := json.Marshal(s.Config["clusters"])
			return present("clusters", err == nil && s.Type == "deploy" && strings.Contains(string(text), `"allowDeleteActive":true`))
		}},
	{anchor: "rolling-source", text: "rollingredblack takes the traffic of the newest enabled server group; maxInitialAsgs is not looked at",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			text, err := json.Marshal(s.Config["clusters"])
			return present("clusters", err == nil && s.Type == "deploy" && strings.Contains(string(text), `"strategy":"rollingredblack"`))
		}},
	{anchor: "monitored-complete", text: "a deployment monitor that answers complete ends the steps; Spinnaker goes on with the next",
		fields: deploysBy("monitored")},
	{anchor: "custom-cancel", text: "when it is cancelled, it ends when its strategy has put its clusters back; Spinnaker does not wait for that",
		fields: deploysBy("custom")},
	{anchor: "rolling-push", text: "the cloud replaces all instances itself, in its own order, where it can; elsewhere they are ended in batches, and keep their spec",
		fields: deploysBy("rollingpush")},
	{anchor: "cancelled-deployment", text: "when it is cancelled, its cluster is put back as it was; Spinnaker leaves what it had made",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("clusters", s.Type == "deploy")
		}},
	{anchor: "webhook-account", missing: "webhook account", text: "webhooks have no accounts: the stage is refused; write secret://NAME in customHeaders",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("account", s.Type == "webhook" && filled(s, "account"))
		}},
	{anchor: "webhook-paths", missing: "Jayway's JSON paths", text: "JSON paths are those of RFC 9535, which has none of Jayway's functions and patterns",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return matching(s, jayway, "statusJsonPath", "statusUrlJsonPath", "progressJsonPath")
		}},
	{anchor: "webhook-reach", text: "webhooks reach this machine and its link only if webhooks.allow of the worker's configuration names the host",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return matching(s, isLocal, "url", "statusEndpoint", "cancelEndpoint")
		}},
	{anchor: "webhook-unsent", text: "it is not called if the stage's own call certainly reached nobody",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string { return ifFilled(s, "cancelEndpoint") }},
	{anchor: "find-artifact-own", text: "the execution itself does not count, though it runs",
		fields: func(p gennaker.Pipeline, s gennaker.Stage) []string {
			options, _ := s.Config["executionOptions"].(map[string]any)
			own := s.Config["pipeline"] == p.ID || s.Config["pipeline"] == p.Name
			return present("executionOptions.running", s.Type == "findArtifactFromExecution" && own && options["running"] == true)
		}},
	{anchor: "artifact-patterns", text: "it is no regular expression of RE2's, and matches the same text alone; Spinnaker's are Java's", document: unreadable},
	{anchor: "wait-for-condition", text: "it waits until a person skips it; Spinnaker goes on when no condition provider knows a condition",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("type", s.Type == "waitForCondition")
		}},
	{anchor: "run-multiple-cancel", text: "when it is cancelled, so are its executions; Spinnaker lets them go on",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("type", s.Type == "runMultiplePipelines")
		}},
	{anchor: "depends-on-orchestration", missing: "executions other than of pipelines", text: "there are executions of pipelines alone to wait for: the stage fails",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			text, _ := s.Config["executionType"].(string)
			return present("executionType", s.Type == "dependsOnExecution" && strings.EqualFold(text, "orchestration"))
		}},
	{anchor: "pipeline-cancel", text: "when it is cancelled, it ends when the other execution has cleaned up; Spinnaker does not wait for that",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string { return present("type", s.Type == "pipeline") }},
	{anchor: "script", text: "it runs as a job of an account that has jobs; Spinnaker runs it on Jenkins",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string { return present("command", s.Type == "script") }},
	{anchor: "property-file", text: "on a local cloud it is a file, whose path is in the variable GENNAKER_PROPERTIES",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("propertyFile", (s.Type == "script" || s.Type == "runJob") && filled(s, "propertyFile"))
		}},
	{anchor: "job-names", text: "its job's name ends with letters of its own; Spinnaker deletes the job that has the name",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			manifest, _ := s.Config["manifest"].(map[string]any)
			metadata, _ := manifest["metadata"].(map[string]any)
			return present("manifest", (s.Type == "runJobManifest" || s.Type == "runJob") && metadata["name"] != nil)
		}},
	{anchor: "job-cancel", text: "when it is cancelled, it ends when its job has; Spinnaker does not wait for that",
		fields: func(_ gennaker.Pipeline, s gennaker.Stage) []string {
			return present("type", s.Type == "script" || s.Type == "runJob" || s.Type == "runJobManifest")
		}},
	{anchor: "notification-senders", text: "it is written to the worker's log: Gennaker has no sender for its type yet",
		document: unsent},
	{anchor: "evaluator-v3", text: "expressions are evaluated when their stage starts, as v4 does; v3 evaluates at the pipeline's start what it can",
		document: func(p gennaker.Pipeline) []string {
			old := p.SpelEvaluator != "v4" && slices.ContainsFunc(p.Stages, func(s gennaker.Stage) bool { return len(withExpressions(s.Config)) > 0 })
			return present("spelEvaluator", old)
		}},
	{anchor: "expected-artifacts-expressions", text: "an expression in an expected artifact is evaluated before the matching, and fails the start if it fails",
		document: func(p gennaker.Pipeline) []string {
			return withExpressions(map[string]any{"expectedArtifacts": p.ExpectedArtifacts})
		}},
}

// deploysBy finds deploy stages with a cluster of that strategy.
func deploysBy(strategy string) func(gennaker.Pipeline, gennaker.Stage) []string {
	return func(_ gennaker.Pipeline, s gennaker.Stage) []string {
		text, err := json.Marshal(s.Config["clusters"])
		return present("clusters", err == nil && s.Type == "deploy" && strings.Contains(string(text), `"strategy":"`+strategy+`"`))
	}
}

func present(field string, there bool) []string {
	if there {
		return []string{field}
	}
	return nil
}

func ifFilled(s gennaker.Stage, field string) []string { return present(field, filled(s, field)) }

// filled reports whether a field says more than its absence.
func filled(s gennaker.Stage, field string) bool {
	switch v := s.Config[field].(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	}
	return true
}

// matching are the fields whose text is as asked.
func matching(s gennaker.Stage, is func(string) bool, fields ...string) []string {
	return slices.DeleteFunc(fields, func(field string) bool {
		text, ok := s.Config[field].(string)
		return !ok || !is(text)
	})
}

// jayway finds what RFC 9535 does not have: functions at a path's end, and
// =~, in, nin and the like in filters.
var jayway = regexp.MustCompile(`\.\w+\(\)|=~|\s(in|nin|subsetof|anyof|noneof|size|empty)\s`).MatchString

// isLocal reports whether a URL names this machine or its link in so many words.
func isLocal(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified())
}

// unsent are the notifications that no sender sends.
func unsent(p gennaker.Pipeline) []string {
	var paths []string
	add := func(where string, list []map[string]any) {
		for i, n := range list {
			if kind, _ := n["type"].(string); !slices.Contains(gennaker.Senders, kind) {
				paths = append(paths, fmt.Sprintf("%snotifications[%d].type", where, i))
			}
		}
	}
	add("", p.Notifications)
	for i, s := range p.Stages {
		if s.SendNotifications || s.Type == "manualJudgment" {
			add(fmt.Sprintf("stages[%d].", i), s.Notifications)
		}
	}
	return paths
}

// unreadable are the patterns of expected artifacts that are no regular
// expressions.
func unreadable(p gennaker.Pipeline) []string {
	var paths []string
	add := func(where string, list []map[string]any) {
		for i, x := range list {
			pattern, _ := x["matchArtifact"].(map[string]any)
			for _, field := range []string{"type", "name", "version", "location", "reference"} {
				text, _ := pattern[field].(string)
				if _, err := regexp.Compile(text); err != nil && !strings.Contains(text, "${") {
					paths = append(paths, fmt.Sprintf("%sexpectedArtifacts[%d].matchArtifact.%s", where, i, field))
				}
			}
		}
	}
	add("", p.ExpectedArtifacts)
	for i, s := range p.Stages {
		add(fmt.Sprintf("stages[%d].", i), s.ExpectedArtifacts)
	}
	return paths
}

// withExpressions are the fields that have expressions in them.
func withExpressions(config map[string]any) []string {
	var fields []string
	for _, name := range gennaker.SortedKeys(config) {
		if text, err := json.Marshal(config[name]); err == nil && strings.Contains(string(text), "${") {
			fields = append(fields, name)
		}
	}
	return fields
}

// cloudsAnchor is where the page says which clouds there are.
const cloudsAnchor = "clouds"

// otherClouds are the fields below a path that name a cloud without a provider.
func otherClouds(value any, path string) []reason {
	var list []reason
	switch v := value.(type) {
	case map[string]any:
		for _, name := range gennaker.SortedKeys(v) {
			at := path + "." + name
			if cloud, ok := v[name].(string); ok && name == cloudField(v) && lacked(cloud) {
				list = append(list, reason{Path: at, Text: cloud + ": Gennaker has no provider for it yet; it has " + strings.Join(gennaker.Clouds, ", "),
					Missing: "cloud " + cloud, See: differencesPage + "#" + cloudsAnchor})
			}
			list = append(list, otherClouds(v[name], at)...)
		}
	case []any:
		for i, item := range v {
			list = append(list, otherClouds(item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return list
}

// cloudField is the field of an object that names its cloud.
func cloudField(object map[string]any) string {
	if object["cloudProvider"] != nil {
		return "cloudProvider"
	}
	return "cloudProviderType"
}

func lacked(cloud string) bool {
	return cloud != "" && !strings.Contains(cloud, "${") && !slices.Contains(gennaker.Clouds, cloud)
}

// differencesIn names every difference that the document meets.
func differencesIn(p gennaker.Pipeline) []reason {
	var list []reason
	for i, s := range p.Stages {
		list = append(list, otherClouds(s.Config, fmt.Sprintf("stages[%d]", i))...)
	}
	for _, d := range differences {
		if d.switched && p.Compatibility == "spinnaker" {
			continue
		}
		for _, path := range d.paths(p) {
			list = append(list, reason{Path: path, Text: d.text, Missing: d.missing, See: differencesPage + "#" + d.anchor})
		}
	}
	return list
}

// paths are where a document meets the difference.
func (d difference) paths(p gennaker.Pipeline) []string {
	if d.document != nil {
		return d.document(p)
	}
	var paths []string
	for i, s := range p.Stages {
		for _, field := range d.fields(p, s) {
			paths = append(paths, fmt.Sprintf("stages[%d].%s", i, field))
		}
	}
	return paths
}
