package kubernetes

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/gennaker/gennaker"
)

const (
	logLines = 100     // of a log that are looked at for its end
	logBytes = 8 << 10 // of them that are kept
	// maxPropertyLog bounds, in bytes, what is searched for properties.
	maxPropertyLog = 16 << 20
)

// readLog adds the end of the log of the newest pod, and once the job has ended
// its properties. A pod that has not begun, or is gone, has written nothing.
func (c *Cloud) readLog(ctx context.Context, j *gennaker.Job, propertyFile string, pods []core.Pod) error {
	ended := j.State != gennaker.JobRunning
	if ended && propertyFile != "" && len(pods) == 0 {
		j.PropertiesError = fmt.Sprintf("container %s: its pod is gone, and its log with it", propertyFile)
	}
	if len(pods) == 0 {
		return nil
	}
	p, container := told(pods, propertyFile)
	lines := int64(logLines)
	text, err := c.log(ctx, p, core.PodLogOptions{Container: container, TailLines: &lines}, logLines<<10)
	if err := passing(err); err != nil {
		return err
	}
	j.Log = end(text)
	if errors.Is(err, gennaker.ErrDenied) {
		j.Log = fmt.Sprintf("(its log cannot be read: %v)", err)
	}
	if !ended || propertyFile == "" {
		return nil
	}
	text, err = c.log(ctx, pods[0], core.PodLogOptions{Container: propertyFile}, maxPropertyLog)
	if err == nil {
		j.Properties, err = properties(text)
	}
	if err := passing(err); err != nil {
		return err
	}
	if err != nil {
		j.PropertiesError = fmt.Sprintf("container %s: %v", propertyFile, err)
	}
	return nil
}

// passing is an error after which the log can be asked for again.
func passing(err error) error {
	if err == nil || errors.Is(err, gennaker.ErrNotFound) || errors.Is(err, gennaker.ErrInvalid) || errors.Is(err, gennaker.ErrDenied) {
		return nil
	}
	return err
}

// told is the pod and the container whose log tells most: the one that failed,
// else the one that leaves properties, else the first of the newest pod.
func told(pods []core.Pod, propertyFile string) (core.Pod, string) {
	if p, s := failed(pods); s != nil {
		return p, s.Name
	}
	if propertyFile != "" {
		return pods[0], propertyFile
	}
	return pods[0], pods[0].Spec.Containers[0].Name
}

// log reads what a container has written, up to so many bytes.
func (c *Cloud) log(ctx context.Context, p core.Pod, o core.PodLogOptions, most int64) (string, error) {
	stream, err := c.typed.CoreV1().Pods(p.Namespace).GetLogs(p.Name, &o).Stream(ctx)
	if err != nil {
		return "", kinded(err)
	}
	defer stream.Close()
	text, err := io.ReadAll(io.LimitReader(stream, most))
	if err != nil {
		return "", fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
	}
	return strings.ToValidUTF8(string(text), "\uFFFD"), nil
}

// end is the end of a text, in whole lines if it has some.
func end(text string) string {
	if len(text) <= logBytes {
		return text
	}
	text = strings.ToValidUTF8(text[len(text)-logBytes:], "")
	if _, rest, ok := strings.Cut(text, "\n"); ok && rest != "" {
		return rest
	}
	return text
}

var (
	oneProperty    = regexp.MustCompile(`SPINNAKER_PROPERTY_([^=]+)=(.*)$`)
	manyProperties = regexp.MustCompile(`^\s*SPINNAKER_CONFIG_JSON=(.*)$`)
)

// properties are what the lines of a log say, as Spinnaker reads them:
// SPINNAKER_PROPERTY_NAME=VALUE, whose names are in lower case, and
// SPINNAKER_CONFIG_JSON={…}.
func properties(log string) (map[string]any, error) {
	all := map[string]any{}
	lines := bufio.NewScanner(strings.NewReader(log))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if found := oneProperty.FindStringSubmatch(line); found != nil {
			all[strings.ToLower(strings.TrimSpace(found[1]))] = strings.TrimSpace(found[2])
		}
		if found := manyProperties.FindStringSubmatch(line); found != nil {
			var more map[string]any
			if err := json.Unmarshal([]byte(found[1]), &more); err != nil {
				return nil, fmt.Errorf("%w: SPINNAKER_CONFIG_JSON: %w", gennaker.ErrInvalid, err)
			}
			maps.Copy(all, more)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	return all, nil
}
