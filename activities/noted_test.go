package activities

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// noter is a cloud whose Create takes two seconds, and notes something before.
type noter struct {
	providers.ServerGroups
	note  string
	found string
}

func (*noter) Name() string { return "noter" }

func (n *noter) Create(ctx context.Context, _ gennaker.CreateServerGroup) error {
	n.found = providers.Noted(ctx)
	if n.note != "" {
		providers.Note(ctx, n.note)
	}
	time.Sleep(2500 * time.Millisecond)
	return nil
}

// create runs the activity as the attempt after one that has left details, if
// any, and returns what its heartbeats say.
func (n *noter) create(t *testing.T, before any) (said []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := New(Config{Providers: providers.NewRegistry(map[string]providers.Provider{"prod": n})}).ServerGroups
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestActivityEnvironment()
		env.SetTestTimeout(time.Hour)
		env.RegisterActivity(a.CreateServerGroup)
		if before != nil {
			env.SetHeartbeatDetails(before)
		}
		env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
			var text string
			if details.HasValues() {
				if err := details.Get(&text); err != nil {
					t.Errorf("a heartbeat is no text: %v", err)
				}
			}
			said = append(said, text)
		})
		if _, err := env.ExecuteActivity(a.CreateServerGroup, gennaker.CreateServerGroup{Location: gennaker.Location{Account: "prod"}}); err != nil {
			t.Fatal(err)
		}
	})
	return said
}

func TestWhatAProviderNotesIsThereForTheNextAttempt(t *testing.T) {
	first := &noter{note: "operation 7"}
	if said := first.create(t, nil); len(said) == 0 || slices.Contains(said, "") || said[0] != "operation 7" || first.found != "" {
		t.Errorf("the heartbeats of the first attempt say %q, and it finds %q; want operation 7 from the first on, and nothing", said, first.found)
	}
	second := &noter{}
	if said := second.create(t, "operation 7"); len(said) == 0 || slices.ContainsFunc(said, func(s string) bool { return s != "operation 7" }) || second.found != "operation 7" {
		t.Errorf("the heartbeats of the second attempt say %q, and it finds %q; want operation 7 always", said, second.found)
	}
	third := &noter{}
	if third.create(t, gennaker.Progress{ServerGroup: "shop-v000"}); third.found != "" {
		t.Errorf("after an attempt that told how far it was, the next finds %q, want nothing", third.found)
	}
}
