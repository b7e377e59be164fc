package workflows

import (
	"slices"

	"github.com/gennaker/gennaker"
)

// roots are the names that every stage sees.
var roots = map[string]string{
	"parameters":           "the pipeline's parameters",
	"trigger":              "what started the execution",
	"execution":            "the execution: `stages`, `id`, `name`, `authentication.user`, …",
	"templateVariables":    "the variables of the pipeline's template",
	"deployedServerGroups": "what all deploy stages made",
	"buildInfo":            "what a build put out: of the nearest stage upstream, else of the trigger",
	"scmInfo":              "the change that was built: `sha1`, `branch`, `name`, `committer`; of several, the first that is neither on master nor on develop",
}

// Names lists what Lookup finds, for the errors about what it does not.
func (sc *scope) Names() []string {
	names := slices.Concat(gennaker.SortedKeys(roots), gennaker.SortedKeys(sc.more), gennaker.SortedKeys(sc.stage.Config))
	for _, s := range sc.r.e.Stages {
		names = append(names, gennaker.SortedKeys(s.Outputs)...)
	}
	return names
}

func (sc *scope) buildInfo() (any, bool) {
	if v, ok := sc.above("buildInfo"); ok {
		return v, true
	}
	v, ok := sc.r.e.Trigger.Extra["buildInfo"]
	return v, ok
}

func (sc *scope) scmInfo() (any, bool) {
	info, _ := sc.buildInfo()
	build, _ := plainJSON(info).(map[string]any)
	changes, _ := build["scm"].([]any)
	for _, change := range changes {
		fields, _ := change.(map[string]any)
		if branch := fields["branch"]; branch != "master" && branch != "develop" {
			return change, true
		}
	}
	if len(changes) == 0 {
		return nil, false
	}
	return changes[0], true
}
