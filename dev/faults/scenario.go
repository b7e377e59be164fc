package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

// scenario is a kind of deployment: what is there before, the stages, and how
// many instances must be in service all the time.
type scenario struct {
	name    string
	regions []string
	before  []standing
	stages  []string // in JSON; see document
	floor   int      // in sizes
	status  gennaker.Status
	options string        // of each stage, in JSON
	cancel  time.Duration // at most; 0 never
	sick    bool          // what is deployed never is healthy
}

// standing is a server group that is there before. Its capacity is in sizes.
type standing struct {
	name     string
	size     int
	disabled bool
}

var (
	one      = []string{"us-east-1"}
	two      = []string{"us-east-1", "us-west-2"}
	replaced = []standing{{"shop-web-v003", 1, true}, {"shop-web-v004", 1, false}}
	beside   = []standing{{"shop-web-v003", 1, false}, {"shop-web-v004", 1, false}}
	bigger   = []standing{{"shop-web-v004", 2, false}}
)

const rollback = `, "rollback": {"onFailure": true, "destroyLatest": true}`

// scenarios are what is deployed, in turns. Where it says nothing else, the
// execution must succeed.
var scenarios = []scenario{
	{name: "none", regions: one, before: replaced, floor: 1, stages: deploys(``)},
	{name: "the first", regions: one, stages: deploys(`, "strategy": "redblack"` + rollback)},
	{name: "highlander", regions: one, before: beside, floor: 1, stages: deploys(`, "strategy": "highlander"`)},
	{name: "redblack", regions: one, before: replaced, floor: 1, stages: deploys(`, "strategy": "redblack"` + rollback)},
	{name: "redblack of two that serve", regions: one, before: beside, floor: 1, stages: deploys(`, "strategy": "redblack", "delayBeforeCleanup": 30`)},
	{name: "redblack, scaled down", regions: one, before: replaced, floor: 1,
		stages: deploys(`, "strategy": "redblack", "scaleDown": true, "delayBeforeScaleDownSec": 60`)},
	{name: "redblack, one remains", regions: one, before: replaced, floor: 1,
		stages: deploys(`, "strategy": "redblack", "maxRemainingAsgs": 1, "allowDeleteActive": true`)},
	{name: "redblack as big as its source", regions: one, before: bigger, floor: 2, stages: deploys(`, "strategy": "redblack", "useSourceCapacity": true`)},
	{name: "redblack in two regions", regions: two, before: replaced, floor: 1, stages: deploys(`, "strategy": "redblack"` + rollback)},
	{name: "rollingredblack", regions: one, before: replaced, floor: 1,
		stages: deploys(`, "strategy": "rollingredblack", "targetPercentages": [25, 50, 75]` + rollback)},
	{name: "rollingredblack, scaled down", regions: one, before: replaced, floor: 1,
		stages: deploys(`, "strategy": "rollingredblack", "targetPercentages": [50], "delayBeforeCleanup": 20, "scaleDown": true`)},
	{name: "rollingredblack in two regions", regions: two, before: replaced, floor: 1,
		stages: deploys(`, "strategy": "rollingredblack", "targetPercentages": [50]`)},
	{name: "three in a row", regions: one, before: replaced, floor: 1,
		stages: deploys(`, "strategy": "redblack"`, `, "strategy": "highlander"`, `, "strategy": "rollingredblack"`)},
	{name: "redblack, and back", regions: one, before: replaced, floor: 1,
		stages: append(deploys(`, "strategy": "redblack"`), operates("rollbackCluster", "", ""))},
	{name: "redblack, resized and cleaned up", regions: one, before: replaced, floor: 1, stages: append(deploys(`, "strategy": "redblack"`),
		operates("resizeServerGroup", "current_asg_dynamic", `, "action": "scale_up", "scaleNum": 1`),
		operates("destroyServerGroup", "ancestor_asg_dynamic", ""),
		operates("disableServerGroup", "oldest_asg_dynamic", ""))},
	{name: "redblack, never healthy and taken back", regions: one, before: replaced, floor: 1, status: gennaker.Terminal,
		stages: deploys(`, "strategy": "redblack"` + rollback), options: `, "stageTimeoutMs": 600000`, sick: true},
	{name: "redblack, cancelled before cleanup", regions: one, before: replaced, floor: 1, status: gennaker.Canceled, cancel: time.Minute,
		stages: deploys(`, "strategy": "redblack", "delayBeforeCleanup": 3600`)},
	{name: "redblack, cancelled after the change", regions: one, before: beside, floor: 1, status: gennaker.Canceled, cancel: 10 * time.Minute,
		stages: deploys(`, "strategy": "redblack", "scaleDown": true, "delayBeforeScaleDownSec": 3600`)},
	{name: "rollingredblack, cancelled half-way", regions: one, before: replaced, floor: 1, status: gennaker.Canceled, cancel: 3 * time.Minute,
		stages: deploys(`, "strategy": "rollingredblack", "targetPercentages": [25, 50], "delayBeforeCleanup": 60`)},
}

// deploys are stages that deploy, each with more in its cluster block. How
// big, where, and of which image is filled in by document.
func deploys(more ...string) (stages []string) {
	for i, m := range more {
		stages = append(stages, fmt.Sprintf(`"type": "deploy", "clusters": [{SPEC-%d, "cloudProvider": "PROVIDER", "account": "cloud", "stack": "web",
			"regions": REGIONS, "capacity": {"min": 1, "desired": SIZE, "max": MAX} %s}]`, i, m))
	}
	return stages
}

// operates is a stage that changes a server group of the cluster.
func operates(kind, target, more string) string {
	return fmt.Sprintf(`"type": %q, "cloudProvider": "PROVIDER", "account": "cloud", "cluster": "shop-web", "target": %q, "regions": REGIONS %s`,
		kind, target, more)
}

// document is the pipeline, one stage after the other.
func (t trial) document() (string, error) {
	var stages []string
	fill := []string{"SIZE", fmt.Sprint(t.size), "MAX", fmt.Sprint(2 * t.size), "PROVIDER", t.on.name,
		"REGIONS", `["` + strings.Join(t.scenario.regions, `", "`) + `"]`}
	for i, stage := range t.scenario.stages {
		after := "[]"
		if i > 0 {
			after = fmt.Sprintf(`["%d"]`, i)
		}
		stages = append(stages, fmt.Sprintf(`{"refId": "%d", "requisiteStageRefIds": %s, %s %s}`, i+1, after, stage, t.scenario.options))
		spec, err := json.Marshal(t.on.spec(t, t.newImage(i)))
		if err != nil {
			return "", err
		}
		fill = append(fill, fmt.Sprintf("SPEC-%d", i), string(spec[1:len(spec)-1]))
	}
	return strings.NewReplacer(fill...).Replace(`{"application": "shop", "name": "deploy", "stages": [` + strings.Join(stages, ", ") + `]}`), nil
}

func (t trial) newImage(stage int) string {
	if t.scenario.sick {
		return sickImage
	}
	return fmt.Sprintf("shop-new-%d", stage)
}

func (b standing) image() string { return "shop-old-" + withoutCluster(b.name) }

// make asks for what is there before.
func (b standing) make(t trial, region string) gennaker.CreateServerGroup {
	n := b.size * t.size
	before := t
	before.start = 0
	return gennaker.CreateServerGroup{Location: gennaker.In("cloud", region), Name: b.name, Moniker: gennaker.ParseMoniker(b.name),
		Capacity: gennaker.Capacity{Min: 1, Desired: n, Max: 2 * n}, Marks: map[string]string{gennaker.MarkToken: b.name},
		Spec: t.on.spec(before, b.image())}
}
