package workflows_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

const apiSecret = "hunter2-and-more"

// service is a real HTTP server whose answers a test writes down, path by
// path; the last answer of a path is given again.
type service struct {
	*httptest.Server
	mu       sync.Mutex // guards what is below
	answers  map[string][]reply
	requests []received
}

type reply struct {
	code     int
	body     string
	location string
	hang     bool // until the caller gives up
}

type received struct {
	path, method, body, key, secret string
}

func serve(t *testing.T, answers map[string][]reply) *service {
	t.Helper()
	s := &service{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *service) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.requests = append(s.requests, received{r.URL.Path, r.Method, string(body), r.Header.Get("Idempotency-Key"), r.Header.Get("X-Api-Key")})
	list := s.answers[r.URL.Path]
	if len(list) > 1 {
		s.answers[r.URL.Path] = list[1:]
	}
	s.mu.Unlock()
	if len(list) == 0 {
		http.NotFound(w, r)
		return
	}
	a := list[0]
	if a.hang {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Set-Cookie", "session="+apiSecret)
	w.Header().Set("X-Echo", r.Header.Get("X-Api-Key"))
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	w.WriteHeader(a.code)
	fmt.Fprint(w, strings.ReplaceAll(a.body, "SERVER", s.URL))
}

// seen are the requests so far.
func (s *service) seen() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// paths are the requests so far, as METHOD /path.
func (s *service) paths() string {
	var all []string
	for _, r := range s.seen() {
		all = append(all, r.method+" "+r.path)
	}
	return strings.Join(all, ", ")
}

// webhookWorld is a world whose policy lets webhooks do what it says.
func webhookWorld(t *testing.T, policy activities.WebhookPolicy, users ...gennaker.User) *world {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet)
	w := &world{t: t, env: suite.NewTestWorkflowEnvironment()}
	w.env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute}) // machines that run tests are busy
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: executionID, TaskQueue: gennaker.TaskQueue})
	w.env.SetTestTimeout(30 * time.Second)
	workflows.Register(w.env, stages.Table.With(customTypes))
	activities.Register(w.env, activities.New(activities.Config{Providers: providers.NewRegistry(nil), Webhooks: policy, Users: users}))
	w.begun = w.env.Now()
	return w
}

// callService runs a document with one webhook stage on the service, with the
// rest of its fields. SERVER in them is where the service is.
func callService(t *testing.T, s *service, fields string) gennaker.Execution {
	t.Helper()
	return webhookWorld(t, policyFor(s)).run(hooking(s, fields), nil)
}

func policyFor(s *service) activities.WebhookPolicy {
	return activities.WebhookPolicy{Allow: []string{s.URL}, ReadTimeout: 200 * time.Millisecond,
		Secret: func(name string) (string, bool) { return apiSecret, name == "API" }}
}

func hooking(s *service, fields string) string {
	document := `{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "webhook", "url": "SERVER/call" ` + fields + `}]}`
	return strings.ReplaceAll(document, "SERVER", s.URL)
}

// output is a value of the stage's output webhook, by its keys.
func output(e gennaker.Execution, keys ...string) any {
	var value any = e.Stages[0].Outputs["webhook"]
	for _, key := range keys {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	return value
}
