package main

import (
	"fmt"
	"runtime"

	"github.com/shirou/gopsutil/v4/load"
	"go.temporal.io/sdk/temporal"
)

func machine() (Machine, error) {
	average, err := load.Avg()
	if err != nil {
		return Machine{}, fmt.Errorf("load of the machine: %w", err)
	}
	return Machine{
		Cores:        runtime.NumCPU(),
		OS:           runtime.GOOS,
		Architecture: runtime.GOARCH,
		Go:           runtime.Version(),
		TemporalSDK:  temporal.SDKVersion,
		LoadBefore:   round(average.Load1),
	}, nil
}
