package simulation_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

var dawn = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func TestAVirtualClockStandsStill(t *testing.T) {
	clock := simulation.NewVirtual(dawn)
	time.Sleep(time.Millisecond)
	if got := clock.Now(); !got.Equal(dawn) {
		t.Errorf("it shows %s, want %s", got, dawn)
	}
	clock.Advance(time.Minute)
	clock.Sleep(time.Hour)
	if got := clock.Now().Sub(dawn); got != time.Hour+time.Minute {
		t.Errorf("it has gone on by %s, want 1h1m", got)
	}
}

func TestAFastClockIsFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := simulation.Fast(100)
		before := clock.Now()
		time.Sleep(time.Second)
		if got := clock.Now().Sub(before); got != 100*time.Second {
			t.Errorf("in a second it has gone on by %s, want 100s", got)
		}
	})
}

func TestWhatIsDueHappensInOrder(t *testing.T) {
	var a simulation.Agenda[string]
	a.Add(dawn.Add(2*time.Second), "third")
	a.Add(dawn.Add(time.Second), "first")
	a.Add(dawn.Add(time.Second), "second")
	a.Add(dawn.Add(time.Minute), "later")
	var got []string
	for {
		_, what, due := a.Next(dawn.Add(3 * time.Second))
		if !due {
			break
		}
		got = append(got, what)
	}
	if want := []string{"first", "second", "third"}; !slices.Equal(got, want) {
		t.Errorf("what is due is %q, want %q", got, want)
	}
	if at, ok := a.First(); !ok || !at.Equal(dawn.Add(time.Minute)) {
		t.Errorf("the next is at %s, %t, want what comes in a minute", at, ok)
	}
}

func TestAFaultLeavesAloneWhatItIsNotAbout(t *testing.T) {
	var f simulation.Faults[int, string]
	f.InjectAbout("create", func(n int) bool { return n == 2 }, "of two", "of two again")
	f.Inject("create", "of any")
	var got []string
	for _, n := range []int{1, 2, 1, 2, 2} {
		got = append(got, f.Next("create", n))
	}
	if want := []string{"of any", "of two", "", "of two again", ""}; !slices.Equal(got, want) {
		t.Errorf("the faults are %q, want %q", got, want)
	}
}

func TestFaultsAreTakenOneByOne(t *testing.T) {
	f := simulation.Faults[int, string]{Decide: func(n int) *string {
		if n != 3 {
			return nil
		}
		text := "decided"
		return &text
	}}
	f.Inject("create", "first", "second")
	f.Inject("create", "third")
	var got []string
	for _, call := range []struct {
		name string
		n    int
	}{{"delete", 0}, {"create", 3}, {"create", 0}, {"create", 0}, {"create", 0}, {"create", 3}} {
		got = append(got, f.Next(call.name, call.n))
	}
	if want := []string{"", "first", "second", "third", "", "decided"}; !slices.Equal(got, want) {
		t.Errorf("the faults are %q, want %q", got, want)
	}
}

func TestABucketIsFilledByTheClock(t *testing.T) {
	b := simulation.Buckets[string]{}
	limit := simulation.Throttle{PerSecond: 1, Burst: 2}
	take := func(of string, after time.Duration) bool { return b.Take(of, limit, dawn.Add(after)) }
	got := []bool{take("a", 0), take("a", 0), take("a", 0), take("b", 0), take("a", time.Second), take("a", time.Second)}
	if want := []bool{true, true, false, true, true, false}; !slices.Equal(got, want) {
		t.Errorf("the tokens are %t, want %t", got, want)
	}
	if !b.Take("a", simulation.Throttle{}, dawn) {
		t.Error("without a limit there is none")
	}
}

func TestAnAnswerIsHeldWhileSomebodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, leave := context.WithTimeout(t.Context(), 2*time.Second)
		defer leave()
		simulation.Hold(ctx, time.Second)
		simulation.Hold(ctx, time.Hour)
		if got := time.Since(began); got != 2*time.Second {
			t.Errorf("it was held for %s, want 2s", got)
		}
	})
}
