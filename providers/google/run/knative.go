package run

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// knative is a service as Spinnaker's documents have it in configFiles: that
// of Knative, which is Cloud Run's API v1. Read are the fields that say what a
// revision runs; another one is a mistake, so that nothing gets lost.
type knative struct {
	APIVersion string        `json:"apiVersion"`
	Kind       string        `json:"kind"`
	Metadata   knativeObject `json:"metadata"`
	Spec       struct {
		Template struct {
			Metadata knativeObject `json:"metadata"`
			Spec     struct {
				Concurrency    int64              `json:"containerConcurrency"`
				Seconds        int64              `json:"timeoutSeconds"`
				ServiceAccount string             `json:"serviceAccountName"`
				Containers     []knativeContainer `json:"containers"`
			} `json:"spec"`
		} `json:"template"`
		Traffic []any `json:"traffic"` // is decided by the deployment
	} `json:"spec"`
}

type knativeObject struct {
	Name        string            `json:"name"` // is given by the deployment
	Namespace   string            `json:"namespace"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

type knativeContainer struct {
	Name      string                               `json:"name"`
	Image     string                               `json:"image"`
	Command   []string                             `json:"command"`
	Args      []string                             `json:"args"`
	WorkDir   string                               `json:"workingDir"`
	Env       []knativeVariable                    `json:"env"`
	Ports     []*api.GoogleCloudRunV2ContainerPort `json:"ports"`
	Resources struct {
		Limits map[string]string `json:"limits"`
	} `json:"resources"`
}

type knativeVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  *struct {
		Secret struct {
			Name string `json:"name"`
			Key  string `json:"key"` // a version
		} `json:"secretKeyRef"`
	} `json:"valueFrom"`
}

// readKnative makes the template that a file describes, and says what ingress
// the service shall have.
func readKnative(file string) (*api.GoogleCloudRunV2RevisionTemplate, string, error) {
	var fields map[string]any
	var k knative
	if err := yaml.Unmarshal([]byte(file), &fields); err != nil {
		return nil, "", err
	}
	if err := strictly(fields, &k); err != nil {
		return nil, "", err
	}
	if k.Kind != "Service" || !strings.HasPrefix(k.APIVersion, "serving.knative.dev/") {
		return nil, "", fmt.Errorf("it is a %s of %s: a Service of serving.knative.dev is wanted", k.Kind, k.APIVersion)
	}
	ingress, err := k.notes()
	if err != nil {
		return nil, "", err
	}
	from := k.Spec.Template.Spec
	t := &api.GoogleCloudRunV2RevisionTemplate{MaxInstanceRequestConcurrency: from.Concurrency, ServiceAccount: from.ServiceAccount,
		Labels: k.Spec.Template.Metadata.Labels}
	if from.Seconds > 0 {
		t.Timeout = fmt.Sprintf("%ds", from.Seconds)
	}
	for _, c := range from.Containers {
		t.Containers = append(t.Containers, c.container())
	}
	return t, ingress, nil
}

// ingresses are the words of both APIs.
var ingresses = map[string]string{"all": "INGRESS_TRAFFIC_ALL", "internal": "INGRESS_TRAFFIC_INTERNAL_ONLY", "internal-and-cloud-load-balancing": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"}

// idle are the annotations that only say who wrote the file.
var idle = []string{"run.googleapis.com/client-name", "run.googleapis.com/client-version", "run.googleapis.com/operation-id", "run.googleapis.com/ingress-status",
	"run.googleapis.com/urls", "serving.knative.dev/creator", "serving.knative.dev/lastModifier", "client.knative.dev/user-image"}

// notes reads the annotations, which say what other fields have no place for.
func (k knative) notes() (ingress string, err error) {
	for _, notes := range []map[string]string{k.Metadata.Annotations, k.Spec.Template.Metadata.Annotations} {
		for _, key := range gennaker.SortedKeys(notes) {
			switch {
			case slices.Contains(idle, key):
			case key == "run.googleapis.com/ingress" && ingresses[notes[key]] != "":
				ingress = ingresses[notes[key]]
			case strings.HasPrefix(key, "autoscaling.knative.dev/"):
				return "", fmt.Errorf("annotation %s: capacity says how many instances there are", key)
			default:
				return "", fmt.Errorf("annotation %s: %s is not read: say it in the field template", key, notes[key])
			}
		}
	}
	return ingress, nil
}

func (c knativeContainer) container() *api.GoogleCloudRunV2Container {
	to := &api.GoogleCloudRunV2Container{Name: c.Name, Image: c.Image, Command: c.Command, Args: c.Args, WorkingDir: c.WorkDir, Ports: c.Ports}
	if len(c.Resources.Limits) > 0 {
		to.Resources = &api.GoogleCloudRunV2ResourceRequirements{Limits: c.Resources.Limits, CpuIdle: true} // the default of v1
	}
	for _, v := range c.Env {
		set := &api.GoogleCloudRunV2EnvVar{Name: v.Name, Value: v.Value}
		if v.From != nil {
			set.ValueSource = &api.GoogleCloudRunV2EnvVarSource{SecretKeyRef: &api.GoogleCloudRunV2SecretKeySelector{Secret: v.From.Secret.Name, Version: v.From.Secret.Key}}
		}
		to.Env = append(to.Env, set)
	}
	return to
}
