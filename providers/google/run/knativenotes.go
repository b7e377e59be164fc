package run

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// knativeNotes is what the annotations of a service say that the API v2 has
// fields for.
type knativeNotes struct {
	ingress     string
	environment string
	affinity    bool
	boost       bool
	busy        bool // there is a CPU also when there are no requests
}

// annotations are those that are read: each with what its words mean.
var annotations = map[string]map[string]func(*knativeNotes){
	"run.googleapis.com/ingress": {
		"all":                               func(n *knativeNotes) { n.ingress = "INGRESS_TRAFFIC_ALL" },
		"internal":                          func(n *knativeNotes) { n.ingress = "INGRESS_TRAFFIC_INTERNAL_ONLY" },
		"internal-and-cloud-load-balancing": func(n *knativeNotes) { n.ingress = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" },
	},
	"run.googleapis.com/execution-environment": {
		"gen1": func(n *knativeNotes) { n.environment = "EXECUTION_ENVIRONMENT_GEN1" },
		"gen2": func(n *knativeNotes) { n.environment = "EXECUTION_ENVIRONMENT_GEN2" },
	},
	"run.googleapis.com/sessionAffinity":   {"true": func(n *knativeNotes) { n.affinity = true }, "false": nothing},
	"run.googleapis.com/startup-cpu-boost": {"true": func(n *knativeNotes) { n.boost = true }, "false": nothing},
	"run.googleapis.com/cpu-throttling":    {"true": nothing, "false": func(n *knativeNotes) { n.busy = true }},
}

func nothing(*knativeNotes) {}

// idle are the annotations that only say who wrote the file.
var idle = []string{"run.googleapis.com/client-name", "run.googleapis.com/client-version", "run.googleapis.com/operation-id", "run.googleapis.com/ingress-status",
	"run.googleapis.com/urls", "serving.knative.dev/creator", "serving.knative.dev/lastModifier", "client.knative.dev/user-image"}

// notes reads the annotations.
func (k knative) notes() (knativeNotes, error) {
	var n knativeNotes
	for _, notes := range []map[string]string{k.Metadata.Annotations, k.Spec.Template.Metadata.Annotations} {
		for _, key := range gennaker.SortedKeys(notes) {
			say, known := annotations[key][notes[key]]
			switch {
			case known:
				say(&n)
			case slices.Contains(idle, key):
			case strings.HasPrefix(key, "autoscaling.knative.dev/"):
				return n, fmt.Errorf("annotation %s: capacity says how many instances there are", key)
			default:
				return n, fmt.Errorf("annotation %s: %s is not read: say it in the field template", key, notes[key])
			}
		}
	}
	return n, nil
}

// ownLabels are those without Google's, which the API v2 refuses.
func ownLabels(labels map[string]string) map[string]string {
	own := maps.Clone(labels)
	maps.DeleteFunc(own, func(key, _ string) bool {
		domain, _, _ := strings.Cut(key, "/")
		return slices.Contains([]string{"run.googleapis.com", "cloud.googleapis.com", "serving.knative.dev", "autoscaling.knative.dev", "client.knative.dev"}, domain)
	})
	return own
}
