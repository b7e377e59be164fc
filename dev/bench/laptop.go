package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

// laptop is a gennaker-dev on a state folder of its own.
type laptop struct {
	*program
	state     string
	addresses struct {
		Temporal  string `json:"temporal"`
		Namespace string `json:"namespace"`
	}
}

// startLaptop returns when the parts are ready, all of them when none is named.
func (b bench) startLaptop(ctx context.Context, parts ...string) (*laptop, error) {
	state, err := os.MkdirTemp("", "gennaker-bench")
	if err != nil {
		return nil, err
	}
	args := []string{"--state", state}
	for _, part := range parts {
		args = append(args, "--only", part)
	}
	l := &laptop{state: state}
	if l.program, err = b.startProgram(ctx, "gennaker-dev", nil, args...); err != nil {
		return nil, errors.Join(err, os.RemoveAll(state))
	}
	if err := l.until(ctx, l.ready); err != nil {
		l.stop()
		return nil, err
	}
	return l, nil
}

// ready reads the addresses: gennaker-dev writes them once all parts are ready.
func (l *laptop) ready() bool {
	text, err := os.ReadFile(filepath.Join(l.state, "dev.json"))
	return err == nil && json.Unmarshal(text, &l.addresses) == nil && l.addresses.Temporal != ""
}

func (l *laptop) stop() {
	l.program.stop()
	_ = os.RemoveAll(l.state) // what stays is in the folder for temporary files
}

// connect makes a client of its Temporal.
func (l *laptop) connect(ctx context.Context) (client.Client, error) {
	warnings := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})
	return client.DialContext(ctx, client.Options{
		HostPort:  l.addresses.Temporal,
		Namespace: l.addresses.Namespace,
		Logger:    log.NewStructuredLogger(slog.New(warnings)),
	})
}
