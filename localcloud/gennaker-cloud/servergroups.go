package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

var listCommand = &cli.Command{
	Name:  "list",
	Usage: "list server groups with their instances, and load balancers",
	Action: func(c *cli.Context) error {
		cloud, err := connect(c)
		if err != nil {
			return err
		}
		groups, err := cloud.ServerGroups(c.Context, gennaker.Scope{})
		if err != nil {
			return err
		}
		balancers, err := cloud.LoadBalancers(c.Context)
		if err != nil {
			return err
		}
		return show(c, groups, balancers)
	},
}

func show(c *cli.Context, groups []client.ServerGroup, balancers []client.LoadBalancer) error {
	w := tabwriter.NewWriter(c.App.Writer, 0, 0, 2, ' ', 0)
	for _, g := range groups {
		fmt.Fprintf(w, "%s\t%s\t%d/%d up\t%s\n", g.Name, traffic(g), g.Count(gennaker.Up), g.Capacity.Desired, g.Image)
		for _, i := range g.Instances {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", i.ID, i.Health, i.Address, i.Reason)
		}
	}
	for _, b := range balancers {
		fmt.Fprintf(w, "load balancer %s\t%s\t%s\t%s\n", b.Name, b.Address, strings.Join(b.ServerGroups, " "), b.Error)
	}
	return w.Flush()
}

func traffic(g client.ServerGroup) string {
	switch {
	case g.Destroying:
		return "being destroyed"
	case g.Enabled:
		return "enabled"
	}
	return "disabled"
}

var createCommand = &cli.Command{
	Name:      "create",
	Usage:     "run a program as a server group",
	ArgsUsage: "NAME -- COMMAND [ARGUMENT...]",
	Description: `gennaker-cloud create --instances 2 --load-balancer shop --check /healthz shop-v000 -- ./shop --port {port}

{port} in an argument becomes the port of the instance, which is also in the
environment variable PORT.`,
	Flags: []cli.Flag{
		&cli.IntFlag{Name: "instances", Value: 1},
		&cli.StringSliceFlag{Name: "load-balancer", Usage: "made if it is not there; may be repeated"},
		environmentFlag,
		&cli.StringFlag{Name: "check", Usage: "path that answers 200 when an instance is healthy; default: the port accepts connections"},
	},
	Action: create,
}

func create(c *cli.Context) error {
	name, command, err := nameAndCommand(c)
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	environment, err := environmentOf(c)
	if err != nil {
		return err
	}
	n := c.Int("instances")
	spec := client.Spec{Command: command[0], Arguments: command[1:], Environment: environment, WorkingDirectory: here,
		HealthCheck: client.HealthCheck{Path: c.String("check")}}
	cloud, err := connect(c)
	if err != nil {
		return err
	}
	return cloud.Create(c.Context, name, client.Create{
		Capacity: gennaker.Capacity{Min: n, Desired: n, Max: n}, LoadBalancers: c.StringSlice("load-balancer"), Spec: spec})
}

var resizeCommand = &cli.Command{
	Name:      "resize",
	Usage:     "set the number of instances",
	ArgsUsage: "NAME INSTANCES",
	Action: func(c *cli.Context) error {
		n, err := strconv.Atoi(c.Args().Get(1))
		if err != nil || c.NArg() != 2 {
			return fmt.Errorf("resize takes a name and a number: %s", c.Command.ArgsUsage)
		}
		cloud, err := connect(c)
		if err != nil {
			return err
		}
		return cloud.Resize(c.Context, c.Args().First(), gennaker.Capacity{Min: n, Desired: n, Max: n})
	},
}

var enableCommand = onOne("enable", "send requests to a server group", serverGroupName, (*client.Client).Enable)

var disableCommand = onOne("disable", "send no more requests to a server group; its instances stay", serverGroupName, (*client.Client).Disable)

var destroyCommand = onOne("destroy", "drain and remove a server group", serverGroupName, (*client.Client).Destroy)

const serverGroupName = "the server group's name"

// onOne is a command that does one thing to what its only argument names.
func onOne(name, usage, what string, do func(*client.Client, context.Context, string) error) *cli.Command {
	return &cli.Command{Name: name, Usage: usage, ArgsUsage: "NAME", Action: func(c *cli.Context) error {
		target, err := argument(c, what)
		if err != nil {
			return err
		}
		cloud, err := connect(c)
		if err != nil {
			return err
		}
		return do(cloud, c.Context, target)
	}}
}
