package dev_test

import (
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

// TestTheComposeFileIsValid loads docker-compose.yml with the library that
// `docker compose config` is made of.
func TestTheComposeFileIsValid(t *testing.T) {
	options, err := cli.NewProjectOptions([]string{"../docker-compose.yml"}, cli.WithInterpolation(true), cli.WithConsistency(true))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatalf("docker-compose.yml: %v", err)
	}
	for _, want := range []string{"postgresql", "temporal", "ui", "cloud", "worker-1", "worker-2", "prometheus"} {
		if !slices.Contains(project.ServiceNames(), want) {
			t.Errorf("there is no service %s among %v", want, project.ServiceNames())
		}
	}
}
