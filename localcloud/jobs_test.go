package localcloud_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

// run starts a job; the token is its name.
func (w *world) run(name string, spec client.JobSpec) {
	w.Helper()
	w.must("RunJob "+name, w.RunJob(w.Context(), name, request(spec, name)))
}

func request(spec client.JobSpec, token string) client.RunJob {
	return client.RunJob{Spec: spec, Marks: map[string]string{gennaker.MarkToken: token}}
}

// job reads a job once it is so.
func (w *world) job(name, what string, so func(client.Job) bool) client.Job {
	w.Helper()
	var j client.Job
	w.eventually(name+" is "+what, func() bool {
		var err error
		j, err = w.Job(w.Context(), name)
		return err == nil && so(j)
	})
	return j
}

func (w *world) over(name string) client.Job {
	w.Helper()
	return w.job(name, "over", func(j client.Job) bool { return j.State != gennaker.JobRunning })
}

// saying waits until a running job has written something.
func (w *world) saying(name, text string) client.Job {
	w.Helper()
	return w.job(name, "saying "+text, func(j client.Job) bool { return strings.Contains(j.Log, text) })
}

// line is a job of one line for sh.
func line(text string) client.JobSpec { return client.JobSpec{Command: text} }

func TestAJobTellsHowItEnded(t *testing.T) {
	w := opened(t)
	for _, c := range []struct {
		name   string
		spec   client.JobSpec
		state  gennaker.JobState
		code   int
		reason string
		log    string
	}{
		{"a line for sh", line("echo one; echo two >&2"), gennaker.JobSucceeded, 0, "", "one\ntwo\n"},
		{"a program", client.JobSpec{Command: "printf", Arguments: []string{"%s|", "a b", "*"}}, gennaker.JobSucceeded, 0, "", "a b|*|"},
		{"a program in the working directory", client.JobSpec{Command: "./cat", Arguments: []string{"-"}, WorkingDirectory: filepath.Dir(cat(t))},
			gennaker.JobSucceeded, 0, "", "meow -\n"},
		{"a failure", line("echo no such table; exit 3"), gennaker.JobFailed, 3, "exited with status 3", "no such table\n"},
		{"a signal", line("kill -9 $$"), gennaker.JobFailed, 137, "exited with status 137", "Killed"},
		{"what is not there", line("./nothing"), gennaker.JobFailed, 127, "exited with status 127", "not found"},
		{"no input", line("cat; echo done"), gennaker.JobSucceeded, 0, "", "done\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := strings.ReplaceAll(c.name, " ", "-")
			w.run(name, c.spec)
			j := w.over(name)
			if j.State != c.state || j.ExitCode == nil || *j.ExitCode != c.code || j.Reason != c.reason || !strings.Contains(j.Log, c.log) {
				t.Errorf("job = %+v, %s, want %s with status %d", j, j.Condition(), c.state, c.code)
			}
			if j.Created.IsZero() || j.Ended.Before(j.Created) || j.PID != 0 {
				t.Errorf("created %s, ended %s, process %d", j.Created, j.Ended, j.PID)
			}
		})
	}
}

// cat is a program in a directory of its own.
func cat(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cat")
	if err := os.WriteFile(file, []byte("#!/bin/sh\necho meow \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAJobLeavesProperties(t *testing.T) {
	w := opened(t)
	for _, c := range []struct {
		name, file, text string
		want, wrong      string
	}{
		{"in a file that is not named", "", `echo version=7 > "$GENNAKER_PROPERTIES"`, "map[version:7]", ""},
		{"in its own directory", "build.properties", `echo version=7 > build.properties`, "map[version:7]", ""},
		{"in a folder of it", "out/build.yml", `echo "version: [7]" > out/build.yml`, "map[version:[7]]", ""},
		{"also when it fails", "a.json", `echo '{"n": 1}' > a.json; exit 1`, "map[n:1]", ""},
		{"or none", "a.json", `true`, "map[]", ""},
		{"or wrong ones", "a.json", `echo '{' > a.json`, "map[]", "a.json: invalid: JSON: "},
		{"or too many", "a.json", `head -c 70000 /dev/zero > a.json`, "map[]", "a.json: invalid: it is 70000 bytes, and at most 65536 are read"},
		{"or no file", "a.json", `mkfifo a.json`, "map[]", "a.json: invalid: it is no file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := strings.ReplaceAll(c.name, " ", "-")
			w.run(name, client.JobSpec{Command: c.text, PropertyFile: c.file})
			j := w.over(name)
			if got := fmt.Sprint(j.Properties); got != c.want || !strings.HasPrefix(j.PropertiesError, c.wrong) || (c.wrong == "") != (j.PropertiesError == "") {
				t.Errorf("properties = %s, %q, want %s, %q: %s", got, j.PropertiesError, c.want, c.wrong, j.Log)
			}
		})
	}
}

func TestAJobRunsOnce(t *testing.T) {
	w := opened(t)
	file := filepath.Join(t.TempDir(), "runs")
	spec := line("echo run >> " + file)
	for range 3 { // while it runs, and after
		w.run("migrate", spec)
		w.over("migrate")
	}
	if text, _ := os.ReadFile(file); string(text) != "run\n" {
		t.Errorf("it ran like this: %q", text)
	}
	for _, token := range []string{"another", ""} {
		if err := w.RunJob(t.Context(), "migrate", request(spec, token)); !is(err, gennaker.ErrExists) {
			t.Errorf("RunJob of a taken name with token %q = %v, want ErrExists", token, err)
		}
	}
	if list, err := w.Jobs(t.Context()); err != nil || len(list) != 1 || list[0].Name != "migrate" {
		t.Errorf("Jobs = %+v, %v", list, err)
	}
}

func TestRunJobRefusesWhatCannotBe(t *testing.T) {
	w := opened(t)
	for _, c := range []struct {
		name, job string
		spec      client.JobSpec
		text      string
	}{
		{"no command", "a", client.JobSpec{}, "command is required"},
		{"a name that is a path", "../a", line("true"), `name "../a"`},
		{"a program that is not there", "a", client.JobSpec{Command: "no-such-program", Arguments: []string{"x"}}, "no-such-program"},
		{"a path without a directory", "a", client.JobSpec{Command: "./x", Arguments: []string{"x"}}, "it is a path in the workingDirectory, and none is given"},
		{"a directory that is not there", "a", client.JobSpec{Command: "true", WorkingDirectory: "/no/such"}, "workingDirectory /no/such"},
		{"a property file elsewhere", "a", client.JobSpec{Command: "true", PropertyFile: "/etc/passwd"}, `propertyFile "/etc/passwd" must be in the job's own directory`},
		{"a property file above", "a", client.JobSpec{Command: "true", PropertyFile: "../token"}, `propertyFile "../token" must be`},
		{"a variable of the cloud's", "a", client.JobSpec{Command: "true", Environment: map[string]string{"GENNAKER_JOB": "b"}}, "GENNAKER_JOB is set by the cloud"},
		{"a negative time", "a", client.JobSpec{Command: "true", StopGraceMillis: -1}, "stopGraceMillis -1 cannot be negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := w.RunJob(t.Context(), c.job, request(c.spec, "a")); !is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("RunJob = %v, want ErrInvalid that says %s", err, c.text)
			}
		})
	}
	for what, err := range map[string]error{"StopJob": w.StopJob(t.Context(), "a"), "Job": second(w.Job(t.Context(), "a")),
		"JobLog": second(w.JobLog(t.Context(), "a", 1)), "JobLog elsewhere": second(w.JobLog(t.Context(), "../token", 1))} {
		if !is(err, gennaker.ErrNotFound) {
			t.Errorf("%s of no job = %v, want ErrNotFound", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A child in a session of its own is reached by no signal to the group.
const withChildren = "trap '' TERM; setsid sleep 1000 & sleep 1000 & echo ready; wait; sleep 1000"

func TestAStoppedJobIsGoneWithAllItStarted(t *testing.T) {
	w := opened(t)
	w.run("stubborn", client.JobSpec{Command: withChildren, StopGraceMillis: 50})
	w.run("willing", line("trap 'echo bye; exit 0' TERM; echo ready; while true; do sleep 0.05; done"))
	w.saying("stubborn", "ready")
	w.saying("willing", "ready")
	for range 2 {
		w.must("StopJob", w.StopJob(t.Context(), "stubborn"))
		w.must("StopJob", w.StopJob(t.Context(), "willing"))
	}
	if j := w.over("stubborn"); j.State != gennaker.JobFailed || j.Reason != "stopped" || j.ExitCode != nil {
		t.Errorf("stubborn = %+v", j)
	}
	if j := w.over("willing"); j.State != gennaker.JobFailed || j.Reason != "stopped" || *j.ExitCode != 0 || !strings.Contains(j.Log, "bye") {
		t.Errorf("willing = %+v", j)
	}
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
	w.must("StopJob of what has ended", w.StopJob(t.Context(), "willing"))
}

func TestWhatAJobLeavesBehindIsKilled(t *testing.T) {
	w := opened(t)
	other := opened(t)
	other.run("same", line("echo ready; sleep 1000")) // of another cloud
	theirs := other.saying("same", "ready")
	w.run("same", line("setsid sleep 1000 & echo done"))
	if j := w.over("same"); j.State != gennaker.JobSucceeded {
		t.Errorf("job = %+v", j)
	}
	if left := w.processes(); len(left) > 0 {
		t.Errorf("processes left over: %+v", left)
	}
	if syscall.Kill(theirs.PID, 0) != nil {
		t.Error("the job of that name of another cloud was killed")
	}
}

func TestJobsDoNotSeeTheDaemonsSecrets(t *testing.T) {
	t.Setenv("DAEMON_SECRET", "do not tell")
	w := opened(t)
	spec := line("env")
	spec.Environment = map[string]string{"GIVEN": "yes", "gennaker_job_folder_x": "y"}
	w.run("env", spec)
	text := w.over("env").Log
	for _, want := range []string{"GIVEN=yes\n", "PATH=", "GENNAKER_JOB=env\n", "GENNAKER_PROPERTIES=" + w.state} {
		if !strings.Contains(text, want) {
			t.Errorf("the environment has no %s:\n%s", want, text)
		}
	}
	for _, secret := range []string{"DAEMON_SECRET", "gennaker_job_folder=", w.cloud.Token()} {
		if strings.Contains(text, secret) {
			t.Errorf("the environment holds %s:\n%s", secret, text)
		}
	}
}

func TestAJobsOwnDirectoryIsEmptyAndGoesAway(t *testing.T) {
	w := opened(t)
	w.run("here", line("ls -A | wc -l; pwd; touch x"))
	text := strings.Fields(w.over("here").Log)
	if len(text) != 2 || text[0] != "0" || !strings.HasPrefix(text[1], w.state) {
		t.Fatalf("the job says %q", text)
	}
	w.eventually("the directory is gone", func() bool {
		_, err := os.Stat(text[1])
		return os.IsNotExist(err)
	})
}

func TestALongLogIsBoundedAndKeepsItsEnd(t *testing.T) {
	w := opened(t)
	w.run("chatty", line("yes 'a line of thirty-two characters' | head -n 1200000; sleep 2.5; echo the end"))
	j := w.over("chatty")
	if !strings.HasSuffix(j.Log, "characters\nthe end\n") || len(j.Log) > 4<<10 || !strings.HasPrefix(j.Log, "a line") {
		t.Errorf("the log shown is %d bytes: %.50q…", len(j.Log), j.Log)
	}
	files, err := filepath.Glob(filepath.Join(w.state, "jobs", "chatty", "*"))
	w.must("Glob", err)
	total := int64(0)
	for _, f := range files {
		info, err := os.Stat(f)
		w.must("Stat", err)
		total += info.Size()
	}
	if total > 1<<20+100 {
		t.Errorf("%v are %d bytes", files, total)
	}
	text, err := w.JobLog(t.Context(), "chatty", 3)
	if lines := strings.Split(text, "\n"); err != nil || len(lines) != 4 || lines[2] != "the end" {
		t.Errorf("JobLog of 3 lines = %q, %v", text, err)
	}
}

func TestJobsThatEndedLongAgoAreForgotten(t *testing.T) {
	w := opened(t)
	w.run("old", line("true"))
	w.run("new", line("true"))
	w.over("old")
	w.over("new")
	w.close()
	kept := w.kept()
	rows, err := kept.Jobs()
	w.must("Jobs", err)
	for _, row := range rows {
		if row.Name == "old" {
			row.Ended = row.Ended.Add(-8 * 24 * time.Hour)
			w.must("PutJob", kept.PutJob(row))
		}
	}
	w.open()
	if list, err := w.Jobs(t.Context()); err != nil || len(list) != 1 || list[0].Name != "new" {
		t.Errorf("Jobs = %+v, %v, want the new one", list, err)
	}
	if _, err := os.Stat(filepath.Join(w.state, "jobs", "old")); !os.IsNotExist(err) {
		t.Errorf("the old job's folder: %v, want it gone", err)
	}
}
