package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

func TestCheckSaysByItsExitCodeWhatItFound(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"good.yaml": "log: {level: warn}\n", "bad.yaml": "log: {level: loud}\nx: 1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, args string
		code       int
		out, err   string
	}{
		{"a good configuration", "check --config good.yaml", 0, "ok: Temporal 127.0.0.1:7233, namespace default", ""},
		{"no configuration", "check", 0, "ok: ", ""},
		{"a bad configuration", "check --config bad.yaml", exitConfiguration, "", "bad.yaml:2: x: there is no such field"},
		{"a bad configuration when starting", "--config bad.yaml", exitConfiguration, "", "(mistakes: 2)"},
		{"a wrong flag", "check --cofnig x", exitUsage, "", "see gennaker-worker --help"},
		{"a wrong command", "chekc", exitUsage, "", `"chekc" is not a command`},
		{"help names the environment", "--help", 0, "GENNAKER_TEMPORAL_ADDRESS", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, err bytes.Buffer
			code := run(context.Background(), append([]string{"gennaker-worker"}, strings.Fields(c.args)...), &out, &err)
			if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(err.String(), c.err) {
				t.Errorf("gennaker-worker %s = %d, want %d\nout: %s\nerr: %s", c.args, code, c.code, &out, &err)
			}
		})
	}
}
