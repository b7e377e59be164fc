package gennaker

import (
	"fmt"
	"slices"
	"strings"
)

// SplitTraffic asks for the traffic of a cluster to be shared so.
type SplitTraffic struct {
	ClusterRef
	// Percents are those of server groups by their names, 100 together. Who has
	// 0, or is not named, gets none.
	Percents map[string]int `json:"percents"`
}

func (s SplitTraffic) String() string { return percentText(s.Percents) }

// Check says what is wrong with the percentages.
func (s SplitTraffic) Check() error {
	total := 0
	for _, name := range SortedKeys(s.Percents) {
		percent := s.Percents[name]
		if percent < 0 || percent > 100 {
			return fmt.Errorf("%s: %w: %d is no percentage from 0 to 100", name, ErrInvalid, percent)
		}
		total += percent
	}
	if total != 100 {
		return fmt.Errorf("%w: %s is %d %% together, and must be 100", ErrInvalid, s, total)
	}
	return nil
}

// Is reports whether the traffic is shared so.
func (s SplitTraffic) Is(percents map[string]int) bool {
	for _, list := range []map[string]int{s.Percents, percents} {
		for name := range list {
			if s.Percents[name] != percents[name] {
				return false
			}
		}
	}
	return true
}

// percentText is percentages in words: "shop-v000 90 %, shop-v001 10 %".
func percentText(percents map[string]int) string {
	var parts []string
	for _, name := range SortedKeys(percents) {
		parts = append(parts, fmt.Sprintf("%s %d %%", name, percents[name]))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// TrafficPart is what a server group counts when the traffic of its cluster is
// shared.
type TrafficPart struct {
	Desired int // instances
	Out     int // of them, kept out of traffic
	// Share is the percentage that a split has given it; 0 is none. Those with
	// shares keep the proportions of these, and count together as much as their
	// instances do.
	Share int
}

// ShareTraffic makes percentages of the parts of server groups by their names:
// they sum up to 100, and each is one at least. It is ErrInvalid if there are
// too many for that. Who has no instances in traffic gets none.
func ShareTraffic(parts map[string]TrafficPart) (map[string]int, error) {
	const exact = 1000 // so much finer than parts are weights
	weights, desired, shares := map[string]int{}, 0, 0
	for name, p := range parts {
		if p.Desired <= p.Out {
			continue
		}
		weights[name] = 0
		if p.Share > 0 {
			desired, shares = desired+p.Desired, shares+p.Share
		}
	}
	for name := range weights {
		p := parts[name]
		if weights[name] = (p.Desired - p.Out) * max(1, shares) * exact; p.Share > 0 {
			weights[name] = p.Share * desired * exact * (p.Desired - p.Out) / p.Desired
		}
	}
	return proportions(weights)
}

// proportions makes percentages of weights.
func proportions(weights map[string]int) (map[string]int, error) {
	names, total := SortedKeys(weights), 0
	for _, w := range weights {
		total += w
	}
	if len(names) > 100 {
		return nil, fmt.Errorf("%w: %d server groups cannot share the traffic, of which each must have a percent: disable some", ErrInvalid, len(names))
	}
	if len(names) == 0 {
		return nil, nil
	}
	percents, left := map[string]int{}, 100
	for _, name := range names {
		percents[name] = max(1, weights[name]*100/total)
		left -= percents[name]
	}
	lack := func(name string) int { return weights[name]*100 - percents[name]*total } // of what is exact
	for ; left != 0; left -= sign(left) {
		furthest := slices.MaxFunc(names, func(a, b string) int {
			if left < 0 && (percents[a] == 1) != (percents[b] == 1) {
				return sign(percents[a] - percents[b])
			}
			return sign(left) * (lack(a) - lack(b))
		})
		percents[furthest] += sign(left)
	}
	return percents, nil
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}
