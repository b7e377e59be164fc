package starter

import (
	"fmt"
	"time"
)

// elapsed is how long something took, or takes by now; empty before it began.
func elapsed(start, end, now time.Time) string {
	if start.IsZero() {
		return ""
	}
	if end.IsZero() {
		end = now
	}
	return duration(end.Sub(start))
}

// duration writes a time as people say it: 80ms, 1.2s, 12s, 2m03s, 1h02m.
func duration(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// clock is a moment today, in the reader's time zone.
func clock(t time.Time) string { return t.Local().Format("15:04:05") }
