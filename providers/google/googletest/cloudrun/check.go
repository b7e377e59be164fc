package cloudrun

import (
	"reflect"
	"regexp"
	"strings"
)

var (
	serviceName  = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	revisionName = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	annotation   = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	labelKey     = regexp.MustCompile(`^[a-z][-_a-z0-9]{0,62}$`)
	labelValue   = regexp.MustCompile(`^[-_a-z0-9]{0,63}$`)
)

// latest is the type of a target that follows the newest revision.
const latest = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"

// reserved are the namespaces whose annotations are refused.
var reserved = []string{"run.googleapis.com", "cloud.googleapis.com", "serving.knative.dev", "autoscaling.knative.dev"}

// checkFields says what is wrong with a service's fields, which were others.
func checkFields(fields, before object) error {
	template := part(fields, "template")
	containers, _ := template["containers"].([]any)
	if len(containers) == 0 {
		return invalid("template.containers: at least one is required")
	}
	for i, c := range containers {
		if one, _ := c.(object); text(one, "image") == "" {
			return invalid("template.containers[%d].image: is required", i)
		}
	}
	for _, o := range []object{fields, template} {
		if err := checkNotes(o); err != nil {
			return err
		}
	}
	return checkScaling(part(fields, "scaling"), part(before, "scaling"))
}

func checkNotes(o object) error {
	for key := range part(o, "annotations") {
		if !annotation.MatchString(key) {
			return invalid("annotations: %q is no key", key)
		}
		for _, namespace := range reserved {
			if prefix, _, _ := strings.Cut(key, "/"); strings.HasSuffix(prefix, namespace) {
				return invalid("annotations: %q is of a namespace that is not supported", key)
			}
		}
	}
	for key, value := range part(o, "labels") {
		word, _ := value.(string)
		if !labelKey.MatchString(key) || !labelValue.MatchString(word) {
			return invalid("labels: %q: %q is no label", key, word)
		}
	}
	return nil
}

// checkScaling holds the rules of the two modes, also of going from one to
// the other.
func checkScaling(scaling, before object) error {
	mode := text(scaling, "scalingMode")
	least, most := number(scaling, "minInstanceCount"), number(scaling, "maxInstanceCount")
	_, byHand := scaling["manualInstanceCount"]
	switch {
	case mode == "MANUAL" && (least > 0 || most > 0):
		return invalid("scaling: min and max instance counts cannot be set in manual mode")
	case mode != "MANUAL" && byHand:
		return invalid("scaling.manual_instance_count: can be set in manual mode only")
	case mode != "MANUAL" && most > 0 && least > most:
		return invalid("scaling: min_instance_count %d is more than max_instance_count %d", least, most)
	case mode != "MANUAL" && text(before, "scalingMode") == "MANUAL" && (scaling["minInstanceCount"] == nil) != (scaling["maxInstanceCount"] == nil):
		return invalid("scaling: both or neither of min and max instance counts must be given to leave manual mode")
	}
	return nil
}

// checkTraffic says what is wrong with where traffic shall go.
func checkTraffic(fields object, known []*revision) error {
	list, _ := fields["traffic"].([]any)
	if len(list) == 0 {
		return nil
	}
	total := 0
	for i, t := range list {
		target, _ := t.(object)
		percent, revision := number(target, "percent"), text(target, "revision")
		total += percent
		switch {
		case percent < 0 || percent > 100:
			return invalid("traffic[%d].percent: %d is not between 0 and 100", i, percent)
		case text(target, "type") == latest && revision != "":
			return invalid("traffic[%d]: the latest revision is meant, and %q named", i, revision)
		case text(target, "type") == latest:
		case text(target, "type") != "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION":
			return invalid("traffic[%d].type: is required", i)
		case !exists(known, revision):
			return invalid("traffic[%d].revision: Revision '%s' does not exist.", i, revision)
		}
	}
	if total != 100 {
		return invalid("traffic: percents sum up to %d, and must to 100", total)
	}
	return nil
}

func exists(known []*revision, name string) bool {
	for _, r := range known {
		if last(r.name) == name && r.deleted.IsZero() {
			return true
		}
	}
	return false
}

func number(o object, field string) int {
	n, _ := o[field].(float64)
	return int(n)
}

func reflectEqual(a, b object) bool { return reflect.DeepEqual(a, b) }
