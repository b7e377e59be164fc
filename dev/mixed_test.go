package dev_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws/awstest/targets"
)

var (
	googleAnswersAt = regexp.MustCompile(`(?s)Simulated +(http://[^/\s]+)/.*Ctrl-C`)
	kubeAnswersAt   = regexp.MustCompile(`Kubernetes answers at (\S+),`)
)

// threeClouds are what make clouds starts, and Gennaker beside them with the
// configuration of examples/mixed.
func threeClouds(t *testing.T) (environment map[string]string, startWorker func() (kill func())) {
	t.Helper()
	mixed, err := filepath.Abs(filepath.Join("..", "examples", "mixed"))
	if err != nil {
		t.Fatal(err)
	}
	bin, state := programs(t), filepath.Join(t.TempDir(), "state")
	kube := filepath.Join(t.TempDir(), "kube")
	answers := map[string]string{ // what the example says, and what it is here
		"http://127.0.0.1:7244":      startCloud(t, amazonAnswersAt, filepath.Join(bin, "gennaker-aws"), "--port", "0", "--ministack", targets.Program(t, "ministack")),
		"http://127.0.0.1:7245":      startCloud(t, googleAnswersAt, filepath.Join(bin, "gennaker-google"), "--port", "0"),
		".gennaker/kube/kubeconfig":  filepath.Join(kube, "kubeconfig"),
		"examples/mixed/prices.yaml": filepath.Join(mixed, "prices.yaml"),
	}
	startCloud(t, kubeAnswersAt, filepath.Join(bin, "gennaker-kube"), "--dir", kube)
	text, err := os.ReadFile(filepath.Join(mixed, "worker.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	config := string(text)
	for _, usual := range gennaker.SortedKeys(answers) {
		if !strings.Contains(config, usual) {
			t.Fatalf("worker.yaml does not name %s", usual)
		}
		config = strings.ReplaceAll(config, usual, answers[usual])
	}
	file := filepath.Join(t.TempDir(), "worker.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	startDev(t, bin, state, []string{"temporal", "cloud"})
	environment = map[string]string{
		"PATH": bin + string(os.PathListSeparator) + os.Getenv("PATH"), "GENNAKER_STATE": state, "GENNAKER_USER": "ada",
		"EXAMPLES": mixed,
	}
	return environment, func() func() {
		worker := startDev(t, bin, state, []string{"worker"}, "--worker-config", file)
		return func() {
			if err := worker.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = worker.Wait() // it says that it was killed
		}
	}
}

// TestMixingClouds runs the pipelines of examples/mixed as people do, on three
// clouds. Then the worker dies again and again in the middle of a deployment.
func TestMixingClouds(t *testing.T) {
	t.Parallel()
	environment, startWorker := threeClouds(t)
	kill := startWorker()
	t.Run("sessions", func(t *testing.T) { // ends when all of them have
		testscript.Run(t, testscript.Params{
			Dir: filepath.Join("testdata", "mixed"),
			Setup: func(env *testscript.Env) error {
				for name, value := range environment {
					env.Setenv(name, value)
				}
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "await": await, "deploys": deploys, "everywhere": everywhere},
		})
	})
	ask := func(arguments ...string) string {
		t.Helper()
		bin, _, _ := strings.Cut(environment["PATH"], string(os.PathListSeparator))
		c := exec.Command(filepath.Join(bin, "gennaker"), arguments...)
		for name, value := range environment {
			c.Env = append(c.Env, name+"="+value)
		}
		out, err := c.Output()
		if err != nil {
			t.Fatalf("gennaker %v: %v\n%s", arguments, err, out)
		}
		return string(out)
	}
	places := func() (all []gennaker.ServerGroupRef) {
		var groups []gennaker.ServerGroup
		if err := json.Unmarshal([]byte(ask("server-groups", "list", "--cluster", "shop-web", "-o", "json")), &groups); err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			all = append(all, g.Ref())
		}
		return all
	}
	before := places()
	ask("start", filepath.Join(environment["EXAMPLES"], "deploy.yaml"), "-p", "version=2")
	for range 3 {
		time.Sleep(700 * time.Millisecond) // it is somewhere in the middle
		kill()
		kill = startWorker()
	}
	for deadline := time.Now().Add(time.Minute); !strings.Contains(ask("status", "shop/everywhere"), "asks: Version 2"); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("nobody is asked:\n%s", ask("status", "shop/everywhere"))
		}
	}
	ask("judge", "shop/everywhere", "--continue", "--input", "keep")
	fresh := map[string]int{}
	for _, ref := range places() {
		if !slices.Contains(before, ref) {
			fresh[ref.Account]++
		}
	}
	if want := map[string]int{"aws": 1, "google": 1, "kube": 1}; !maps.Equal(fresh, want) {
		t.Errorf("there are so many new server groups by account: %v, want %v", fresh, want)
	}
}

// deploys runs deploy.yaml to its end, and answers its judgment.
//
//	deploys VERSION ANSWER
func deploys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: deploys VERSION ANSWER")
	}
	ts.Check(ts.Exec("gennaker", "start", ts.Getenv("EXAMPLES")+"/deploy.yaml", "-p", "version="+args[0]))
	await(ts, false, []string{`Keep it\? .*RUNNING`, "gennaker", "status", "shop/everywhere"})
	ts.Check(ts.Exec("gennaker", "judge", "shop/everywhere", "--continue", "--input", args[1]))
	ts.Check(ts.Exec("gennaker", "watch", "shop/everywhere"))
}

// everywhere holds that on each of the three clouds that server group, and no
// other of its cluster, takes traffic, with all of its instances.
//
//	everywhere NAME
func everywhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: everywhere NAME")
	}
	var all []gennaker.ServerGroup
	asker{ts}.ask(&all, "gennaker", "server-groups", "list", "--cluster", gennaker.ParseMoniker(args[0]).Cluster(), "-o", "json")
	var serving []string
	for _, g := range all {
		if !g.Enabled {
			continue
		}
		if g.Name != args[0] || g.Count(gennaker.Up) != g.Capacity.Desired {
			ts.Fatalf("in %s, %s serves with %d of %d instances, want %s alone", g.Account, g.Name, g.Count(gennaker.Up), g.Capacity.Desired, args[0])
		}
		serving = append(serving, g.Account)
	}
	slices.Sort(serving)
	if want := []string{"aws", "google", "kube"}; !slices.Equal(serving, want) {
		found, _ := json.Marshal(all)
		ts.Fatalf("%s serves in %v, want %v: %s", args[0], serving, want, found)
	}
}
