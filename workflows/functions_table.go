package workflows

import (
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// functions are all that expressions can call, by name.
var functions = map[string]function{
	"stage":                {"nameOrRefId", "a stage: `context`, `outputs`, `status`, `hasSucceeded`, `hasFailed`, …; an error if there is none", stageByName},
	"stageByRefId":         {"refId", "the same, by refId alone", stageByRefID},
	"stageExists":          {"nameOrRefId", "whether there is such a stage", stageExists},
	"currentStage":         {"", "the stage whose field this is", currentStage},
	"currentUser":          {"", "who started the execution, or `anonymous`", currentUser},
	"judgment":             {"stage", "the input chosen at a manual judgment; an error if none was", judgmentInput},
	"judgement":            {"stage", "as `#judgment`", judgmentInput},
	"deployedServerGroups": {"stages…", "what deploy stages made, or those of that name or refId alone: `account`, `region`, `serverGroup`, `capacity`, …, and the image's `deploymentDetails` of a stage upstream", deployedServerGroups},

	"resolvedArtifacts":             {"", "the artifacts in the outputs of all stages", resolvedArtifacts},
	"triggerResolvedArtifact":       {"name", "the artifact of the trigger with that name; an error if there is none", triggerArtifact("name", artifactName)},
	"triggerResolvedArtifactByType": {"type", "the same, by type", triggerArtifact("type", artifactType)},

	"toInt":          {"text", "a whole number", toInt},
	"toFloat":        {"text", "a number", toFloat},
	"toBoolean":      {"text", "true for the word true in any case, else false", toBoolean},
	"toBase64":       {"text", "the text in Base64", toBase64},
	"fromBase64":     {"text", "the text that was put into Base64", fromBase64},
	"alphanumerical": {"text", "the text without all that is neither a letter nor a digit", alphanumerical},
	"toJson":         {"value", "the value as JSON; an error if it holds `${`", toJSON},
	"doNotEval":      {"value", "the value; `#toJson(#doNotEval(v))` may hold `${`", doNotEval},
	"readJson":       {"text", "the value that JSON says", readJSON},
	"readYaml":       {"text", "the value that a YAML document says", readYAML},
	"readAllYaml":    {"text", "a list of the values of all YAML documents", readAllYAML},

	"fromUrl":           {"url", "the text that a GET of the URL answers with, where webhooks may go; an error unless it is a 2xx", fromURL},
	"jsonFromUrl":       {"url", "the value that its JSON says", fromURLBy(readJSON)},
	"yamlFromUrl":       {"url", "the value that its YAML document says", fromURLBy(readYAML)},
	"propertiesFromUrl": {"url", "an object of the texts that its Java properties say", fromURLBy(readProperties)},

	"pipelineId":              {"name", "the id of the stored pipeline with that name in the application; an error if there is none", pipelineID},
	"pipelineIdOrNull":        {"name", "as `#pipelineId`; null if there is none", pipelineIDOrNull},
	"pipelineIdInApplication": {"name application", "as `#pipelineIdOrNull`, in another application", pipelineIDInApplication},

	"applicationMetadata":  notYet("applicationMetadata", "application"),
	"canaryConfigNameToId": notYet("canaryConfigNameToId", "name application"),
	"manifestLabelValue":   notYet("manifestLabelValue", "stage kind label"),
	"cfServiceKey":         notYet("cfServiceKey", "stage"),
	"fetchReference":       notYet("fetchReference", "reference"),
}

// notYet is a function of Spinnaker's that needs what expressions cannot
// reach. It says so, rather than that there is no such function.
func notYet(name, params string) function {
	needs := expression.Later[name]
	return function{params, "not available here yet: it needs " + needs, func(*scope, []any) (any, error) {
		return nil, fmt.Errorf("%w: %w: it needs %s", gennaker.ErrInvalid, expression.ErrLater, needs)
	}}
}
