package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// plan is how often and how long things are measured.
type plan struct {
	coldStarts int
	idle       time.Duration // before memory is read
	warmUp     time.Duration // of each workload
	rounds     int           // of each cell; even, so that each side goes first as often
	round      time.Duration // of each side
	histories  int           // of each workload, counted
	deploy     []int         // instances of each deployment onto AWS
	awsSpeed   float64       // of the simulated AWS, by that of Amazon's own
}

// full takes four to five minutes.
var full = plan{
	coldStarts: 5,
	idle:       8 * time.Second,
	warmUp:     2 * time.Second,
	rounds:     8,
	round:      time.Second,
	histories:  5,
	deploy:     []int{1, 50},
	awsSpeed:   1,
}

// bench is one run of the whole.
type bench struct {
	bin      string // the folder of the programs
	plan     plan
	progress io.Writer
}

func (b bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }

// measure takes every figure, one after another: what is measured has the
// machine to itself.
func (b bench) measure(ctx context.Context) (Report, error) {
	var r Report
	var err error
	if r.Machine, err = machine(); err != nil {
		return r, err
	}
	if r.ColdStart, err = b.coldStart(ctx); err != nil {
		return r, fmt.Errorf("cold start: %w", err)
	}
	s, err := b.startServer(ctx)
	if err != nil {
		return r, fmt.Errorf("server: %w", err)
	}
	defer s.stop()
	if r.Machine.TemporalServer, err = s.version(ctx); err != nil {
		return r, fmt.Errorf("server: version: %w", err)
	}
	if r.IdleMemory, err = b.idleMemory(ctx, s); err != nil {
		return r, fmt.Errorf("idle memory: %w", err)
	}
	if r.TenStages, r.Histories, err = b.compare(ctx, s); err != nil {
		return r, fmt.Errorf("ten stages: %w", err)
	}
	if r.Deployments, err = b.deployments(ctx, s); err != nil {
		return r, fmt.Errorf("deployments: %w", err)
	}
	r.Goals = goals(r)
	return r, nil
}
