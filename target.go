package gennaker

import (
	"fmt"
	"slices"
)

// The words of Operation.Target, relative to the cluster as it is when the
// change begins.
const (
	TargetCurrent  = "current_asg_dynamic"  // the newest
	TargetAncestor = "ancestor_asg_dynamic" // the one before the newest
	TargetOldest   = "oldest_asg_dynamic"
)

// places are where the words point among server groups, the oldest first: from
// the end if negative. The words without _dynamic are older, and mean the same.
var places = map[string]int{
	TargetCurrent:  -1,
	"current_asg":  -1,
	TargetAncestor: -2,
	"ancestor_asg": -2,
	TargetOldest:   0,
	"oldest_asg":   0,
}

// ChooseServerGroup finds the server group of that name in a cluster, the
// oldest first, or, if there is no name, the one that a word of
// Operation.Target means. It is ErrNotFound if there is none, and ErrInvalid
// if there is no such word.
func ChooseServerGroup(cluster []ServerGroup, name, target string) (ServerGroup, error) {
	at := slices.IndexFunc(cluster, func(g ServerGroup) bool { return g.Name == name })
	if name == "" {
		place, ok := places[target]
		if !ok {
			return ServerGroup{}, fmt.Errorf("target %q: %w: name a server group, or %s, %s or %s",
				target, ErrInvalid, TargetCurrent, TargetAncestor, TargetOldest)
		}
		at = place
		if place < 0 {
			at = len(cluster) + place
		}
	}
	if at < 0 || at >= len(cluster) {
		return ServerGroup{}, fmt.Errorf("%s%s: %w: the cluster has %s", name, target, ErrNotFound, serverGroupNames(cluster))
	}
	return cluster[at], nil
}

func serverGroupNames(cluster []ServerGroup) string {
	text := "no server groups"
	for i, g := range cluster {
		if i == 0 {
			text = g.Name
			continue
		}
		text += ", " + g.Name
	}
	return text
}
