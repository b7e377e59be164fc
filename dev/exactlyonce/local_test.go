package exactlyonce

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/dev/devtest"
	"github.com/gennaker/gennaker/localcloud"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
	"github.com/gennaker/gennaker/providers/local"
	"github.com/gennaker/gennaker/providers/providertest"
)

// breaks loses the answer to the first request that a row is about, and from
// then on lets none through, but those of the worker that lives.
func (s *scene) breaks(link *providertest.Link, struck func(*http.Request) bool) {
	var mu sync.Mutex // guards dead
	dead := false
	s.struck = make(chan struct{})
	s.arm = func() {
		link.Decide(func(r *http.Request) providertest.Fate {
			mu.Lock()
			defer mu.Unlock()
			if s.spared != nil && s.spared(r) {
				return providertest.Fate{}
			}
			if dead {
				return providertest.Fate{Cut: true}
			}
			if dead = struck(r); dead {
				time.AfterFunc(100*time.Millisecond, func() { close(s.struck) }) // the cloud has it by then
			}
			return providertest.Fate{Lost: dead}
		})
	}
}

// helloIn is the folder of the program that the server groups run.
var helloIn = sync.OnceValues(func() (string, error) { return devtest.Programs("examples/hello") })

func TestMain(m *testing.M) { os.Exit(kubetest.Run(m)) }

// onTheLaptop is a scene in a local cloud. A request is a method and the end of
// a path.
func onTheLaptop(t *testing.T, _ *world, r row) (*scene, error) {
	bin, err := helloIn()
	if err != nil {
		return nil, err
	}
	state := t.TempDir()
	cloud, err := localcloud.Open(t.Context(), localcloud.Config{State: state})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		_ = cloud.StopInstances(context.Background())
		_ = cloud.Close()
	})
	link := providertest.NewLink(t, cloud.URL())
	s := &scene{location: gennaker.In("", ""), directory: t.TempDir()}
	s.spec = func() map[string]any { return s.runs(filepath.Join(bin, "hello")) }
	s.jobSpec = s.shellJob
	s.breaks(link, func(q *http.Request) bool {
		method, end, _ := strings.Cut(r.loses, " ")
		return q.Method == method && strings.HasSuffix(q.URL.Path, end)
	})
	if s.sound, err = local.New(local.Config{Account: "laptop", StateDir: state}); err != nil {
		return nil, err
	}
	if s.doomed, err = local.New(local.Config{Account: "laptop", Endpoint: link.URL, Token: cloud.Token()}); err != nil {
		return nil, err
	}
	s.effects = func() map[string]int { return onLaptop(s) }
	return s, nil
}

// started is the file in which each program of a scene leaves a line when it
// starts.
func (s *scene) started() string { return filepath.Join(s.directory, "started") }

func (s *scene) runs(program string) map[string]any {
	return map[string]any{"command": "sh", "arguments": []any{"-c", "echo started >> " + s.started() + "; exec " + program},
		"healthCheck": map[string]any{"path": "/healthz", "intervalMillis": 50}, "drainMillis": 100, "stopGraceMillis": 500}
}

func (s *scene) shellJob(ends bool) map[string]any {
	line := "echo started >> " + s.started()
	if !ends {
		line += "; sleep 1000"
	}
	return map[string]any{"type": "runJob", "command": line, "stopGraceMillis": 300}
}

// onLaptop counts what a local cloud has come to.
func onLaptop(s *scene) map[string]int {
	log, _ := os.ReadFile(s.started())
	count := map[string]int{"programs started": bytes.Count(log, []byte("\n"))}
	list, err := s.groups().List(context.Background(), gennaker.Scope{})
	if err != nil {
		count[err.Error()]++
	}
	for _, g := range list {
		count["server groups"]++
		count["instances"] += len(g.Instances)
		count["in traffic"] += g.Count(gennaker.Up)
	}
	if j, err := s.sound.(providers.Jobs).GetJob(context.Background(), s.job(true).Ref()); err == nil {
		count["jobs "+string(j.State)]++
	}
	return count
}

func localRows() []row {
	const group = "/v1/server-groups/shop-v000"
	all := []row{
		{call: "local Create", loses: "PUT " + group, run: create,
			want: map[string]int{"server groups": 1, "programs started": 2, "instances": 2, "in traffic": 2}},
		{call: "local Resize", loses: "POST " + group + "/resize", before: have(1), run: resize,
			want: map[string]int{"programs started": 2, "instances": 2, "in traffic": 2}},
		{call: "local Enable", loses: "POST " + group + "/enable", before: haveDisabled(2), run: enable, want: map[string]int{"in traffic": 2}},
		{call: "local Disable", loses: "POST " + group + "/disable", before: have(2), run: disable, want: map[string]int{"in traffic": -2}},
		{call: "local DisablePart", loses: "POST " + group + "/disable-part", before: have(2), run: disablePart, want: map[string]int{"in traffic": -1}},
		{call: "local Destroy", loses: "DELETE " + group, before: have(2), run: destroy,
			want: map[string]int{"server groups": -1, "instances": -2, "in traffic": -2}},
		{call: "local TerminateInstances", loses: "POST " + group + "/terminate", before: have(2), run: terminate, want: map[string]int{"programs started": 1}},
		{call: "local TerminateInstances, shrinking", loses: "POST " + group + "/terminate", before: have(2), run: shrink,
			want: map[string]int{"instances": -1, "in traffic": -1}},
		{call: "local RebootInstances", loses: "POST " + group + "/reboot", before: have(2), run: reboot, want: map[string]int{"programs started": eachTry}},
		{call: "local RunJob", loses: "PUT /v1/jobs/migrate", run: runJob, want: map[string]int{"programs started": 1, "jobs Succeeded": 1}},
		{call: "local StopJob", loses: "POST /v1/jobs/migrate/stop", before: haveJob, run: stopJob, want: map[string]int{"jobs Running": -1, "jobs Failed": 1}},
	}
	for i := range all {
		all[i].stage = onTheLaptop
	}
	return all
}
