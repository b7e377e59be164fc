package exactlyonce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/aws/awstest/scalable"
	"github.com/gennaker/gennaker/providers/aws/ecs"
	"github.com/gennaker/gennaker/providers/providertest"
)

// onECS is a scene in an ECS cluster of its own. A request is its action. All
// scenes share one ministack, which counts no effects: what it has come to is
// counted.
func onECS(t *testing.T, w *world, r row) (*scene, error) {
	behind, err := url.Parse(w.ministack(t))
	if err != nil {
		return nil, err
	}
	scaling := &scalable.Service{Others: httputil.NewSingleHostReverseProxy(behind)}
	server, err := awstest.Serve(awstest.Config{Others: scaling})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = server.Close() })
	link := providertest.NewLink(t, server.URL)
	s := &scene{location: gennaker.Location{Region: region}, amazon: server.URL, app: fmt.Sprintf("shop%d", len(w.plays))}
	s.spec = func() map[string]any {
		return map[string]any{"dockerImageAddress": "shop:7", "computeUnits": 256, "reservedMemory": 512, "launchType": "FARGATE",
			"networkMode": "awsvpc", "subnetIds": []any{"subnet-1"}}
	}
	s.breaks(link, func(q *http.Request) bool { return strings.HasSuffix(q.Header.Get("X-Amz-Target"), "."+r.loses) })
	s.effects = func() map[string]int { return onECSNow(s, scaling) }
	if err := s.askECS("CreateCluster", map[string]any{"clusterName": s.app}, nil); err != nil {
		return nil, err
	}
	if s.sound, err = ecsAccount(server.URL, s.app); err != nil {
		return nil, err
	}
	s.doomed, err = ecsAccount(link.URL, s.app)
	return s, err
}

func ecsAccount(endpoint, cluster string) (providers.Provider, error) {
	return ecs.New(ecs.Config{Clusters: []string{cluster},
		Config: aws.Config{Account: "test", Endpoint: endpoint, Regions: []string{region}, AccessKeyID: "test", SecretAccessKey: "test"}})
}

// onECSNow counts what was ever made in a cluster, and what is wanted there.
func onECSNow(s *scene, scaling *scalable.Service) map[string]int {
	count := map[string]int{"scalable targets set": scaling.Effects("RegisterScalableTarget"), "scalable targets removed": scaling.Effects("DeregisterScalableTarget")}
	problem := func(err error) {
		if err != nil {
			count[err.Error()]++
		}
	}
	for _, status := range []string{"ACTIVE", "INACTIVE"} {
		var found struct{ TaskDefinitionArns []string }
		problem(s.askECS("ListTaskDefinitions", map[string]any{"familyPrefix": s.app, "status": status}, &found))
		count["task definitions "+strings.ToLower(status)] += len(found.TaskDefinitionArns)
	}
	var services struct {
		Services []struct {
			Status       string
			DesiredCount int
		}
	}
	problem(s.askECS("DescribeServices", map[string]any{"cluster": s.app, "services": []string{s.ref().Name}}, &services))
	for _, one := range services.Services {
		count["services "+strings.ToLower(one.Status)]++
		if one.Status == "ACTIVE" {
			count["tasks wanted"] += one.DesiredCount
		}
	}
	return count
}

// askECS makes a request of it that no provider of ours makes.
func (s *scene) askECS(action string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, s.amazon, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+action)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261125/"+region+"/ecs/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", action, answer.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(out)
}

// ecsCalls are the calls, with the requests that they are made of and what they
// change.
var ecsCalls = []struct {
	row
	requests []string
}{
	{row{call: "ecs Create", run: create, want: map[string]int{"task definitions active": 1, "services active": 1, "tasks wanted": 2, "scalable targets set": 1}},
		[]string{"RegisterTaskDefinition", "CreateService", "RegisterScalableTarget"}},
	{row{call: "ecs Resize", before: have(1), run: resize, want: map[string]int{"tasks wanted": 2, "scalable targets set": 1}},
		[]string{"RegisterScalableTarget", "UpdateService"}},
	{row{call: "ecs Disable", before: have(2), run: disable, want: map[string]int{"tasks wanted": -2, "scalable targets set": 1}},
		[]string{"TagResource", "RegisterScalableTarget", "UpdateService"}},
	{row{call: "ecs Enable", before: haveResting(2), run: enable, want: map[string]int{"tasks wanted": 2, "scalable targets set": 1}},
		[]string{"UpdateService", "RegisterScalableTarget"}},
	{row{call: "ecs Destroy", before: have(2), run: destroy,
		want: map[string]int{"task definitions active": -1, "task definitions inactive": 1, "services active": -1, "services inactive": 1, "tasks wanted": -2, "scalable targets removed": 1}},
		[]string{"DeregisterScalableTarget", "DeregisterTaskDefinition", "DeleteService"}},
}

func ecsRows() []row {
	var all []row
	for _, c := range ecsCalls {
		for _, request := range c.requests {
			r := c.row
			r.loses, r.stage = request, onECS
			all = append(all, r)
		}
	}
	return all
}
