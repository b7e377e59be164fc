package workflows_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/memory"
)

// deploying is a document with one deploy stage; more is the rest of its
// cluster block and options the rest of the stage.
func deploying(more, options string) string {
	return fmt.Sprintf(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "deploy", %s
		"clusters": [{"cloudProvider": "memory", "account": "cloud", "stack": "web",
		"capacity": {"min": 1, "desired": 2, "max": 3} %s}]}]}`, options, more)
}

func TestStrategies(t *testing.T) {
	for _, c := range []struct {
		name, cluster string
		before        []string
		want          string
	}{
		{"none adds a server group", ``, []string{"shop-web-v000"}, "shop-web-v000+ shop-web-v001+"},
		{"highlander leaves one", `, "strategy": "highlander"`, []string{"shop-web-v003", "shop-web-v004"}, "shop-web-v005+"},
		{"redblack disables the old", `, "strategy": "redblack"`, []string{"shop-web-v000", "shop-web-v001"},
			"shop-web-v000 shop-web-v001 shop-web-v002+"},
		{"redblack has nothing to disable the first time", `, "strategy": "redblack"`, nil, "shop-web-v000+"},
		{"maxRemainingAsgs spares what takes traffic", `, "strategy": "redblack", "maxRemainingAsgs": 1`, []string{"shop-web-v000"},
			"shop-web-v000 shop-web-v001+"},
		{"maxRemainingAsgs destroys the oldest when it may", `, "strategy": "redblack", "maxRemainingAsgs": 2, "allowDeleteActive": true`,
			[]string{"shop-web-v000", "shop-web-v001"}, "shop-web-v001 shop-web-v002+"},
		{"another cluster is left alone", `, "strategy": "highlander"`, []string{"shop-api-v000"}, "shop-api-v000+ shop-web-v000+"},
		{"the sequence wraps and skips what is taken", ``, []string{"shop-web-v000", "shop-web-v999"},
			"shop-web-v000+ shop-web-v999+ shop-web-v001+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have(c.before...)
			e := w.run(deploying(c.cluster, ""), nil)
			if got := w.groups(); e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("ended %s with %s, want SUCCEEDED with %s: %s", e.Status, got, c.want, e.Error)
			}
		})
	}
}

func TestScaleDownKeepsTheServerGroupWithoutInstances(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	e := w.run(deploying(`, "strategy": "redblack", "scaleDown": true, "delayBeforeScaleDownSec": 600`, ""), nil)
	old, err := w.cloud.Get(t.Context(), gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: "shop-web-v000"})
	if err != nil || old.Capacity != (gennaker.Capacity{}) || old.Enabled {
		t.Errorf("old server group = %+v, %v", old, err)
	}
	if took := e.EndTime.Sub(e.StartTime); took < 10*time.Minute {
		t.Errorf("took %s, want the delay of ten minutes in it", took)
	}
}

func TestADeploymentSaysWhatItMade(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	e := w.run(deploying(`, "strategy": "redblack"`, ""), nil)
	groups, _ := e.Stages[0].Outputs["deploy.server.groups"].(map[string]any)
	if got := fmt.Sprint(groups[gennaker.DefaultRegion]); got != "[shop-web-v001]" {
		t.Errorf("deploy.server.groups = %v", groups)
	}
	g, _ := w.cloud.Get(t.Context(), gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: "shop-web-v001"})
	if g.Marks[gennaker.MarkExecution] != executionID || g.Marks[gennaker.MarkStage] != "1" || g.Marks[gennaker.MarkToken] == "" {
		t.Errorf("marks = %v", g.Marks)
	}
}

// A block of Spinnaker's for AWS says its regions by their zones alone.
func TestTheZonesOfABlockSayWhereToDeploy(t *testing.T) {
	w := newWorld(t)
	e := w.run(deploying(`, "availabilityZones": {"us-west-2": ["us-west-2a"], "eu-west-1": []}`, ""), nil)
	if e.Status != gennaker.Succeeded {
		t.Fatalf("execution = %s: %s", e.Status, e.Error)
	}
	for _, region := range []string{"eu-west-1", "us-west-2"} {
		if _, err := w.cloud.Get(t.Context(), gennaker.ServerGroupRef{Location: gennaker.In("cloud", region), Name: "shop-web-v000"}); err != nil {
			t.Errorf("server group in %s = %v", region, err)
		}
	}
}

func TestStartDisabledMakesTheServerGroupWithoutTraffic(t *testing.T) {
	w := newWorld(t)
	e := w.run(deploying(`, "startDisabled": true`, ""), nil)
	g, err := w.cloud.Get(t.Context(), gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: "shop-web-v000"})
	if e.Status != gennaker.Succeeded || err != nil || g.Enabled || len(g.Instances) != 2 {
		t.Errorf("execution = %s, with %+v, %v; want it out of traffic with two instances", e.Status, g, err)
	}
	w = newWorld(t)
	if e := w.run(deploying(`, "startDisabled": true, "strategy": "redblack"`, ""), nil); e.Status != gennaker.Terminal {
		t.Errorf("execution with redblack = %s, want TERMINAL: it takes the traffic", e.Status)
	}
}

// What becomes of a new server group that never is healthy.
func TestAnUnhealthyDeployment(t *testing.T) {
	for _, c := range []struct{ name, cluster, want string }{
		{"stays as it is when no rollback is asked for", ``, "shop-web-v000+ shop-web-v001+"},
		{"is taken out of traffic", `, "rollback": {"onFailure": true}`, "shop-web-v000+ shop-web-v001"},
		{"is destroyed", `, "rollback": {"onFailure": true, "destroyLatest": true}`, "shop-web-v000+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000")
			e := w.run(deploying(`, "strategy": "redblack", "health": "Down"`+c.cluster, `"stageTimeoutMs": 1500,`), nil)
			if got := w.groups(); e.Status != gennaker.Terminal || got != c.want {
				t.Errorf("ended %s with %s, want TERMINAL with %s", e.Status, got, c.want)
			}
			if !strings.Contains(e.Error, "shop-web-v001 is not healthy after 1.5s: 0 of 2 instances are up") {
				t.Errorf("error = %q", e.Error)
			}
		})
	}
}

func TestCancellingADeploymentRestoresTheCluster(t *testing.T) {
	for _, c := range []struct {
		name, cluster string
		after         time.Duration
	}{
		{"while the new server group starts", `, "strategy": "redblack", "health": "Starting"`, time.Second},
		{"between health and disabling", `, "strategy": "redblack", "delayBeforeCleanup": 3600`, time.Minute},
		{"after the old ones were disabled", `, "strategy": "redblack", "scaleDown": true, "delayBeforeScaleDownSec": 3600`, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000")
			w.update(c.after, gennaker.UpdateCancel, gennaker.Command{User: "ada", Reason: "wrong version"})
			e := w.run(deploying(c.cluster, ""), nil)
			if got := w.groups(); e.Status != gennaker.Canceled || got != "shop-web-v000+" {
				t.Errorf("ended %s with %s, want CANCELED with what was there before: %s", e.Status, got, statuses(e))
			}
		})
	}
}

func TestAPauseReachesTheDeploymentUnderWay(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	w.update(time.Minute, gennaker.UpdatePause, gennaker.Command{User: "ada"})
	w.view(3*time.Hour, func(e gennaker.Execution) {
		if got := w.groups(); got != "shop-web-v000+ shop-web-v001+" {
			t.Errorf("while paused the cluster is %s, want nothing disabled", got)
		}
	})
	w.update(4*time.Hour, gennaker.UpdateResume, gennaker.Command{User: "ada"})
	e := w.run(deploying(`, "strategy": "redblack", "delayBeforeCleanup": 600`, ""), nil)
	if got := w.groups(); e.Status != gennaker.Succeeded || got != "shop-web-v000 shop-web-v001+" {
		t.Errorf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	if took := e.EndTime.Sub(e.StartTime); took < 4*time.Hour+8*time.Minute {
		t.Errorf("took %s, want the pause and the rest of the delay", took)
	}
}

func TestAPausedDeploymentCanBeCancelled(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	w.update(time.Minute, gennaker.UpdatePause, gennaker.Command{User: "ada"})
	w.update(time.Hour, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(deploying(`, "strategy": "redblack", "delayBeforeCleanup": 600`, ""), nil)
	if got := w.groups(); e.Status != gennaker.Canceled || got != "shop-web-v000+" {
		t.Errorf("ended %s with %s, want CANCELED with what was there before", e.Status, got)
	}
}

// Every answer of the cloud is lost once: the call has had its effect, and is
// made again.
func TestLostAnswersDoNothingTwice(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001")
	var mu sync.Mutex
	lost := map[memory.Call]bool{}
	w.cloud.Fault = func(c memory.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if c.After && !lost[c] {
			lost[c] = true
			return fmt.Errorf("memory: %w: the answer is lost", gennaker.ErrUnavailable)
		}
		return nil
	}
	e := w.run(deploying(`, "strategy": "highlander"`, ""), nil)
	if got := w.groups(); e.Status != gennaker.Succeeded || got != "shop-web-v002+" {
		t.Errorf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	if calls := w.cloud.Calls(); calls["Create shop-web-v002"] != 2 {
		t.Errorf("calls = %v, want the create to have been repeated", calls)
	}
}

func TestACloudThatRefusesEndsTheStageWithItsSentence(t *testing.T) {
	w := newWorld(t)
	w.cloud.Fault = func(c memory.Call) error {
		if c.Method == "Create" {
			return fmt.Errorf("memory: create: %w: you have no permission to create", gennaker.ErrDenied)
		}
		return nil
	}
	e := w.run(deploying("", ""), nil)
	want := "stage 1 (deploy): memory: create: denied: you have no permission to create"
	if e.Status != gennaker.Terminal || e.Error != want {
		t.Errorf("ended %s: %q, want %q", e.Status, e.Error, want)
	}
}

func TestAnUnknownAccountIsNamed(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [{"type": "deploy",
		"clusters": [{"account": "prod"}]}]}`, nil)
	if want := `account "prod": not found: this worker has cloud`; !strings.Contains(e.Error, want) {
		t.Errorf("error = %q, want %q in it", e.Error, want)
	}
}

func TestServerGroupStages(t *testing.T) {
	for _, c := range []struct {
		name, stage string
		want        string
		fails       string
	}{
		{name: "destroy the oldest", stage: `"type": "destroyServerGroup", "target": "oldest_asg_dynamic"`, want: "shop-web-v001+"},
		{name: "disable the previous", stage: `"type": "disableServerGroup", "target": "ancestor_asg_dynamic"`, want: "shop-web-v000 shop-web-v001+"},
		{name: "disable by name", stage: `"type": "disableServerGroup", "serverGroupName": "shop-web-v001"`, want: "shop-web-v000+ shop-web-v001"},
		{name: "enable what is enabled", stage: `"type": "enableServerGroup", "asgName": "shop-web-v001"`, want: "shop-web-v000+ shop-web-v001+"},
		{name: "roll back", stage: `"type": "rollbackCluster"`, want: "shop-web-v000+ shop-web-v001"},
		{name: "a target that is not there", stage: `"type": "destroyServerGroup", "serverGroupName": "shop-web-v007"`,
			want: "shop-web-v000+ shop-web-v001+", fails: "not found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000", "shop-web-v001")
			e := w.run(`{"application": "shop", "name": "deploy", "stages": [
				{"refId": "1", "credentials": "cloud", "cluster": "shop-web", `+c.stage+`}]}`, nil)
			if got := w.groups(); got != c.want || !strings.Contains(e.Error, c.fails) || (c.fails == "") != (e.Status == gennaker.Succeeded) {
				t.Errorf("ended %s with %s, want %s: %s", e.Status, got, c.want, e.Error)
			}
		})
	}
}

func TestTheTrafficGuardSparesTheLastServerGroup(t *testing.T) {
	for _, stage := range []string{
		`"type": "destroyServerGroup"`, `"type": "disableServerGroup"`,
		`"type": "resizeServerGroup", "capacity": {"min": 0, "desired": 0, "max": 0}`,
	} {
		for _, allow := range []bool{false, true} {
			w := newWorld(t)
			w.have("shop-web-v000")
			e := w.run(fmt.Sprintf(`{"application": "shop", "name": "deploy", "stages": [{"account": "cloud",
				"serverGroupName": "shop-web-v000", "allowLastServerGroup": %t, %s}]}`, allow, stage), nil)
			if allow != (e.Status == gennaker.Succeeded) {
				t.Errorf("%s, allowed %t, ended %s: %s", stage, allow, e.Status, e.Error)
			}
			if !allow && (w.groups() != "shop-web-v000+" || !strings.Contains(e.Error, "traffic guard")) {
				t.Errorf("%s: left %s: %s", stage, w.groups(), e.Error)
			}
		}
	}
}

func TestResize(t *testing.T) {
	for _, c := range []struct{ name, fields, want string }{ // from 1/2/3
		{"exact", `"capacity": {"min": 2, "desired": 4, "max": 5}`, "2/4/5"},
		{"exact, the rest left as it is", `"capacity": {"desired": 1}`, "1/1/3"},
		{"up by a number", `"action": "scale_up", "scaleNum": 2`, "3/4/5"},
		{"up by a percentage, rounded up", `"action": "scale_up", "scalePct": 50`, "2/3/5"},
		{"down, never below nothing", `"action": "scale_down", "scaleNum": 2`, "0/0/1"},
		{"pinned", `"capacity": {"min": 1, "desired": 2, "max": 3}, "pinCapacity": true`, "2/2/2"},
		{"numbers as text", `"capacity": {"min": "1", "desired": "3", "max": "3"}`, "1/3/3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.have("shop-web-v000")
			e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"account": "cloud", "type": "resizeServerGroup",
				"allowLastServerGroup": true, "serverGroupName": "shop-web-v000", `+c.fields+`}]}`, nil)
			g, _ := w.cloud.Get(t.Context(), gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: "shop-web-v000"})
			if got := g.Capacity.String(); e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("ended %s with %s, want %s: %s", e.Status, got, c.want, e.Error)
			}
		})
	}
}

func TestRollbackIsAsBigAsWhatItReplaces(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000", "shop-web-v001")
	ref := func(n string) gennaker.ServerGroupRef {
		return gennaker.ServerGroupRef{Location: gennaker.In("cloud", ""), Name: n}
	}
	if err := w.cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: ref("shop-web-v000")}); err != nil {
		t.Fatal(err)
	}
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"account": "cloud", "type": "rollbackCluster", "cluster": "shop-web"}]}`, nil)
	g, _ := w.cloud.Get(t.Context(), ref("shop-web-v000"))
	if e.Status != gennaker.Succeeded || g.Capacity.Desired != 2 || !g.Enabled {
		t.Errorf("ended %s, restored %+v: %s", e.Status, g, e.Error)
	}
}
