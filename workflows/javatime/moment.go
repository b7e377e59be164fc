package javatime

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// The kinds of moments, by their Java types. All are in UTC.
const (
	instant   = "java.time.Instant"
	localDate = "java.time.LocalDate"
	localTime = "java.time.LocalDateTime"
	utilDate  = "java.util.Date"
)

// moment is a time or a date of an expression.
type moment struct {
	kind string
	t    time.Time
}

func (m moment) Type() *expression.Type { return timeTypes[m.kind] }

// String is what Java's toString writes.
func (m moment) String() string {
	switch m.kind {
	case localDate:
		return m.t.Format("2006-01-02")
	case utilDate:
		return m.t.Format("Mon Jan 02 15:04:05 UTC 2006")
	case localTime:
		return m.t.Format("2006-01-02T15:04") + seconds(m.t, m.t.Second() != 0 || m.t.Nanosecond() != 0)
	}
	return m.t.Format("2006-01-02T15:04") + seconds(m.t, true) + "Z"
}

// seconds writes as many groups of three digits as there are.
func seconds(t time.Time, wanted bool) string {
	if !wanted {
		return ""
	}
	text := t.Format(":05")
	fraction := fmt.Sprintf("%09d", t.Nanosecond())
	for strings.HasSuffix(fraction, "000") {
		fraction = strings.TrimSuffix(fraction, "000")
	}
	if fraction == "" {
		return text
	}
	return text + "." + fraction
}

func (m moment) Compare(other expression.Value) int {
	o, _ := other.(moment)
	return m.t.Compare(o.t)
}

// at is a moment of a kind: a date loses its time, and all but nothing else
// the time zone.
func at(kind string, t time.Time) moment {
	if t = t.UTC(); kind == localDate {
		t = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	if kind == utilDate {
		t = t.Truncate(time.Millisecond)
	}
	return moment{kind, t}
}

// now asks the Env for its time.
func now(kind string, env any) (any, error) {
	clock, ok := env.(Clock)
	if !ok {
		return nil, fmt.Errorf("%w: there is no clock here", gennaker.ErrInvalid)
	}
	return at(kind, clock.Now()), nil
}

func nowAs(kind string) expression.Method {
	return expression.Method{Run: func(env any, _ []any) (any, error) { return now(kind, env) }}
}

// method is a method of a moment.
func method(params string, f func(m moment, args []any) (any, error)) expression.Method {
	return expression.Method{Params: params, Run: func(self any, args []any) (any, error) { return f(self.(moment), args) }}
}

// part is a method without arguments that gives a number.
func part(f func(t time.Time) int) expression.Method {
	return method("", func(m moment, _ []any) (any, error) { return float64(f(m.t)), nil })
}

// order is a method that compares with another moment of the kind.
func order(holds func(c int) bool) expression.Method {
	return method("other", func(m moment, args []any) (any, error) {
		other, ok := args[0].(moment)
		if !ok || other.kind != m.kind {
			return nil, fmt.Errorf("%w: a %s is wanted", gennaker.ErrInvalid, m.kind)
		}
		return holds(m.t.Compare(other.t)), nil
	})
}

// shift is a method that moves a moment by a number of units.
func shift(u unit, sign int) expression.Method {
	return method("number", func(m moment, args []any) (any, error) {
		n, err := expression.Whole(args[0])
		if err != nil {
			return nil, err
		}
		return m.plus(u, n*sign)
	})
}

// shiftBy is plus or minus with the unit as argument.
func shiftBy(sign int) expression.Method {
	return method("number unit", func(m moment, args []any) (any, error) {
		n, err := expression.Whole(args[0])
		if err != nil {
			return nil, err
		}
		u, ok := args[1].(unit)
		if !ok {
			return nil, fmt.Errorf("%w: a unit is wanted, such as T(%s).DAYS", gennaker.ErrInvalid, chronoUnit)
		}
		return m.plus(u, n*sign)
	})
}

// plus moves a moment, within the years 1 to 9999. As in Java, a day that the
// month does not have becomes its last.
func (m moment) plus(u unit, n int) (any, error) {
	if !u.suits(m.kind) {
		return nil, fmt.Errorf("%w: a %s cannot be moved by %s", gennaker.ErrInvalid, m.kind, u)
	}
	if u.months != 0 {
		return m.plusMonths(float64(n) * float64(u.months))
	}
	second := float64(m.t.Unix()) + float64(n)*u.size.Seconds()
	if second < float64(firstSecond) || second > float64(lastSecond) {
		return nil, errYears
	}
	if u.size < time.Second {
		perSecond := int(time.Second / u.size)
		t := time.Unix(m.t.Unix()+int64(n/perSecond), int64(m.t.Nanosecond()))
		return at(m.kind, t.Add(time.Duration(n%perSecond)*u.size)), nil
	}
	return at(m.kind, time.Unix(m.t.Unix()+int64(n)*int64(u.size/time.Second), int64(m.t.Nanosecond()))), nil
}

var (
	firstSecond = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	lastSecond  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	errYears    = fmt.Errorf("%w: the result is outside of the years 1 to 9999", gennaker.ErrInvalid)
)

func (m moment) plusMonths(n float64) (any, error) {
	sum := float64(m.t.Year()*12+int(m.t.Month())-1) + n
	if sum < 12 || sum >= 10_000*12 {
		return nil, errYears
	}
	year, month := int(sum)/12, time.Month(int(sum)%12+1)
	day := min(m.t.Day(), daysIn(year, month))
	hour, minute, second := m.t.Clock()
	return at(m.kind, time.Date(year, month, day, hour, minute, second, m.t.Nanosecond(), time.UTC)), nil
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// isoWeekday is 1 for Monday and 7 for Sunday.
func isoWeekday(t time.Time) int { return cmp.Or(int(t.Weekday()), 7) }
