package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/stages"
)

type freezeConfig struct {
	Calendar string `json:"calendar" jsonschema:"required" jsonschema_description:"A file on the workers: a day such as 2026-12-24 and the reason on each line."`
}

// ChangeFreeze fails on a day that the calendar names. It decides, so it takes
// the time from the workflow, and acts through an activity.
func ChangeFreeze(ctx workflow.Context, in stages.Input) (stages.Outputs, error) {
	c, err := config.Decode[freezeConfig](in.Config)
	if err != nil {
		return nil, err
	}
	today := workflow.Now(ctx).UTC().Format(time.DateOnly)
	var frozen Freeze
	err = ops.Run(ctx, ops.Reading, "is "+today+" frozen?", Frozen, Day{Calendar: c.Calendar, Date: today}, &frozen)
	if err != nil {
		return nil, err
	}
	if frozen.Frozen {
		return nil, fmt.Errorf("nothing may be changed on %s: %s", today, frozen.Reason)
	}
	return stages.Outputs{"changeFreeze": "none"}, nil
}

// Day is what Frozen is asked.
type Day struct {
	Calendar string `json:"calendar"`
	Date     string `json:"date"`
}

// Freeze is what it answers.
type Freeze struct {
	Frozen bool   `json:"frozen"`
	Reason string `json:"reason,omitempty"`
}

// Frozen tells whether nothing may be changed on a day. Asking again would not
// find a calendar that is not there, so Temporal need not.
func Frozen(_ context.Context, d Day) (Freeze, error) {
	f, err := os.Open(d.Calendar)
	if err != nil {
		return Freeze{}, temporal.NewNonRetryableApplicationError("calendar: "+err.Error(), "Invalid", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		date, reason, _ := strings.Cut(lines.Text(), " ")
		if date == d.Date {
			return Freeze{Frozen: true, Reason: reason}, nil
		}
	}
	return Freeze{}, nil
}
