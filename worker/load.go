package worker

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Load reads a configuration from a YAML file and then from the environment,
// which wins. With no file it is Default and the environment. All mistakes
// are reported at once, as Problems. Relative paths in it start from the
// working directory.
func Load(file string, lookup func(name string) (string, bool)) (Config, error) {
	c := Default()
	r := newReport(file)
	r.lookup = lookup
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return c, Problems{{Place: Place{Name: file}, Text: fmt.Sprintf("cannot be read: %v", errors.Unwrap(err))}}
		}
		r.parse(data, &c)
	}
	r.override(&c, lookup)
	r.check(&c)
	r.files.policy, _ = c.Webhooks.policy() // a mistake in it is reported
	c.Requests = r.requests
	c.Requests.PerSecond = c.Limits.AccountRequestsPerSecond
	return c, r.err()
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// parse reads the file's one document.
func (r *report) parse(data []byte, c *Config) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return // an empty file is the default
	}
	if err != nil {
		line, _ := strconv.Atoi(yamlLine.FindStringSubmatch(err.Error())[1])
		text := yamlLine.ReplaceAllString(err.Error(), "")
		r.problems = append(r.problems, Problem{Place: Place{r.file, max(line, 1)}, Text: "is not YAML: " + text})
		return
	}
	r.decode(document.Content[0], reflect.ValueOf(c).Elem(), "")
}
