// Command demo is the story that `make demo` tells: a version is deployed, a
// second one replaces it under traffic after a person's judgment, and a third
// one that never becomes healthy is rolled back by itself. It uses the
// programs in bin/ as a person would, and fails unless all of that happened
// and no request did.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := tell(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// state is the demo's own, apart from what `make dev` runs.
const state = ".gennaker/demo"

func tell(ctx context.Context) (err error) {
	laptop, err := startLaptop(ctx, state)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, laptop.stop()) }()
	cli := cli{laptop: laptop}
	if err := cli.tidy(ctx); err != nil {
		return fmt.Errorf("tidy up after an earlier demo: %w", err)
	}

	chapter("Version 1: the first deployment")
	if err := cli.deploy(ctx, "1", "ask=no"); err != nil {
		return err
	}
	traffic, err := startTraffic(ctx, laptop)
	if err != nil {
		return err
	}
	defer traffic.stop()
	say("traffic:  %s, until the demo ends", traffic.url)

	chapter("Version 2: a person decides, then red/black under traffic")
	if err := cli.deploy(ctx, "2"); err != nil {
		return err
	}
	if err := traffic.sees(ctx, "2"); err != nil {
		return err
	}

	chapter("Version 3: never becomes healthy, and is rolled back by itself")
	if err := cli.mustFail(cli.deploy(ctx, "3", "healthy=false")); err != nil {
		return err
	}
	if err := traffic.sees(ctx, "2"); err != nil {
		return err
	}
	if err := cli.leaves(ctx, "hello-v001"); err != nil {
		return err
	}
	return ending(traffic.stop(), laptop)
}

// ending says what happened, and is an error if a request failed.
func ending(r result, l *laptop) error {
	chapter("What happened")
	say("requests: %d sent, %d failed", r.sent, r.failed)
	say("versions: %s answered", strings.Join(r.versions, ", then "))
	say("version 3 was never sent a request: it did not become healthy and was destroyed")
	if r.failed > 0 {
		return fmt.Errorf("%d of %d requests failed; the first: %s", r.failed, r.sent, r.firstFailure)
	}
	if got := strings.Join(r.versions, ","); got != "1,2" {
		return fmt.Errorf("versions %s answered, want 1 and then 2 and no other", got)
	}
	chapter("Where to look next")
	say("the three executions in Temporal's Web UI, and the same instances again:")
	say("    bin/gennaker-dev --state %s     then open %s", state, l.addresses.UI)
	say("a laptop of your own:   make dev     and   bin/gennaker start examples/hello/pipeline.yml -p version=1 --watch")
	say("the document they ran:  examples/hello/pipeline.yml")
	return nil
}

func chapter(title string) { fmt.Printf("\n── %s\n", title) }

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }
