package stages

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
)

// knativeService is a Service of Knative. What a stage must know before there
// is a server group is read here; the rest the cloud's provider reads.
type knativeService map[string]any

const locationLabel = "cloud.googleapis.com/location"

// copied is a manifest that can be changed.
func copied(document map[string]any) (knativeService, error) {
	var m knativeService
	data, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return m, json.Unmarshal(data, &m)
}

// at is the object at a path; nil if there is none.
func (m knativeService) at(path ...string) map[string]any {
	object := map[string]any(m)
	for _, name := range path {
		object, _ = object[name].(map[string]any)
	}
	return object
}

// location is where the service is to be; empty if it does not say so.
func (m knativeService) location() string {
	name, _ := m.at("metadata", "labels")[locationLabel].(string)
	return name
}

// mostInstances is how many instances a revision has at most that does not say
// it: the cloud's own default.
const mostInstances = 100

// scale is the capacity that the annotations of the autoscaler say, and the
// manifest without them.
func (m knativeService) scale() (gennaker.Capacity, knativeService, error) {
	c := gennaker.Capacity{Max: mostInstances}
	rest, err := copied(m)
	if err != nil {
		return c, nil, err
	}
	notes := rest.at("spec", "template", "metadata", "annotations")
	for _, one := range []struct {
		name string
		to   *int
	}{{"autoscaling.knative.dev/minScale", &c.Min}, {"autoscaling.knative.dev/maxScale", &c.Max}} {
		value, ok := notes[one.name]
		if !ok {
			continue
		}
		if *one.to, err = strconv.Atoi(fmt.Sprint(value)); err != nil {
			return c, nil, fmt.Errorf("annotation %s: %w: %v is no number", one.name, gennaker.ErrInvalid, value)
		}
		delete(notes, one.name)
	}
	c.Desired = min(max(c.Min, 1), c.Max)
	return c, rest, nil
}

// bind gives each image to the containers that run one of its name.
func (m knativeService) bind(images []gennaker.Artifact) error {
	containers, _ := m.at("spec", "template", "spec")["containers"].([]any)
	for _, a := range images {
		bound := false
		for _, one := range containers {
			container, _ := one.(map[string]any)
			image, _ := container["image"].(string)
			if a.Type == "docker/image" && a.Reference != "" && imageName(image) == imageName(a.Name) {
				container["image"], bound = a.Reference, true
			}
		}
		if !bound {
			return fmt.Errorf("requiredArtifacts: %w: %s finds no place: no container runs an image of its name", gennaker.ErrInvalid, a)
		}
	}
	return nil
}

// imageName is the last word of an image's name, without a tag and a digest.
func imageName(image string) string {
	image = image[strings.LastIndexByte(image, '/')+1:]
	name, _, _ := strings.Cut(image, "@")
	name, _, _ = strings.Cut(name, ":")
	return name
}
