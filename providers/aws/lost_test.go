package aws_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
)

// loser loses the answers to one action of AWS, once the cloud has done it.
type loser struct {
	mu     sync.Mutex // guards all below
	action string
	lost   int
}

func (l *loser) lose(action string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.action, l.lost = action, 0
}

func (l *loser) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

func (l *loser) RoundTrip(q *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	q.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := http.DefaultTransport.RoundTrip(q)
	form, _ := url.ParseQuery(string(body))
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || l.action == "" || form.Get("Action") != l.action {
		return answer, err
	}
	l.lost++
	answer.Body.Close()
	return nil, errors.New("connection reset by peer")
}

// effects is all that there is of a server group in the cloud.
type effects struct {
	groups, templates, machines int
	capacity                    gennaker.Capacity
	enabled                     bool
}

// count looks behind our back: also at what the provider would not list.
func (c clients) count(t *testing.T, cloud *aws.Cloud, ref gennaker.ServerGroupRef) effects {
	t.Helper()
	var e effects
	groups := must(c.groups.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{}))(t)
	e.groups = len(groups.AutoScalingGroups)
	templates := must(c.ec2.DescribeLaunchTemplates(t.Context(), &ec2.DescribeLaunchTemplatesInput{}))(t)
	e.templates = len(templates.LaunchTemplates)
	machines := must(c.ec2.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{}))(t)
	for _, r := range machines.Reservations {
		for _, i := range r.Instances {
			if i.State.Name == "running" {
				e.machines++
			}
		}
	}
	if g, err := cloud.Get(t.Context(), ref); err == nil {
		e.capacity, e.enabled = g.Capacity, g.Enabled
	}
	return e
}

func TestACallWhoseAnswerIsLostIsDoneOnce(t *testing.T) {
	t.Parallel()
	m := startMoto(t)
	one := gennaker.Capacity{Desired: 1, Max: 3}
	three := gennaker.Capacity{Desired: 3, Max: 3}
	made := effects{groups: 1, templates: 1, machines: 1, capacity: one, enabled: true}
	disabled := made
	disabled.enabled = false
	for _, c := range []struct {
		action  string
		suspend []any
		call    func(*testing.T, *aws.Cloud, gennaker.CreateServerGroup) error
		first   bool // there is no server group before
		want    effects
	}{
		{action: "CreateLaunchTemplate", first: true, call: create, want: made},
		{action: "CreateAutoScalingGroup", first: true, call: create, want: made},
		{action: "SuspendProcesses", first: true, suspend: []any{"AZRebalance"}, call: create, want: made},
		{action: "UpdateAutoScalingGroup", first: true, suspend: []any{"AZRebalance"}, call: create, want: made},
		{action: "UpdateAutoScalingGroup", call: func(t *testing.T, cloud *aws.Cloud, q gennaker.CreateServerGroup) error {
			return cloud.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: q.Ref(), Capacity: three})
		}, want: effects{groups: 1, templates: 1, machines: 3, capacity: three, enabled: true}},
		{action: "SuspendProcesses", call: disable, want: disabled},
		{action: "DeregisterTargets", call: disable, want: disabled},
		{action: "ResumeProcesses", call: enable, want: made},
		{action: "RegisterTargets", call: enable, want: made},
		{action: "TerminateInstanceInAutoScalingGroup", call: shrinking(),
			want: effects{groups: 1, templates: 1, capacity: gennaker.Capacity{Max: 3}, enabled: true}},
		{action: "DeleteAutoScalingGroup", call: destroy, want: effects{}},
		{action: "DeleteLaunchTemplate", call: destroy, want: effects{}},
	} {
		name := c.action + " of a server group that is there"
		if c.first {
			name = c.action + " of a new server group"
		}
		t.Run(name, func(t *testing.T) {
			m.reset(t)
			sdk := connect(t, m.endpoint, region)
			sdk.targetGroup("shop")
			answers := &loser{}
			cloud := m.account(t, aws.Config{HTTP: &http.Client{Transport: answers}})
			q := gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: "shop-v000",
				Capacity: one, Marks: map[string]string{gennaker.MarkToken: "t1"}, Spec: sdk.block("shop")}
			q.Spec["suspendedProcesses"] = c.suspend
			if !c.first {
				if err := cloud.Create(t.Context(), q); err != nil {
					t.Fatalf("Create = %v", err)
				}
			}
			answers.lose(c.action)
			if err := c.call(t, cloud, q); !errors.Is(err, gennaker.ErrUnavailable) {
				t.Errorf("without an answer = %v, want ErrUnavailable", err)
			}
			if answers.count() == 0 {
				t.Fatalf("there was no %s", c.action)
			}
			answers.lose("")
			if err := c.call(t, cloud, q); err != nil {
				t.Errorf("again = %v", err)
			}
			if got := sdk.count(t, cloud, q.Ref()); got != c.want {
				t.Errorf("there is %+v, want %+v", got, c.want)
			}
		})
	}
}

func create(t *testing.T, cloud *aws.Cloud, q gennaker.CreateServerGroup) error {
	return cloud.Create(t.Context(), q)
}

func enable(t *testing.T, cloud *aws.Cloud, q gennaker.CreateServerGroup) error {
	return cloud.Enable(t.Context(), q.Ref())
}

func disable(t *testing.T, cloud *aws.Cloud, q gennaker.CreateServerGroup) error {
	return cloud.Disable(t.Context(), q.Ref())
}

// shrinking ends the instance that it finds first, and that one again.
func shrinking() func(*testing.T, *aws.Cloud, gennaker.CreateServerGroup) error {
	var ids []string
	return func(t *testing.T, cloud *aws.Cloud, q gennaker.CreateServerGroup) error {
		if ids == nil {
			ids = []string{must(cloud.Get(t.Context(), q.Ref()))(t).Instances[0].ID}
		}
		return cloud.TerminateInstances(t.Context(), gennaker.TerminateInstances{Shrink: true,
			InstancesRef: gennaker.InstancesRef{ServerGroupRef: q.Ref(), IDs: ids}})
	}
}

func destroy(t *testing.T, cloud *aws.Cloud, q gennaker.CreateServerGroup) error {
	return cloud.Destroy(t.Context(), q.Ref())
}

func TestAGroupThatTheCloudRefusesLeavesNoLaunchTemplate(t *testing.T) {
	t.Parallel()
	m := startMoto(t)
	sdk := connect(t, m.endpoint, region)
	sdk.targetGroup("shop")
	cloud := m.account(t, aws.Config{})
	q := gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: "shop-v000",
		Capacity: gennaker.Capacity{Desired: 1, Max: 1}, Marks: map[string]string{gennaker.MarkToken: "t1"}, Spec: sdk.block("shop")}
	q.Spec["subnetIds"] = []any{"subnet-gone"}
	if err := cloud.Create(t.Context(), q); !errors.Is(err, gennaker.ErrInvalid) && !errors.Is(err, gennaker.ErrNotFound) {
		t.Fatalf("Create in a subnet that is not there = %v, want ErrInvalid or ErrNotFound", err)
	}
	left := must(sdk.ec2.DescribeLaunchTemplates(t.Context(), &ec2.DescribeLaunchTemplatesInput{MaxResults: awssdk.Int32(10)}))(t)
	if len(left.LaunchTemplates) > 0 {
		t.Errorf("%d launch templates are left, want none", len(left.LaunchTemplates))
	}
}
