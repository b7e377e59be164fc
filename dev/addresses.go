package dev

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// addressFile is where other programs find the addresses.
const addressFile = "dev.json"

// Addresses are where the parts are, as dev.json in the state folder has
// them. A part is in it once it is ready, until it is stopped; one that was
// killed stays in it.
type Addresses struct {
	Temporal       string `json:"temporal,omitempty"` // host:port
	Namespace      string `json:"namespace,omitempty"`
	UI             string `json:"ui,omitempty"`    // URL
	Cloud          string `json:"cloud,omitempty"` // URL
	CloudTokenFile string `json:"cloudTokenFile,omitempty"`
	Metrics        string `json:"metrics,omitempty"` // URL, of the worker
	Health         string `json:"health,omitempty"`  // URL, of the worker
	// PIDs are the processes that run the parts, by the part's name.
	PIDs map[string]int `json:"pids"`
}

// ReadAddresses reads the addresses of a state folder. They are empty if
// nothing was started there.
func ReadAddresses(state string) (Addresses, error) {
	var a Addresses
	return a, readJSON(filepath.Join(state, addressFile), &a)
}

// Ready returns nil when all these parts of a state folder are ready, and
// otherwise which is not.
func Ready(state string, names []string) error {
	a, err := ReadAddresses(state)
	if err != nil {
		return err
	}
	for _, name := range names {
		if pid := a.PIDs[name]; pid == 0 || syscall.Kill(pid, 0) != nil {
			return fmt.Errorf("%s is not ready", name)
		}
	}
	return nil
}

// publish adds the parts of this process to what others see.
func publish(state string, ours Addresses) error {
	text, err := json.Marshal(ours)
	if err != nil {
		return err
	}
	return change(state, addressFile, func(all *Addresses) error { return json.Unmarshal(text, all) })
}

// withdraw takes the parts of this process out of it.
func withdraw(state string, ours Addresses) error {
	return change(state, addressFile, func(all *Addresses) error {
		for name, pid := range ours.PIDs {
			if all.PIDs[name] != pid {
				continue
			}
			delete(all.PIDs, name)
			all.clear(name)
		}
		return nil
	})
}

func (a *Addresses) clear(part string) {
	switch part {
	case "temporal":
		a.Temporal, a.Namespace = "", ""
	case "ui":
		a.UI = ""
	case "cloud":
		a.Cloud, a.CloudTokenFile = "", ""
	case "worker":
		a.Metrics, a.Health = "", ""
	}
}

// change rewrites a JSON file of the state folder, atomically and one process
// at a time.
func change[T any](state, name string, edit func(*T) error) error {
	l := flock.New(filepath.Join(state, "files.lock"))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := l.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return fmt.Errorf("lock %s: %w", l.Path(), err)
	}
	defer l.Close()
	var content T
	path := filepath.Join(state, name)
	if err := readJSON(path, &content); err != nil {
		return err
	}
	if err := edit(&content); err != nil {
		return err
	}
	text, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// readJSON leaves v as it is if there is no such file.
func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: delete it if it is damaged", path, err)
	}
	return nil
}
