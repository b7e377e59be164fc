package activities_test

import (
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/faulty"
	"github.com/gennaker/gennaker/providers/memory"
)

// However old the cloud's answers are, a worker reads no earlier than that
// they show what it knows was changed.
func TestAReadWaitsUntilItMustShowTheLastChange(t *testing.T) {
	const lag = 300 * time.Millisecond
	for _, c := range []struct {
		name    string
		changed time.Duration // ago; 0 is not known
		least   time.Duration
	}{
		{"changed now", time.Nanosecond, lag},
		{"changed a while ago", lag, 0},
		{"changed nobody knows when", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var suite testsuite.WorkflowTestSuite
			env := suite.NewTestActivityEnvironment()
			a := activities.New(activities.Config{Providers: providers.NewRegistry(map[string]providers.Provider{
				"cloud": faulty.Wrap(&memory.Cloud{}, faulty.Config{Lag: lag})})}).ServerGroups
			env.RegisterActivity(a)
			l := activities.Look{ClusterRef: gennaker.ClusterRef{Location: gennaker.In("cloud", ""), Name: "shop"}}
			if c.changed > 0 {
				l.Changed = time.Now().Add(-c.changed)
			}
			begin := time.Now()
			if _, err := env.ExecuteActivity(a.ListCluster, l); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begin); took < c.least || c.least == 0 && took > lag {
				t.Errorf("it took %s, want %s", took, c.least)
			}
		})
	}
}
