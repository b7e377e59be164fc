package dev_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gennaker/gennaker"
)

// asker runs commands of a session that print JSON.
type asker struct{ *testscript.TestScript }

func (a asker) ask(out any, name string, arguments ...string) {
	a.Check(a.Exec(name, arguments...))
	if err := json.Unmarshal([]byte(a.ReadFile("stdout")), out); err != nil {
		a.Fatalf("%s %v: %v", name, arguments, err)
	}
}

// scalingGroup is an Auto Scaling group as AWS's CLI prints it.
type scalingGroup struct {
	AutoScalingGroupName              string
	MinSize, DesiredCapacity, MaxSize int
	TargetGroupARNs                   []string
	Instances                         []struct{ InstanceId string }
}

// ids are those of its instances, sorted.
func (g scalingGroup) ids() []string {
	var list []string
	for _, i := range g.Instances {
		list = append(list, i.InstanceId)
	}
	slices.Sort(list)
	return list
}

// groups are the Auto Scaling groups of a cluster in a region, by AWS's CLI.
func (a asker) groups(account, region, cluster string) []scalingGroup {
	var found struct{ AutoScalingGroups []scalingGroup }
	a.ask(&found, "aws", "--profile", account, "--region", region, "--output", "json", "autoscaling", "describe-auto-scaling-groups")
	return slices.DeleteFunc(found.AutoScalingGroups, func(g scalingGroup) bool {
		return gennaker.ParseMoniker(g.AutoScalingGroupName).Cluster() != cluster
	})
}

// agree holds that AWS's CLI shows a cluster as gennaker does: the names, the
// capacities and the instances.
//
//	agree ACCOUNT REGION CLUSTER
func agree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: agree ACCOUNT REGION CLUSTER")
	}
	account, region, cluster := args[0], args[1], args[2]
	var ours []gennaker.ServerGroup
	asker{ts}.ask(&ours, "gennaker", "server-groups", "list", "--account", account, "--region", region, "--cluster", cluster, "-o", "json")
	var we, they []string
	for _, g := range ours {
		var ids []string
		for _, i := range g.Instances {
			ids = append(ids, i.ID)
		}
		slices.Sort(ids)
		we = append(we, fmt.Sprint(g.Name, g.Capacity, ids))
	}
	for _, g := range (asker{ts}).groups(account, region, cluster) {
		they = append(they, fmt.Sprint(g.AutoScalingGroupName, gennaker.Capacity{Min: g.MinSize, Desired: g.DesiredCapacity, Max: g.MaxSize}, g.ids()))
	}
	slices.Sort(we)
	slices.Sort(they)
	if len(we) == 0 || !slices.Equal(we, they) {
		ts.Fatalf("gennaker shows %q, aws shows %q", we, they)
	}
}

// serves holds that the instances of one server group are all that its target
// groups send traffic to, by AWS's CLI.
//
//	serves ACCOUNT REGION NAME
func serves(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: serves ACCOUNT REGION NAME")
	}
	a := asker{ts}
	for _, g := range a.groups(args[0], args[1], gennaker.ParseMoniker(args[2]).Cluster()) {
		if g.AutoScalingGroupName != args[2] {
			continue
		}
		if len(g.Instances) == 0 || len(g.TargetGroupARNs) == 0 {
			ts.Fatalf("%s has %d instances behind %d target groups", args[2], len(g.Instances), len(g.TargetGroupARNs))
		}
		for _, arn := range g.TargetGroupARNs {
			var healthy []string
			a.ask(&healthy, "aws", "--profile", args[0], "--region", args[1], "--output", "json", "elbv2", "describe-target-health",
				"--target-group-arn", arn, "--query", "TargetHealthDescriptions[?TargetHealth.State=='healthy'].Target.Id")
			slices.Sort(healthy)
			if want := g.ids(); !slices.Equal(healthy, want) {
				ts.Fatalf("%s sends traffic to %q, want %q of %s", arn, healthy, want, args[2])
			}
		}
		return
	}
	ts.Fatalf("there is no %s", args[2])
}

// clean holds that a cluster has these server groups, and nothing else is left
// of it: no launch template, no instance and no target, by AWS's CLI.
//
//	clean ACCOUNT REGION CLUSTER NAME...
func clean(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: clean ACCOUNT REGION CLUSTER NAME...")
	}
	account, region, cluster, want := args[0], args[1], args[2], args[3:]
	a := asker{ts}
	var names, known []string
	for _, g := range a.groups(account, region, cluster) {
		names, known = append(names, g.AutoScalingGroupName), append(known, g.ids()...)
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		ts.Fatalf("cluster %s has %q, want %q", cluster, names, want)
	}
	aws := []string{"--profile", account, "--region", region, "--output", "json", "ec2"}
	var templates []string
	a.ask(&templates, "aws", append(aws, "describe-launch-templates", "--query", "LaunchTemplates[].LaunchTemplateName")...)
	templates = slices.DeleteFunc(templates, func(name string) bool { return !strings.HasPrefix(name, cluster+"-") })
	if len(templates) != len(names) {
		ts.Fatalf("the launch templates %q are there for the server groups %q", templates, names)
	}
	var instances []string
	a.ask(&instances, "aws", append(aws, "describe-instances", "--filters", "Name=tag:aws:autoscaling:groupName,Values="+cluster+"-*",
		"Name=instance-state-name,Values=pending,running", "--query", "Reservations[].Instances[].InstanceId")...)
	for _, id := range instances {
		if !slices.Contains(known, id) {
			ts.Fatalf("instance %s runs and belongs to none of %q", id, names)
		}
	}
}
