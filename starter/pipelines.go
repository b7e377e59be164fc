package starter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

func pipelinesCommand() *cli.Command {
	return &cli.Command{
		Name:  "pipelines",
		Usage: "store pipeline documents, to start them by name",
		Description: `gennaker pipelines save pipelines/
gennaker pipelines list --application shop
gennaker start shop/deploy -p version=2

Documents are stored in Temporal itself, under APP/NAME: their application and
name. Case does not count, nor does which punctuation a name has. An execution
carries the document as it was when it started.`,
		Subcommands: []*cli.Command{
			pipelinesSaveCommand(),
			pipelinesListCommand(),
			pipelinesGetCommand(),
			pipelinesHistoryCommand(),
			pipelinesDeleteCommand(),
		},
	}
}

// pipelineRef reads an APP/NAME argument.
func pipelineRef(arg string) (gennaker.PipelineRef, error) {
	application, name, _ := strings.Cut(arg, "/")
	ref := gennaker.PipelineRef{Application: strings.TrimSpace(application), Pipeline: strings.TrimSpace(name)}
	switch {
	case arg == "":
		return ref, usagef("APP/NAME is missing: `gennaker pipelines list` shows those there are")
	case ref.Application == "" || ref.Pipeline == "":
		return ref, usagef("pipeline %q: write it as APP/NAME: `gennaker pipelines list` shows those there are", arg)
	}
	return ref, nil
}

// onPipeline makes the action of a command whose one argument is APP/NAME.
func onPipeline(act func(*cli.Context, *session, gennaker.PipelineRef) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		if err := arguments(c, 1); err != nil {
			return err
		}
		ref, err := pipelineRef(c.Args().First())
		if err != nil {
			return err
		}
		return online(func(c *cli.Context, s *session) error { return act(c, s, ref) })(c)
	}
}

// storePatience is how long a worker may take to answer for the store. It
// takes milliseconds.
const storePatience = 10 * time.Second

// inStore asks the store for something and explains why it did not do it.
func (s *session) inStore(ctx context.Context, what string, ask func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	err := ask(limited)
	var refused *temporal.ApplicationError
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.Is(err, gennaker.ErrNotFound):
		return notFoundf("%v", err)
	case errors.As(err, &refused):
		return failure{kindCode(err, exitRefused), what + ": " + sentence(err)}
	case isA[*serviceerror.NotFound](err):
		return refusedf("%s: its workflow has just ended: try again (%s)", what, lastSentence(err))
	case unserved(err):
		return noWorkerf("%s: no worker answers: start one with `make dev` or gennaker-worker; `gennaker pipelines list` tells what is stored", what)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// unserved reports whether Temporal found no worker that answers.
func unserved(err error) bool {
	var late *client.WorkflowUpdateServiceTimeoutOrCanceledError
	return errors.As(err, &late) || isLate(err) || isA[*serviceerror.FailedPrecondition](err) || isA[*serviceerror.WorkflowNotReady](err)
}

// stored reads a stored pipeline.
func (s *session) stored(ctx context.Context, ref gennaker.PipelineRef) (saved gennaker.SavedPipeline, err error) {
	err = s.inStore(ctx, "pipeline "+ref.String(), func(ctx context.Context) (err error) {
		saved, err = s.pipelines.Get(ctx, ref)
		return err
	})
	return saved, err
}

// completePipeline offers options, or else the stored pipelines.
func completePipeline(c *cli.Context) {
	complete(c, func(ctx context.Context, s *session) ([]string, error) {
		list, err := s.pipelines.List(ctx, "")
		var names []string
		for _, l := range list {
			names = append(names, typeable(l))
		}
		return names, err
	})
}

// typeable is APP/NAME as one word that a shell leaves alone.
func typeable(l gennaker.ListedPipeline) string {
	return gennaker.IDPart(l.Application) + "/" + gennaker.IDPart(l.Name)
}
