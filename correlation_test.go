package gennaker

import "testing"

func TestCorrelationWorkflowIDsDiffer(t *testing.T) {
	if got, want := CorrelationWorkflowID("shop", "build-42"), "correlation/shop/build-42"; got != want {
		t.Errorf("CorrelationWorkflowID = %s, want %s", got, want)
	}
	seen := map[string]string{}
	for _, id := range []string{"a b", "a-b", "a/b", " a-b"} {
		got := CorrelationWorkflowID("shop", id)
		if other, taken := seen[got]; taken {
			t.Errorf("%q and %q are both %s", id, other, got)
		}
		seen[got] = id
	}
}
