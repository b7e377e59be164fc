package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	installed "github.com/gennaker/gennaker/providers/aws/awstest/targets"
)

// run starts what the command starts, on a free port, until the test ends.
func run(t *testing.T, c config) *targets {
	t.Helper()
	c.speed = 100
	targets, err := start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(targets.stop)
	return targets
}

// aws asks by AWS's own CLI, and returns the words of the answer, sorted.
func aws(t *testing.T, targets *targets, arguments ...string) []string {
	t.Helper()
	var complaint bytes.Buffer
	ask := exec.Command(installed.Program(t, "aws"), append([]string{"--output", "text", "--endpoint-url", targets.URL}, arguments...)...)
	ask.Stderr = &complaint
	ask.Env = []string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_DEFAULT_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1", "LANG=C.UTF-8"}
	answer, err := ask.Output()
	if err != nil {
		t.Fatalf("aws %v: %v\n%s", arguments, err, complaint.String())
	}
	words := strings.Fields(string(answer))
	slices.Sort(words)
	return words
}

func TestTheExamplesFindWhatTheyNeedInEachRegion(t *testing.T) {
	targets := run(t, config{})
	for _, region := range regions {
		for _, c := range []struct{ ask, want []string }{
			{[]string{"ec2", "describe-images", "--query", "Images[].Name"}, []string{"shop-1", "shop-2", "shop-3", "shop-sick"}},
			{[]string{"ec2", "describe-security-groups", "--query", "SecurityGroups[].GroupName"}, []string{"default", "shop"}},
			{[]string{"ec2", "describe-subnets", "--query", "Subnets[?Tags].AvailabilityZone"}, []string{region + "a", region + "b", region + "c"}},
			{[]string{"elbv2", "describe-target-groups", "--query", "TargetGroups[].TargetGroupName"}, []string{"shop-api", "shop-mail", "shop-web"}},
		} {
			if got := aws(t, targets, append(c.ask, "--region", region)...); !slices.Equal(got, c.want) {
				t.Errorf("aws %v in %s = %q, want %q", c.ask, region, got, c.want)
			}
		}
	}
}

func TestOtherServicesAreMinistacksAtTheSameAddress(t *testing.T) {
	targets := run(t, config{ministack: installed.Program(t, "ministack")})
	for _, region := range regions {
		if got := aws(t, targets, "ecs", "describe-clusters", "--region", region, "--clusters", "shop", "--query", "clusters[].status"); !slices.Equal(got, []string{"ACTIVE"}) {
			t.Errorf("the ECS cluster in %s is %q, want ACTIVE", region, got)
		}
	}
	aws(t, targets, "application-autoscaling", "register-scalable-target", "--service-namespace", "ecs", "--resource-id", "service/shop/web",
		"--scalable-dimension", "ecs:service:DesiredCount", "--min-capacity", "1", "--max-capacity", "3")
	if got := aws(t, targets, "application-autoscaling", "describe-scalable-targets", "--service-namespace", "ecs", "--query", "ScalableTargets[].MaxCapacity"); !slices.Equal(got, []string{"3"}) {
		t.Errorf("the scalable target is %q, want one up to 3", got)
	}
	if got := aws(t, targets, "sts", "get-caller-identity", "--query", "Account"); !slices.Equal(got, accounts[:1]) {
		t.Errorf("the account is %q, want that of the simulator, %s", got, accounts[0])
	}
}

// post asks the controls for something and returns status and text.
func post(t *testing.T, targets *targets, path string) (int, string) {
	t.Helper()
	answer, err := http.Post(targets.URL+path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestPeopleDecideWhatGoesWrong(t *testing.T) {
	targets := run(t, config{})
	if status, text := post(t, targets, "/-/fault?action=DescribeImages&about=shop-2&code=Throttling"); status != http.StatusOK {
		t.Fatalf("fault = %d %s", status, text)
	}
	describe := func(name string) (string, error) {
		command := exec.Command(installed.Program(t, "aws"), "--endpoint-url", targets.URL, "ec2", "describe-images", "--filters", "Name=name,Values="+name)
		command.Env = []string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_DEFAULT_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1"}
		out, err := command.CombinedOutput()
		return string(out), err
	}
	if out, err := describe("shop-1"); err != nil {
		t.Errorf("a fault about something else has describe-images = %v %s", err, out)
	}
	if out, err := describe("shop-2"); err == nil || !strings.Contains(out, "as asked for at /-/fault") {
		t.Errorf("after a fault was asked for, describe-images = %v %s", err, out)
	}
	if status, text := post(t, targets, "/-/image?region=eu-west-1&name=shop-4&sick=true"); status != http.StatusOK {
		t.Fatalf("image = %d %s", status, text)
	}
	if got := aws(t, targets, "ec2", "describe-images", "--region", "eu-west-1", "--filters", "Name=name,Values=shop-4", "--query", "Images[].Name"); len(got) != 1 {
		t.Errorf("after an image was made, there are %q", got)
	}
	for path, want := range map[string]string{
		"/-/kill?instance=i-1":                 "there is none in that region",
		"/-/sick":                              "there is none in that region",
		"/-/fault?action=RunInstances":         "needs a code=",
		"/-/fault?code=Throttling":             "needs an action=",
		"/-/fault?action=A&slow=long":          "no duration",
		"/-/fault?action=A&code=B&times=often": "no number",
		"/-/launches?region=mars-1":            "it can be",
		"/-/image":                             "needs a name=",
	} {
		if status, text := post(t, targets, path); status != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("%s = %d %q, want 400 and %q", path, status, text, want)
		}
	}
}

func TestATakenPortIsSaid(t *testing.T) {
	first := run(t, config{})
	_, port, _ := strings.Cut(strings.TrimPrefix(first.URL, "http://"), ":")
	var out, complaint bytes.Buffer
	app := app()
	app.Writer, app.ErrWriter = &out, &complaint
	if err := app.RunContext(t.Context(), []string{"gennaker-aws", "--port", port}); err == nil || !strings.Contains(err.Error(), "give another --port") {
		t.Errorf("on a taken port: %v, want an error that says what to do", err)
	}
}

func TestAProgramEndsWithItsLifelineAndLeavesNothing(t *testing.T) {
	p, err := supervise("sh", "-c", `touch "$TMPDIR/code" && echo "$TMPDIR" && exec sleep 600`)
	if err != nil {
		t.Fatal(err)
	}
	group := p.command.Process.Pid
	var folder string
	eventually(t, "it runs", func() bool {
		said := make([]byte, 200)
		n, _ := p.log.ReadAt(said, 0)
		var whole bool
		folder, _, whole = strings.Cut(string(said[:n]), "\n")
		return whole
	})
	if _, err := os.Stat(filepath.Join(folder, "code")); err != nil {
		t.Fatalf("its folder: %v", err)
	}
	_ = p.Close() // as the system does when we are killed
	eventually(t, "nothing of it runs", func() bool { return syscall.Kill(-group, 0) == syscall.ESRCH })
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("its folder is still there: %v", err)
	}
	p.stop()
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not after 10 s", what)
		}
	}
}

func TestAProgramThatEndsIsAComplaintWithItsWords(t *testing.T) {
	_, err := startMinistack(t.Context(), "./testdata/ministack")
	if err == nil || !strings.Contains(err.Error(), "no such module") {
		t.Errorf("startMinistack = %v, want what it said", err)
	}
}
