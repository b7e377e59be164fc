package kubernetes

import (
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
)

// slots are where artifacts go in the manifest of a job: into a field of the
// objects that stand under a name, alone or in a list.
var slots = []struct{ artifact, under, field string }{
	{"docker/image", "containers", "image"},
	{"docker/image", "initContainers", "image"},
	{"kubernetes/configMap", "configMap", "name"},
	{"kubernetes/configMap", "configMapRef", "name"},
	{"kubernetes/configMap", "configMapKeyRef", "name"},
	{"kubernetes/secret", "secret", "secretName"},
	{"kubernetes/secret", "secret", "name"},
	{"kubernetes/secret", "secretRef", "name"},
	{"kubernetes/secret", "secretKeyRef", "name"},
}

// fillSlots puts artifacts in the place of their names: the image shop/web
// becomes shop/web:7. Of several of one name the first counts. Those that must
// find a place and do not are an error.
func fillSlots(manifest map[string]any, may, must []gennaker.Artifact) error {
	var homeless []string
	for _, a := range must {
		if !fillSlot(manifest, a) {
			homeless = append(homeless, a.String())
		}
	}
	for _, a := range may {
		fillSlot(manifest, a)
	}
	if len(homeless) > 0 {
		return fmt.Errorf("requiredArtifacts: %w: nothing in the manifest has the name of %s", gennaker.ErrInvalid, strings.Join(homeless, ", "))
	}
	return nil
}

func fillSlot(manifest map[string]any, a gennaker.Artifact) (found bool) {
	for _, s := range slots {
		if s.artifact == a.Type && a.Name != "" && a.Reference != "" {
			found = fillBelow(manifest, "", s.under, s.field, a) || found
		}
	}
	return found
}

// fillBelow looks for the artifact's name in a value that stands at a name.
func fillBelow(value any, at, under, field string, a gennaker.Artifact) (found bool) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			found = fillBelow(element, at, under, field, a) || found
		}
	case map[string]any:
		if at == under && v[field] == a.Name {
			v[field], found = a.Reference, true
		}
		for name, element := range v {
			found = fillBelow(element, name, under, field, a) || found
		}
	}
	return found
}
