package ecs_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/gennaker/gennaker"
	provider "github.com/gennaker/gennaker/providers/aws/ecs"
)

func request(name string, spec map[string]any) gennaker.CreateServerGroup {
	return gennaker.CreateServerGroup{
		Location: gennaker.In("ecs", region), Name: name, Moniker: gennaker.ParseMoniker(name),
		Capacity: gennaker.Capacity{Min: 1, Desired: 2, Max: 4}, Spec: spec,
		Marks: map[string]string{gennaker.MarkExecution: "shop/web/1", gennaker.MarkToken: "token-of-" + name},
	}
}

// with is the spec with other fields; one that is nil goes.
func with(fields map[string]any) map[string]any {
	all := spec()
	for name, value := range fields {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	return all
}

func create(t *testing.T, cloud *provider.Cloud, r gennaker.CreateServerGroup) {
	t.Helper()
	if err := cloud.Create(t.Context(), r); err != nil {
		t.Fatalf("Create(%s) = %v", r.Name, err)
	}
}

func get(t *testing.T, cloud *provider.Cloud, r gennaker.CreateServerGroup) gennaker.ServerGroup {
	t.Helper()
	g, err := cloud.Get(t.Context(), r.Ref())
	if err != nil {
		t.Fatalf("Get(%s) = %v", r.Name, err)
	}
	return g
}

// service is what ECS itself says of a server group.
func (it *target) service(t *testing.T, name string) (types.Service, types.TaskDefinition) {
	t.Helper()
	found, err := it.ecs.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: awssdk.String("shop"), Services: []string{name},
		Include: []types.ServiceField{types.ServiceFieldTags}})
	if err != nil || len(found.Services) != 1 {
		t.Fatalf("DescribeServices(%s) = %+v, %v", name, found, err)
	}
	d, err := it.ecs.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: found.Services[0].TaskDefinition})
	if err != nil {
		t.Fatal(err)
	}
	return found.Services[0], *d.TaskDefinition
}

func TestAServerGroupIsNamedAsSpinnakerNamesIt(t *testing.T) {
	it := startTarget(t)
	create(t, it.account(t), request("shop-web-blue-v003", with(map[string]any{"iamRole": "arn:aws:iam::000000000000:role/shop", "dockerLabels": map[string]any{"Team": "shop"}})))
	s, d := it.service(t, "shop-web-blue-v003")
	c := d.ContainerDefinitions[0]
	variables := map[string]string{}
	for _, v := range c.Environment {
		variables[*v.Name] = *v.Value
	}
	for _, x := range []struct {
		what      string
		got, want any
	}{
		{"the family", *d.Family, "shop-web-blue"}, {"the container", *c.Name, "v003"}, {"the image", *c.Image, "shop:7"},
		{"cpu of the task", *d.Cpu, "256"}, {"memory of the task", *d.Memory, "512"},
		{"the role", *d.TaskRoleArn, "arn:aws:iam::000000000000:role/shop"},
		{"variables", variables, map[string]string{"COLOR": "blue", "SIZE": "3", "SERVER_GROUP": "shop-web-blue-v003", "CLOUD_STACK": "web", "CLOUD_DETAIL": "blue"}},
		{"labels", c.DockerLabels, map[string]string{"Team": "shop", "spinnaker.servergroup": "shop-web-blue-v003", "spinnaker.stack": "web", "spinnaker.detail": "blue"}},
		{"the launch type", s.LaunchType, types.LaunchTypeFargate},
		{"subnets", s.NetworkConfiguration.AwsvpcConfiguration.Subnets, []string{"subnet-1"}},
		{"tags go to tasks", s.PropagateTags, types.PropagateTagsService},
	} {
		if diff := cmp.Diff(x.want, x.got); diff != "" {
			t.Errorf("%s differ (-want +got):\n%s", x.what, diff)
		}
	}
}

func TestAWholeTaskDefinitionCanBeGivenOtherImages(t *testing.T) {
	it := startTarget(t)
	cloud := it.account(t)
	whole := map[string]any{"dockerImageAddress": nil, "computeUnits": nil, "reservedMemory": nil, "environmentVariables": nil,
		"containerToImageMap": map[string]any{"web": "shop:8"},
		"taskDefinition": map[string]any{"cpu": "512", "memory": "1024", "requiresCompatibilities": []any{"FARGATE"}, "containerDefinitions": []any{
			map[string]any{"name": "log", "image": "log:1", "essential": false, "dockerLabels": map[string]any{"Kept": "as is"}},
			map[string]any{"name": "web", "image": "shop:1", "essential": true, "portMappings": []any{map[string]any{"containerPort": 8080}},
				"healthCheck": map[string]any{"command": []any{"CMD", "true"}}},
		}}}
	first := request("shop-web-v000", with(whole))
	create(t, cloud, first)
	if g := get(t, cloud, first); g.Image != "shop:8" {
		t.Errorf("the image is %s, want that of the container without which the task ends, as the map has it", g.Image)
	}
	spec, err := cloud.Spec(t.Context(), first.Ref())
	if err != nil {
		t.Fatal(err)
	}
	create(t, cloud, request("shop-web-v001", spec))
	_, was := it.service(t, "shop-web-v000")
	_, is := it.service(t, "shop-web-v001")
	for _, d := range []*types.TaskDefinition{&was, &is} {
		d.TaskDefinitionArn, d.Revision, d.RegisteredAt = nil, 0, nil
		for i := range d.ContainerDefinitions {
			d.ContainerDefinitions[i].Environment = nil // it tells the name
			delete(d.ContainerDefinitions[i].DockerLabels, "spinnaker.servergroup")
		}
	}
	if !reflect.DeepEqual(was, is) {
		t.Errorf("the clone's task definition is\n%+v\nwant\n%+v", is, was)
	}
}

func TestWhatCannotBeIsRefusedBeforeAnythingIsMade(t *testing.T) {
	it := startTarget(t)
	cloud := it.account(t)
	for _, c := range []struct {
		name   string
		fields map[string]any
		want   string
	}{
		{"no image", map[string]any{"dockerImageAddress": nil}, "dockerImageAddress: it is missing"},
		{"no size", map[string]any{"computeUnits": nil}, "computeUnits: it is missing"},
		{"nowhere to run", map[string]any{"subnetIds": nil}, "it says nowhere to run"},
		{"no launch type", map[string]any{"launchType": nil}, "launchType: it is missing"},
		{"another ECS cluster", map[string]any{"ecsClusterName": "none"}, "add it to the account's clusters"},
		{"a target group without a port", map[string]any{"targetGroupMappings": []any{map[string]any{"targetGroup": "shop"}}}, "it needs a targetGroup and a containerPort"},
		{"a misspelt field", map[string]any{"targetGroupMappings": []any{map[string]any{"targtGroup": "shop"}}}, "there is no such field"},
		{"our own variable", map[string]any{"environmentVariables": map[string]any{"SERVER_GROUP": "x"}}, "SERVER_GROUP is set by the deployment itself"},
		{"an artifact", map[string]any{"useTaskDefinitionArtifact": true}, "write the task definition into the field taskDefinition"},
		{"Fargate on a bridge", map[string]any{"networkMode": "bridge"}, "on Fargate it must be awsvpc"},
		{"a container that is not there", map[string]any{"dockerImageAddress": nil, "containerToImageMap": map[string]any{"web": "x"},
			"taskDefinition": map[string]any{"containerDefinitions": []any{map[string]any{"name": "log", "image": "x"}}}}, "has no container web"},
		{"an unknown field of a task definition", map[string]any{"dockerImageAddress": nil, "taskDefinition": map[string]any{"memroy": "1"}}, `unknown field "memroy"`},
	} {
		err := cloud.Create(t.Context(), request("shop-web-v000", with(c.fields)))
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Create = %v, want ErrInvalid with %q", c.name, err, c.want)
		}
	}
	if made := it.effects(); made["task definitions"] > 0 {
		t.Errorf("made were %v", made)
	}
}

// What Spinnaker disabled is disabled for us, and what we disabled for it.
func TestSpinnakersWayToDisableIsOurs(t *testing.T) {
	it := startTarget(t)
	cloud := it.account(t)
	r := request("shop-web-v000", spec())
	create(t, cloud, r)
	id := awssdk.String("service/shop/shop-web-v000")
	suspended := &scalingtypes.SuspendedState{DynamicScalingInSuspended: awssdk.Bool(true), DynamicScalingOutSuspended: awssdk.Bool(true), ScheduledScalingSuspended: awssdk.Bool(true)}
	if _, err := it.scalingClient(t).RegisterScalableTarget(t.Context(), &scaling.RegisterScalableTargetInput{ServiceNamespace: "ecs",
		ScalableDimension: "ecs:service:DesiredCount", ResourceId: id, SuspendedState: suspended}); err != nil {
		t.Fatal(err)
	}
	if _, err := it.ecs.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: awssdk.String("shop"), Service: &r.Name, DesiredCount: awssdk.Int32(0)}); err != nil {
		t.Fatal(err)
	}
	want := gennaker.Capacity{Min: 1, Desired: 4, Max: 4} // Spinnaker forgets how many there were
	if g := get(t, cloud, r); g.Enabled || !g.Resting || g.Capacity != want {
		t.Errorf("it is enabled: %t, resting: %t, with %s, want false, true, %s", g.Enabled, g.Resting, g.Capacity, want)
	}
	if err := cloud.Enable(t.Context(), r.Ref()); err != nil {
		t.Fatal(err)
	}
	if g := get(t, cloud, r); !g.Enabled || g.Count(gennaker.Up) != 4 {
		t.Errorf("once enabled it is %+v", g)
	}
	if err := cloud.Disable(t.Context(), r.Ref()); err != nil {
		t.Fatal(err)
	}
	s, _ := it.service(t, r.Name)
	targets, err := it.scalingClient(t).DescribeScalableTargets(t.Context(), &scaling.DescribeScalableTargetsInput{ServiceNamespace: "ecs", ResourceIds: []string{*id}})
	if err != nil || s.DesiredCount != 0 || !*targets.ScalableTargets[0].SuspendedState.DynamicScalingInSuspended {
		t.Errorf("disabled it wants %d tasks, and scales as %+v, %v; want none, and suspended", s.DesiredCount, targets, err)
	}
}

func TestADisabledServerGroupIsResizedForWhenItIsEnabled(t *testing.T) {
	it := startTarget(t)
	cloud := it.account(t)
	r := request("shop-web-v000", spec())
	create(t, cloud, r)
	to := gennaker.Capacity{Min: 0, Desired: 3, Max: 3}
	for what, err := range map[string]error{
		"Disable": cloud.Disable(t.Context(), r.Ref()),
		"Resize":  cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: r.Ref(), Capacity: to}),
	} {
		if err != nil {
			t.Fatalf("%s = %v", what, err)
		}
	}
	if g := get(t, cloud, r); g.Enabled || len(g.Instances) > 0 || g.Capacity != to {
		t.Errorf("it is %+v, want it disabled, without instances, and of capacity %s", g, to)
	}
	if err := cloud.Enable(t.Context(), r.Ref()); err != nil {
		t.Fatal(err)
	}
	if g := get(t, cloud, r); !g.Enabled || g.Count(gennaker.Up) != 3 || g.Capacity != to {
		t.Errorf("once enabled it is %+v, want three instances", g)
	}
}

func TestNothingIsLeftOfADestroyedServerGroup(t *testing.T) {
	it := startTarget(t)
	cloud := it.account(t)
	for _, name := range []string{"shop-web-v000", "shop-web-v001"} {
		create(t, cloud, request(name, spec()))
	}
	if err := cloud.Destroy(t.Context(), request("shop-web-v000", nil).Ref()); err != nil {
		t.Fatal(err)
	}
	found, err := it.ecs.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{Status: types.TaskDefinitionStatusActive})
	if err != nil || len(found.TaskDefinitionArns) != 1 || !strings.HasSuffix(found.TaskDefinitionArns[0], "shop-web:2") {
		t.Errorf("active task definitions are %v, %v, want that of shop-web-v001", found.TaskDefinitionArns, err)
	}
	targets, err := it.scalingClient(t).DescribeScalableTargets(t.Context(), &scaling.DescribeScalableTargetsInput{ServiceNamespace: "ecs"})
	if err != nil || len(targets.ScalableTargets) != 1 {
		t.Errorf("scalable targets are %+v, %v, want one", targets, err)
	}
}

func (it *target) scalingClient(t *testing.T) *scaling.Client {
	t.Helper()
	return scaling.New(scaling.Options{Region: region, BaseEndpoint: &it.URL, Credentials: it.ecs.Options().Credentials})
}

func TestWhatFollowsScalesLikeIt(t *testing.T) {
	it := startTarget(t)
	cloud, ask := it.account(t), it.scalingClient(t)
	first, second := request("shop-web-v000", spec()), request("shop-web-v001", spec())
	create(t, cloud, first)
	id := awssdk.String("service/shop/shop-web-v000")
	put := func(kind scalingtypes.PolicyType) {
		in := &scaling.PutScalingPolicyInput{ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount", ResourceId: id, PolicyName: awssdk.String("cpu"), PolicyType: kind}
		if kind == scalingtypes.PolicyTypeTargetTrackingScaling {
			in.TargetTrackingScalingPolicyConfiguration = &scalingtypes.TargetTrackingScalingPolicyConfiguration{TargetValue: awssdk.Float64(60),
				PredefinedMetricSpecification: &scalingtypes.PredefinedMetricSpecification{PredefinedMetricType: "ECSServiceAverageCPUUtilization"}}
		}
		if _, err := ask.PutScalingPolicy(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	put(scalingtypes.PolicyTypeStepScaling)
	second.Source = first.Name
	if err := cloud.Create(t.Context(), second); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "cpu scales in steps") {
		t.Errorf("Create after one that scales in steps = %v, want ErrInvalid", err)
	}
	put(scalingtypes.PolicyTypeTargetTrackingScaling)
	if _, err := ask.PutScheduledAction(t.Context(), &scaling.PutScheduledActionInput{ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount", ResourceId: id,
		ScheduledActionName: awssdk.String("night"), Schedule: awssdk.String("cron(0 22 * * ? *)"),
		ScalableTargetAction: &scalingtypes.ScalableTargetAction{MinCapacity: awssdk.Int32(0), MaxCapacity: awssdk.Int32(1)}}); err != nil {
		t.Fatal(err)
	}
	for n := 1; ; n++ { // each answer is lost once, and the call made again by another worker
		lost := it.Lose(n)
		err := cloud.Create(t.Context(), second)
		was := lost()
		it.Lose(0)
		if err != nil {
			create(t, it.account(t), second)
		}
		if !was {
			break
		}
	}
	policies, err := ask.DescribeScalingPolicies(t.Context(), &scaling.DescribeScalingPoliciesInput{ServiceNamespace: "ecs", ResourceId: awssdk.String("service/shop/shop-web-v001")})
	if err != nil || len(policies.ScalingPolicies) != 1 || *policies.ScalingPolicies[0].TargetTrackingScalingPolicyConfiguration.TargetValue != 60 {
		t.Errorf("its policies are %+v, %v, want the one that it follows has", policies, err)
	}
	actions, err := ask.DescribeScheduledActions(t.Context(), &scaling.DescribeScheduledActionsInput{ServiceNamespace: "ecs", ResourceId: awssdk.String("service/shop/shop-web-v001")})
	if err != nil || len(actions.ScheduledActions) != 1 || *actions.ScheduledActions[0].ScalableTargetAction.MaxCapacity != 1 {
		t.Errorf("its scheduled actions are %+v, %v, want the one that it follows has", actions, err)
	}
}
