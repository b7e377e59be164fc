package starter

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/workflows/stages"
)

// pipelines are documents as Spinnaker's users have them.
const pipelines = "../pipeline/testdata/spinnaker"

// entriesOf gives each document in the folder, by its name in a report.
func entriesOf(t *testing.T) map[string]pipeline.Entry {
	t.Helper()
	all := map[string]pipeline.Entry{}
	err := filepath.WalkDir(pipelines, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(pipelines, path)
		for _, e := range pipeline.DecodeAll(data, stages.Table.Configs()) {
			all[judgeEntry(filepath.ToSlash(name), e).File] = e
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheReportAgreesWithWhatRuns(t *testing.T) {
	all := entriesOf(t)
	if len(all) < 35 {
		t.Fatalf("there are %d documents in %s, want dozens", len(all), pipelines)
	}
	for name, e := range all {
		d := judgeEntry(name, e)
		lacks := slices.ContainsFunc(d.Reasons, func(r reason) bool { return r.Missing != "" })
		var want bool
		switch d.Verdict {
		case isNoPipeline:
			want = e.Not != ""
		case runsUnchanged:
			want = e.Err == nil && len(e.Notes) == 0 && len(d.Reasons) == 0
		case runsDifferently:
			want = e.Err == nil && len(d.Reasons) > 0 && !lacks
		case cannotRunYet:
			want = lacks
		case hasMistakes:
			want = e.Err != nil
		}
		if !want {
			t.Errorf("%s %s, and is decoded with error %v, %d notes and the reasons %+v", name, d.Verdict, e.Err, len(e.Notes), d.Reasons)
		}
	}
}

// The folders say what is known to stay; what the other stages are worth
// changes with the stage types there are.
func TestTheReportKnowsPipelinesOfSpinnaker(t *testing.T) {
	expected := map[string]string{"unchanged/": runsUnchanged, "differs/": runsDifferently, "cannot/": cannotRunYet, "broken.yml": hasMistakes,
		"exports/application.json#0": runsUnchanged, "exports/application.json#1": isNoPipeline, "exports/spin-list.json#1": cannotRunYet,
		"exports/template.json": isNoPipeline, "exports/canary-config.json": isNoPipeline}
	for name, e := range entriesOf(t) {
		d := judgeEntry(name, e)
		for prefix, verdict := range expected {
			if strings.HasPrefix(d.File, prefix) && d.Verdict != verdict {
				t.Errorf("%s %s, want that it %s: %+v", name, d.Verdict, verdict, d.Reasons)
			}
		}
		if e.Not == "" && (d.Pipeline == "" || d.Application == "") {
			t.Errorf("%s has no name in the report", name)
		}
	}
}

func TestTheReportKnowsSpinnakersStageTypes(t *testing.T) {
	var strange []string
	for _, e := range entriesOf(t) {
		var problems pipeline.Problems
		errors.As(e.Err, &problems)
		for _, p := range problems {
			if p.Kind == pipeline.UnknownType {
				strange = append(strange, p.Subject)
			}
		}
	}
	slices.Sort(strange)
	if got := strings.Join(strange, " "); got != "acmeCostCheck pageTeam wiat" {
		t.Errorf("stage types that nobody has = %s, want acmeCostCheck pageTeam wiat", got)
	}
}

func TestEveryStageOfSpinnakersEditorIsInTheFolder(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(pipelines, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`"?type"?: "?([A-Za-z.]+)`).FindAllSubmatch(data, -1) {
			seen[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(`wait manualJudgment checkPreconditions evaluateVariables evaluateArtifacts waitForCondition pipeline monitorPipeline
		runMultiplePipelines savePipelinesFromArtifact group importDeliveryConfig webhook bake bakeManifest bakeCloudFoundryManifest findImage
		findImageFromTags upsertImageTags findArtifactFromExecution findArtifactsFromResource deploy cloneServerGroup resizeServerGroup
		enableServerGroup disableServerGroup destroyServerGroup rollbackCluster disableCluster shrinkCluster scaleDownCluster
		applySourceServerGroupCapacity modifyAwsScalingProcess modifyWarmPool upsertLoadBalancers upsertEntityTags runJob runJobManifest
		deployManifest deleteManifest scaleManifest patchManifest undoRolloutManifest rollingRestartManifest enableManifest disableManifest
		jenkins travis concourse googleCloudBuild awsCodeBuild script deployCloudFormation Aws.LambdaDeploymentStage Aws.LambdaUpdateCodeStage
		Aws.LambdaTrafficRoutingStage Aws.LambdaInvokeStage Aws.LambdaDeleteStage startAppEngineServerGroup stopAppEngineServerGroup
		upsertAppEngineLoadBalancers deployAppEngineConfiguration deployCloudrunManifest upsertCloudrunLoadBalancers deployService
		destroyService shareService unshareService createServiceKey deleteServiceKey mapLoadBalancers unmapLoadBalancers
		cloudFoundryCreateServiceBindings cloudFoundryDeleteServiceBindings kayentaCanary gremlin`) {
		if !seen[name] {
			t.Errorf("no document in %s has a stage of type %s", pipelines, name)
		}
	}
}

var (
	anchorOf = regexp.MustCompile(`<a id="([a-z0-9-]+)"></a>`)
	rowOf    = regexp.MustCompile(`(?m)^\| [^|-].*$`)
)

func TestEveryLinkOfTheReportHasItsAnchor(t *testing.T) {
	page := readPage(t)
	at := map[string]int{}
	for _, m := range anchorOf.FindAllStringSubmatch(page, -1) {
		if at[m[1]]++; at[m[1]] > 1 {
			t.Errorf("%s has the anchor %s twice", differencesPage, m[1])
		}
	}
	links := []string{cloudsAnchor}
	for _, anchor := range anchors {
		links = append(links, anchor)
	}
	for _, d := range differences {
		links = append(links, d.anchor)
	}
	for _, link := range links {
		if at[link] == 0 {
			t.Errorf("the report links to %s#%s, which is not there: add <a id=%q></a>", differencesPage, link, link)
		}
	}
}

func TestEveryDifferenceHasAnAnchor(t *testing.T) {
	rows := rowOf.FindAllString(readPage(t), -1)
	if len(rows) < 20 {
		t.Fatalf("%s has %d rows, want dozens", differencesPage, len(rows))
	}
	for _, row := range rows {
		if !strings.HasPrefix(row, `| <a id="`) {
			t.Errorf("%s: a row cannot be linked to: begin it with <a id=\"some-words\"></a>\n%.80s", differencesPage, row)
		}
	}
}

func readPage(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../" + differencesPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
