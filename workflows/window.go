package workflows

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/stages"
)

// window is a stage's restrictedExecutionWindow: the times at which it may
// start.
type window struct {
	Days   []int   `json:"days"`      // 1 is Sunday; none means every day
	Ranges []hours `json:"whitelist"` // none, with days given, means all day
	Jitter jitter  `json:"jitter"`
}

// hours are a range of minutes of a day, the first and the last included. One
// that ends before it starts goes over midnight.
type hours struct {
	StartHour int `json:"startHour"`
	StartMin  int `json:"startMin"`
	EndHour   int `json:"endHour"`
	EndMin    int `json:"endMin"`
}

// jitter spreads out stages that start when a window opens.
type jitter struct {
	Enabled    bool    `json:"enabled"`
	Min        float64 `json:"minDelay"` // seconds
	Max        float64 `json:"maxDelay"` // seconds
	SkipManual bool    `json:"skipManual"`
}

// span are minutes of a day: from ≤ minute < to.
type span struct{ from, to int }

const (
	day            = 24 * 60 // minutes
	daysAhead      = 7
	windowPatience = 7 * 24 * time.Hour // Spinnaker's
)

// spans are the ranges within one day, the earliest first.
func (w window) spans() ([]span, error) {
	if len(w.Ranges) == 0 && len(w.Days) == 0 {
		return nil, fmt.Errorf("restrictedExecutionWindow: %w: it has neither days nor hours in its whitelist", gennaker.ErrInvalid)
	}
	if len(w.Ranges) == 0 {
		return []span{{0, day}}, nil
	}
	var all []span
	for _, r := range w.Ranges {
		from, to := r.StartHour*60+r.StartMin, r.EndHour*60+r.EndMin+1
		if from < 0 || from >= day || to < 1 || to > day {
			return nil, fmt.Errorf("restrictedExecutionWindow: %w: %02d:%02d to %02d:%02d are no hours of a day",
				gennaker.ErrInvalid, r.StartHour, r.StartMin, r.EndHour, r.EndMin)
		}
		if from < to {
			all = append(all, span{from, to})
		} else {
			all = append(all, span{0, to}, span{from, day})
		}
	}
	slices.SortFunc(all, func(a, b span) int { return a.from - b.from })
	return all, nil
}

// opens is when the window is open next: now, if it is open, in the time zone
// of now.
func (w window) opens(now time.Time) (time.Time, error) {
	spans, err := w.spans()
	if err != nil {
		return now, err
	}
	for ahead := range daysAhead + 1 {
		midnight := time.Date(now.Year(), now.Month(), now.Day()+ahead, 0, 0, 0, 0, now.Location())
		if len(w.Days) > 0 && !slices.Contains(w.Days, int(midnight.Weekday())+1) {
			continue
		}
		for _, s := range spans {
			if now.Before(at(midnight, s.to)) {
				return latest(now, at(midnight, s.from)), nil
			}
		}
	}
	return now, fmt.Errorf("restrictedExecutionWindow: %w: days %v open it on none of the next %d days", gennaker.ErrInvalid, w.Days, daysAhead)
}

// at is a minute of a day by the clock on the wall.
func at(midnight time.Time, minute int) time.Time {
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, minute, 0, 0, midnight.Location())
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// window waits until the stage may start. It counts against no time-out of the
// stage, and people can skip it.
func (r *run) window(ctx workflow.Context, in stages.Input) error {
	fields, err := in.Evaluator.Evaluate(ctx, in.Stage.Window, nil)
	if err != nil {
		return err
	}
	object, _ := fields.(map[string]any)
	w, err := config.Decode[window](object)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(r.pipeline.TimeZone)
	if err != nil {
		return fmt.Errorf("timeZone %q: %w: it is not an IANA name such as Europe/Berlin", r.pipeline.TimeZone, gennaker.ErrInvalid)
	}
	err = in.Skippable(func(skipped func() bool) error { return r.untilOpen(ctx, in, w, zone, skipped) })
	in.Waiting("")
	return err
}

// untilOpen looks at the window again after each wait: a pause may have
// outlasted it.
func (r *run) untilOpen(ctx workflow.Context, in stages.Input, w window, zone *time.Location, skipped func() bool) error {
	begin := workflow.Now(ctx)
	for !skipped() {
		now := workflow.Now(ctx).In(zone)
		opens, err := w.opens(now)
		if err != nil {
			return err
		}
		if !opens.After(now) {
			return r.spread(ctx, in, w.Jitter, skipped)
		}
		if opens.Sub(begin) > windowPatience {
			return fmt.Errorf("its execution window: %w after %s", gate.ErrTimeout, windowPatience)
		}
		in.Waiting("its execution window, which opens " + opens.Format("Mon 2 Jan 15:04 MST"))
		if err := gate.Until(ctx, opens, in.Stage.Title()+": wait for the execution window", skipped); err != nil {
			return err
		}
	}
	return nil
}

// spread waits for the stage's share of the jitter: the same seconds, however
// often this code is replayed.
func (r *run) spread(ctx workflow.Context, in stages.Input, j jitter, skipped func() bool) error {
	manual := r.e.Trigger.Type == "manual" || r.e.Trigger.Type == ""
	if !j.Enabled || (manual && j.SkipManual) || j.Max < j.Min {
		return nil
	}
	info := workflow.GetInfo(ctx)
	token, err := hex.DecodeString(gennaker.Token(info.FirstRunID, in.State.RefID, strconv.Itoa(in.State.Attempt), "jitter"))
	if err != nil {
		return err
	}
	share := float64(binary.BigEndian.Uint32(token)) / (1 << 32)
	delay := time.Duration((j.Min + share*(j.Max-j.Min)) * float64(time.Second))
	if delay <= 0 {
		return nil
	}
	in.Waiting(delay.Round(time.Second).String() + " after its window opened")
	_, err = gate.Wait(ctx, delay, in.Stage.Title()+": jitter of the execution window", skipped)
	return err
}
