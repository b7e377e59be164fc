package javatime

import (
	"fmt"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

const (
	chronoUnit = "java.time.temporal.ChronoUnit"
	dayOfWeek  = "java.time.DayOfWeek"
	adjusters  = "java.time.temporal.TemporalAdjusters"
)

// unit is a ChronoUnit: a length of time or a number of months.
type unit struct {
	name   string
	size   time.Duration
	months int
}

var (
	nanos        = unit{"NANOS", time.Nanosecond, 0}
	micros       = unit{"MICROS", time.Microsecond, 0}
	millis       = unit{"MILLIS", time.Millisecond, 0}
	wholeSeconds = unit{"SECONDS", time.Second, 0}
	minutes      = unit{"MINUTES", time.Minute, 0}
	hours        = unit{"HOURS", time.Hour, 0}
	halfDays     = unit{"HALF_DAYS", 12 * time.Hour, 0}
	days         = unit{"DAYS", 24 * time.Hour, 0}
	weeks        = unit{"WEEKS", 7 * 24 * time.Hour, 0}
	months       = unit{"MONTHS", 0, 1}
	years        = unit{"YEARS", 0, 12}

	units = []unit{nanos, micros, millis, wholeSeconds, minutes, hours, halfDays, days, weeks, months, years}
)

func (u unit) Type() *expression.Type { return timeTypes[chronoUnit] }
func (u unit) String() string         { return u.name }

// suits says what can be moved by a unit: an instant has no calendar, and a
// date no hours.
func (u unit) suits(kind string) bool {
	switch kind {
	case instant:
		return u.months == 0 && u.size <= days.size
	case localDate:
		return u.months != 0 || u.size >= days.size
	}
	return true
}

// between counts the whole units from one moment to another.
func (u unit) between(from, to time.Time) int {
	if u.months == 0 {
		return u.elapsed(to.Unix()-from.Unix(), int64(to.Nanosecond()-from.Nanosecond()))
	}
	n := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	reached := inMonth(to).Compare(inMonth(from))
	if n > 0 && reached < 0 {
		n--
	}
	if n < 0 && reached > 0 {
		n++
	}
	return n / u.months
}

// elapsed counts units in seconds and nanoseconds.
func (u unit) elapsed(seconds, nanos int64) int {
	if nanos < 0 && seconds > 0 {
		seconds, nanos = seconds-1, nanos+int64(time.Second)
	}
	if nanos > 0 && seconds < 0 {
		seconds, nanos = seconds+1, nanos-int64(time.Second)
	}
	if u.size < time.Second {
		return int(seconds*int64(time.Second/u.size) + nanos/int64(u.size))
	}
	return int(seconds / int64(u.size/time.Second))
}

// inMonth is a moment's place in its month.
func inMonth(t time.Time) time.Time {
	return time.Date(2000, 1, t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func unitBetween(self any, args []any) (any, error) {
	from, ok := args[0].(moment)
	to, also := args[1].(moment)
	if !ok || !also || from.kind != to.kind {
		return nil, fmt.Errorf("%w: two times of one type are wanted", gennaker.ErrInvalid)
	}
	u := self.(unit)
	if !u.suits(from.kind) {
		return nil, fmt.Errorf("%w: a %s is not counted in %s", gennaker.ErrInvalid, from.kind, u)
	}
	return float64(u.between(from.t, to.t)), nil
}

// weekday is a DayOfWeek, from 1 for Monday.
type weekday int

func (d weekday) Type() *expression.Type { return timeTypes[dayOfWeek] }

func (d weekday) String() string { return strings.ToUpper(time.Weekday(d % 7).String()) }

func (d weekday) Compare(other expression.Value) int {
	o, _ := other.(weekday)
	return int(d - o)
}

func weekdayConstants() map[string]any {
	all := map[string]any{}
	for d := weekday(1); d <= 7; d++ {
		all[d.String()] = d
	}
	return all
}

func unitConstants() map[string]any {
	all := map[string]any{}
	for _, u := range units {
		all[u.name] = u
	}
	return all
}

// adjuster is what LocalDate.with moves a date by.
type adjuster struct {
	name  string
	apply func(t time.Time) time.Time
}

func (a adjuster) Type() *expression.Type { return timeTypes[adjusters] }
func (a adjuster) String() string         { return a.name }

// fixed is an adjuster that needs nothing: the first days of things are told
// by years, months and days from a date's month.
func fixed(name string, apply func(t time.Time) time.Time) expression.Method {
	return expression.Method{Run: func(any, []any) (any, error) { return adjuster{name, apply}, nil }}
}

// towards is an adjuster to a day of the week, step by step of a day; same
// says whether the date itself will do.
func towards(name string, step int, same bool) expression.Method {
	return expression.Method{Params: "dayOfWeek", Run: func(_ any, args []any) (any, error) {
		wanted, ok := args[0].(weekday)
		if !ok {
			return nil, fmt.Errorf("%w: a day is wanted, such as T(%s).MONDAY", gennaker.ErrInvalid, dayOfWeek)
		}
		return adjuster{name, func(t time.Time) time.Time {
			if !same {
				t = t.AddDate(0, 0, step)
			}
			for isoWeekday(t) != int(wanted) {
				t = t.AddDate(0, 0, step)
			}
			return t
		}}, nil
	}}
}

func adjusted(m moment, args []any) (any, error) {
	a, ok := args[0].(adjuster)
	if !ok {
		return nil, fmt.Errorf("%w: one of %s is wanted", gennaker.ErrInvalid, adjusters)
	}
	if y := a.apply(m.t); y.Year() >= 1 && y.Year() <= 9999 {
		return at(m.kind, y), nil
	}
	return nil, errYears
}

// onDay moves to a day of the month that is months from a time's January or
// own month.
func onDay(fromJanuary bool, months, day int) func(t time.Time) time.Time {
	return func(t time.Time) time.Time {
		month := t.Month()
		if fromJanuary {
			month = time.January
		}
		hour, minute, second := t.Clock()
		return time.Date(t.Year(), month+time.Month(months), day, hour, minute, second, t.Nanosecond(), time.UTC)
	}
}
