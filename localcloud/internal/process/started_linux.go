package process

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
)

// Fields of /proc/PID/stat, counted from the one after the command.
const (
	fieldState     = 0
	fieldStartTime = 19
)

// bootID tells one start of the machine from the next.
var bootID = sync.OnceValue(func() string {
	data, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(data))
})

// started is when a process was started, in clock ticks since the machine
// was: unlike a time of day it does not move when the clock is set. It is
// empty if there is no such process or if it has ended.
func started(pid int) string {
	state, at := stat(pid)
	if state == "Z" || state == "X" {
		return ""
	}
	return at
}

// born is started, also for a child that has ended and was not waited for.
func born(pid int) string {
	_, at := stat(pid)
	return at
}

func stat(pid int) (state, at string) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", ""
	}
	// The command stands in parentheses and may hold anything.
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) <= fieldStartTime {
		return "", ""
	}
	return string(fields[fieldState]), bootID() + ":" + string(fields[fieldStartTime])
}
