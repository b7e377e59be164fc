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
	"cmp"
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
	cloud := flag.String("cloud", "", "memory or aws; empty for both")
	flag.Uint64Var(&x.seed, "seed", 1, "of what goes wrong")
	flag.IntVar(&x.deployments, "deployments", 0, "how many, on each cloud; 0 for as many as are worth it")
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
	if err := run(ctx, x, *cloud, *format, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

var errWrong = errors.New("not all counts of Gennaker are zero: the timelines are above")

// run makes the experiment and prints the report.
func run(ctx context.Context, x experiment, cloud, format string, stdout io.Writer) error {
	r, err := x.report(ctx, cloud)
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

// report makes the experiment on the cloud of that name, or on all.
func (x experiment) report(ctx context.Context, cloud string) (Report, error) {
	begun := time.Now()
	r := Report{Seed: x.seed, Rate: x.rate}
	for _, k := range kinds {
		if cloud != "" && cloud != k.name {
			continue
		}
		a, err := x.compare(ctx, k)
		if err != nil {
			return r, err
		}
		r.Arms = append(r.Arms, a)
	}
	if len(r.Arms) == 0 {
		return r, fmt.Errorf("cloud %q: it is memory or aws", cloud)
	}
	r.Seconds = time.Since(begun).Seconds()
	return r, nil
}

// compare makes all deployments on one cloud, and then again as the control.
func (x experiment) compare(ctx context.Context, k kind) (a Arm, err error) {
	x.on, a.Cloud = k, k.title
	x.deployments = cmp.Or(x.deployments, k.deployments)
	for _, c := range []struct {
		retries bool
		into    *Column
	}{{true, &a.Gennaker}, {false, &a.Control}} {
		begun := time.Now()
		count, err := x.arm(ctx, c.retries)
		if err != nil {
			return a, err
		}
		*c.into = column(count, time.Since(begun))
	}
	return a, nil
}
