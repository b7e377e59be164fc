package ecs

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
)

func taskIn(last, wanted string, health types.HealthStatus) task {
	return task{Task: types.Task{TaskArn: aws.String("arn:aws:ecs:us-east-1:1:task/shop/0a1b"), LastStatus: &last, DesiredStatus: &wanted, HealthStatus: health}}
}

func TestATasksOwnHealthIsItsPlaceInItsLife(t *testing.T) {
	checked := definition{TaskDefinition: types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{{HealthCheck: &types.HealthCheck{}}}}}
	for _, c := range []struct {
		last, wanted string
		health       types.HealthStatus
		definition   definition
		want         gennaker.Health
	}{
		{"PROVISIONING", "RUNNING", "UNKNOWN", definition{}, gennaker.Starting},
		{"PENDING", "RUNNING", "UNKNOWN", definition{}, gennaker.Starting},
		{"ACTIVATING", "RUNNING", "UNKNOWN", definition{}, gennaker.Starting},
		{"PENDING", "STOPPED", "UNKNOWN", definition{}, gennaker.Down},
		{"RUNNING", "RUNNING", "UNKNOWN", definition{}, gennaker.Up},
		{"RUNNING", "RUNNING", "UNKNOWN", checked, gennaker.Starting},
		{"RUNNING", "RUNNING", "HEALTHY", checked, gennaker.Up},
		{"RUNNING", "RUNNING", "UNHEALTHY", checked, gennaker.Down},
		{"RUNNING", "STOPPED", "HEALTHY", checked, gennaker.Draining},
		{"DEACTIVATING", "STOPPED", "HEALTHY", checked, gennaker.Draining},
		{"STOPPING", "STOPPED", "UNKNOWN", definition{}, gennaker.Down},
		{"DEPROVISIONING", "STOPPED", "UNKNOWN", definition{}, gennaker.Down},
	} {
		if got := own(c.definition, taskIn(c.last, c.wanted, c.health)); got.Health != c.want || got.Provider != "ecs" {
			t.Errorf("%s, wanted %s, %s: %+v, want %s", c.last, c.wanted, c.health, got, c.want)
		}
	}
}

func TestATaskIsUpWhenItsTargetGroupsSaySo(t *testing.T) {
	says := func(h gennaker.Health) gennaker.Check { return gennaker.Check{Provider: checkBalancer, Health: h} }
	own := taskIn("RUNNING", "RUNNING", "UNKNOWN")
	own.Attachments = []types.Attachment{{Details: []types.KeyValuePair{{Name: aws.String("privateIPv4Address"), Value: aws.String("10.0.0.7")}}}}
	onHost := taskIn("RUNNING", "RUNNING", "UNKNOWN")
	onHost.machine = "i-1"
	onHost.Containers = []types.Container{{Name: aws.String("v000"), NetworkBindings: []types.NetworkBinding{{ContainerPort: aws.Int32(8080), HostPort: aws.Int32(32768)}}}}
	group := func(arn string) types.LoadBalancer {
		return types.LoadBalancer{TargetGroupArn: &arn, ContainerName: aws.String("v000"), ContainerPort: aws.Int32(8080)}
	}
	two := service{Service: types.Service{LoadBalancers: []types.LoadBalancer{group("a"), group("b")}}}
	d := definition{TaskDefinition: types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("v000"), PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080)}}}}}}
	for _, c := range []struct {
		name string
		task task
		said balanced
		want gennaker.Health
	}{
		{"both have its address", own, balanced{"a": {"10.0.0.7:8080": says(gennaker.Up)}, "b": {"10.0.0.7:8080": says(gennaker.Up)}}, gennaker.Up},
		{"both have the port of its machine", onHost, balanced{"a": {"i-1:32768": says(gennaker.Up)}, "b": {"i-1:32768": says(gennaker.Up)}}, gennaker.Up},
		{"one has it", own, balanced{"a": {"10.0.0.7:8080": says(gennaker.Up)}}, gennaker.OutOfService},
		{"one has another port", own, balanced{"a": {"10.0.0.7:8080": says(gennaker.Up)}, "b": {"10.0.0.7:8081": says(gennaker.Up)}}, gennaker.OutOfService},
		{"one checks it for the first time", own, balanced{"a": {"10.0.0.7:8080": says(gennaker.Up)}, "b": {"10.0.0.7:8080": says(gennaker.Starting)}}, gennaker.Starting},
		{"one calls it ill", own, balanced{"a": {"10.0.0.7:8080": says(gennaker.Up)}, "b": {"10.0.0.7:8080": says(gennaker.Down)}}, gennaker.Down},
		{"one lets it drain", own, balanced{"a": {"10.0.0.7:8080": says(gennaker.Draining)}, "b": {"10.0.0.7:8080": says(gennaker.Down)}}, gennaker.Draining},
	} {
		i := see(two, d, c.task, c.said)
		if i.Health != c.want || len(i.Checks) != 3 || i.ID != "0a1b" {
			t.Errorf("%s: %+v, want %s with three checks", c.name, i, c.want)
		}
	}
	if i := see(two, d, own, nil); i.Address != "10.0.0.7:8080" {
		t.Errorf("its address is %q, want 10.0.0.7:8080", i.Address)
	}
}
