package exactlyonce

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/workflows/ops"
)

// The calls about a function, and the function that is there before them.

func functionIn(at gennaker.Location) gennaker.FunctionRef {
	return gennaker.FunctionRef{Location: at, Name: "shop-hello"}
}

func (s *scene) function(code string) gennaker.PutFunction {
	return gennaker.PutFunction{FunctionRef: functionIn(s.location), Marks: map[string]string{gennaker.MarkToken: "f1"},
		Spec: map[string]any{memory.SpecCode: code, "color": code}}
}

func haveFunction(s *scene) error {
	return s.sound.(providers.Functions).CreateFunction(context.Background(), s.function("1.zip"))
}

func createFunction(ctx workflow.Context, s *scene) error {
	return ops.CreateFunction(ctx, s.function("1.zip"))
}

func updateCode(ctx workflow.Context, s *scene) error {
	return ops.UpdateFunctionCode(ctx, s.function("2.zip"))
}

func updateConfiguration(ctx workflow.Context, s *scene) error {
	return ops.UpdateFunctionConfiguration(ctx, s.function("2.zip"))
}

func publishVersion(ctx workflow.Context, s *scene) error {
	_, err := ops.PublishFunctionVersion(ctx, gennaker.PublishVersion{FunctionRef: functionIn(s.location)})
	return err
}

func deleteFunction(ctx workflow.Context, s *scene) error {
	return ops.DeleteFunction(ctx, gennaker.DeleteFunction{FunctionRef: functionIn(s.location)})
}

func putAlias(ctx workflow.Context, s *scene) error {
	return ops.PutFunctionAlias(ctx, gennaker.PutAlias{FunctionRef: functionIn(s.location),
		Alias: gennaker.Alias{Name: "live", Version: gennaker.Latest}, Was: &gennaker.Alias{}})
}

func setConcurrency(ctx workflow.Context, s *scene) error {
	five := 5
	return ops.SetFunctionConcurrency(ctx, gennaker.SetConcurrency{FunctionRef: functionIn(s.location), Number: &five})
}

func setEventSources(ctx workflow.Context, s *scene) error {
	return ops.SetFunctionEventSources(ctx, gennaker.SetEventSources{FunctionRef: functionIn(s.location), Sources: []string{"queue"}})
}
