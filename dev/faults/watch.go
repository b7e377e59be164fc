package main

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/faulty"
)

// watcher looks at the cloud behind the faults around every call, and counts.
type watcher struct {
	clock   *clock
	regions []string
	floor   int

	mu       sync.Mutex // guards what follows
	ground   ground
	begun    time.Time
	count    Count
	below    bool
	effects  map[string]int // by step: an activity, however often it is tried
	made     map[string]int // server groups by the token that they were made with
	timeline []string
}

func newWatcher(t trial, now func() time.Time) *watcher {
	return &watcher{clock: &clock{workflows: now, latency: 200 * time.Millisecond}, regions: t.scenario.regions, floor: t.scenario.floor * t.size,
		count: Count{Faults: map[faulty.Kind]int{}, Deployments: 1}, effects: map[string]int{}, made: map[string]int{}}
}

// begin has the watcher look at a ground.
func (w *watcher) begin(g ground) {
	w.clock.tick()
	w.ground, w.begun = g, w.clock.Now()
}

// inService are the instances that take traffic, by server group.
func (w *watcher) inService() (least int, words string) {
	least = -1
	for _, region := range w.regions {
		n := 0
		for name, up := range w.ground.inService(region) {
			n += up
			words += fmt.Sprintf(" %s:%d", withoutCluster(name), up)
		}
		if least < 0 || n < least {
			least = n
		}
	}
	parts := strings.Fields(words)
	sort.Strings(parts)
	return least, strings.Join(parts, " ")
}

// sample counts when there come to be fewer in service than must be.
func (w *watcher) sample() string {
	n, words := w.inService()
	if below := n < w.floor; below != w.below {
		w.below = below
		if below {
			w.count.Floor++
			w.note("! %d instances are in service, and %d must be", n, w.floor)
		}
	}
	return words
}

func (w *watcher) note(format string, args ...any) {
	w.timeline = append(w.timeline, fmt.Sprintf("%8.1fs  ", w.clock.Now().Sub(w.begun).Seconds())+fmt.Sprintf(format, args...))
}

// remark is a note from outside a call.
func (w *watcher) remark(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note(format, args...)
}

// before samples what time has done until a call.
func (w *watcher) before() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sample()
}

// called counts a call that is over, and notes it.
func (w *watcher) called(f faulty.Fault, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count.Calls++
	fault := ""
	if f.Kind != faulty.None {
		w.count.Faults[f.Kind]++
		fault = " <- " + string(f.Kind)
	}
	if f.By > 0 {
		fault += " " + f.By.Round(time.Second/10).String()
	}
	words := w.sample()
	w.note("%s%s  [%s]", fmt.Sprintf(format, args...), fault, words)
}

// seen counts a call of a provider with faults.
func (w *watcher) seen(ctx context.Context, o faulty.Outcome) {
	w.effect(ctx, o)
	w.called(o.Fault, "%s %s %s: %v", o.Method, o.Region, o.Name, orOK(o.Err))
}

func orOK(err error) any {
	if err == nil {
		return "ok"
	}
	return err
}

// effect counts what a call has changed: a second effect of one step, and a
// second server group of one token, are doubled.
func (w *watcher) effect(ctx context.Context, o faulty.Outcome) {
	if !changed(o.Before, o.After) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	info := activity.GetInfo(ctx)
	step := fmt.Sprint(info.WorkflowExecution.ID, " ", info.WorkflowExecution.RunID, " ", info.ActivityID)
	w.effects[step]++
	if w.effects[step] > 1 {
		w.doubled("%s took effect %d times", info.ActivityType.Name, w.effects[step])
	}
	for _, g := range o.After {
		if !has(o.Before, g) {
			token := g.Region + " " + g.Marks[gennaker.MarkToken]
			w.made[token]++
			if w.made[token] > 1 {
				w.doubled("%s is server group number %d of its token", g.Name, w.made[token])
			}
		}
	}
}

// twice counts an effect that there must be one of.
func (w *watcher) twice(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.doubled(format, args...)
}

func (w *watcher) doubled(format string, args ...any) {
	w.count.Doubled++
	w.note("! "+format, args...)
}

func has(list []gennaker.ServerGroup, wanted gennaker.ServerGroup) bool {
	for _, g := range list {
		if g.Name == wanted.Name && g.Region == wanted.Region && g.Marks[gennaker.MarkToken] == wanted.Marks[gennaker.MarkToken] {
			return true
		}
	}
	return false
}

// changed reports whether two listings differ in more than in their clocks.
func changed(before, after []gennaker.ServerGroup) bool {
	return fmt.Sprint(settings(before)) != fmt.Sprint(settings(after))
}

func settings(list []gennaker.ServerGroup) (all []string) {
	for _, g := range list {
		all = append(all, fmt.Sprint(g.Region, g.Name, g.Marks, g.Enabled, g.Capacity, g.Count(gennaker.OutOfService)))
	}
	return all
}
