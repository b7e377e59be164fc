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

// inherited are the variables that instances have from the daemon. Nothing
// else passes: the daemon may be given secrets that its instances must not see.
var inherited = []string{"PATH", "HOME", "USER", "SHELL", "TMPDIR", "TZ", "LANG", "LC_ALL"}

// resolve checks a spec, and its directory and program against this machine.
// A directory of its own makes it independent of where the daemon is started
// the next time.
func resolve(s client.Spec) (client.Spec, error) {
	if err := s.Check(); err != nil {
		return s, err
	}
	directory, err := filepath.Abs(s.WorkingDirectory)
	if err != nil {
		return s, fmt.Errorf("workingDirectory: %w: %w", gennaker.ErrInvalid, err)
	}
	if info, err := os.Stat(directory); err != nil || !info.IsDir() {
		return s, fmt.Errorf("workingDirectory %s: %w: there is no such directory", directory, gennaker.ErrInvalid)
	}
	s.WorkingDirectory = directory
	if _, err := executable(s); err != nil {
		return s, fmt.Errorf("command: %w: %w", gennaker.ErrInvalid, err)
	}
	return s, nil
}

// executable is the path of the spec's program: one with a slash is in the
// working directory, any other in PATH.
func executable(s client.Spec) (string, error) {
	command := s.Command
	if strings.Contains(command, "/") && !filepath.IsAbs(command) {
		command = filepath.Join(s.WorkingDirectory, command)
	}
	return exec.LookPath(command)
}

// program is what an instance runs. Call with mu held.
func (c *Cloud) program(i *instance) (process.Program, error) {
	path, err := executable(i.spec)
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
	return process.Program{Path: path, Args: args, Dir: i.spec.WorkingDirectory, Env: c.environment(i, port), Log: log}, nil
}

func (c *Cloud) environment(i *instance, port string) []string {
	var env []string
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	for name, value := range i.spec.Environment {
		env = append(env, name+"="+value)
	}
	return append(env, c.mark(), client.EnvInstance+"="+i.row.ID, client.EnvServerGroup+"="+i.group, client.EnvPort+"="+port)
}
