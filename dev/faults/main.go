// Command faults deploys again and again onto a cloud whose calls go wrong, and
// counts what comes of it:
//
//	make faults
//
// It does so with Gennaker and, as the control, without trying anything again.
// It says on standard error how it goes; docs/faults.md says what each figure
// means. It exits with 1 if Gennaker does anything wrong.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/gennaker/gennaker/providers/faulty"
)

func main() {
	x := experiment{progress: os.Stderr}
	flag.Uint64Var(&x.seed, "seed", 1, "of what goes wrong")
	flag.IntVar(&x.deployments, "deployments", 6000, "how many, in each arm")
	flag.Float64Var(&x.rate, "rate", 0.04, "share of the calls that go wrong")
	flag.IntVar(&x.only, "only", -1, "make the deployment of that number alone, and show its timeline")
	kinds := flag.String("kinds", "", "what goes wrong, with commas between: throttle, 500, 503, reset before, reset after, slow, stale; empty for all")
	format := flag.String("o", "table", "table or json")
	flag.Parse()
	for kind := range strings.SplitSeq(*kinds, ",") {
		if kind != "" {
			x.kinds = append(x.kinds, faulty.Kind(kind))
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, x, *format, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

var errWrong = errors.New("not all counts of Gennaker are zero: the timelines are above")

// run makes the experiment and prints the report.
func run(ctx context.Context, x experiment, format string, stdout io.Writer) error {
	r, err := x.report(ctx)
	if err != nil {
		return err
	}
	if format == "json" {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(r)
	} else {
		err = r.write(stdout)
	}
	for _, a := range r.Arms {
		if !a.Gennaker.Spotless() && err == nil {
			err = errWrong
		}
	}
	return err
}

func (x experiment) report(ctx context.Context) (Report, error) {
	begun := time.Now()
	arm := Arm{Cloud: "a cloud in memory"}
	for _, retries := range []bool{true, false} {
		begun := time.Now()
		count, err := x.arm(ctx, retries)
		if err != nil {
			return Report{}, err
		}
		if retries {
			arm.Gennaker = column(count, time.Since(begun))
		} else {
			arm.Control = column(count, time.Since(begun))
		}
	}
	return Report{Seed: x.seed, Rate: x.rate, Seconds: time.Since(begun).Seconds(), Arms: []Arm{arm}}, nil
}
