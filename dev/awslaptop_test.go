package dev_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gennaker/gennaker/providers/aws/awstest/targets"
)

// laptop is Gennaker beside the Amazon that make aws starts, with the
// configuration of examples/aws, and moto.
type laptop struct {
	*testing.T   // what runs, runs until its end
	bin, state   string
	awsCLI       string // the folder of AWS's CLI
	home         string
	worker       *exec.Cmd
	workerConfig string // its file
	awsConfig    string // that of AWS's CLI
	amazon, moto string // URLs
}

func startLaptop(t *testing.T) *laptop {
	t.Helper()
	l := &laptop{T: t, bin: programs(t), state: filepath.Join(t.TempDir(), "state"), home: t.TempDir()}
	l.amazon = startCloud(t, amazonAnswersAt, filepath.Join(l.bin, "gennaker-aws"), "--port", "0", "--speed", "30", "--ministack", targets.Program(t, "ministack"))
	l.moto = targets.Moto(t)
	l.awsCLI = filepath.Dir(targets.Program(t, "aws"))
	l.workerConfig, l.awsConfig = l.example("worker.yaml"), l.example("aws.config")
	l.append(l.workerConfig, "  - {name: moto, provider: aws, regions: [us-east-1], lag: 0s, lookEvery: 200ms, endpoint: "+l.moto+", accessKeyId: test, secretAccessKey: test}\n")
	l.append(l.awsConfig, "\n[profile moto]\nregion = us-east-1\nendpoint_url = "+l.moto+"\naws_access_key_id = test\naws_secret_access_key = test\n")
	startDev(t, l.bin, l.state, []string{"temporal", "cloud"})
	l.startWorker()
	return l
}

func (l *laptop) startWorker() {
	l.Helper()
	l.worker = startDev(l.T, l.bin, l.state, []string{"worker"}, "--worker-config", l.workerConfig)
}

// example is a copy of a file of examples/aws for the Amazon of this test.
func (l *laptop) example(name string) string {
	l.Helper()
	const usual, asOften = "http://127.0.0.1:7244", "lookEvery: 500ms # it is ten times as fast as Amazon"
	text, err := os.ReadFile(filepath.Join("..", "examples", "aws", name))
	if err != nil {
		l.Fatal(err)
	}
	if !strings.Contains(string(text), usual) {
		l.Fatalf("%s does not name %s, where make aws answers", name, usual)
	}
	file := filepath.Join(l.TempDir(), name)
	if err := os.WriteFile(file, []byte(strings.NewReplacer(usual, l.amazon, asOften, "lookEvery: 200ms").Replace(string(text))), 0o600); err != nil {
		l.Fatal(err)
	}
	return file
}

func (l *laptop) append(file, text string) {
	l.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(text)
		f.Close()
	}
	if err != nil {
		l.Fatal(err)
	}
}

var amazonAnswersAt = regexp.MustCompile(`(?s)Simulated +(http://\S+).*ready in`)

// startCloud runs a cloud of this machine until the test ends, and returns
// where it says that it answers.
func startCloud(t *testing.T, answersAt *regexp.Regexp, program string, arguments ...string) string {
	t.Helper()
	log := filepath.Join(t.TempDir(), filepath.Base(program)+".log")
	run(t, log, program, arguments...)
	var found []string
	awaitTrue(t, log, func() bool {
		text, err := os.ReadFile(log)
		found = answersAt.FindStringSubmatch(string(text))
		return err == nil && found != nil
	})
	return found[1]
}

// run runs a program until the test ends.
func run(t *testing.T, log, program string, arguments ...string) {
	t.Helper()
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	running := exec.Command(program, arguments...)
	running.Stdout, running.Stderr = out, out
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = running.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = running.Wait()
	})
}

// awaitTrue waits for a program that writes a log.
func awaitTrue(t *testing.T, log string, ready func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ready(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(log)
			t.Fatalf("it is not ready:\n%s", text)
		}
	}
}

// environment is what the programs of a session read. Nothing of this
// machine's own AWS configuration is in it.
func (l *laptop) environment() map[string]string {
	examples, _ := filepath.Abs(filepath.Join("..", "examples", "aws"))
	return map[string]string{
		"PATH": strings.Join([]string{l.bin, l.awsCLI, os.Getenv("PATH")}, string(os.PathListSeparator)), "GENNAKER_STATE": l.state, "GENNAKER_USER": "ada",
		"HOME":            l.home, // AWS's CLI keeps the credentials of roles there
		"AWS_CONFIG_FILE": l.awsConfig, "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PAGER": "", "LANG": "C.UTF-8",
		"AMAZON": l.amazon, "EXAMPLES": examples,
	}
}
