// Package javatime is Java's times and dates for expressions, of java.time,
// java.util.Date and SimpleDateFormat: the parts that documents use, in UTC and
// in English. The time itself is asked of the expression's Env, so that an
// execution that is replayed comes to the same one.
package javatime

import (
	"fmt"
	"maps"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// Clock is an expression.Env that knows the time.
type Clock interface{ Now() time.Time }

// Types are what Env.Types gives, by name.
func Types() map[string]*expression.Type { return timeTypes }

type methods = map[string]expression.Method

// timeTypes are the Java types of times and dates that expressions reach.
var timeTypes = map[string]*expression.Type{
	instant: {Name: instant, Constants: map[string]any{"EPOCH": moment{instant, time.Unix(0, 0).UTC()}},
		Statics: methods{
			"now":           nowAs(instant),
			"parse":         parsed(instant, "2006-01-02T15:04:05Z", "2006-01-02T15:04Z"),
			"ofEpochSecond": {Params: "seconds", Run: func(_ any, args []any) (any, error) { return since(instant, args[0], wholeSeconds) }},
			"ofEpochMilli":  {Params: "millis", Run: func(_ any, args []any) (any, error) { return since(instant, args[0], millis) }},
		},
		Methods: methods{
			"toEpochMilli":   method("", func(m moment, _ []any) (any, error) { return float64(m.t.UnixMilli()), nil }),
			"getEpochSecond": method("", func(m moment, _ []any) (any, error) { return float64(m.t.Unix()), nil }),
			"getNano":        part(time.Time.Nanosecond),
			"isBefore":       before, "isAfter": after,
			"plus": shiftBy(1), "minus": shiftBy(-1), "until": until, "truncatedTo": truncated,
			"plusMillis": shift(millis, 1), "minusMillis": shift(millis, -1),
			"plusSeconds": shift(wholeSeconds, 1), "minusSeconds": shift(wholeSeconds, -1),
		}},
	localDate: {Name: localDate,
		Statics: methods{"now": nowAs(localDate), "parse": parsed(localDate, "2006-01-02"), "ofEpochDay": ofEpochDay,
			"of": {Params: "year month day", Run: func(_ any, args []any) (any, error) { return dated(localDate, args, 0) }}},
		Methods: joined(calendarMethods, methods{
			"atTime":       atTime,
			"toEpochDay":   method("", func(m moment, _ []any) (any, error) { return float64(days.between(time.Unix(0, 0).UTC(), m.t)), nil }),
			"atStartOfDay": method("", func(m moment, _ []any) (any, error) { return at(localTime, m.t), nil }),
		})},
	localTime: {Name: localTime,
		Statics: methods{"now": nowAs(localTime), "parse": parsed(localTime, "2006-01-02T15:04:05", "2006-01-02T15:04"),
			"of": {Params: "year month day hour minute second?", Run: func(_ any, args []any) (any, error) { return dated(localTime, args, 0) }}},
		Methods: joined(calendarMethods, methods{
			"toLocalDate": method("", func(m moment, _ []any) (any, error) { return at(localDate, m.t), nil }),
			"getHour":     part(time.Time.Hour), "getMinute": part(time.Time.Minute), "getSecond": part(time.Time.Second), "getNano": part(time.Time.Nanosecond),
			"withHour": withField(hourField), "withMinute": withField(minuteField), "withSecond": withField(secondField), "truncatedTo": truncated,
			"plusHours": shift(hours, 1), "minusHours": shift(hours, -1),
			"plusMinutes": shift(minutes, 1), "minusMinutes": shift(minutes, -1),
			"plusSeconds": shift(wholeSeconds, 1), "minusSeconds": shift(wholeSeconds, -1),
		})},
	utilDate: {Name: utilDate,
		New: &expression.Method{Params: "millis?", Run: func(env any, args []any) (any, error) {
			if len(args) == 0 {
				return now(utilDate, env)
			}
			return since(utilDate, args[0], millis)
		}},
		Methods: methods{
			"getTime":   method("", func(m moment, _ []any) (any, error) { return float64(m.t.UnixMilli()), nil }),
			"toInstant": method("", func(m moment, _ []any) (any, error) { return at(instant, m.t), nil }),
			"before":    before, "after": after,
			"getYear": part(func(t time.Time) int { return t.Year() - 1900 }), "getMonth": part(func(t time.Time) int { return int(t.Month()) - 1 }),
			"getDate": part(time.Time.Day), "getDay": part(func(t time.Time) int { return int(t.Weekday()) }),
			"getHours": part(time.Time.Hour), "getMinutes": part(time.Time.Minute), "getSeconds": part(time.Time.Second),
		}},
	chronoUnit: {Name: chronoUnit, Constants: unitConstants(), Statics: methods{"valueOf": named(unitConstants())}, Methods: methods{"between": {Params: "from to", Run: unitBetween}}},
	dayOfWeek: {Name: dayOfWeek, Constants: weekdayConstants(), Statics: methods{"of": weekdayOf, "valueOf": named(weekdayConstants())}, Methods: methods{
		"plus": weekdayOn(1), "minus": weekdayOn(-1),
		"getValue": {Run: func(self any, _ []any) (any, error) { return float64(self.(weekday)), nil }},
		"name":     {Run: func(self any, _ []any) (any, error) { return self.(weekday).String(), nil }},
	}},
	adjusters: {Name: adjusters, Statics: methods{
		"firstDayOfMonth":     fixed("firstDayOfMonth", onDay(false, 0, 1)),
		"lastDayOfMonth":      fixed("lastDayOfMonth", onDay(false, 1, 0)),
		"firstDayOfNextMonth": fixed("firstDayOfNextMonth", onDay(false, 1, 1)),
		"firstDayOfYear":      fixed("firstDayOfYear", onDay(true, 0, 1)),
		"lastDayOfYear":       fixed("lastDayOfYear", onDay(true, 12, 0)),
		"firstDayOfNextYear":  fixed("firstDayOfNextYear", onDay(true, 12, 1)),
		"firstInMonth":        inMonthOf("firstInMonth", 1), "lastInMonth": inMonthOf("lastInMonth", -1),
		"next": towards("next", 1, false), "nextOrSame": towards("nextOrSame", 1, true),
		"previous": towards("previous", -1, false), "previousOrSame": towards("previousOrSame", -1, true),
	}},
	formatter: {Name: formatter,
		Constants: map[string]any{"ISO_DATE": pattern{formatter, "yyyy-MM-dd"}, "ISO_LOCAL_DATE": pattern{formatter, "yyyy-MM-dd"},
			"BASIC_ISO_DATE": pattern{formatter, "yyyyMMdd"}, "ISO_LOCAL_DATE_TIME": pattern{formatter, "yyyy-MM-dd'T'HH:mm:ss"}},
		Statics: methods{"ofPattern": newPattern(formatter)}, Methods: methods{"format": formatMethod}},
	simpleFormat: {Name: simpleFormat, New: new(newPattern(simpleFormat)), Methods: methods{"format": formatMethod, "parse": parseMethod}},
}

var (
	before = order(func(c int) bool { return c < 0 })
	after  = order(func(c int) bool { return c > 0 })
)

// calendarMethods are those of both LocalDate and LocalDateTime.
var calendarMethods = methods{
	"getYear": part(time.Time.Year), "getMonthValue": part(func(t time.Time) int { return int(t.Month()) }),
	"getDayOfMonth": part(time.Time.Day), "getDayOfYear": part(time.Time.YearDay),
	"getDayOfWeek": method("", func(m moment, _ []any) (any, error) { return weekday(isoWeekday(m.t)), nil }),
	"lengthOfYear": part(lengthOfYear), "isLeapYear": method("", isLeapYear), "until": until,
	"withYear": withField(yearField), "withMonth": withField(monthField), "withDayOfMonth": withField(dayField),
	"lengthOfMonth": part(func(t time.Time) int { return daysIn(t.Year(), t.Month()) }),
	"isBefore":      before, "isAfter": after, "isEqual": order(func(c int) bool { return c == 0 }),
	"plus": shiftBy(1), "minus": shiftBy(-1), "with": method("adjuster", adjusted),
	"plusDays": shift(days, 1), "minusDays": shift(days, -1), "plusWeeks": shift(weeks, 1), "minusWeeks": shift(weeks, -1),
	"plusMonths": shift(months, 1), "minusMonths": shift(months, -1), "plusYears": shift(years, 1), "minusYears": shift(years, -1),
	"format": method("formatter", func(m moment, args []any) (any, error) {
		p, ok := args[0].(pattern)
		if !ok {
			return nil, errFormatter
		}
		return p.write(m)
	}),
}

func joined(common, own methods) methods {
	maps.Copy(own, common)
	return own
}

// since is a moment by its distance from 1970.
func since(kind string, distance any, u unit) (any, error) {
	n, err := expression.Whole(distance)
	if err != nil {
		return nil, err
	}
	epoch := moment{instant, time.Unix(0, 0).UTC()}
	v, err := epoch.plus(u, n)
	if err != nil {
		return nil, err
	}
	return at(kind, v.(moment).t), nil
}

// dated is a moment by its year, month, day and so on, each of which must be
// there.
func dated(kind string, args []any, nanosecond int) (any, error) {
	n := [6]int{}
	for i, arg := range args {
		var err error
		if n[i], err = expression.Whole(arg); err != nil {
			return nil, err
		}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], nanosecond, time.UTC)
	if got := [6]int{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second()}; got != n || n[0] < 1 || n[0] > 9999 {
		return nil, fmt.Errorf("%w: there is no such date in the years 1 to 9999", gennaker.ErrInvalid)
	}
	return at(kind, t), nil
}
