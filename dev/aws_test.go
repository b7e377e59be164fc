package dev_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gennaker/gennaker"
)

// TestExamplesOnAWS runs the pipelines of examples/aws as people do: they
// succeed, they fail safely, and AWS's own CLI agrees. Then the worker dies in
// the middle of a deployment.
func TestExamplesOnAWS(t *testing.T) {
	t.Parallel()
	l := startLaptop(t)
	t.Run("sessions", func(t *testing.T) { // ends when all of them have
		testscript.Run(t, testscript.Params{
			Dir: filepath.Join("testdata", "aws"),
			Setup: func(env *testscript.Env) error {
				for name, value := range l.environment() {
					env.Setenv(name, value)
				}
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){
				"exits": exits, "await": await, "agree": agree, "serves": serves, "clean": clean, "services": services,
			},
		})
	})
	for _, moment := range []struct{ action, image string }{
		{"CreateLaunchTemplate", "shop-1"}, {"CreateAutoScalingGroup", "shop-2"}, {"SuspendProcesses", "shop-3"},
	} {
		t.Run("the worker dies after "+moment.action, func(t *testing.T) { l.dieAfter(t, moment.action, moment.image) })
	}
}

// dieAfter kills the worker once an action of a deployment has taken effect,
// starts another, and wants the deployment to succeed with one new server
// group in each region.
func (l *laptop) dieAfter(t *testing.T, action, image string) {
	before, seen := l.webServers(t), len(l.effects(t))
	start := l.command("gennaker", "start", "../examples/aws/redblack.yaml", "-p", "image="+image, "--watch")
	var watched bytes.Buffer
	start.Stdout, start.Stderr = &watched, &watched
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	isIt := func(e effect) bool { return e.Action == action }
	for deadline := time.Now().Add(time.Minute); !slices.ContainsFunc(l.effects(t)[seen:], isIt); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("there is no %s", action)
		}
	}
	if err := l.worker.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = l.worker.Wait() // it says that it was killed
	l.startWorker()
	if err := start.Wait(); err != nil {
		t.Fatalf("the deployment did not succeed: %v\n%s", err, watched.String())
	}
	fresh := map[string]string{}
	for _, g := range l.webServers(t) {
		isNew := !slices.ContainsFunc(before, func(b gennaker.ServerGroup) bool { return b.Ref() == g.Ref() })
		if g.Enabled != isNew {
			t.Errorf("%s in %s: enabled is %t, new is %t", g.Name, g.Region, g.Enabled, isNew)
		}
		if isNew {
			if other := fresh[g.Region]; other != "" {
				t.Errorf("%s has the new server groups %s and %s", g.Region, other, g.Name)
			}
			fresh[g.Region] = g.Name
		}
	}
	if len(fresh) != 2 {
		t.Fatalf("there are the new server groups %v, want one in each of two regions", fresh)
	}
	made := 0
	for _, e := range l.effects(t)[seen:] {
		if e.Action == "CreateAutoScalingGroup" {
			made++
		}
	}
	if made != 2 {
		t.Errorf("%d server groups were made, want one in each of two regions", made)
	}
}

// webServers are the server groups of redblack.yaml.
func (l *laptop) webServers(t *testing.T) (all []gennaker.ServerGroup) {
	t.Helper()
	var complaint bytes.Buffer
	list := l.command("gennaker", "server-groups", "list", "--account", "aws", "--cluster", "shop-web", "-o", "json")
	list.Stderr = &complaint
	text, err := list.Output()
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		t.Fatalf("list the server groups: %v\n%s", err, complaint.String())
	}
	return all
}

// command is a program as a session runs it.
func (l *laptop) command(name string, arguments ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(l.bin, name), arguments...)
	for name, value := range l.environment() {
		c.Env = append(c.Env, name+"="+value)
	}
	return c
}

// effect is a change that a call made in the simulated Amazon.
type effect struct{ Action, Subject string }

// effects are all since it was started, in order.
func (l *laptop) effects(t *testing.T) (all []effect) {
	t.Helper()
	answer, err := http.Get(l.amazon + "/-/effects")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}
