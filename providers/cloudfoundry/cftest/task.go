package cftest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"strings"
	"syscall"
)

// task is a command that an app's droplet runs once: here, sh runs it.
type task struct {
	object
	app      *app
	droplet  *droplet
	name     string
	command  string
	memory   int
	disk     int
	sequence int
	state    string
	reason   string
	process  *exec.Cmd
}

func (t *task) show(r *request) doc {
	return t.view(r, "tasks", doc{"name": t.name, "sequence_id": t.sequence, "command": t.command, "state": t.state, "memory_in_mb": t.memory, "disk_in_mb": t.disk,
		"log_rate_limit_in_bytes_per_second": -1, "result": doc{"failure_reason": text(t.reason)}, "droplet_guid": t.droplet.guid,
		"relationships": doc{"app": one(t.app.guid)}})
}

func listTasks(c *Cloud, r *request) (answer, error) {
	by := filters[*task]{
		"names":       func(t *task) []string { return []string{t.name} },
		"states":      func(t *task) []string { return []string{t.state} },
		"app_guids":   func(t *task) []string { return []string{t.app.guid} },
		"space_guids": func(t *task) []string { return []string{t.app.space.guid} },
	}
	return list(r, c.tasks, by, func(t *task) doc { return t.show(r) })
}

func getTask(c *Cloud, r *request) (answer, error) {
	t := withGUID(c.tasks, r.PathValue("guid"))
	if t == nil {
		return answer{}, missing("Task")
	}
	return ok(t.show(r))
}

func createTask(c *Cloud, r *request) (answer, error) {
	in := struct {
		Name     string          `json:"name"`
		Command  string          `json:"command"`
		Memory   int             `json:"memory_in_mb"`
		Disk     int             `json:"disk_in_mb"`
		Droplet  string          `json:"droplet_guid"`
		Metadata *metadataChange `json:"metadata"`
	}{Memory: 1024, Disk: 1024}
	a, err := c.app(r)
	if err == nil {
		err = r.decode(&in)
	}
	if err == nil {
		err = in.Metadata.check()
	}
	switch {
	case err != nil:
		return answer{}, err
	case a.droplet == nil:
		return answer{}, unprocessable("Task must have a droplet. Assign current droplet to app.")
	case in.Command == "":
		return answer{}, unprocessable("Command can't be blank")
	}
	t := &task{object: c.object(), app: a, droplet: a.droplet, name: in.Name, command: in.Command, memory: in.Memory, disk: in.Disk,
		sequence: len(c.tasks) + 1, state: "RUNNING"}
	if t.name == "" {
		t.name = t.guid[:8]
	}
	t.change(in.Metadata)
	if err := c.run(t); err != nil {
		return answer{}, unprocessable("Task cannot be run: %v", err)
	}
	c.tasks = append(c.tasks, t)
	c.changed(r)
	return answer{status: 202, body: t.show(r)}, nil
}

// run starts a task, and notes what it writes and how it ends.
func (c *Cloud) run(t *task) error {
	t.process = exec.Command("sh", "-c", t.command)
	t.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	for name, value := range maps.All(t.app.environment) {
		t.process.Env = append(t.process.Env, name+"="+strings.Trim(string(value), `"`))
	}
	t.process.Env = append(t.process.Env, "PATH=/usr/local/bin:/usr/bin:/bin")
	var output bytes.Buffer
	t.process.Stdout, t.process.Stderr = &output, &output
	if err := t.process.Start(); err != nil {
		return err
	}
	go func() {
		err := t.process.Wait()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ended(t, &output, err)
	}()
	return nil
}

func (c *Cloud) ended(t *task, output *bytes.Buffer, err error) {
	for lines := bufio.NewScanner(output); lines.Scan(); {
		c.write(t.app.guid, "APP/TASK/"+t.name, lines.Text())
	}
	canceled := t.state == "CANCELING"
	t.state, t.updated = "SUCCEEDED", c.now()
	var status *exec.ExitError
	switch {
	case canceled:
		t.state, t.reason = "FAILED", "task was cancelled"
	case errors.As(err, &status):
		t.state, t.reason = "FAILED", fmt.Sprintf("APP/TASK/%s: Exited with status %d", t.name, status.ExitCode())
	case err != nil:
		t.state, t.reason = "FAILED", err.Error()
	}
}

// stop ends the processes of a task, if it runs.
func (t *task) stop() {
	if t.state == "RUNNING" {
		_ = syscall.Kill(-t.process.Process.Pid, syscall.SIGKILL) // it may have ended
	}
}

func cancelTask(c *Cloud, r *request) (answer, error) {
	t := withGUID(c.tasks, r.PathValue("guid"))
	switch {
	case t == nil:
		return answer{}, missing("Task")
	case t.state == "SUCCEEDED" || t.state == "FAILED":
		return answer{}, unprocessable("Task state is %s and therefore cannot be canceled", t.state)
	case t.state == "RUNNING":
		t.stop()
		t.state = "CANCELING"
		c.changed(r)
	}
	return answer{status: 202, body: t.show(r)}, nil
}

func (c *Cloud) EndTasks() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.tasks {
		t.stop()
	}
}
