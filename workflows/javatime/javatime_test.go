package javatime_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker/expression"
	"github.com/gennaker/gennaker/workflows/javatime"
)

// env is a Thursday, the 29th of February.
type env struct{}

var _ javatime.Clock = env{}

func (env) Now() time.Time                         { return time.Date(2024, 2, 29, 13, 4, 5, 678_000_000, time.UTC) }
func (env) Types() map[string]*expression.Type     { return javatime.Types() }
func (env) Lookup(string) (any, bool)              { return nil, false }
func (env) Call(name string, _ []any) (any, error) { return nil, errors.New("no function " + name) }

// short stands for packages in these tests.
var short = strings.NewReplacer("T(Instant", "T(java.time.Instant", "T(LocalDate", "T(java.time.LocalDate", "T(DayOfWeek", "T(java.time.DayOfWeek",
	"T(ChronoUnit", "T(java.time.temporal.ChronoUnit", "T(TemporalAdjusters", "T(java.time.temporal.TemporalAdjusters",
	"T(DateTimeFormatter", "T(java.time.format.DateTimeFormatter", "new Date", "new java.util.Date", "new SimpleDateFormat", "new java.text.SimpleDateFormat")

func TestTimes(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"now, as each type writes itself", `{T(Instant).now(), T(LocalDate).now(), T(LocalDateTime).now(), new Date()}`,
			`["2024-02-29T13:04:05.678Z","2024-02-29","2024-02-29T13:04:05.678","Thu Feb 29 13:04:05 UTC 2024"]`},
		{"in the middle of text", `'v' + T(LocalDate).now()`, `"v2024-02-29"`},
		{"what every pipeline writes", `new SimpleDateFormat('yyyyMMdd').format(new Date())`, `"20240229"`},
		{"all letters of a pattern", `new SimpleDateFormat('yy-M-MMM-MMMM d D E EEEE H h k K mm ss SSS S a z Z X u').format(new Date())`,
			`"24-2-Feb-February 29 60 Thu Thursday 13 1 13 1 04 05 678 678 PM UTC +0000 Z 4"`},
		{"quotes in a pattern", `new SimpleDateFormat("yyyy''MM 'o''clock' 'at'").format(new Date())`, `"2024'02 o'clock at"`},
		{"another formatter", `T(LocalDateTime).now().format(T(DateTimeFormatter).ofPattern('uuuu/MM/dd HH:mm:ss.SS'))`, `"2024/02/29 13:04:05.67"`},
		{"ready-made formatters", `{T(LocalDate).now().format(T(DateTimeFormatter).BASIC_ISO_DATE), T(DateTimeFormatter).ISO_LOCAL_DATE.format(T(LocalDate).now())}`, `["20240229","2024-02-29"]`},

		{"milliseconds", `{T(Instant).now().toEpochMilli(), T(Instant).now().epochSecond, new Date().getTime(), new Date(0).time}`, `[1709211845678,1709211845,1709211845678,0]`},
		{"an instant by its distance", `{T(Instant).ofEpochSecond(1), T(Instant).ofEpochMilli(-1), new Date(1000).toInstant()}`, `["1970-01-01T00:00:01Z","1969-12-31T23:59:59.999Z","1970-01-01T00:00:01Z"]`},
		{"instants that move", `{T(Instant).ofEpochSecond(0).plusSeconds(61), T(Instant).ofEpochSecond(0).minusMillis(1), T(Instant).ofEpochSecond(0).plus(2, T(ChronoUnit).DAYS), T(Instant).ofEpochSecond(0).minus(1, T(ChronoUnit).NANOS)}`,
			`["1970-01-01T00:01:01Z","1969-12-31T23:59:59.999Z","1970-01-03T00:00:00Z","1969-12-31T23:59:59.999999999Z"]`},
		{"days and weeks", `{T(LocalDate).now().plusDays(1), T(LocalDate).now().minusDays(60), T(LocalDate).now().plusWeeks(1), T(LocalDate).now().minusWeeks(1)}`,
			`["2024-03-01","2023-12-31","2024-03-07","2024-02-22"]`},
		{"months end where they end", `{T(LocalDate).of(2024, 1, 31).plusMonths(1), T(LocalDate).now().plusYears(1), T(LocalDate).now().minusMonths(14), T(LocalDate).of(2023, 12, 31).plus(2, T(ChronoUnit).MONTHS)}`,
			`["2024-02-29","2025-02-28","2022-12-29","2024-02-29"]`},
		{"times of a day", `{T(LocalDateTime).of(2024, 1, 1, 0, 30).minusHours(1), T(LocalDateTime).of(2024, 1, 1, 0, 30).plusMinutes(30).plusSeconds(1), T(LocalDate).now().atStartOfDay(), T(LocalDateTime).now().toLocalDate()}`,
			`["2023-12-31T23:30","2024-01-01T01:00:01","2024-02-29T00:00","2024-02-29"]`},
		{"parts", `{T(LocalDate).now().getYear(), T(LocalDate).now().monthValue, T(LocalDate).now().dayOfMonth, T(LocalDate).now().dayOfYear, T(LocalDateTime).now().hour, T(LocalDate).now().lengthOfMonth()}`, `[2024,2,29,60,13,29]`},
		{"texts", `{T(LocalDate).parse('2024-02-01'), T(LocalDateTime).parse('2024-02-01T10:20'), T(Instant).parse('2024-02-01T10:20:30.5Z')}`, `["2024-02-01","2024-02-01T10:20","2024-02-01T10:20:30.500Z"]`},

		{"days of the week", `{T(LocalDate).now().getDayOfWeek(), T(LocalDate).now().dayOfWeek.value, T(LocalDate).now().getDayOfWeek().name()}`, `["THURSDAY",4,"THURSDAY"]`},
		{"a day of the week compared", `{T(LocalDate).now().dayOfWeek == T(DayOfWeek).THURSDAY, T(LocalDate).now().dayOfWeek.equals(T(DayOfWeek).FRIDAY), T(LocalDate).now().dayOfWeek > T(DayOfWeek).FRIDAY, T(DayOfWeek).SUNDAY.getValue()}`, `[true,false,false,7]`},
		{"times compared", `{T(LocalDate).now() < T(LocalDate).of(2024, 3, 1), T(LocalDate).now().isAfter(T(LocalDate).of(2024, 3, 1)), T(Instant).now() == T(Instant).now(), new Date(0).before(new Date()), T(LocalDate).now().compareTo(T(LocalDate).now()), T(LocalDate).now().isEqual(T(LocalDate).now())}`,
			`[true,false,true,true,0,true]`},
		{"adjusters of months and years", `{T(LocalDate).now().with(T(TemporalAdjusters).firstDayOfMonth()), T(LocalDate).of(2023, 2, 1).with(T(TemporalAdjusters).lastDayOfMonth()), T(LocalDate).now().with(T(TemporalAdjusters).firstDayOfNextMonth()), T(LocalDate).now().with(T(TemporalAdjusters).firstDayOfYear()), T(LocalDate).now().with(T(TemporalAdjusters).lastDayOfYear()), T(LocalDate).now().with(T(TemporalAdjusters).firstDayOfNextYear())}`,
			`["2024-02-01","2023-02-28","2024-03-01","2024-01-01","2024-12-31","2025-01-01"]`},
		{"adjusters to days", `{T(LocalDate).now().with(T(TemporalAdjusters).next(T(DayOfWeek).THURSDAY)), T(LocalDate).now().with(T(TemporalAdjusters).nextOrSame(T(DayOfWeek).THURSDAY)), T(LocalDate).now().with(T(TemporalAdjusters).previous(T(DayOfWeek).SUNDAY)), T(LocalDate).now().with(T(TemporalAdjusters).previousOrSame(T(DayOfWeek).FRIDAY))}`,
			`["2024-03-07","2024-02-29","2024-02-25","2024-02-23"]`},
		{"units between", `{T(ChronoUnit).DAYS.between(T(LocalDate).of(2024, 1, 1), T(LocalDate).now()), T(ChronoUnit).MONTHS.between(T(LocalDate).of(2024, 1, 30), T(LocalDate).now()), T(ChronoUnit).MONTHS.between(T(LocalDate).now(), T(LocalDate).of(2023, 12, 30)), T(ChronoUnit).YEARS.between(T(LocalDate).of(2020, 2, 29), T(LocalDate).now())}`, `[59,0,-1,4]`},
		{"parts of seconds between", `{T(ChronoUnit).SECONDS.between(T(Instant).ofEpochMilli(500), T(Instant).ofEpochMilli(2400)), T(ChronoUnit).MILLIS.between(T(Instant).ofEpochMilli(999), T(Instant).ofEpochMilli(1001)), T(ChronoUnit).MILLIS.between(T(Instant).ofEpochMilli(1001), T(Instant).ofEpochMilli(999)), T(ChronoUnit).HOURS.between(T(Instant).ofEpochMilli(3600000), T(Instant).ofEpochMilli(1))}`, `[1,2,-2,0]`},
		{"parts of a date replaced", `{T(LocalDate).now().withDayOfMonth(1), T(LocalDate).now().withMonth(4), T(LocalDate).now().withYear(2023), T(LocalDateTime).now().withHour(0).withMinute(0).withSecond(0), T(LocalDateTime).now().truncatedTo(T(ChronoUnit).HOURS), T(Instant).now().truncatedTo(T(ChronoUnit).valueOf('SECONDS'))}`,
			`["2024-02-01","2024-04-29","2023-02-28","2024-02-29T00:00:00.678","2024-02-29T13:00","2024-02-29T13:04:05Z"]`},
		{"days since 1970", `{T(LocalDate).now().toEpochDay(), T(LocalDate).ofEpochDay(-1), T(Instant).EPOCH, T(LocalDate).now().atTime(10, 30), T(LocalDate).now().leapYear, T(LocalDate).now().lengthOfYear()}`,
			`[19782,"1969-12-31","1970-01-01T00:00:00Z","2024-02-29T10:30",true,366]`},
		{"counted until", `{T(LocalDate).now().until(T(LocalDate).of(2024, 3, 7), T(ChronoUnit).WEEKS), T(Instant).EPOCH.until(T(Instant).ofEpochMilli(5), T(ChronoUnit).MICROS)}`, `[1,5000]`},
		{"days of the week by number and name", `{T(DayOfWeek).of(1), T(DayOfWeek).valueOf('FRIDAY').plus(3), T(DayOfWeek).MONDAY.minus(8), T(DayOfWeek).SUNDAY.plus(-14)}`, `["MONDAY","MONDAY","SUNDAY","SUNDAY"]`},
		{"days in a month", `{T(LocalDate).now().with(T(TemporalAdjusters).firstInMonth(T(DayOfWeek).MONDAY)), T(LocalDate).now().with(T(TemporalAdjusters).lastInMonth(T(DayOfWeek).FRIDAY))}`, `["2024-02-05","2024-02-23"]`},
		{"quotes in a pattern that is read", `new SimpleDateFormat("yyyy''MM 'o''clock'").parse("2024'02 o'clock").getTime()`, `1706745600000`},
		{"texts by a pattern", `{T(LocalDate).parse('29.2.2024', T(DateTimeFormatter).ofPattern('d.M.yyyy')), T(LocalDateTime).parse('2024/02/29 at 01:02:03.040 PM', T(DateTimeFormatter).ofPattern("yyyy/MM/dd 'at' hh:mm:ss.SSS a")), new SimpleDateFormat('yyyyMMdd').parse('19700102').getTime()}`,
			`["2024-02-29","2024-02-29T13:02:03.040",86400000]`},
		{"milliseconds by a pattern", `{new SimpleDateFormat('yyyy-MM-dd').format(0), new SimpleDateFormat('HH:mm').format(new Date().time)}`, `["1970-01-01","13:04"]`},
		{"a date's old parts", `{new Date().year, new Date().month, new Date().date, new Date().day, new Date().getHours(), new Date().getMinutes(), new Date().getSeconds()}`, `[124,1,29,4,13,4,5]`},
		{"the type of a time", `{T(LocalDate).now() instanceof T(LocalDate), T(LocalDate).now() instanceof T(Instant), T(LocalDate).now() instanceof T(Object)}`, `[true,false,true]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := expression.Evaluate("${"+short.Replace(tt.in)+"}", env{})
			data, _ := json.Marshal(got)
			if err != nil || string(data) != tt.want {
				t.Errorf("%s = %s, %v, want %s", tt.in, data, err, tt.want)
			}
		})
	}
}

func TestTimesRefuse(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"a letter that is not supported", `new SimpleDateFormat('yyyy-ww')`, `new java.text.SimpleDateFormat: invalid: the letter 'w' of the pattern is not supported`},
		{"the year of the week", `new SimpleDateFormat('YYYY')`, `write y`},
		{"a quote that does not end", `new SimpleDateFormat("'T")`, `a quote of the pattern does not end`},
		{"a pattern that cannot be read", `new SimpleDateFormat('yyyySSS').parse('2024000')`, `parse: invalid: SSS of the pattern 'yyyySSS' can be written, but not read`},
		{"a quoted text that would be read as a day", `new SimpleDateFormat("yyyy 'Mon'").parse('2024 Mon')`, `parse: invalid: 'Mon' of the pattern 'yyyy 'Mon'' can be written, but not read`},
		{"a text that is not as the pattern", `new SimpleDateFormat('yyyy').parse('x')`, `parse: 'x': invalid: it is not written like yyyy`},
		{"a day that the month has not", `T(LocalDate).now().withDayOfMonth(30)`, `withDayOfMonth: invalid: there is no such date`},
		{"a month that is none", `T(LocalDate).now().withMonth(13)`, `withMonth: invalid: there is no such date`},
		{"a day of the week that is none", `T(DayOfWeek).of(8)`, `of: 8: invalid: the days of the week are 1 to 7`},
		{"a unit that is none", `T(ChronoUnit).valueOf('DAY')`, `valueOf: 'DAY': not found: it is none of DAYS, `},
		{"weeks truncated", `T(Instant).now().truncatedTo(T(ChronoUnit).WEEKS)`, `a unit from NANOS to DAYS is wanted`},
		{"a letter too often", `new SimpleDateFormat('y'.repeat(21))`, `the pattern has 21 times 'y' in a row and the limit is 20`},
		{"hours of a date", `T(LocalDate).now().format(T(DateTimeFormatter).ofPattern('HH'))`, `format: invalid: a java.time.LocalDate has no time, which 'H' writes`},
		{"a date that is not there", `T(LocalDate).of(2023, 2, 29)`, `of: invalid: there is no such date in the years 1 to 9999`},
		{"a text that is no date", `T(LocalDate).parse('29.2.2024')`, `'29.2.2024': invalid: it is not written like 2006-01-02`},
		{"too far", `T(LocalDate).now().plusDays(9000000)`, `plusDays: invalid: the result is outside of the years 1 to 9999`},
		{"much too far", `T(LocalDate).now().plusYears(9007199254740992)`, `plusYears: invalid: the result is outside of the years 1 to 9999`},
		{"an instant by months", `T(Instant).now().plus(1, T(ChronoUnit).MONTHS)`, `plus: invalid: a java.time.Instant cannot be moved by MONTHS`},
		{"a date by hours", `T(LocalDate).now().plus(1, T(ChronoUnit).HOURS)`, `plus: invalid: a java.time.LocalDate cannot be moved by HOURS`},
		{"two kinds compared", `T(LocalDate).now() < T(Instant).now()`, `cannot be compared with <`},
		{"two kinds before each other", `T(LocalDate).now().isBefore(T(Instant).now())`, `isBefore: invalid: a java.time.LocalDate is wanted`},
		{"a method that is not there", `T(LocalDate).now().toEpochMilli()`, `the LocalDate 2024-02-29 has no method toEpochMilli; did you mean toEpochDay?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := expression.Evaluate("${"+short.Replace(tt.in)+"}", env{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s = %v, %v, want an error with %s", tt.in, got, err, tt.want)
			}
		})
	}
}
