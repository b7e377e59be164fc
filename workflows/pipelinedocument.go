package workflows

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/stages"
)

const (
	// firstSave is how long a document may take to arrive. It comes with the
	// start, unless it is refused.
	firstSave = time.Minute
	// maxRevisions is how many are kept, the newest.
	maxRevisions = 20
)

// keeper keeps one pipeline's document.
type keeper struct {
	types stages.Types
	saved gennaker.SavedPipeline
}

// PipelineDocument keeps a pipeline's document until it is deleted. When its
// history has grown long it continues in a new one.
func (g engine) PipelineDocument(ctx workflow.Context, saved gennaker.SavedPipeline) (gennaker.SavedPipeline, error) {
	k := &keeper{types: g.types, saved: saved}
	if err := k.listen(ctx); err != nil {
		return k.saved, err
	}
	k.describe(ctx)
	if k.saved.Version == 0 {
		ok, err := workflow.AwaitWithTimeout(ctx, firstSave, func() bool { return k.saved.Version > 0 })
		if !ok || err != nil {
			return k.saved, err // nothing to keep
		}
	}
	err := workflow.Await(ctx, func() bool {
		enough := k.saved.Deleted != nil || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
		return enough && workflow.AllHandlersFinished(ctx)
	})
	if err != nil || k.saved.Deleted != nil {
		return k.saved, err
	}
	return k.saved, workflow.NewContinueAsNewError(ctx, gennaker.PipelineDocumentWorkflow, k.saved)
}

func (k *keeper) listen(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, gennaker.QueryDocument,
		func() (gennaker.SavedPipeline, error) { return k.saved, nil },
		workflow.QueryHandlerOptions{Description: "the pipeline as it is stored"})
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, gennaker.UpdateSave, k.save,
		workflow.UpdateHandlerOptions{Validator: k.maySave, Description: "store a document"})
	if err != nil {
		return err
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, gennaker.UpdateDelete, k.delete,
		workflow.UpdateHandlerOptions{Validator: k.mayDelete, Description: "keep the document no longer"})
}

func (k *keeper) save(ctx workflow.Context, s gennaker.SavePipeline) (gennaker.PipelineSaved, error) {
	p := s.Pipeline
	p.AssignRefIDs()
	p.ID = cmp.Or(p.ID, k.saved.Pipeline.ID, p.StoredID())
	same, err := k.has(p, s.Text)
	if same || err != nil {
		return gennaker.PipelineSaved{Result: gennaker.PipelineUnchanged, ListedPipeline: k.saved.Listing()}, err
	}
	result := gennaker.PipelineUpdated
	if k.saved.Version == 0 {
		result = gennaker.PipelineCreated
	}
	k.keep(p, s.Text, gennaker.Revision{Version: k.saved.Version + 1, SavedBy: s.User, SavedAt: workflow.Now(ctx).UTC()})
	k.describe(ctx)
	listed := k.saved.Listing()
	return gennaker.PipelineSaved{Result: result, ListedPipeline: listed},
		workflow.UpsertMemo(ctx, map[string]any{gennaker.MemoPipeline: listed})
}

func (k *keeper) keep(p gennaker.Pipeline, text string, now gennaker.Revision) {
	revisions := append(k.saved.Revisions, now)
	revisions = revisions[max(0, len(revisions)-maxRevisions):]
	k.saved = gennaker.SavedPipeline{Pipeline: p, Text: text, Revision: now, Revisions: revisions}
}

// has reports whether the document is stored already, to the letter.
func (k *keeper) has(p gennaker.Pipeline, text string) (bool, error) {
	if k.saved.Version == 0 || k.saved.Text != text {
		return false, nil
	}
	now, err := json.Marshal(k.saved.Pipeline)
	if err != nil {
		return false, err
	}
	given, err := json.Marshal(p)
	return bytes.Equal(now, given), err
}

func (k *keeper) maySave(ctx workflow.Context, s gennaker.SavePipeline) error {
	p := s.Pipeline
	if err := s.Check(); err != nil {
		return err
	}
	if id := workflow.GetInfo(ctx).WorkflowExecution.ID; p.Ref().WorkflowID() != id {
		return fmt.Errorf("pipeline %s: %w: it is kept in workflow %s and not in %s", p.Ref(), gennaker.ErrInvalid, p.Ref().WorkflowID(), id)
	}
	if err := mayRun(k.types, p); err != nil {
		return fmt.Errorf("pipeline %s: %w", p.Ref(), err)
	}
	if k.saved.Deleted != nil {
		return fmt.Errorf("pipeline %s: %w: %s is deleting it: save it again", p.Ref(), gennaker.ErrBusy, k.saved.Deleted.User)
	}
	if err := k.sameIdentity(p); err != nil {
		return err
	}
	return k.fresh(p, s.IfVersion)
}

// sameIdentity refuses another pipeline under the id of this one.
func (k *keeper) sameIdentity(p gennaker.Pipeline) error {
	stored := k.saved.Pipeline
	switch {
	case k.saved.Version == 0:
		return nil
	case !strings.EqualFold(stored.Ref().String(), p.Ref().String()):
		return fmt.Errorf("pipeline %s: %w as %s: names must differ in more than punctuation: give it another name",
			p.Ref(), gennaker.ErrExists, stored.Ref())
	case p.ID != "" && p.ID != stored.ID:
		return fmt.Errorf("pipeline %s: %w with id %s and not %s: take the id out of the document to keep that one, or delete the pipeline first",
			p.Ref(), gennaker.ErrExists, stored.ID, p.ID)
	}
	return nil
}

// fresh refuses a save that was meant for another version than the stored one.
func (k *keeper) fresh(p gennaker.Pipeline, version *int) error {
	switch {
	case version == nil || *version == k.saved.Version:
		return nil
	case k.saved.Version == 0:
		return fmt.Errorf("pipeline %s: %w: there is no version %d to replace", p.Ref(), gennaker.ErrNotFound, *version)
	}
	return fmt.Errorf("pipeline %s: %w as version %d, saved by %s: look at it with `gennaker pipelines get`, and save yours for that version",
		p.Ref(), gennaker.ErrExists, k.saved.Version, k.saved.SavedBy)
}

func (k *keeper) delete(ctx workflow.Context, c gennaker.Command) (gennaker.ListedPipeline, error) {
	c.At = workflow.Now(ctx).UTC()
	k.saved.Deleted = &c
	k.describe(ctx)
	return k.saved.Listing(), nil
}

func (k *keeper) mayDelete(workflow.Context, gennaker.Command) error {
	if k.saved.Version == 0 || k.saved.Deleted != nil {
		return fmt.Errorf("pipeline: %w: it is not stored", gennaker.ErrNotFound)
	}
	return nil
}

// describe tells the Temporal Web UI, in Markdown, what is stored.
func (k *keeper) describe(ctx workflow.Context) {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s / %s**\n\n", line(k.saved.Pipeline.Application), line(k.saved.Pipeline.Name))
	for _, r := range k.saved.Revisions {
		fmt.Fprintf(&b, "- version %d, saved by %s at %s\n", r.Version, line(r.SavedBy), r.SavedAt.Format(time.RFC3339))
	}
	if c := k.saved.Deleted; c != nil {
		fmt.Fprintf(&b, "- deleted by %s at %s\n", line(c.User), c.At.Format(time.RFC3339))
	}
	workflow.SetCurrentDetails(ctx, b.String())
}
