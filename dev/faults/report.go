package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/gennaker/gennaker/providers/faulty"
)

// Report is what the experiment found.
type Report struct {
	Seed    uint64  `json:"seed"`
	Rate    float64 `json:"rate"` // of faults, per call
	Seconds float64 `json:"seconds"`
	Arms    []Arm   `json:"arms"`
}

// Arm is one cloud, with Gennaker and with the control.
type Arm struct {
	Cloud    string `json:"cloud"`
	Gennaker Column `json:"gennaker"`
	Control  Column `json:"retriesOff"`
}

// Column is what was counted, with what follows from it.
type Column struct {
	Count
	Bound   float64 `json:"failureRateBelow"` // with a confidence of 95 %
	Seconds float64 `json:"seconds"`
}

func column(c Count, took time.Duration) Column {
	return Column{Count: c, Bound: c.Bound(), Seconds: took.Seconds()}
}

func (r Report) write(to io.Writer) error {
	for _, a := range r.Arms {
		fmt.Fprintf(to, "\n%s, %g %% of the calls go wrong, seed %d\n\n", a.Cloud, 100*r.Rate, r.Seed)
		t := tabwriter.NewWriter(to, 0, 0, 3, ' ', tabwriter.AlignRight)
		row := func(name string, value func(Column) any) {
			fmt.Fprintf(t, "%s\t%v\t%v\t\n", name, value(a.Gennaker), value(a.Control))
		}
		fmt.Fprintf(t, "\tGennaker\tretries off\t\n")
		row("deployments", func(c Column) any { return c.Deployments })
		row("cloud operations", func(c Column) any { return c.Calls })
		row("faults injected", func(c Column) any { return c.Injected() })
		for _, kind := range faulty.OfReads {
			row("of them "+string(kind), func(c Column) any { return c.Faults[kind] })
		}
		row("failed deployments", func(c Column) any { return c.Failed })
		row("ended well, and wrong", func(c Column) any { return c.Wrong })
		row("doubled effects", func(c Column) any { return c.Doubled })
		row("orphans", func(c Column) any { return c.Orphans })
		row("floor violations", func(c Column) any { return c.Floor })
		row("failure rate", func(c Column) any { return percent(float64(c.Failed+c.Wrong) / float64(c.Deployments)) })
		row("95 % bound of it", func(c Column) any { return "< " + percent(c.Bound) })
		row("seconds", func(c Column) any { return fmt.Sprintf("%.0f", c.Seconds) })
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }
