package kubernetes

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/gennaker/gennaker"
)

// Spec is what a cluster block says about a server group on Kubernetes, beside
// the fields that all clouds share: a manifest, or containers.
type Spec struct {
	// Manifest is a ReplicaSet or a Deployment, of which the pod template
	// counts, with the labels and annotations beside it.
	Manifest map[string]any `json:"manifest"`
	// Containers are as in a pod.
	Containers         []any          `json:"containers"`
	ServiceAccount     string         `json:"serviceAccountName"`
	NodeSelector       map[string]any `json:"nodeSelector"`
	ImagePullSecrets   []string       `json:"imagePullSecrets"`
	PodAnnotations     map[string]any `json:"podAnnotations"`
	PodLabels          map[string]any `json:"podLabels"`
	TerminationSeconds *int64         `json:"terminationGracePeriodSeconds"`
	// Image is that of the first container, instead of what stands there.
	Image   string `json:"image"`
	ImageID string `json:"imageId"`
}

// decode reads our fields of a cluster block, and checks them.
func decode(block map[string]any) (Spec, error) {
	var s Spec
	var met mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{TagName: "json", WeaklyTypedInput: true, Result: &s, Metadata: &met})
	if err != nil {
		return s, err
	}
	if err := decoder.Decode(block); err != nil {
		return s, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	return s, s.check()
}

func (s Spec) check() error {
	if s.Manifest != nil && (s.ServiceAccount != "" || s.NodeSelector != nil || s.ImagePullSecrets != nil ||
		s.PodAnnotations != nil || s.PodLabels != nil || s.TerminationSeconds != nil) {
		return fmt.Errorf("%w: manifest: what pods are like stands in it: the fields beside it belong to containers", gennaker.ErrInvalid)
	}
	for _, c := range []struct {
		wrong bool
		what  string
	}{
		{s.Manifest == nil && len(s.Containers) == 0, "manifest: it is missing: give a ReplicaSet or a Deployment, or containers"},
		{s.Manifest != nil && len(s.Containers) > 0, "manifest and containers both say what runs: use one of them"},
		{s.Image != "" && s.ImageID != "" && s.Image != s.ImageID, "image and imageId mean the same, and differ"},
	} {
		if c.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, c.what)
		}
	}
	return nil
}

// workload is the ReplicaSet that the fields describe, without what makes it a
// server group.
func (s Spec) workload() (*apps.ReplicaSet, error) {
	set, err := s.fromContainers()
	if s.Manifest != nil {
		set, err = s.fromManifest()
	}
	if err != nil {
		return nil, err
	}
	containers := set.Spec.Template.Spec.Containers
	if len(containers) == 0 {
		return nil, fmt.Errorf("%w: manifest: spec.template.spec.containers: there are none", gennaker.ErrInvalid)
	}
	if image := first(s.Image, s.ImageID); image != "" {
		containers[0].Image = image
	}
	return set, nil
}

// fromManifest takes a Deployment's fields, which are more than those of a
// ReplicaSet. The number of replicas, the selector and how pods are replaced
// do not count.
func (s Spec) fromManifest() (*apps.ReplicaSet, error) {
	var d apps.Deployment
	if err := strictly(s.Manifest, &d); err != nil {
		return nil, fmt.Errorf("%w: manifest: %w", gennaker.ErrInvalid, err)
	}
	if !slices.Contains([]string{"", "ReplicaSet", "Deployment"}, d.Kind) {
		return nil, fmt.Errorf("%w: manifest: its kind is %s, and can be ReplicaSet or Deployment: other kinds are deployed by the stage deployManifest", gennaker.ErrInvalid, d.Kind)
	}
	return &apps.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Labels: d.Labels, Annotations: d.Annotations},
		Spec:       apps.ReplicaSetSpec{MinReadySeconds: d.Spec.MinReadySeconds, Template: d.Spec.Template},
	}, nil
}

func (s Spec) fromContainers() (*apps.ReplicaSet, error) {
	pod := core.PodSpec{ServiceAccountName: s.ServiceAccount, TerminationGracePeriodSeconds: s.TerminationSeconds, NodeSelector: texts(s.NodeSelector)}
	if err := strictly(s.Containers, &pod.Containers); err != nil {
		return nil, fmt.Errorf("%w: containers: %w", gennaker.ErrInvalid, err)
	}
	for i := range pod.Containers {
		if pod.Containers[i].Name == "" {
			pod.Containers[i].Name = fmt.Sprintf("container-%d", i)
		}
	}
	for _, name := range s.ImagePullSecrets {
		pod.ImagePullSecrets = append(pod.ImagePullSecrets, core.LocalObjectReference{Name: name})
	}
	template := core.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: texts(s.PodLabels), Annotations: texts(s.PodAnnotations)}, Spec: pod}
	return &apps.ReplicaSet{Spec: apps.ReplicaSetSpec{Template: template}}, nil
}

// strictly reads fields of Kubernetes; one that it has not is an error.
func strictly(from, to any) error {
	data, err := json.Marshal(from)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(data, to); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "error unmarshaling JSON: while decoding JSON: "))
	}
	return nil
}

// texts are values as labels and annotations have them.
func texts(values map[string]any) map[string]string {
	if values == nil {
		return nil
	}
	all := map[string]string{}
	for name, value := range values {
		all[name] = fmt.Sprint(value)
	}
	return all
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// with is a map with the entries of another over its own.
func with(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return all
}
