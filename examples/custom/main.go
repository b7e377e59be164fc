// Command custom is Gennaker with a stage type of its own: changeFreeze, which
// keeps a pipeline from going on while a calendar says that nothing may be
// changed. It shows how a program that embeds Gennaker adds one.
//
//	custom worker ADDRESS    serve executions, of the Temporal at HOST:PORT
//	custom …                 what gennaker does, for documents with changeFreeze
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/gennaker/gennaker/starter"
	"github.com/gennaker/gennaker/worker"
	"github.com/gennaker/gennaker/workflows/stages"
)

// own are the stage types that this program adds.
var own = stages.Types{
	"changeFreeze": {
		About:  "Fails while a calendar says that nothing may be changed.",
		Run:    ChangeFreeze,
		Config: freezeConfig{},
		// It only reads, so it runs in dry runs too.
		InDryRun: true,
	},
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		if err := serve(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "custom:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(starter.Main(os.Args, os.Stdin, os.Stdout, os.Stderr, stages.Table.With(own)))
}

// serve works until it is interrupted.
func serve(address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	config := worker.Default()
	config.Temporal.Address = address
	config.Custom = worker.Custom{Stages: own, Activities: []any{Frozen}}
	log, err := config.Log.Logger()
	if err != nil {
		return err
	}
	return worker.Run(ctx, config, log)
}
