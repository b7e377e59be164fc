package exactlyonce

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/providertest"
	"github.com/gennaker/gennaker/providers/simulation"
	"github.com/gennaker/gennaker/workflows/ops"
)

const region = "us-east-1"

// onAmazon is a scene in an Amazon of ours. A request is its action. It counts
// every call that has changed something.
func onAmazon(t *testing.T, _ *world, r row) (*scene, error) {
	server, err := awstest.Serve(awstest.Config{Clock: simulation.Fast(500)})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = server.Close() })
	place := server.Region(region)
	image := place.AddImage(awstest.Image{Name: "shop-1"})
	place.AddTargetGroup(awstest.TargetGroup{Name: "shop", Interval: 10 * time.Second, Drain: time.Minute})
	link := providertest.NewLink(t, server.URL)
	s := &scene{location: gennaker.Location{Region: region}, image: image, amazon: server.URL}
	s.fields = map[string]any{"amiName": "shop-1", "instanceType": "t3.micro", "targetGroups": []any{"shop"},
		"availabilityZones": map[string]any{region: []any{region + "a", region + "b"}}}
	s.change = map[string]any{"instanceType": "t3.small"}
	s.spec = func() map[string]any { return s.fields }
	s.breaks(link, func(q *http.Request) bool {
		body, _ := io.ReadAll(q.Body)
		form, _ := url.ParseQuery(string(body))
		return form.Get("Action") == r.loses
	})
	s.effects = func() map[string]int {
		count := map[string]int{}
		for _, e := range server.Effects() {
			count[e.Action]++
		}
		return count
	}
	if s.sound, err = account(server.URL); err != nil {
		return nil, err
	}
	s.doomed, err = account(link.URL)
	return s, err
}

func account(endpoint string) (providers.Provider, error) {
	return aws.New(aws.Config{Account: "test", Endpoint: endpoint, Regions: []string{region}, AccessKeyID: "test", SecretAccessKey: "test"})
}

// awsRows are a row for each request that changes something.
func awsRows() []row {
	var all []row
	for _, c := range awsCalls {
		for _, request := range gennaker.SortedKeys(c.want) {
			r := c
			r.loses, r.stage = request, onAmazon
			all = append(all, r)
		}
	}
	return all
}

// awsCalls are the calls, with all that they change.
var awsCalls = []row{
	{call: "aws Create", run: create, want: map[string]int{"CreateLaunchTemplate": 1, "CreateAutoScalingGroup": 1}},
	{call: "aws Create, with suspended processes", before: with("suspendedProcesses", []any{"AZRebalance"}), run: create,
		want: map[string]int{"CreateLaunchTemplate": 1, "CreateAutoScalingGroup": 1, "SuspendProcesses": 1, "UpdateAutoScalingGroup": 1}},
	{call: "aws Create, with metrics", before: with("enabledMetrics", []any{"GroupInServiceInstances"}, "instanceMonitoring", true), run: create,
		want: map[string]int{"CreateLaunchTemplate": 1, "CreateAutoScalingGroup": 1, "EnableMetricsCollection": 1}},
	{call: "aws Create, after a source", before: haveSource, run: createAfter,
		want: map[string]int{"CreateLaunchTemplate": 1, "CreateAutoScalingGroup": 1, "PutScalingPolicy": 1, "PutScheduledUpdateGroupAction": 1}},
	{call: "aws Resize", before: have(1), run: resize, want: map[string]int{"UpdateAutoScalingGroup": 1}},
	{call: "aws Enable", before: haveDisabled(2), run: enable, want: map[string]int{"ResumeProcesses": 1, "RegisterTargets": 2}},
	{call: "aws Disable", before: have(2), run: disable, want: map[string]int{"SuspendProcesses": 1, "DeregisterTargets": 2}},
	{call: "aws Enable, behind a classic load balancer", before: behindClassic(haveDisabled(2)), run: enable,
		want: map[string]int{"ResumeProcesses": 1, "RegisterTargets": 2, "RegisterInstancesWithLoadBalancer": 2}},
	{call: "aws Disable, behind a classic load balancer", before: behindClassic(have(2)), run: disable,
		want: map[string]int{"SuspendProcesses": 1, "DeregisterTargets": 2, "DeregisterInstancesFromLoadBalancer": 2}},
	{call: "aws DisablePart", before: have(2), run: disablePart, want: map[string]int{"DeregisterTargets": 1}},
	{call: "aws Destroy", before: have(2), run: destroy,
		want: map[string]int{"SuspendProcesses": 1, "DeregisterTargets": 2, "DeleteAutoScalingGroup": 1, "DeleteLaunchTemplate": 1}},
	{call: "aws TerminateInstances", before: have(2), run: terminate, want: map[string]int{"TerminateInstanceInAutoScalingGroup": 1}},
	{call: "aws TerminateInstances, shrinking", before: have(2), run: shrink, want: map[string]int{"TerminateInstanceInAutoScalingGroup": 1}},
	{call: "aws RebootInstances", before: have(2), run: reboot, want: map[string]int{"RebootInstances": eachTry}},
	{call: "aws SetProcesses", before: have(1), run: suspend, want: map[string]int{"SuspendProcesses": 1}},
	{call: "aws SetProcesses, resuming", before: haveSuspended, run: resume, want: map[string]int{"ResumeProcesses": 1}},
	{call: "aws TagImage", run: tag, want: map[string]int{"CreateTags": 1}},
	{call: "aws StartRefresh", before: have(2), run: startRefresh, want: map[string]int{"CreateLaunchTemplateVersion": 1, "StartInstanceRefresh": 1}},
	{call: "aws CancelRefresh", before: haveRefresh(haveSuspended), run: stopRefresh, want: map[string]int{"CancelInstanceRefresh": 1}},
}

// with is a scene whose server group has more fields.
func with(fields ...any) func(*scene) error {
	return func(s *scene) error {
		for i := 0; i < len(fields); i += 2 {
			s.fields[fields[i].(string)] = fields[i+1]
		}
		return nil
	}
}

// haveSource makes a server group with a scaling policy and a scheduled action.
func haveSource(s *scene) error {
	if err := have(1)(s); err != nil {
		return err
	}
	return errors.Join(
		s.ask("autoscaling", "2011-01-01", "Action=PutScalingPolicy&AutoScalingGroupName=shop-v000&PolicyName=busy&PolicyType=TargetTrackingScaling&TargetTrackingConfiguration.TargetValue=50"+
			"&TargetTrackingConfiguration.PredefinedMetricSpecification.PredefinedMetricType=ASGAverageCPUUtilization"),
		s.ask("autoscaling", "2011-01-01", "Action=PutScheduledUpdateGroupAction&AutoScalingGroupName=shop-v000&ScheduledActionName=night&Recurrence=0+22+*+*+*&DesiredCapacity=0"))
}

func createAfter(ctx workflow.Context, s *scene) error {
	c := s.request(2)
	c.Name, c.Moniker.Sequence, c.Source = "shop-v001", 1, "shop-v000"
	return ops.Create(ctx, c)
}

// behindClassic has the server group behind a classic load balancer too.
func behindClassic(then func(*scene) error) func(*scene) error {
	return func(s *scene) error {
		err := s.ask("elasticloadbalancing", "2012-06-01", "Action=CreateLoadBalancer&LoadBalancerName=old-shop"+
			"&Listeners.member.1.Protocol=HTTP&Listeners.member.1.LoadBalancerPort=80&Listeners.member.1.InstancePort=80&AvailabilityZones.member.1="+region+"a")
		if err != nil {
			return err
		}
		s.loadBalancers = []string{"old-shop"}
		return then(s)
	}
}

// ask makes a request of the simulated Amazon that no provider of ours makes.
func (s *scene) ask(service, version, form string) error {
	r, err := http.NewRequest(http.MethodPost, s.amazon, strings.NewReader(form+"&Version="+version))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261125/"+region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", form, answer.Status, body)
	}
	return nil
}
