package run

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
	api "google.golang.org/api/run/v2"
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
	Status any `json:"status"` // of the service that it was exported from
}

type knativeObject struct {
	Name        string            `json:"name"` // is given by the deployment
	Namespace   string            `json:"namespace"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	// What Google says of an object that it has.
	UID        string `json:"uid"`
	Version    string `json:"resourceVersion"`
	Generation any    `json:"generation"`
	Created    string `json:"creationTimestamp"`
	Link       string `json:"selfLink"`
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
	Startup  *api.GoogleCloudRunV2Probe `json:"startupProbe"`
	Liveness *api.GoogleCloudRunV2Probe `json:"livenessProbe"`
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
	notes, err := k.notes()
	if err != nil {
		return nil, "", err
	}
	from := k.Spec.Template.Spec
	t := &api.GoogleCloudRunV2RevisionTemplate{MaxInstanceRequestConcurrency: from.Concurrency, ServiceAccount: from.ServiceAccount,
		Labels: ownLabels(k.Spec.Template.Metadata.Labels), ExecutionEnvironment: notes.environment, SessionAffinity: notes.affinity}
	if from.Seconds > 0 {
		t.Timeout = fmt.Sprintf("%ds", from.Seconds)
	}
	for _, c := range from.Containers {
		t.Containers = append(t.Containers, c.container(notes))
	}
	return t, notes.ingress, nil
}

func (c knativeContainer) container(notes knativeNotes) *api.GoogleCloudRunV2Container {
	to := &api.GoogleCloudRunV2Container{Name: c.Name, Image: c.Image, Command: c.Command, Args: c.Args, WorkingDir: c.WorkDir, Ports: c.Ports,
		StartupProbe: c.Startup, LivenessProbe: c.Liveness}
	if len(c.Resources.Limits) > 0 || notes.busy || notes.boost {
		to.Resources = &api.GoogleCloudRunV2ResourceRequirements{Limits: c.Resources.Limits, CpuIdle: !notes.busy, StartupCpuBoost: notes.boost}
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
