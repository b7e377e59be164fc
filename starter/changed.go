package starter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// done are the words for an operation on one server group that has ended well.
var done = map[string]string{
	gennaker.OpClone:    "made",
	gennaker.OpResize:   "resized",
	gennaker.OpEnable:   "enabled",
	gennaker.OpDisable:  "disabled",
	gennaker.OpDestroy:  "destroyed",
	gennaker.OpRollback: "rolled back to",
	gennaker.OpStart:    "started",
	gennaker.OpStop:     "stopped",
}

// changeText says in a line what a change has done.
func changeText(op gennaker.Operation, change gennaker.Change) string {
	name := cmp.Or(change.ServerGroup, change.Cluster.Name)
	switch op.Kind {
	case gennaker.OpDisableCluster, gennaker.OpShrink, gennaker.OpScaleDown:
		return wideText(change)
	case gennaker.OpTerminate:
		return memberText("terminated", change)
	case gennaker.OpReboot:
		return memberText("rebooted", change)
	case gennaker.OpProcesses:
		return processText(fmt.Sprint(op.Config["action"]), change)
	case gennaker.OpDisable:
		if part, ok := op.Config["desiredPercentage"]; ok {
			return fmt.Sprintf("disabled %v %% of %s", part, name)
		}
	}
	text := done[op.Kind] + " " + name
	if (op.Kind == gennaker.OpResize || op.Kind == gennaker.OpClone) && change.Capacity != nil {
		text += " to " + change.Capacity.String()
	}
	if op.Kind == gennaker.OpClone {
		text = strings.Replace(text, " to ", " with ", 1)
	}
	if change.RolledBack != "" {
		text += ", taking " + change.RolledBack + " out of traffic"
	}
	return text
}

// wideText says what became of the server groups of a cluster.
func wideText(change gennaker.Change) string {
	disabled := slices.DeleteFunc(slices.Clone(change.Disabled), func(name string) bool { return slices.Contains(change.Destroyed, name) })
	var parts []string
	for _, p := range []struct {
		word  string
		names []string
	}{{"disabled", disabled}, {"scaled down", change.Scaled}, {"destroyed", change.Destroyed}} {
		if len(p.names) > 0 {
			parts = append(parts, p.word+" "+strings.Join(p.names, ", "))
		}
	}
	if len(parts) == 0 {
		return "nothing to do: cluster " + change.Cluster.Name + " has no more server groups than that"
	}
	return strings.Join(parts, "; ")
}

func memberText(word string, change gennaker.Change) string {
	if len(change.Instances) == 0 {
		return "nothing to do: they are gone already"
	}
	text := word + " " + strings.Join(change.Instances, ", ") + " of " + change.ServerGroup
	if change.Capacity != nil {
		text += ", which is now " + change.Capacity.String()
	}
	return text
}

func processText(action string, change gennaker.Change) string {
	if len(change.Processes) == 0 {
		return "nothing to do: " + change.ServerGroup + " is like that already"
	}
	words := map[string]string{"suspend": "suspended", "resume": "resumed"}
	return words[action] + " " + strings.Join(change.Processes, ", ") + " of " + change.ServerGroup
}
