// Command gennaker-aws is an Amazon on one machine, to try deployments on: the
// simulator of package awstest with two accounts in two regions to deploy to,
// and behind it ministack for the services that are not simulated, all at one
// endpoint. It keeps nothing: when it ends, everything in it is gone.
package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/providers/simulation/program"
)

func main() { program.Main(app()) }

func app() *cli.App {
	return program.App(cli.App{
		Name:        "gennaker-aws",
		Usage:       "an Amazon on one machine, to try deployments on",
		Description: description,
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "port", Value: 7244, Usage: "answer for all services at this `PORT` of 127.0.0.1; 0 takes a free one"},
			&cli.Float64Flag{Name: "speed", Value: 10, Usage: "boot, drain and end instances `N` times as fast as Amazon does"},
			&cli.DurationFlag{Name: "lag", Usage: "let answers be this `OLD`, as those of Amazon may be"},
			&cli.Float64Flag{Name: "throttle", Usage: "refuse more than `N` calls a second of an account, region and service"},
			&cli.StringFlag{Name: "ministack", Usage: "run this `PROGRAM` for the services that are not simulated"},
		},
		Action: serve,
	})
}

const description = `It answers as EC2, Auto Scaling, Elastic Load Balancing and STS, with the life
cycles of Amazon: instances boot, fail their health checks, drain and end. With
--ministack it passes the calls of all other services (ECS, Lambda, CloudWatch …)
on. It checks no signatures, so it listens on loopback alone.

Two accounts, 123456789012 and, by an assumed role, 210987654321, have in
us-east-1 and in eu-west-1 what examples/aws needs: subnets, a security group,
target groups, and images, of which the instances of shop-sick never are healthy.

What goes wrong is decided at /-/, which says how.`

func serve(c *cli.Context) error {
	began := time.Now()
	t, err := start(c.Context, config{port: c.Int("port"), speed: c.Float64("speed"), lag: c.Duration("lag"),
		throttle: c.Float64("throttle"), ministack: c.String("ministack")})
	if err != nil {
		return err
	}
	t.explain(c.App.Writer, time.Since(began))
	failed := t.wait(c.Context)
	fmt.Fprintln(c.App.Writer, "stopping")
	t.stop()
	return failed
}
