//go:build !linux

package process

import (
	"slices"
	"strconv"

	"github.com/shirou/gopsutil/v4/process"
)

// started is when a process was started, in milliseconds; empty if there is
// no such process or if it has ended.
func started(pid int) string {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return ""
	}
	if status, err := p.Status(); err != nil || slices.Contains(status, process.Zombie) {
		return ""
	}
	return born(pid)
}

// born is started, also for a child that has ended and was not waited for.
func born(pid int) string {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return ""
	}
	created, err := p.CreateTime()
	if err != nil {
		return ""
	}
	return strconv.FormatInt(created, 10)
}
