package dev_test

import (
	"fmt"
	"path"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gennaker/gennaker"
)

// services holds that AWS's CLI shows the services of the ECS cluster shop as
// gennaker does: these and no others, their wanted tasks, and those that run.
//
//	services REGION NAME...
func services(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: services REGION NAME...")
	}
	a, region := asker{ts}, args[0]
	var ours []gennaker.ServerGroup
	a.ask(&ours, "gennaker", "server-groups", "list", "--account", "ecs", "--region", region, "-o", "json")
	var names, we []string
	for _, g := range ours {
		wanted := g.Capacity.Desired
		if g.Resting {
			wanted = 0
		}
		var ids []string
		for _, i := range g.Instances {
			ids = append(ids, i.ID)
		}
		slices.Sort(ids)
		names, we = append(names, g.Name), append(we, fmt.Sprint(g.Name, " ", wanted, ids))
	}
	slices.Sort(names)
	slices.Sort(we)
	if they := a.services(region); !slices.Equal(names, args[1:]) || !slices.Equal(we, they) {
		ts.Fatalf("gennaker shows %q, aws shows %q, want %q", we, they, args[1:])
	}
}

// services are those of the ECS cluster shop with their tasks, by AWS's CLI.
func (a asker) services(region string) []string {
	ask := func(out any, arguments ...string) {
		a.ask(out, "aws", append([]string{"--profile", "aws", "--region", region, "--output", "json", "ecs", arguments[0], "--cluster", "shop"}, arguments[1:]...)...)
	}
	var list struct{ ServiceArns []string }
	ask(&list, "list-services")
	var seen []string
	for _, arn := range list.ServiceArns {
		var found struct {
			Services []struct{ DesiredCount int }
		}
		ask(&found, "describe-services", "--services", arn)
		var running struct{ TaskArns []string }
		ask(&running, "list-tasks", "--service-name", path.Base(arn), "--desired-status", "RUNNING")
		var ids []string
		for _, task := range running.TaskArns {
			ids = append(ids, path.Base(task))
		}
		slices.Sort(ids)
		seen = append(seen, fmt.Sprint(path.Base(arn), " ", found.Services[0].DesiredCount, ids))
	}
	slices.Sort(seen)
	return seen
}
