package starter

import (
	"os"
	"testing"

	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/workflows/stages"
)

// Editors read the schema from the repository: it must be that of this code.
func TestTheSchemaInTheRepositoryIsCurrent(t *testing.T) {
	want, err := pipeline.Schema(stages.Table.Configs())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../examples/pipeline.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) && string(got) != string(want)+"\n" {
		t.Error("examples/pipeline.schema.json is out of date: run `make schema`")
	}
}
