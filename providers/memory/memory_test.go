package memory_test

import (
	"testing"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/providers/providertest"
)

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		Open:   func(*testing.T) providers.Provider { return &memory.Cloud{} },
		Region: "somewhere",
	})
}
