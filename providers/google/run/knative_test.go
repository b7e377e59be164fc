package run_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// asInSpinnaker is what a document of Spinnaker's has in configFiles.
const asInSpinnaker = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: shop
  namespace: "123456789"
  annotations:
    run.googleapis.com/client-name: cloud-console
    run.googleapis.com/ingress: internal
  labels: {cloud.googleapis.com/location: europe-west1}
spec:
  template:
    metadata:
      name: shop-v001
      labels: {team: shop}
    spec:
      containerConcurrency: 80
      timeoutSeconds: 300
      serviceAccountName: shop@shop-prod.iam.gserviceaccount.com
      containers:
        - image: europe-docker.pkg.dev/shop/web:7
          args: [serve]
          ports: [{name: http1, containerPort: 8080}]
          env:
            - {name: COLOR, value: blue}
            - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: latest}}}
          resources: {limits: {cpu: 1000m, memory: 512Mi}}
  traffic: [{percent: 100, latestRevision: true}]
`

func TestADocumentOfSpinnakersIsReadAsItIs(t *testing.T) {
	t.Parallel()
	s := tell(t)
	q := s.request(0, 1)
	q.Spec = map[string]any{"configFiles": []any{asInSpinnaker}, "applicationDirectoryRoot": ""}
	s.must(s.cloud.Create(t.Context(), q))
	if got := s.service().Ingress; got != "INGRESS_TRAFFIC_INTERNAL_ONLY" {
		t.Errorf("the service has ingress %q", got)
	}
	got, err := s.cloud.Spec(t.Context(), s.ref(0))
	s.must(err)
	text, err := json.Marshal(got["template"])
	s.must(err)
	want := `{"containers":[{"args":["serve"],"env":[{"name":"COLOR","value":"blue"},{"name":"PASSWORD","valueSource":{"secretKeyRef":{"secret":"db","version":"latest"}}}],` +
		`"image":"europe-docker.pkg.dev/shop/web:7","ports":[{"containerPort":8080,"name":"http1"}],"resources":{"cpuIdle":true,"limits":{"cpu":"1000m","memory":"512Mi"}}}],` +
		`"labels":{"team":"shop"},"maxInstanceRequestConcurrency":80,"serviceAccount":"shop@shop-prod.iam.gserviceaccount.com","timeout":"300s"}`
	if string(text) != want {
		t.Errorf("the template is\n%s\nwant\n%s", text, want)
	}
}

// exported is a service as Google's console and gcloud show it.
const exported = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: shop
  namespace: "123456789"
  selfLink: /apis/serving.knative.dev/v1/namespaces/123456789/services/shop
  uid: 3b1c5c5e
  resourceVersion: AAYq
  generation: 7
  creationTimestamp: "2026-11-30T09:00:00Z"
  labels: {cloud.googleapis.com/location: europe-west1}
  annotations: {run.googleapis.com/ingress: all, serving.knative.dev/creator: ada@shop.example}
spec:
  template:
    metadata:
      labels: {client.knative.dev/nonce: abc, run.googleapis.com/startupProbeType: Default, team: shop}
      annotations:
        run.googleapis.com/cpu-throttling: "false"
        run.googleapis.com/startup-cpu-boost: "true"
        run.googleapis.com/execution-environment: gen2
        run.googleapis.com/sessionAffinity: "true"
    spec:
      containers:
        - image: shop:7
          startupProbe: {timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1, tcpSocket: {port: 8080}}
          livenessProbe: {httpGet: {path: /up}}
status: {latestReadyRevisionName: shop-v003}
`

func TestAnExportedServiceIsReadAsItIs(t *testing.T) {
	t.Parallel()
	s := tell(t)
	q := s.request(0, 1)
	q.Spec = map[string]any{"configFiles": []any{exported}}
	s.must(s.cloud.Create(t.Context(), q))
	got, err := s.cloud.Spec(t.Context(), s.ref(0))
	s.must(err)
	text, err := json.Marshal(got["template"])
	s.must(err)
	want := `{"containers":[{"image":"shop:7","livenessProbe":{"httpGet":{"path":"/up"}},"resources":{"startupCpuBoost":true},` +
		`"startupProbe":{"failureThreshold":1,"periodSeconds":240,"tcpSocket":{"port":8080},"timeoutSeconds":240}}],` +
		`"executionEnvironment":"EXECUTION_ENVIRONMENT_GEN2","labels":{"team":"shop"},"sessionAffinity":true}`
	if string(text) != want {
		t.Errorf("the template is\n%s\nwant\n%s", text, want)
	}
}

func TestWhatADocumentOfSpinnakersSaysInVainIsRefused(t *testing.T) {
	t.Parallel()
	s := tell(t)
	for _, c := range []struct {
		says string
		spec map[string]any
	}{
		{"configArtifacts", map[string]any{"configArtifacts": []any{map[string]any{"type": "gcs/object"}}}},
		{"there are 2", map[string]any{"configFiles": []any{asInSpinnaker, asInSpinnaker}}},
		{"use one of them", map[string]any{"configFiles": []any{asInSpinnaker}, "template": map[string]any{"timeout": "3s"}}},
		{`unknown field "volumes"`, map[string]any{"configFiles": []any{strings.Replace(asInSpinnaker, "timeoutSeconds: 300", "volumes: []", 1)}}},
		{"a Deployment of apps/v1", map[string]any{"configFiles": []any{"apiVersion: apps/v1\nkind: Deployment"}}},
		{"capacity says", map[string]any{"configFiles": []any{strings.Replace(asInSpinnaker, "labels: {team: shop}", `annotations: {autoscaling.knative.dev/maxScale: "3"}`, 1)}}},
		{"is not read", map[string]any{"configFiles": []any{strings.Replace(asInSpinnaker, "labels: {team: shop}", `annotations: {run.googleapis.com/cpu-throttling: "maybe"}`, 1)}}},
		{"is not read", map[string]any{"configFiles": []any{strings.Replace(asInSpinnaker, "labels: {team: shop}", `annotations: {run.googleapis.com/vpc-access-egress: all-traffic}`, 1)}}},
		{"yaml", map[string]any{"configFiles": []any{"a: [1"}}},
		{"image: it is missing", map[string]any{"configFiles": []any{"apiVersion: serving.knative.dev/v1\nkind: Service"}}},
	} {
		q := s.request(0, 1)
		q.Spec = c.spec
		if err := s.cloud.Create(t.Context(), q); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Create = %v, want ErrInvalid that says %q", err, c.says)
		}
	}
}
