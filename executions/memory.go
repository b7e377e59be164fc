package executions

import (
	"context"
	"fmt"
	"sync"

	"github.com/gennaker/gennaker"
)

// Memory is executions that are nowhere but here, for tests. They run nothing:
// each ends at once, as Ends says, or else SUCCEEDED. One that Ends leaves
// RUNNING runs until it is cancelled.
type Memory struct {
	Ends func(gennaker.Start) gennaker.Execution

	mu       sync.Mutex // guards what follows
	started  []gennaker.Start
	runs     map[string]*remembered
	Restarts []gennaker.Restart // what was asked for
	Enqueued []string           // the queues that were entered
}

type remembered struct {
	gennaker.Execution
	over chan struct{}
}

// Start starts an execution once.
func (m *Memory) Start(_ context.Context, id string, start gennaker.Start) (Ref, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runs[id] != nil {
		return Ref{ID: id}, false, nil
	}
	e := gennaker.Execution{Status: gennaker.Succeeded}
	if m.Ends != nil {
		e = m.Ends(start)
	}
	e.ID, e.Application, e.Name, e.Trigger = id, start.Pipeline.Application, start.Pipeline.Name, start.Trigger
	m.started = append(m.started, start)
	m.put(e)
	return Ref{ID: id}, true, nil
}

// Put makes an execution as if it had been started before.
func (m *Memory) Put(e gennaker.Execution) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(e)
}

func (m *Memory) put(e gennaker.Execution) {
	if m.runs == nil {
		m.runs = map[string]*remembered{}
	}
	r := &remembered{Execution: e, over: make(chan struct{})}
	if e.Status.Complete() {
		close(r.over)
	}
	m.runs[e.ID] = r
}

// Started are the starts so far, the oldest first.
func (m *Memory) Started() []gennaker.Start {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]gennaker.Start(nil), m.started...)
}

// State returns an execution as it is.
func (m *Memory) State(_ context.Context, r Ref) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, err := m.find(r)
	if err != nil {
		return State{}, err
	}
	return State{Execution: found.Execution}, nil
}

// Await returns an execution once it has ended.
func (m *Memory) Await(ctx context.Context, r Ref) (gennaker.Execution, error) {
	m.mu.Lock()
	found, err := m.find(r)
	m.mu.Unlock()
	if err != nil {
		return gennaker.Execution{}, err
	}
	select {
	case <-found.over:
	case <-ctx.Done():
		return gennaker.Execution{}, ctx.Err()
	}
	now, err := m.State(ctx, r)
	return now.Execution, err
}

// Newest returns the execution that began last of those that fit.
func (m *Memory) Newest(_ context.Context, s Search) (gennaker.Execution, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	newest := gennaker.Execution{}
	for _, id := range gennaker.SortedKeys(m.runs) {
		e := m.runs[id].Execution
		fits := e.Application == s.Application && e.Name == s.Pipeline && len(e.Stages) > 0 && s.fits(id, e.Status)
		if fits && !e.StartTime.Before(newest.StartTime) {
			newest = e
		}
	}
	if newest.ID == "" {
		return newest, s.none()
	}
	return newest, nil
}

// Cancel ends an execution at once.
func (m *Memory) Cancel(_ context.Context, r Ref, word gennaker.Command) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, err := m.find(r)
	if err != nil || found.Status.Complete() {
		return err
	}
	found.Status, found.Execution.Cancel = gennaker.Canceled, &word
	close(found.over)
	return nil
}

// Restart notes what was asked for.
func (m *Memory) Restart(_ context.Context, r Ref, what gennaker.Restart) (Ref, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, err := m.find(r)
	if err != nil {
		return r, err
	}
	m.Restarts = append(m.Restarts, what)
	_, err = found.Rewind(what)
	return r, err
}

// Enqueue notes the queue.
func (m *Memory) Enqueue(_ context.Context, queue string, _ gennaker.QueueEntry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Enqueued = append(m.Enqueued, queue)
	return nil
}

func (m *Memory) find(r Ref) (*remembered, error) {
	if found := m.runs[r.ID]; found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("execution %s: %w", r.ID, gennaker.ErrNotFound)
}
