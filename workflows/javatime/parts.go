package javatime

import (
	"fmt"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// fields of a time, in the order of dated's arguments.
const (
	yearField = iota
	monthField
	dayField
	hourField
	minuteField
	secondField
)

// withField replaces one field of a time, which must be there afterwards.
func withField(field int) expression.Method {
	return method("number", func(m moment, args []any) (any, error) {
		n, err := expression.Whole(args[0])
		if err != nil {
			return nil, err
		}
		f := [6]int{m.t.Year(), int(m.t.Month()), m.t.Day(), m.t.Hour(), m.t.Minute(), m.t.Second()}
		f[field] = n
		if field < dayField { // as in Java, the day becomes the month's last
			f[dayField] = min(f[dayField], daysIn(f[yearField], time.Month(f[monthField])))
		}
		return dated(m.kind, []any{float64(f[0]), float64(f[1]), float64(f[2]), float64(f[3]), float64(f[4]), float64(f[5])}, m.t.Nanosecond())
	})
}

// truncated drops what is smaller than a unit.
var truncated = method("unit", func(m moment, args []any) (any, error) {
	u, ok := args[0].(unit)
	if !ok || u.months != 0 || u.size > days.size {
		return nil, fmt.Errorf("%w: a unit from NANOS to DAYS is wanted", gennaker.ErrInvalid)
	}
	return at(m.kind, m.t.Truncate(u.size)), nil
})

// until counts units up to another moment of the kind.
var until = method("end unit", func(m moment, args []any) (any, error) {
	u, ok := args[1].(unit)
	if !ok {
		return nil, fmt.Errorf("%w: a unit is wanted, such as T(%s).DAYS", gennaker.ErrInvalid, chronoUnit)
	}
	return unitBetween(u, []any{m, args[0]})
})

// atTime is a date with a time of the day.
var atTime = method("hour minute second?", func(m moment, args []any) (any, error) {
	date := []any{float64(m.t.Year()), float64(m.t.Month()), float64(m.t.Day())}
	return dated(localTime, append(date, args...), 0)
})

// ofEpochDay is a date by its days from 1970 on.
var ofEpochDay = expression.Method{Params: "days", Run: func(_ any, args []any) (any, error) {
	n, err := expression.Whole(args[0])
	if err != nil {
		return nil, err
	}
	return moment{localDate, time.Unix(0, 0).UTC()}.plus(days, n)
}}

func isLeapYear(m moment, _ []any) (any, error) { return daysIn(m.t.Year(), time.February) == 29, nil }

func lengthOfYear(t time.Time) int {
	return time.Date(t.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
}

// weekdayOf is a day of the week by its number, from 1 for Monday.
var weekdayOf = expression.Method{Params: "number", Run: func(_ any, args []any) (any, error) {
	n, err := expression.Whole(args[0])
	if err == nil && (n < 1 || n > 7) {
		err = fmt.Errorf("%d: %w: the days of the week are 1 to 7", n, gennaker.ErrInvalid)
	}
	return weekday(n), err
}}

// weekdayOn moves a day of the week.
func weekdayOn(sign int) expression.Method {
	return expression.Method{Params: "days", Run: func(self any, args []any) (any, error) {
		n, err := expression.Whole(args[0])
		return weekday(((int(self.(weekday))-1+sign*(n%7))%7+7)%7 + 1), err
	}}
}

// named is valueOf: a constant of a type by its name.
func named(constants map[string]any) expression.Method {
	return expression.Method{Params: "name", Run: func(_ any, args []any) (any, error) {
		name, err := expression.Text(args[0])
		if err != nil {
			return nil, err
		}
		v, ok := constants[name]
		if !ok {
			return nil, fmt.Errorf("'%s': %w: it is none of %s", name, gennaker.ErrNotFound, strings.Join(gennaker.SortedKeys(constants), ", "))
		}
		return v, nil
	}}
}

// inMonthOf is an adjuster to the first (step 1) or last (step -1) such day of
// the week in the month.
func inMonthOf(name string, step int) expression.Method {
	from := onDay(false, 0, 1)
	if step < 0 {
		from = onDay(false, 1, 0)
	}
	towards := towards(name, step, true)
	return expression.Method{Params: towards.Params, Run: func(self any, args []any) (any, error) {
		v, err := towards.Run(self, args)
		if err != nil {
			return nil, err
		}
		a := v.(adjuster)
		return adjuster{name, func(t time.Time) time.Time { return a.apply(from(t)) }}, nil
	}}
}
