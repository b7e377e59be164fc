package chaos

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
)

// TestNoSaveOfAPipelineIsLost saves large documents of one pipeline from four
// sides at once, until its history has been continued in a new one: each save
// is one version, and the newest is what is stored.
func TestNoSaveOfAPipelineIsLost(t *testing.T) {
	t.Parallel()
	l := startLaptop(t)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	s := store.Store{Temporal: l.temporal, TaskQueue: gennaker.TaskQueue}
	const sides, saves = 4, 6
	var mu sync.Mutex // guards versions
	versions := map[int]string{}
	var done sync.WaitGroup
	for side := range sides {
		done.Go(func() {
			for n := range saves {
				save := large(fmt.Sprintf("%d of side %d", n, side))
				saved, err := s.Save(ctx, save)
				if err != nil {
					t.Errorf("save %s: %v", save.User, err)
					return
				}
				mu.Lock()
				versions[saved.Version] = save.User
				mu.Unlock()
			}
		})
	}
	done.Wait()
	if got := slices.Sorted(maps.Keys(versions)); len(got) != sides*saves {
		t.Errorf("versions %v were made, want %d of them", got, sides*saves)
	}
	ref := large("").Pipeline.Ref()
	stored, err := s.Get(ctx, ref)
	if err != nil || stored.Version != sides*saves || stored.SavedBy != versions[stored.Version] ||
		!slices.Equal(stored.Pipeline.Tags, large(stored.SavedBy).Pipeline.Tags) {
		t.Errorf("stored = version %d by %s, %v, want version %d by %s", stored.Version, stored.SavedBy, err, sides*saves, versions[sides*saves])
	}
	now, err := l.temporal.DescribeWorkflowExecution(ctx, ref.WorkflowID(), "")
	if info := now.GetWorkflowExecutionInfo(); err != nil || info.GetFirstRunId() == "" || info.GetFirstRunId() == info.GetExecution().GetRunId() {
		t.Errorf("the history was not continued in a new one: %v", err)
	}
	if listed, err := s.Named(ctx, ref); err != nil || listed != stored.Listing() {
		t.Errorf("listed = %v, %v, want %v", listed, err, stored.Listing())
	}
}

// large is a document nearly as large as can be stored, saved by its name.
func large(name string) gennaker.SavePipeline {
	noise := make([]byte, 220_000)
	r := rand.NewChaCha8([32]byte([]byte(fmt.Sprintf("%32.32s", name))))
	_, _ = r.Read(noise) // never fails
	return gennaker.SavePipeline{User: name, Pipeline: gennaker.Pipeline{Application: "chaos", Name: "large",
		Description: base64.StdEncoding.EncodeToString(noise), Tags: []gennaker.Tag{{Name: "by", Value: name}},
		Stages: []gennaker.Stage{{Type: "noop"}}}}
}
