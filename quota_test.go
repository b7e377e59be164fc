package gennaker

import "testing"

func TestTheAllowanceThatIsUsedUpFirstCounts(t *testing.T) {
	instances := Allowance{Text: "instances: 2 of 10 used", Limit: 10, Used: 2, Each: 1}
	for _, c := range []struct {
		name  string
		all   []Allowance
		left  int // -1 is not known
		limit string
	}{
		{"none", nil, -1, "it does not say"},
		{"one", []Allowance{instances}, 8, "instances: 2 of 10 used"},
		{"the least of two", []Allowance{instances, {Text: "cores: 20 of 24 used", Limit: 24, Used: 20, Each: 2}}, 2, "cores: 20 of 24 used"},
		{"what an instance takes nothing of", []Allowance{instances, {Text: "GPUs: 1 of 1 used", Limit: 1, Used: 1}}, 8, "instances: 2 of 10 used"},
		{"more than there may be", []Allowance{{Text: "cores: 9 of 4 used", Limit: 4, Used: 9, Each: 1}}, 0, "cores: 9 of 4 used"},
		{"parts that are no whole numbers", []Allowance{{Text: "cpu", Limit: 0.3, Each: 0.1}}, 3, "cpu"},
		{"too little for one", []Allowance{{Text: "cpu", Limit: 1.9, Each: 2}}, 0, "cpu"},
	} {
		q := Tightest(c.all, "it does not say")
		left := -1
		if q.Left != nil {
			left = *q.Left
		}
		if left != c.left || q.Limit != c.limit {
			t.Errorf("%s: Tightest = %d by %q, want %d by %q", c.name, left, q.Limit, c.left, c.limit)
		}
	}
}
