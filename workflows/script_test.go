package workflows_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/localcloud"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/local"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// laptopWorld is a world whose account laptop is a local cloud of real
// processes.
func laptopWorld(t *testing.T) *world {
	t.Helper()
	state := t.TempDir()
	cloud, err := localcloud.Open(t.Context(), localcloud.Config{State: state})
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := cloud.StopInstances(ctx); err != nil {
			t.Errorf("StopInstances = %v", err)
		}
		cloud.Close()
	})
	account, err := local.New(local.Config{Account: "laptop", StateDir: state})
	if err != nil {
		t.Fatal(err)
	}
	var suite testsuite.WorkflowTestSuite
	w := &world{t: t, env: suite.NewTestWorkflowEnvironment()}
	w.env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // machines that run tests are busy
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: executionID, TaskQueue: gennaker.TaskQueue})
	w.env.SetTestTimeout(30 * time.Second)
	workflows.Register(w.env, stages.Table)
	activities.Register(w.env, activities.New(activities.Config{
		Providers: providers.NewRegistry(map[string]providers.Provider{"laptop": account})}))
	return w
}

// scripting is a document with one stage; fields are those of its type.
func scripting(typ, fields string) string {
	return fmt.Sprintf(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": %q, %s}]}`, typ, fields)
}

// scripts is a folder with the program greet.sh, which is also a repository
// with a branch.
func scripts(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	greet := func(word string) {
		text := "#!/bin/sh\necho greeting=" + word + `-$1-$IMAGE_ID-$REGION_PARAM-$ENV_PARAM-$CLUSTER_PARAM-$CMC > out.properties`
		if err := os.WriteFile(filepath.Join(folder, "greet.sh"), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		args = append([]string{"-C", folder, "-c", "user.name=ada", "-c", "user.email=ada@example.com"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "--quiet", "--initial-branch", "main")
	greet("hello")
	git("add", "-A")
	git("commit", "--quiet", "--message", "Greet")
	git("checkout", "--quiet", "-b", "other")
	greet("hallo")
	git("commit", "--quiet", "--all", "--message", "Greet otherwise")
	git("checkout", "--quiet", "main")
	return folder
}

func TestAScriptRunsWithWhatItIsGiven(t *testing.T) {
	folder := scripts(t)
	const parameters = `, "account": "laptop", "image": "ami-1", "region": "local", "cluster": "shop-web", "cmc": "7", "propertyFile": "out.properties"`
	for _, c := range []struct{ name, fields, want string }{
		{"in a folder", `"command": "greet.sh a", "scriptPath": "` + folder + `"` + parameters, "hello-a-ami-1-local-laptop-shop-web-7"},
		{"in a repository", `"command": "greet.sh a", "repoUrl": "file://` + folder + `", "scriptPath": "."` + parameters, "hello-a-ami-1-local-laptop-shop-web-7"},
		{"in a branch", `"command": "./greet.sh a", "repoUrl": "file://` + folder + `", "repoBranch": "other"` + parameters, "hallo-a-ami-1-local-laptop-shop-web-7"},
		{"for another account than it runs on", `"command": "echo greeting=$ENV_PARAM/$REGION_PARAM/$MORE > out.properties", "credentials": "laptop",
			"account": "prod", "region": "eu-west-1", "environment": {"MORE": "${1 + 2}"}, "propertyFile": "out.properties"`, "prod/eu-west-1/3"},
		{"as a line of shell", `"command": "for n in 1 2; do printf $n; done > x; echo greeting=$(cat x) > out.properties", "account": "laptop",
			"propertyFile": "out.properties"`, "12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := laptopWorld(t).run(scripting("script", c.fields), nil)
			if got := e.Stages[0].Outputs["greeting"]; e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("ended %s with %v, want %s: %s", e.Status, got, c.want, e.Error)
			}
		})
	}
}

func TestAScriptThatFailsSaysWhy(t *testing.T) {
	for _, c := range []struct{ name, fields, want string }{
		{"by itself", `"command": "echo no disk; exit 4", "account": "laptop"`, "exited with status 4; the end of what it has written:\nno disk"},
		{"without its program", `"command": "greet.sh", "account": "laptop", "scriptPath": "/no/such/folder"`, "exited with status 127"},
		{"without its repository", `"command": "true", "account": "laptop", "repoUrl": "file:///no/such/repository"`, "exited with status 128"},
		{"with a repository that is an option", `"command": "true", "account": "laptop", "repoUrl": "--upload-pack=touch x"`, "exited with status 128"},
		{"without its account", `"command": "true", "account": "prod"`, `account "prod": not found`},
		{"without any account", `"command": "true"`, "account: invalid: the stage names none to run on"},
		{"without a command", `"command": " ", "account": "laptop"`, "command: invalid: it is missing"},
		{"in a folder of no repository", `"command": "true", "account": "laptop", "scriptPath": "scripts"`, "scriptPath scripts: invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := laptopWorld(t).run(scripting("script", c.fields), nil)
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) {
				t.Errorf("ended %s: %s, want TERMINAL that says %s", e.Status, e.Error, c.want)
			}
		})
	}
}

// The fields of the document reach the program, with their kinds mended as
// expressions leave them.
func TestAJobRunsAsItsStageSays(t *testing.T) {
	folder := scripts(t)
	e := laptopWorld(t).run(scripting("runJob", `"cloudProvider": "local", "credentials": "laptop", "command": "./greet.sh",
		"arguments": ["${parameters.n}"], "environment": {"IMAGE_ID": "${1 + 1}", "CMC": "${1 < 2}"}, "workingDirectory": "`+folder+`"`),
		map[string]any{"n": "5"})
	text, err := os.ReadFile(filepath.Join(folder, "out.properties"))
	if want := "greeting=hello-5-2----true\n"; e.Status != gennaker.Succeeded || string(text) != want {
		t.Errorf("ended %s after %q, %v: %s", e.Status, text, err, e.Error)
	}
}
