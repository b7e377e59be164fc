package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

var loadBalancerCommand = &cli.Command{
	Name:      "load-balancer",
	Usage:     "make a load balancer, move it, or delete it",
	ArgsUsage: "NAME [HOST:PORT]",
	Description: `gennaker-cloud load-balancer shop 127.0.0.1:8080

Without an address it is made on a port of this machine that is then kept.`,
	Flags: []cli.Flag{&cli.BoolFlag{Name: "delete", Usage: "delete it; no server group may name it any more"}},
	Action: func(c *cli.Context) error {
		name, listen := c.Args().Get(0), c.Args().Get(1)
		if c.NArg() < 1 || c.NArg() > 2 {
			return fmt.Errorf("load-balancer takes a name and maybe an address: %s", c.Command.ArgsUsage)
		}
		cloud, err := connect(c)
		if err != nil {
			return err
		}
		if c.Bool("delete") {
			return cloud.DeleteLoadBalancer(c.Context, name)
		}
		b, err := cloud.PutLoadBalancer(c.Context, name, listen)
		if err != nil {
			return err
		}
		fmt.Fprintln(c.App.Writer, b.Address)
		return nil
	},
}
