package kubernetes

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Marks are annotations: the mark gennaker:token is the annotation
// gennaker.io/token.
const (
	markPrefix = "gennaker:"
	domain     = "gennaker.io/"
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
