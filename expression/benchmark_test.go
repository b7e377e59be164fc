package expression_test

import (
	"testing"

	"github.com/gennaker/gennaker/expression"
)

// BenchmarkEvaluate measures what documents write most: a name in text, a
// condition, a search among stages, a date's worth of methods.
func BenchmarkEvaluate(b *testing.B) {
	e := world(b)
	for _, bm := range []struct{ name, in string }{
		{"Text", "shop:${parameters.version}"},
		{"Condition", "${trigger.n > 5 && parameters['version'] matches '\\d+(\\.\\d+)*'}"},
		{"Selection", "${trigger.list.?[#this > 1].![#this * 2]}"},
		{"Methods", "${trigger.user.toUpperCase().replaceAll('[^A-Z]', '-').substring(1)}"},
		{"Statics", "${T(java.lang.Math).max(T(Integer).parseInt(parameters.count), 2)}"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := expression.Evaluate(bm.in, e); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "evaluations/s")
		})
	}
}
