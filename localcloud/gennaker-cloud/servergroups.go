package main

import (
	"context"
	"fmt"
	"os"
	"slices"
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
		&cli.StringSliceFlag{Name: "env", Usage: "NAME=VALUE; may be repeated"},
		&cli.StringFlag{Name: "check", Usage: "path that answers 200 when an instance is healthy; default: the port accepts connections"},
	},
	Action: create,
}

func create(c *cli.Context) error {
	args := c.Args().Slice()
	if len(args) > 1 && args[1] == "--" {
		args = slices.Delete(args, 1, 2)
	}
	if len(args) < 2 {
		return fmt.Errorf("create takes a name and a command: %s", c.Command.ArgsUsage)
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	n := c.Int("instances")
	spec := client.Spec{Command: args[1], Arguments: args[2:], Environment: map[string]string{}, WorkingDirectory: here,
		HealthCheck: client.HealthCheck{Path: c.String("check")}}
	for _, variable := range c.StringSlice("env") {
		name, value, ok := strings.Cut(variable, "=")
		if !ok {
			return fmt.Errorf("--env %s: it must be NAME=VALUE", variable)
		}
		spec.Environment[name] = value
	}
	cloud, err := connect(c)
	if err != nil {
		return err
	}
	return cloud.Create(c.Context, args[0], client.Create{
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

var enableCommand = onServerGroup("enable", "send requests to a server group", (*client.Client).Enable)

var disableCommand = onServerGroup("disable", "send no more requests to a server group; its instances stay", (*client.Client).Disable)

var destroyCommand = onServerGroup("destroy", "drain and remove a server group", (*client.Client).Destroy)

// onServerGroup is a command that does one thing to the server group it names.
func onServerGroup(name, usage string, do func(*client.Client, context.Context, string) error) *cli.Command {
	return &cli.Command{Name: name, Usage: usage, ArgsUsage: "NAME", Action: func(c *cli.Context) error {
		target, err := argument(c, "the server group's name")
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
