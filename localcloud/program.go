package localcloud

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
)

// inherited are the variables that instances and jobs have from the daemon.
// Nothing else passes: the daemon may be given secrets that they must not see.
var inherited = []string{"PATH", "HOME", "USER", "SHELL", "TMPDIR", "TZ", "LANG", "LC_ALL"}

// resolve checks a spec, and its directory and program against this machine.
// A directory of its own makes it independent of where the daemon is started
// the next time.
func resolve(s client.Spec) (client.Spec, error) {
	if err := s.Check(); err != nil {
		return s, err
	}
	directory, err := existingDirectory(s.WorkingDirectory)
	if err != nil {
		return s, err
	}
	s.WorkingDirectory = directory
	if _, err := executable(s.Command, s.WorkingDirectory); err != nil {
		return s, fmt.Errorf("command: %w: %w", gennaker.ErrInvalid, err)
	}
	return s, nil
}

// existingDirectory is the whole path of a directory.
func existingDirectory(path string) (string, error) {
	directory, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("workingDirectory: %w: %w", gennaker.ErrInvalid, err)
	}
	if info, err := os.Stat(directory); err != nil || !info.IsDir() {
		return "", fmt.Errorf("workingDirectory %s: %w: there is no such directory", directory, gennaker.ErrInvalid)
	}
	return directory, nil
}

// executable is the path of a program: one with a slash is in the working
// directory, any other in PATH.
func executable(command, directory string) (string, error) {
	if strings.Contains(command, "/") && !filepath.IsAbs(command) {
		command = filepath.Join(directory, command)
	}
	return exec.LookPath(command)
}

// program is what an instance runs. Call with mu held.
func (c *Cloud) program(i *instance) (process.Program, error) {
	path, err := executable(i.spec.Command, i.spec.WorkingDirectory)
	if err != nil {
		return process.Program{}, err
	}
	log := c.file(logFolder, i.row.ID+logSuffix)
	if err := turnLog(log); err != nil {
		return process.Program{}, err
	}
	port := strconv.Itoa(i.row.Port)
	var args []string
	for _, a := range i.spec.Arguments {
		args = append(args, strings.ReplaceAll(a, "{port}", port))
	}
	return process.Program{Path: path, Args: args, Dir: i.spec.WorkingDirectory, Env: c.instanceEnvironment(i, port), Log: log}, nil
}

func (c *Cloud) instanceEnvironment(i *instance, port string) []string {
	return append(c.environment(i.spec.Environment),
		client.EnvInstance+"="+i.row.ID, client.EnvServerGroup+"="+i.group, client.EnvPort+"="+port)
}

// environment is what every process of this cloud has, and what it was given.
func (c *Cloud) environment(given map[string]string) []string {
	var env []string
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	for name, value := range given {
		env = append(env, name+"="+value)
	}
	return append(env, c.mark())
}
