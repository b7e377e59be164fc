package localcloud

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

const (
	logSuffix = ".log"
	oldSuffix = ".log.old"
	// turnSize is how large a log may be when its process is started again.
	turnSize = 16 << 20
	// tailSize is the most of a log that is read for its last lines.
	tailSize = 1 << 20
	// keepLogs is how long the log of an instance that is gone is kept.
	keepLogs = 7 * 24 * time.Hour
)

// turnLog puts a large log aside, in place of the one put aside before.
func turnLog(log string) error {
	info, err := os.Stat(log)
	if err != nil || info.Size() < turnSize {
		return nil
	}
	return os.Rename(log, strings.TrimSuffix(log, logSuffix)+oldSuffix)
}

// tail reads the last lines that an instance wrote.
func (c *Cloud) tail(id string, lines int) ([]byte, error) {
	folder, err := os.OpenRoot(c.file(logFolder)) // an id cannot lead out of it
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	f, err := folder.Open(id + logSuffix)
	if err != nil {
		return nil, fmt.Errorf("log of instance %s: %w", id, gennaker.ErrNotFound)
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.NewSectionReader(f, max(0, size-tailSize), tailSize))
	return lastLines(text, lines), err
}

func lastLines(text []byte, n int) []byte {
	lines := slices.Collect(bytes.Lines(text))
	return bytes.Join(lines[max(0, len(lines)-n):], nil)
}

// pruneLogs removes the logs of instances that have been gone for long. Call
// with mu held.
func (c *Cloud) pruneLogs() error {
	entries, err := os.ReadDir(c.file(logFolder))
	for _, e := range entries {
		info, statErr := e.Info()
		id, _, _ := strings.Cut(e.Name(), logSuffix)
		if statErr != nil || c.knows(id) || time.Since(info.ModTime()) < keepLogs {
			continue
		}
		err = errors.Join(err, os.Remove(c.file(logFolder, e.Name())))
	}
	return err
}

func (c *Cloud) knows(id string) bool {
	for _, g := range c.groups {
		for _, i := range g.instances {
			if i.row.ID == id {
				return true
			}
		}
	}
	return false
}
