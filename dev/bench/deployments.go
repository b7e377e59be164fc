package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/simulation"
	"github.com/gennaker/gennaker/ratelimit"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

const (
	deployQueue  = "deployments" // its worker knows the simulated Amazon
	deployRegion = "us-east-1"
	targets      = "shop-prod"
	// A target is checked each ten seconds, and drained for thirty.
	checkInterval = 10 * time.Second
	drainTime     = 30 * time.Second
	// lookEvery is the default of an account.
	lookEvery = 5 * time.Second
)

// least is what no red/black deployment can do without, however well it knew
// when to look: docs/benchmarks.md says why.
var least = map[string]int{
	"ec2 CreateLaunchTemplate":               1,
	"autoscaling CreateAutoScalingGroup":     1,
	"autoscaling SuspendProcesses":           1, // of the old group
	"elasticloadbalancing DeregisterTargets": 1,

	"ec2 DescribeImages":                        1, // by name
	"elasticloadbalancing DescribeTargetGroups": 1, // by name
	"autoscaling DescribeAutoScalingGroups":     4, // the cluster, the new group, the guard, who leaves
	"elasticloadbalancing DescribeTargetHealth": 3, // the new group is up, the guard, the old one is idle
}

// amazon is a simulated AWS in which a cluster of each application runs.
type amazon struct {
	*awstest.Server
	name      string // of the account
	instances int
	speed     float64
}

func newAmazon(instances int, speed float64, apps ...string) (*amazon, error) {
	server, err := awstest.Serve(awstest.Config{Clock: simulation.Fast(speed)})
	if err != nil {
		return nil, err
	}
	a := &amazon{Server: server, name: fmt.Sprintf("aws-%d", instances), instances: instances, speed: speed}
	place := a.Region(deployRegion)
	target := place.AddTargetGroup(awstest.TargetGroup{Name: targets, Interval: checkInterval, Drain: drainTime})
	image := place.AddImage(awstest.Image{Name: "shop-1"})
	place.AddImage(awstest.Image{Name: "shop-2"})
	for _, app := range apps {
		place.AddRunning(awstest.Running{Name: app + "-prod-v000", Instances: instances, Image: image, TargetGroups: []string{target}})
	}
	return a, nil
}

// open is the account as a worker has it.
func (a *amazon) open(limits *ratelimit.Limits) (providers.Provider, error) {
	return aws.New(aws.Config{Account: a.name, Regions: []string{deployRegion}, AccessKeyID: "bench", SecretAccessKey: "bench",
		Endpoint: a.URL, LookEvery: time.Duration(float64(lookEvery) / a.speed), Limits: limits})
}

// deployments deploys the next version, once for each number of instances, at
// the same time, and counts what that asked of AWS.
func (b bench) deployments(ctx context.Context, s *server) ([]Deployment, error) {
	var clouds []*amazon
	byName := map[string]providers.Provider{}
	for _, instances := range b.plan.deploy {
		a, err := newAmazon(instances, b.plan.awsSpeed, "shop")
		if err != nil {
			return nil, err
		}
		defer a.Close()
		clouds = append(clouds, a)
		if byName[a.name], err = a.open(&ratelimit.Limits{}); err != nil {
			return nil, err
		}
	}
	stop, err := deployer(s.client, byName)
	if err != nil {
		return nil, err
	}
	defer stop()
	list := make([]Deployment, len(clouds))
	var deploying errgroup.Group
	for i, a := range clouds {
		deploying.Go(func() (err error) {
			list[i], err = a.deploy(ctx, s.client, "shop")
			return err
		})
	}
	err = deploying.Wait()
	for _, d := range list {
		b.say("red/black of %d: %d reads of AWS and %d changes, at least %d and %d, in %.0f s",
			d.Instances, d.Reads, d.Changes, d.LeastReads, d.LeastChanges, d.Seconds)
	}
	return list, err
}

// deployer starts a worker that has these accounts.
func deployer(c client.Client, accounts map[string]providers.Provider) (stop func(), err error) {
	w := worker.New(c, deployQueue, worker.Options{})
	workflows.Register(w, stages.Table)
	activities.Register(w, activities.New(activities.Config{Providers: providers.NewRegistry(accounts), Temporal: c}))
	return w.Stop, w.Start()
}

// deploy runs a red/black deployment to its end.
func (a *amazon) deploy(ctx context.Context, c client.Client, app string) (Deployment, error) {
	d := Deployment{Instances: a.instances, Requests: map[string]int{}}
	d.LeastReads, d.LeastChanges = split(least)
	began := time.Now()
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "bench/" + a.name + "/" + app, TaskQueue: deployQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL}, gennaker.ExecutionWorkflow, a.start(app))
	if err != nil {
		return d, err
	}
	if err := run.Get(ctx, nil); err != nil {
		return d, fmt.Errorf("red/black of %d instances: %w", a.instances, err)
	}
	d.Seconds = seconds(time.Since(began))
	for r, n := range a.Requests() {
		d.Requests[r.Service+" "+r.Action] = n
	}
	d.Reads, d.Changes = split(d.Requests)
	return d, nil
}

// split counts the requests that only read, and those that change something.
func split(requests map[string]int) (reads, changes int) {
	for name, n := range requests {
		if strings.Contains(name, " Describe") {
			reads += n
		} else {
			changes += n
		}
	}
	return reads, changes
}

func (a *amazon) start(app string) gennaker.Start {
	block := map[string]any{"cloudProvider": "aws", "account": a.name, "application": app, "stack": "prod", "strategy": "redblack",
		"capacity":          map[string]any{"min": a.instances, "desired": a.instances, "max": a.instances},
		"availabilityZones": map[string]any{deployRegion: []any{deployRegion + "a", deployRegion + "b"}},
		"amiName":           "shop-2", "instanceType": "t3.micro", "targetGroups": []any{targets}}
	p := gennaker.Pipeline{Application: app, Name: a.name, Stages: []gennaker.Stage{
		{RefID: "1", Type: "deploy", Config: map[string]any{"clusters": []any{block}}}}}
	return gennaker.Start{Pipeline: p, Trigger: gennaker.Trigger{Type: "manual", User: "bench"}}
}
