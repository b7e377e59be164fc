package localcloud

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
)

// supervise runs a program and keeps the status it exited with, also while no
// daemon is there to ask. It says first that the program was started: a job
// is never run twice. Signals to the group are for the program.
const supervise = `trap : HUP INT QUIT TERM
gennaker_job_folder=$1
shift
: > "$gennaker_job_folder/` + jobBegan + `" || exit
"$@"
echo $? > "$gennaker_job_folder/` + jobEnded + `"`

// resolveJob checks a spec, and its directory and program against this
// machine. Whole paths make it independent of where the daemon is started.
func resolveJob(s client.JobSpec) (client.JobSpec, error) {
	if err := s.Check(); err != nil {
		return s, err
	}
	if s.WorkingDirectory != "" {
		directory, err := existingDirectory(s.WorkingDirectory)
		if err != nil {
			return s, err
		}
		s.WorkingDirectory = directory
	}
	if len(s.Arguments) == 0 {
		return s, nil
	}
	if s.WorkingDirectory == "" && strings.Contains(s.Command, "/") && !filepath.IsAbs(s.Command) {
		return s, fmt.Errorf("command %s: %w: it is a path in the workingDirectory, and none is given", s.Command, gennaker.ErrInvalid)
	}
	path, err := executable(s.Command, s.WorkingDirectory)
	if err != nil {
		return s, fmt.Errorf("command: %w: %w", gennaker.ErrInvalid, err)
	}
	s.Command = path
	return s, nil
}

// jobProgram is what a job runs, in a directory that is made for it.
func (c *Cloud) jobProgram(j *job) (process.Program, error) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		return process.Program{}, err
	}
	if err := os.MkdirAll(filepath.Dir(c.propertyFile(j)), 0o700); err != nil {
		return process.Program{}, err
	}
	args := []string{"-c", supervise, "gennaker-job", c.jobFile(j.name)}
	if len(j.spec.Arguments) == 0 {
		args = append(args, sh, "-c", j.spec.Command)
	} else {
		args = append(append(args, j.spec.Command), j.spec.Arguments...)
	}
	directory := j.spec.WorkingDirectory
	if directory == "" {
		directory = c.jobFile(j.name, jobWork)
	}
	return process.Program{Path: sh, Args: args, Dir: directory, Env: c.jobEnvironment(j), Log: c.jobFile(j.name, jobLog)}, nil
}

func (c *Cloud) jobEnvironment(j *job) []string {
	return append(c.environment(j.spec.Environment), client.EnvJob+"="+j.name, client.EnvProperties+"="+c.propertyFile(j))
}
