// Command bench measures what Gennaker costs and prints one JSON object:
//
//	make bench
//
// It compares Gennaker's engine with a Temporal workflow written by hand that
// runs the same activities, on one server and in one worker, in turns. It says
// on standard error what it is doing; docs/benchmarks.md says what each figure
// means.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// atMost is when a measurement that hangs is given up.
const atMost = 10 * time.Minute

func main() {
	bin := flag.String("bin", "../bin", "where gennaker-dev and gennaker-worker are")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	if err := run(ctx, bench{bin: *bin, plan: full, progress: os.Stderr}, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures and prints the report, and nothing if it could not.
func run(ctx context.Context, b bench, stdout io.Writer) error {
	r, err := b.measure(ctx)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}
