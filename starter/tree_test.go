package starter

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// deployment is an execution in the middle of its work: two regions at once,
// then a judgment.
func deployment() view {
	e := gennaker.Execution{
		ID: "shop/deploy/01J9ZK", Application: "shop", Name: "deploy", Status: gennaker.Running,
		Trigger: gennaker.Trigger{User: "ada"}, StartTime: at(0),
		Stages: []gennaker.StageExecution{
			{RefID: "1", Type: "wait", Name: "Settle", Status: gennaker.Succeeded, StartTime: at(0), EndTime: at(12)},
			{RefID: "2", Requisites: []string{"1"}, Type: "deploy", Name: "Deploy east", Status: gennaker.Running, StartTime: at(12),
				Waiting: "shop-east-v002 to be healthy", Operations: []string{"cluster/local/local/shop-east"}},
			{RefID: "3", Requisites: []string{"1"}, Type: "deploy", Name: "Deploy west", Status: gennaker.FailedContinue,
				StartTime: at(12), EndTime: at(90), Error: "local: create shop-west-v002: denied", Attempt: 1},
			{RefID: "4", Requisites: []string{"2", "3"}, Type: "manualJudgment", Name: "Go on?", Status: gennaker.NotStarted},
		},
	}
	return view{Execution: e, Progress: map[string][]gennaker.Progress{
		"cluster/local/local/shop-east": {{ServerGroup: "shop-east-v002", Up: 2, Total: 3, Reason: "starting"}},
	}}
}

func TestTree(t *testing.T) {
	want := trimmed(`
shop/deploy/01J9ZK  RUNNING  2m05s  by ada
  ✓ 1 Settle                     wait            SUCCEEDED        12s
    ● 2 Deploy east              deploy          RUNNING          1m53s
        waits for shop-east-v002 to be healthy
        shop-east-v002: 2/3 instances up: starting
    ✗ 3 Deploy west (attempt 2)  deploy          FAILED_CONTINUE  1m18s
        local: create shop-west-v002: denied
  ○ 4 Go on?                     manualJudgment  NOT_STARTED      
`)
	if got := text(tree(deployment(), at(125))); got != want {
		t.Errorf("tree =\n%s\nwant\n%s", got, want)
	}
}

// The way back of a deployment under way is shown to people and to programs.
func TestTheWayBackIsShown(t *testing.T) {
	const way = "if it fails: enable shop-east-v001 (3), disable shop-east-v002"
	v := deployment()
	v.WaysBack = map[string]string{"cluster/local/local/shop-east": way}
	if got := text(tree(v, at(125))); !strings.Contains(got, "\n        "+way+"\n") {
		t.Errorf("tree =\n%s\nwant %s in it", got, way)
	}
	for format, want := range map[string]string{
		"json": `"waysBack":{"cluster/local/local/shop-east":"` + way + `"}`,
		"yaml": "waysBack:\n  cluster/local/local/shop-east: '" + way + "'\n",
	} {
		var out strings.Builder
		if err := (&stream{out: &out, format: format}).show(v); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s =\n%s\nwant %s in it: %v", format, out.String(), want, err)
		}
	}
}

func TestTreeShowsPeople(t *testing.T) {
	v := deployment()
	v.Pause = &gennaker.Command{User: "bob", Reason: "incident 42", At: at(100)}
	v.Status = gennaker.Paused
	v.Notices = []gennaker.Notice{{At: at(110), Text: "judge signal refused\x1b[2J"}}
	v.Stages = []gennaker.StageExecution{
		{RefID: "1", Type: "manualJudgment", Name: "Go on?", Status: gennaker.Running, StartTime: at(0), Waiting: "",
			Question: &gennaker.Question{Instructions: "look at the graphs", Inputs: []string{"eu", "us"}, Roles: []string{"sre"}}},
		{RefID: "2", Type: "manualJudgment", Name: "Sure?", Status: gennaker.Succeeded, StartTime: at(0), EndTime: at(5),
			Judgment: &gennaker.Judgment{Continue: true, By: "eve", Input: "eu", Comment: "fine"}},
	}
	want := trimmed(`
shop/deploy/01J9ZK  PAUSED  2m05s  by ada
  paused by bob at 10:01:40: incident 42
  ● 1 Go on?  manualJudgment  RUNNING    2m05s
      asks: look at the graphs [eu, us] (for sre)
  ✓ 2 Sure?   manualJudgment  SUCCEEDED  5.0s
      eve said continue with eu: fine
  10:01:50 judge signal refused[2J
`)
	if got := text(tree(v, at(125))); got != want {
		t.Errorf("tree =\n%s\nwant\n%s", got, want)
	}
}

func TestLayout(t *testing.T) {
	for _, c := range []struct{ name, graph, want string }{
		{"a line stays at the edge", "1 2<1 3<2", "1 2 3"},
		{"a fork is one deeper and its join is back", "1 2<1 3<1 4<2,3", "1 .2 .3 4"},
		{"a branch stays together", "1 2<1 3<1 4<2 5<3 6<4,5", "1 .2 .4 .3 .5 6"},
		{"a fork in a fork", "1 2<1 3<1 4<2 5<2 6<4,5 7<6,3", "1 .2 ..4 ..5 .6 .3 7"},
		{"stages out of order", "3<2 2<1 1", "1 2 3"},
		{"two beginnings", "1 2 3<1,2", "1 2 3"},
		{"a requisite that does not exist loses nothing", "1<9 2<1", "1 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range layout(graph(c.graph)) {
				got = append(got, strings.Repeat(".", p.depth)+p.RefID)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("layout(%s) = %v, want %s", c.graph, got, c.want)
			}
		})
	}
}

// graph reads stages written as "refId<requisite,requisite".
func graph(text string) []gennaker.StageExecution {
	var stages []gennaker.StageExecution
	for _, word := range strings.Fields(text) {
		refID, requisites, some := strings.Cut(word, "<")
		s := gennaker.StageExecution{RefID: refID}
		if some {
			s.Requisites = strings.Split(requisites, ",")
		}
		stages = append(stages, s)
	}
	return stages
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:               "0s",
		300 * time.Millisecond:     "300ms",
		12 * time.Second:           "12s",
		123 * time.Second:          "2m03s",
		62 * time.Minute:           "1h02m",
		72*time.Hour + time.Minute: "72h01m",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%d) = %s, want %s", d, got, want)
		}
	}
}

func TestDrawingStaysOnTheScreen(t *testing.T) {
	var out strings.Builder
	d := &drawing{page: page{out: &out}, size: func() (int, int) { return 40, 5 }}
	if err := d.show(deployment()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(strings.TrimPrefix(out.String(), "\r\x1b[J"), "\n"), "\n")
	if len(lines) != 4 || lines[3] != "  … 5 more lines" {
		t.Errorf("a screen of 5 rows shows %d lines: %q", len(lines), lines)
	}
	for _, l := range lines {
		if n := len([]rune(l)); n > 40 {
			t.Errorf("%q has %d columns of 40", l, n)
		}
	}
	out.Reset()
	ended := deployment()
	ended.Status = gennaker.Succeeded
	if err := d.show(ended); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), fmt.Sprintf("\x1b[%dA\r\x1b[J", 4); !strings.HasPrefix(got, want) || strings.Contains(got, "more lines") {
		t.Errorf("the last picture is %q, want it whole, over the one before", got)
	}
}
