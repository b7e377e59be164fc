package workflows

import (
	"testing"
	"time"
)

// The week of the tests: 1 November 2026 is a Sunday.
func when(t *testing.T, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	moment, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestWhenAWindowOpens(t *testing.T) {
	office := hours{9, 0, 17, 0}
	night := hours{22, 0, 2, 0}
	monday, saturday := 2, 7
	for _, c := range []struct {
		name      string
		w         window
		now, want string
	}{
		{"it is open", window{Ranges: []hours{office}}, "2026-11-03 10:00:00", "2026-11-03 10:00:00"},
		{"its first minute is in it", window{Ranges: []hours{office}}, "2026-11-03 09:00:00", "2026-11-03 09:00:00"},
		{"its last minute is in it, to the end", window{Ranges: []hours{office}}, "2026-11-03 17:00:59", "2026-11-03 17:00:59"},
		{"the minute after is not", window{Ranges: []hours{office}}, "2026-11-03 17:01:00", "2026-11-04 09:00:00"},
		{"before it, today", window{Ranges: []hours{office}}, "2026-11-03 08:59:59", "2026-11-03 09:00:00"},
		{"the earliest of several that are still to come", window{Ranges: []hours{{20, 0, 21, 0}, office}}, "2026-11-03 18:00:00", "2026-11-03 20:00:00"},
		{"over midnight, in the evening", window{Ranges: []hours{night}}, "2026-11-03 23:30:00", "2026-11-03 23:30:00"},
		{"over midnight, in the morning", window{Ranges: []hours{night}}, "2026-11-03 02:00:30", "2026-11-03 02:00:30"},
		{"over midnight, in between", window{Ranges: []hours{night}}, "2026-11-03 12:00:00", "2026-11-03 22:00:00"},
		{"on Monday only", window{Days: []int{monday}, Ranges: []hours{office}}, "2026-11-03 10:00:00", "2026-11-09 09:00:00"},
		{"on a day, all day", window{Days: []int{saturday}}, "2026-11-03 10:00:00", "2026-11-07 00:00:00"},
		{"the same weekday again, when today's is over", window{Days: []int{monday}, Ranges: []hours{office}}, "2026-11-02 18:00:00", "2026-11-09 09:00:00"},
		{"by the clock on the wall when summer time ends", window{Ranges: []hours{office}}, "2026-10-25 00:30:00", "2026-10-25 09:00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.w.opens(when(t, c.now))
			if err != nil || !got.Equal(when(t, c.want)) {
				t.Errorf("opens = %s, %v, want %s", got, err, c.want)
			}
		})
	}
	for _, w := range []window{{}, {Ranges: []hours{{25, 0, 26, 0}}}, {Days: []int{9}}} {
		if opens, err := w.opens(when(t, "2026-11-03 10:00:00")); err == nil {
			t.Errorf("%+v opens %s, want it refused", w, opens)
		}
	}
}
