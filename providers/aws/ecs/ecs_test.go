package ecs_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/aws/awstest/ministack"
	"github.com/gennaker/gennaker/providers/aws/awstest/scalable"
	provider "github.com/gennaker/gennaker/providers/aws/ecs"
	"github.com/gennaker/gennaker/providers/providertest"
)

const region = "us-east-1"

// target is an ECS to deploy to: ministack with ECS clusters, the Application
// Auto Scaling that it lacks, our simulator for EC2 and load balancers, and a
// link to all that can break.
type target struct {
	*providertest.Link
	scaling *scalable.Service
	ecs     *ecs.Client // not through the link
}

func startTarget(t *testing.T) *target {
	t.Helper()
	behind, err := url.Parse(ministack.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	others := http.Handler(httputil.NewSingleHostReverseProxy(behind))
	if strings.Contains(t.Name(), "oldest_first") {
		others = spaced(others)
	}
	scaling := &scalable.Service{Others: others}
	server, err := awstest.Serve(awstest.Config{Others: scaling})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	place := server.Region(region)
	place.AddSubnet("a", map[string]string{"immutable_metadata": `{"purpose": "internal", "target": "ec2"}`})
	place.AddSecurityGroup("shop")
	loaded, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(region), config.WithBaseEndpoint(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	it := &target{Link: providertest.NewLink(t, server.URL), scaling: scaling, ecs: ecs.NewFromConfig(loaded)}
	for _, name := range clusters {
		if _, err := it.ecs.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: &name}); err != nil {
			t.Fatal(err)
		}
	}
	return it
}

var clusters = []string{"shop", "tools"}

// spaced makes no two services in one second: ministack dates them by the
// second.
func spaced(others http.Handler) http.Handler {
	var mu sync.Mutex // guards last
	var last time.Time
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".CreateService") {
			mu.Lock()
			time.Sleep(time.Until(last.Truncate(time.Second).Add(time.Second)))
			last = time.Now()
			mu.Unlock()
		}
		others.ServeHTTP(w, r)
	})
}

// account opens our provider on it, as another worker would.
func (it *target) account(t *testing.T) *provider.Cloud {
	t.Helper()
	cloud, err := provider.New(provider.Config{Clusters: clusters,
		Config: aws.Config{Account: "ecs", Regions: []string{region}, Endpoint: it.URL}})
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	return cloud
}

// effects counts what was ever made.
func (it *target) effects() map[string]int {
	ctx := context.Background()
	all := map[string]int{"scalable targets removed": it.scaling.Effects("DeregisterScalableTarget")}
	for _, status := range []types.TaskDefinitionStatus{types.TaskDefinitionStatusActive, types.TaskDefinitionStatusInactive} {
		if found, err := it.ecs.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{Status: status}); err == nil {
			all["task definitions"] += len(found.TaskDefinitionArns)
		}
	}
	for _, cluster := range clusters {
		for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
			if found, err := it.ecs.ListTasks(ctx, &ecs.ListTasksInput{Cluster: &cluster, DesiredStatus: status}); err == nil {
				all["tasks"] += len(found.TaskArns)
			}
		}
	}
	return all
}

// words are Amazon's for each kind of refusal.
var words = map[error]string{gennaker.ErrThrottled: "ThrottlingException", gennaker.ErrDenied: "AccessDeniedException", gennaker.ErrUnavailable: "ServiceUnavailable"}

// refuse has every request answered with an error of that kind.
func (it *target) refuse(kind error) {
	if kind == nil {
		it.Decide(nil)
		return
	}
	it.Decide(func(r *http.Request) providertest.Fate {
		f := providertest.Fate{Status: http.StatusBadRequest, Body: fmt.Sprintf(`{"__type": %q, "message": "no"}`, words[kind])}
		if r.Header.Get("X-Amz-Target") == "" { // Elastic Load Balancing
			f.Body = fmt.Sprintf("<ErrorResponse><Error><Code>%s</Code><Message>no</Message></Error></ErrorResponse>", words[kind])
		}
		return f
	})
}

func spec() map[string]any {
	return map[string]any{
		"strategy":           "redblack", // not ours, and so no mistake
		"dockerImageAddress": "shop:7", "computeUnits": 256, "reservedMemory": 512, "launchType": "FARGATE",
		"networkMode": "awsvpc", "subnetIds": []any{"subnet-1"}, "environmentVariables": map[string]any{"COLOR": "blue", "SIZE": 3},
	}
}

func TestConformance(t *testing.T) {
	var last *target
	providertest.Run(t, providertest.Harness{
		Open: func(t *testing.T) providers.Provider {
			last = startTarget(t)
			return last.account(t)
		},
		Region: region, Spec: spec(), Patience: 20 * time.Second,
		Faults: &providertest.Faults{
			Lose:    func(n int) func() bool { return last.Lose(n) },
			Fail:    func(kind error) { last.refuse(kind) },
			Effects: func() map[string]int { return last.effects() },
		},
	})
}
