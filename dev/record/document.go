package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
)

// stored is the name of the recording of a pipeline that is stored, changed,
// left as it is, refused and deleted.
const stored = "stored-pipeline"

func recordStored(ctx context.Context, temporal client.Client, into string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s := store.Store{Temporal: temporal, TaskQueue: gennaker.TaskQueue}
	p := gennaker.Pipeline{Application: "record", Name: "recorded", Stages: []gennaker.Stage{{Type: "noop"}}}
	for _, text := range []string{"one", "two", "two"} {
		if _, err := s.Save(ctx, gennaker.SavePipeline{Pipeline: p, Text: text, User: "recorder"}); err != nil {
			return err
		}
	}
	stale := 1
	if _, err := s.Save(ctx, gennaker.SavePipeline{Pipeline: p, Text: "three", User: "recorder", IfVersion: &stale}); err == nil {
		return fmt.Errorf("version %d was replaced though it was not the newest", stale)
	}
	if _, err := s.Delete(ctx, p.Ref(), person); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "recorded", stored)
	return save(ctx, temporal, p.Ref().WorkflowID(), filepath.Join(into, stored+".json"))
}
