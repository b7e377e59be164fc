package localcloud

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/internal/properties"
)

// What a job has in its folder, jobFolder/NAME.
const (
	jobFolder = "jobs"
	jobLog    = "log"
	jobBegan  = "began" // made before its program is started
	jobEnded  = "ended" // holds the status that its program exited with
	jobWork   = "work"  // its own directory, while it runs
	// defaultProperties is the property file that no document names.
	defaultProperties = "gennaker.properties"
	// maxProperties bounds a property file, in bytes.
	maxProperties = 64 << 10
)

func (c *Cloud) jobFile(name string, file ...string) string {
	return c.file(append([]string{jobFolder, name}, file...)...)
}

func (c *Cloud) removeJob(name string) error { return os.RemoveAll(c.jobFile(name)) }

// clearJob leaves of a job that has ended the end of its log.
func (c *Cloud) clearJob(name string) error {
	return errors.Join(os.RemoveAll(c.jobFile(name, jobWork)), shorten(c.jobFile(name, jobLog)))
}

// began reports whether the job's program was started, at any time.
func (c *Cloud) began(j *job) bool {
	_, err := os.Stat(c.jobFile(j.name, jobBegan))
	return err == nil
}

// outcome is how the job has ended, as its files tell; or why it could not be
// started.
func (c *Cloud) outcome(j *job, failed error) gennaker.Job {
	end := gennaker.Job{State: gennaker.JobFailed}
	if failed != nil {
		end.Reason = failed.Error()
		return end
	}
	text, err := os.ReadFile(c.jobFile(j.name, jobEnded))
	code, wrong := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || wrong != nil {
		end.Reason = "lost: it was killed, and nobody knows how far it came"
		return end
	}
	end.ExitCode = &code
	if code == 0 {
		end.State = gennaker.JobSucceeded
	} else {
		end.Reason = fmt.Sprintf("exited with status %d", code)
	}
	end.Properties, err = readProperties(c.propertyFile(j))
	if err != nil {
		end.PropertiesError = err.Error()
	}
	return end
}

// propertyFile is where the job leaves its properties.
func (c *Cloud) propertyFile(j *job) string {
	name := j.spec.PropertyFile
	if name == "" {
		name = defaultProperties
	}
	return c.jobFile(j.name, jobWork, name)
}

// readProperties reads a property file; there may be none.
func readProperties(file string) (map[string]any, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w: it is no file", filepath.Base(file), gennaker.ErrInvalid)
	case info.Size() > maxProperties:
		return nil, fmt.Errorf("%s: %w: it is %d bytes, and at most %d are read", filepath.Base(file), gennaker.ErrInvalid, info.Size(), maxProperties)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	values, err := properties.Parse(file, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", filepath.Base(file), gennaker.ErrInvalid, err)
	}
	return values, nil
}

// boundLog empties the log of a running job once it is large, after its end
// was put aside. What is written just then may be lost.
func boundLog(log string) error {
	info, err := os.Stat(log)
	if err != nil || info.Size() < turnSize {
		return err
	}
	text, err := lastBytes(log, tailSize)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(log+oldLog, text, 0o600), os.Truncate(log, 0))
}

const oldLog = ".old"

// shorten leaves of a log that nobody writes any more its end.
func shorten(log string) error {
	info, err := os.Stat(log)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	_, hasOld := os.Stat(log + oldLog)
	if err != nil || info.Size() <= tailSize && hasOld != nil {
		return err
	}
	text, err := logEnd(log, tailSize)
	if err != nil {
		return err
	}
	return errors.Join(replace(log, string(text)), removeIfThere(log+oldLog))
}

func removeIfThere(file string) error {
	if err := os.Remove(file); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// jobTail is the end of what a job wrote, in whole lines.
func (c *Cloud) jobTail(name string, size int64) ([]byte, error) {
	text, err := logEnd(c.jobFile(name, jobLog), size)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// logEnd is the end of a log with what was put aside of it. What had to be cut
// begins with a line, unless the last line alone is too long.
func logEnd(log string, size int64) ([]byte, error) {
	before, err := lastBytes(log+oldLog, size+1)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	text, err := lastBytes(log, size+1)
	if err != nil {
		return nil, err
	}
	text = append(before, text...)
	if int64(len(text)) <= size {
		return text, nil
	}
	text = text[int64(len(text))-size:]
	if _, rest, ok := bytes.Cut(text, []byte("\n")); ok && len(rest) > 0 {
		return rest, nil
	}
	return text, nil
}

func lastBytes(file string, size int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(f, max(0, end-size), size))
}
