package kubernetes

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Marks are annotations: the mark gennaker:token is the annotation
// gennaker.io/token.
const (
	markPrefix = "gennaker:"
	domain     = "gennaker.io/"
)

// What else we write on a server group.
const (
	// labelServerGroup is on the pods of a ReplicaSet of ours, which selects
	// them by it.
	labelServerGroup = "gennaker.io/server-group"
	noteMin          = "capacity.gennaker.io/min"
	noteMax          = "capacity.gennaker.io/max"
	noteResting      = "capacity.gennaker.io/resting" // how many pods it is to have when it is enabled again
	noteDisabled     = "traffic.gennaker.io/disabled" // "true" keeps it out of traffic
	noteCreated      = "created.gennaker.io/at"       // Kubernetes knows only the second
	noteLeaving      = "instances.gennaker.io/leaving"
)

// The annotations that Spinnaker has.
const (
	noteBalancers   = "traffic.spinnaker.io/load-balancers" // a JSON list: ["service shop"]
	noteApplication = "moniker.spinnaker.io/application"
	noteCluster     = "moniker.spinnaker.io/cluster" // "replicaSet shop-web"
)

// annotations are marks as an object carries them.
func annotations(marks map[string]string) map[string]string {
	all := map[string]string{}
	for name, value := range marks {
		all[annotation(name)] = value
	}
	return all
}

// annotation is the name of a mark on an object.
func annotation(mark string) string { return domain + strings.TrimPrefix(mark, markPrefix) }

// marks are those that an object carries.
func marks(o metav1.Object) map[string]string {
	found := map[string]string{}
	for name, value := range o.GetAnnotations() {
		if rest, ok := strings.CutPrefix(name, domain); ok {
			found[markPrefix+rest] = value
		}
	}
	return found
}

// created is when an object was made. Kubernetes knows only the second; what
// we have noted tells more, unless our clock goes wrong.
func created(o metav1.Object) time.Time {
	made := o.GetCreationTimestamp().Time
	noted, err := time.Parse(time.RFC3339Nano, o.GetAnnotations()[noteCreated])
	if err != nil || noted.Sub(made).Abs() > 2*time.Second {
		return made
	}
	return noted
}
