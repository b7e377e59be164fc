package starter

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func TestOptionsMayStandAnywhere(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"nothing to do", "list --limit 3", "list --limit 3"},
		{"options after the arguments", "judge 01J9ZK 3 --stop --comment x", "judge --stop --comment x 01J9ZK 3"},
		{"a repeated option with values", "start f.yml -p a=1 --watch -p b=2", "start -p a=1 --watch -p b=2 f.yml"},
		{"an option with its value inline", "start f.yml --id=42 -", "start --id=42 f.yml -"},
		{"a global option after the command", "status x -o json --address h:1", "--address h:1 status -o json x"},
		{"a command below a command", "server-groups resize n --account a --capacity 1/2/3", "server-groups resize --account a --capacity 1/2/3 n"},
		{"an argument named like a command", "status list", "status list"},
		{"what is not known is left for cli to refuse", "status x --nope", "status --nope x"},
		{"all after a double dash is arguments", "start --watch -- -odd.yml --id", "start --watch -- -odd.yml --id"},
		{"an option whose value is missing", "judge x --comment", "judge --comment x"},
		{"help", "judge --help", "judge --help"},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := newApp(strings.NewReader(""), io.Discard, io.Discard)
			got := arrange(app, append([]string{"gennaker"}, strings.Fields(c.line)...))
			want := append([]string{"gennaker"}, strings.Fields(c.want)...)
			if !slices.Equal(got, want) {
				t.Errorf("arrange(%s) = %q, want %q", c.line, got, want)
			}
		})
	}
}

func TestEveryCommandTeaches(t *testing.T) {
	app := newApp(strings.NewReader(""), io.Discard, io.Discard)
	for _, c := range app.Commands {
		for _, each := range append(c.Subcommands, c) {
			if each.Usage == "" || !strings.Contains(each.Description, "gennaker "+c.Name) {
				t.Errorf("%s %s: its help has no usage or no example", c.Name, each.Name)
			}
			if len(each.Subcommands) == 0 && each.ArgsUsage == "" {
				t.Errorf("%s %s: its help does not say which arguments it takes", c.Name, each.Name)
			}
		}
	}
}
