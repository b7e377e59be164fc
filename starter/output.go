package starter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	"go.yaml.in/yaml/v3"
)

var formats = []string{"table", "json", "yaml"}

// outputFlag is on every command that reads.
func outputFlag() cli.Flag {
	return &cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: formats[0],
		Usage: "`FORMAT`: " + strings.Join(formats, ", "), Action: checkFormat}
}

func checkFormat(_ *cli.Context, format string) error {
	if !slices.Contains(formats, format) {
		return usagef("--output %s: no such format: choose one of %s", format, strings.Join(formats, ", "))
	}
	return nil
}

// emit prints v as -o asks: as JSON or YAML, or as the lines for people.
func emit(c *cli.Context, v any, lines func() []line) error {
	switch c.String("output") {
	case "json":
		return writeJSON(c.App.Writer, v, "  ")
	case "yaml":
		return writeYAML(c.App.Writer, v)
	}
	return newPage(c).print(lines()...)
}

func writeJSON(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, escapeControls(b.String()))
	return err
}

// escapeControls writes the control characters that JSON allows as they are,
// and terminals obey, as escapes.
func escapeControls(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= 0x7f && r <= 0x9f {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// writeYAML writes v under the names and in the order of its JSON.
func writeYAML(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil {
		return err
	}
	unquote(&n)
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(&n); err != nil {
		return err
	}
	return enc.Close()
}

// unquote drops the JSON look of a node: braces and needless quotes.
func unquote(n *yaml.Node) {
	n.Style = 0
	for _, child := range n.Content {
		unquote(child)
	}
}
