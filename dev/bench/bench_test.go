package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/proto"

	"github.com/gennaker/gennaker/dev/devtest"
)

var programs string // the folder of the programs that are measured

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	var err error
	if programs, err = devtest.Programs("dev/gennaker-dev", "worker/gennaker-worker"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// short is a whole measurement in seconds.
var short = plan{coldStarts: 1, idle: 100 * time.Millisecond, warmUp: 100 * time.Millisecond,
	rounds: 2, round: 100 * time.Millisecond, histories: 1,
	deploy: []int{1, 3}, awsSpeed: 20}

func TestTheReportIsOneObjectWithEveryFigure(t *testing.T) {
	var stdout, progress bytes.Buffer
	if err := run(t.Context(), bench{bin: programs, plan: short, progress: &progress}, &stdout); err != nil {
		t.Fatalf("%v\n%s", err, progress.Bytes())
	}
	var report any
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		t.Fatalf("%v: %s", err, stdout.Bytes())
	}
	for _, path := range empty("", report) {
		t.Errorf("nothing was measured for %s", path)
	}
	var r Report
	decoder := json.NewDecoder(&stdout)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		t.Fatal(err)
	}
	var cells []string
	for _, c := range r.TenStages {
		cells = append(cells, fmt.Sprint(c.Shape, " ", c.Concurrency))
		if c.Gennaker.Executions < 2*c.Concurrency || c.Handwritten.Executions < 2*c.Concurrency {
			t.Errorf("%s, %d at once: %d and %d executions in two rounds", c.Shape, c.Concurrency, c.Gennaker.Executions, c.Handwritten.Executions)
		}
	}
	want := "sequential 1, sequential 8, sequential 32, parallel 1, parallel 8, parallel 32"
	if got := strings.Join(cells, ", "); got != want {
		t.Errorf("cells = %s, want %s", got, want)
	}
	if len(r.Histories) != 2 || r.Histories[0].HandwrittenPerStage != 6.5 {
		t.Errorf("histories = %+v, want 6.5 events for a step in sequence", r.Histories)
	}
}

// empty lists the figures of a JSON document that are not there. A load of 0,
// no late notice and a goal that is missed are figures.
func empty(path string, v any) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			all = append(all, empty(path+"."+name, inner)...)
		}
	case []any:
		if len(v) == 0 {
			return []string{path}
		}
		for i, inner := range v {
			all = append(all, empty(fmt.Sprintf("%s[%d]", path, i), inner)...)
		}
	case float64:
		zero := strings.HasSuffix(path, ".loadBefore") || strings.HasSuffix(path, ".lateNotices")
		if v <= 0 && !zero {
			return []string{path}
		}
	case string:
		if v == "" {
			return []string{path}
		}
	}
	return all
}

// What is compared must be the same work.
func TestBothSidesRunTheSameActivities(t *testing.T) {
	s, err := bench{bin: programs, progress: t.Output()}.startServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	for _, shape := range []string{sequential, parallel} {
		var scheduled [2][]*history.HistoryEvent
		for side, w := range []workload{gennakers(shape, stagesEach), handwritten(shape, stagesEach)} {
			events, err := s.history(t.Context(), w)
			if err != nil {
				t.Fatal(err)
			}
			scheduled[side] = activitiesOf(events)
		}
		if len(scheduled[0]) != stagesEach || len(scheduled[1]) != stagesEach {
			t.Fatalf("%s: gennaker ran %d activities, by hand %d, want %d", shape, len(scheduled[0]), len(scheduled[1]), stagesEach)
		}
		for i := range stagesEach {
			if !proto.Equal(scheduled[0][i], scheduled[1][i]) {
				t.Errorf("%s: activity %d differs:\n%v\n%v", shape, i+1, scheduled[0][i], scheduled[1][i])
			}
		}
	}
}

// activitiesOf is what the activities of a history were asked, without what
// says only where in the history they are.
func activitiesOf(events []*history.HistoryEvent) []*history.HistoryEvent {
	var all []*history.HistoryEvent
	for _, e := range events {
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil {
			a.ActivityId, a.WorkflowTaskCompletedEventId = "", 0
			e.EventId, e.TaskId, e.EventTime = 0, 0, nil
			all = append(all, e)
		}
	}
	return all
}

func TestAMissingProgramIsNamed(t *testing.T) {
	err := run(t.Context(), bench{bin: t.TempDir(), plan: short, progress: t.Output()}, t.Output())
	if err == nil || !strings.Contains(err.Error(), "gennaker-dev: no such file or directory: build it with make build") {
		t.Errorf("without programs: %v", err)
	}
}

// A client that is told late must not make the execution look slow.
func TestALateNoticeCountsByTheServersClock(t *testing.T) {
	s, err := bench{bin: programs, progress: t.Output()}.startServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	o, err := handwritten(sequential, 1).run(t.Context(), s.client)
	if err != nil {
		t.Fatal(err)
	}
	told := outcome{id: o.id, took: time.Hour}
	if err := told.settle(t.Context(), s.client); err != nil || !told.late || told.took <= 0 || told.took > o.took {
		t.Errorf("told after an hour: %+v, %v, want late, and at most %s", told, err, o.took)
	}
	before := o
	if err := o.settle(t.Context(), s.client); err != nil || o != before {
		t.Errorf("told at once: %+v, %v, want %+v", o, err, before)
	}
}
