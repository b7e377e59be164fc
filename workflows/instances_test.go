package workflows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestTerminateInstances(t *testing.T) {
	for _, c := range []struct {
		name, kind, fields string
		want               string // capacity and ids afterwards
		fails              string
	}{
		{"others take their place", "terminateInstances", `"serverGroupName": "shop-web-v001", "instanceIds": ["shop-web-v001-0", "shop-web-v001-1"]`,
			"2/3/9 shop-web-v001-2 shop-web-v001-3 shop-web-v001-4", ""},
		{"found by their ids alone", "terminateInstances", `"region": "local", "instanceIds": ["shop-web-v001-1"]`,
			"2/3/9 shop-web-v001-0 shop-web-v001-2 shop-web-v001-3", ""},
		{"that are gone already", "terminateInstances", `"serverGroupName": "shop-web-v001", "instanceIds": ["shop-web-v001-7"]`,
			"2/3/9 shop-web-v001-0 shop-web-v001-1 shop-web-v001-2", ""},
		{"that nobody has", "terminateInstances", `"instanceIds": ["shop-web-v001-7"]`,
			"2/3/9 shop-web-v001-0 shop-web-v001-1 shop-web-v001-2", "instances [shop-web-v001-7]: not found in cloud/local"},
		{"all of the last that serves", "terminateInstances", `"serverGroupName": "shop-web-v001", "instanceIds": ["shop-web-v001-0", "shop-web-v001-1", "shop-web-v001-2"]`,
			"2/3/9 shop-web-v001-0 shop-web-v001-1 shop-web-v001-2", "refused by the traffic guard"},
		{"all of the last that serves, all the same", "terminateInstances", `"serverGroupName": "shop-web-v001", "allowLastServerGroup": true,
			"instanceIds": ["shop-web-v001-0", "shop-web-v001-1", "shop-web-v001-2"]`, "2/3/9 shop-web-v001-3 shop-web-v001-4 shop-web-v001-5", ""},
		{"one, and the server group shrinks", "terminateInstanceAndDecrementServerGroup", `"asgName": "shop-web-v001", "instance": "shop-web-v001-1"`,
			"2/2/9 shop-web-v001-0 shop-web-v001-2", ""},
		{"one, under the stage's old name, and max goes along", "terminateInstanceAndDecrementAsg", `"asgName": "shop-web-v001", "instance": "shop-web-v001-1", "setMaxToNewDesired": true`,
			"2/2/2 shop-web-v001-0 shop-web-v001-2", ""},
		{"more than min allows", "terminateInstanceAndDecrementServerGroup", `"asgName": "shop-web-v001", "instanceIds": ["shop-web-v001-0", "shop-web-v001-1"]`,
			"2/3/9 shop-web-v001-0 shop-web-v001-1 shop-web-v001-2", "it would have 1, and its min is 2; adjustMinIfNecessary lowers that too"},
		{"more than min allows, and min goes along", "terminateInstanceAndDecrementServerGroup", `"asgName": "shop-web-v001",
			"instanceIds": ["shop-web-v001-0", "shop-web-v001-1"], "adjustMinIfNecessary": true`, "1/1/9 shop-web-v001-2", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.groupsOf("shop-web-v000:1", "shop-web-v001+:3")
			w.sized("shop-web-v001", gennaker.Capacity{Min: 2, Desired: 3, Max: 9})
			e := w.run(`{"application": "shop", "name": "operate", "stages": [{"refId": "1", "type": "`+c.kind+`", "credentials": "cloud", `+c.fields+`}]}`, nil)
			if (e.Status != gennaker.Succeeded) != (c.fails != "") || !strings.Contains(e.Error, c.fails) {
				t.Errorf("ended %s: %s; want an error that says %q", e.Status, e.Error, c.fails)
			}
			if got := w.members("shop-web-v001"); got != c.want {
				t.Errorf("left %s, want %s", got, c.want)
			}
		})
	}
}

// members are a server group's capacity and the ids of its instances.
func (w *world) members(name string) string {
	w.t.Helper()
	g, err := w.cloud.Get(w.t.Context(), webRef(name))
	if err != nil {
		w.t.Fatalf("Get(%s) = %v", name, err)
	}
	text := g.Capacity.String()
	for _, i := range g.Instances {
		text += " " + i.ID
	}
	return text
}

func TestRebootInstances(t *testing.T) {
	t.Run("that take traffic", func(t *testing.T) { reboots(t, false, gennaker.Up) })
	t.Run("that take none", func(t *testing.T) { reboots(t, true, gennaker.OutOfService) })
}

func reboots(t *testing.T, disabled bool, want gennaker.Health) {
	w := newWorld(t)
	err := w.cloud.Create(t.Context(), gennaker.CreateServerGroup{Location: gennaker.In("cloud", ""), Name: "shop-web-v000", Disabled: disabled,
		Moniker: gennaker.ParseMoniker("shop-web-v000"), Capacity: gennaker.Capacity{Desired: 2, Max: 2}, Spec: map[string]any{"start": 0.5}})
	if err != nil {
		t.Fatal(err)
	}
	e := w.run(`{"application": "shop", "name": "operate", "stages": [{"refId": "1", "type": "rebootInstances", "credentials": "cloud",
		"serverGroupName": "shop-web-v000", "instanceIds": ["shop-web-v000-1"]}]}`, nil)
	g, _ := w.cloud.Get(t.Context(), webRef("shop-web-v000"))
	if e.Status != gennaker.Succeeded || w.cloud.Calls()["RebootInstances shop-web-v000"] != 1 || g.Instances[1].Health != want {
		t.Errorf("ended %s with %v calls and %+v: %s", e.Status, w.cloud.Calls(), g.Instances, e.Error)
	}
	if ids := e.Stages[0].Context["terminate.instance.ids"]; fmt.Sprint(ids) != "[shop-web-v000-1]" {
		t.Errorf("instances = %v", ids)
	}
}

func TestProcessesAreSuspendedAndResumedAsAStageAboveHadThem(t *testing.T) {
	stage := func(ref, after, action, more string) string {
		return fmt.Sprintf(`{"refId": %q, "requisiteStageRefIds": [%s], "type": "modifyAwsScalingProcess", "credentials": "cloud", "cluster": "shop-web",
			"target": "current_asg_dynamic", "action": %q %s}`, ref, after, action, more)
	}
	w := newWorld(t)
	w.groupsOf("shop-web-v000+:1")
	set := gennaker.SetProcesses{ServerGroupRef: webRef("shop-web-v000"), Suspend: []string{"Terminate"}}
	if err := w.cloud.SetProcesses(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	e := w.run(`{"application": "shop", "name": "operate", "stages": [`+stage("1", ``, "suspend", `, "processes": ["Launch", "Terminate"]`)+","+
		stage("2", `"1"`, "resume", "")+`]}`, nil)
	g, _ := w.cloud.Get(t.Context(), webRef("shop-web-v000"))
	if e.Status != gennaker.Succeeded || fmt.Sprint(g.Suspended) != "[Terminate]" {
		t.Errorf("ended %s with %v suspended, want what was before: %s", e.Status, g.Suspended, e.Error)
	}
	for i, want := range []string{"[Launch]", "[Launch]"} {
		if got := fmt.Sprint(e.Stages[i].Outputs["scalingProcesses.shop-web-v000"]); got != want {
			t.Errorf("stage %d changed %s, want %s", i+1, got, want)
		}
	}
}

// What is suspended does not hinder a change of size, and is suspended again
// afterwards.
func TestSuspendedProcessesDoNotHinderAChangeOfSize(t *testing.T) {
	for _, c := range []struct{ kind, fields, want string }{
		{"resizeServerGroup", `, "serverGroupName": "shop-web-v000", "capacity": {"desired": 4}`, "v000:4 v001+:1"},
		{"scaleDownCluster", ``, "v000:0 v001+:1"},
	} {
		w := newWorld(t)
		w.groupsOf("shop-web-v000:2", "shop-web-v001+:1")
		set := gennaker.SetProcesses{ServerGroupRef: webRef("shop-web-v000"), Suspend: []string{"Launch", "Terminate"}}
		if err := w.cloud.SetProcesses(t.Context(), set); err != nil {
			t.Fatal(err)
		}
		e := w.run(acting(c.kind, c.fields), nil)
		g, _ := w.cloud.Get(t.Context(), webRef("shop-web-v000"))
		if got := w.sizes(); e.Status != gennaker.Succeeded || got != c.want || fmt.Sprint(g.Suspended) != "[Launch Terminate]" {
			t.Errorf("%s ended %s with %s, %v suspended; want %s: %s", c.kind, e.Status, got, g.Suspended, c.want, e.Error)
		}
	}
}
