// Command record runs executions on a laptop of its own and writes their
// histories to workflows/testdata, where every later version of the workflows
// must replay them. Run it when a workflow does something new:
//
//	cd dev && go run ./record skipped     one that is new
//	cd dev && go run ./record             all of them anew
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/dev"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/workflows/stages"
)

func main() {
	if err := record(context.Background(), "../workflows/testdata", os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func record(ctx context.Context, into string, names []string) error {
	into, err := filepath.Abs(into)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "record")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	hello := exec.Command("go", "build", "-o", filepath.Join(folder, "hello"), "github.com/gennaker/gennaker/examples/hello")
	if out, err := hello.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, out)
	}
	// Programs are named relative to where the local cloud was started, so that
	// no path of this machine gets into a history.
	if err := os.Chdir(folder); err != nil {
		return err
	}
	laptop, err := dev.Start(ctx, dev.Config{State: filepath.Join(folder, "state"), Progress: os.Stderr})
	if err != nil {
		return err
	}
	defer laptop.Stop()
	temporal, err := client.Dial(client.Options{HostPort: laptop.Addresses().Temporal, Identity: "recorder"})
	if err != nil {
		return err
	}
	defer temporal.Close()
	for _, s := range scenarios {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		if err := s.record(ctx, temporal, into); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if len(names) > 0 && !slices.Contains(names, stored) {
		return nil
	}
	return recordStored(ctx, temporal, into)
}

// record runs the scenario and writes its history, and that of the cluster
// operation that it ended with, if any.
func (s scenario) record(ctx context.Context, temporal client.Client, into string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	d, err := pipeline.Decode([]byte(s.document), stages.Table.Configs())
	if err != nil {
		return err
	}
	id := "record/" + s.name + "/1"
	run, err := temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: gennaker.TaskQueue},
		gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: d.Pipeline, Continued: s.continued,
			Trigger: gennaker.Trigger{Type: "manual", User: "recorder"}})
	if err != nil {
		return err
	}
	if err := s.steer(ctx, temporal, id); err != nil {
		return err
	}
	outcome := run.Get(ctx, nil)
	if (outcome == nil) != s.succeeds {
		return fmt.Errorf("ended with %w", outcome)
	}
	fmt.Fprintln(os.Stderr, "recorded", s.name)
	if s.cluster != "" {
		ref := gennaker.ClusterRef{Location: gennaker.In("local", ""), Name: s.cluster}
		if err := save(ctx, temporal, ref.WorkflowID(), filepath.Join(into, s.name+"-cluster.json")); err != nil {
			return err
		}
	}
	if s.queue {
		queue := d.Pipeline.QueueID()
		if err := temporal.GetWorkflow(ctx, queue, "").Get(ctx, nil); err != nil {
			return err
		}
		if err := save(ctx, temporal, queue, filepath.Join(into, s.name+"-queue.json")); err != nil {
			return err
		}
	}
	return save(ctx, temporal, id, filepath.Join(into, s.name+".json"))
}

// steer sends the scenario's commands, each as soon as it is accepted.
func (s scenario) steer(ctx context.Context, temporal client.Client, id string) error {
	for _, c := range s.commands {
		for {
			err := c(ctx, temporal, id)
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return err
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	return nil
}

// identities name the processes of the machine that recorded.
var identities = regexp.MustCompile(`("identity": *)"[^"]*"`)

// save writes a workflow's history as the Temporal CLI would.
func save(ctx context.Context, temporal client.Client, id, file string) error {
	var h history.History
	events := temporal.GetWorkflowHistory(ctx, id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return err
		}
		h.Events = append(h.Events, event)
	}
	text, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(&h)
	if err != nil {
		return err
	}
	return os.WriteFile(file, identities.ReplaceAll(text, []byte(`$1"worker"`)), 0o644)
}
