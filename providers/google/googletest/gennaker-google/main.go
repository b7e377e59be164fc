// Command gennaker-google is a Google Compute Engine and a Cloud Run on one
// machine, to try deployments on: the simulators of packages googletest and
// cloudrun with a project to deploy to. It keeps nothing: when it ends,
// everything in it is gone.
package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/providers/simulation/program"
)

func main() { program.Main(app()) }

func app() *cli.App {
	return program.App(cli.App{
		Name:        "gennaker-google",
		Usage:       "a Google Compute Engine and a Cloud Run on one machine, to try deployments on",
		Description: description,
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "port", Value: 7245, Usage: "answer at this `PORT` of 127.0.0.1; 0 takes a free one"},
			&cli.Float64Flag{Name: "speed", Value: 10, Usage: "boot, drain and stop instances `N` times as fast as Google does"},
			&cli.Float64Flag{Name: "throttle", Usage: "refuse more than `N` calls a second of a project"},
		},
		Action: serve,
	})
}

const description = `It answers as compute/v1, with the life cycles of Google: instances are
provisioned, staged, checked, drained and stopped, and changes are operations
that end later. It checks no credentials, so it listens on loopback alone.

The project demo has images, of which the instances of shop-sick never are
healthy, a health check, a backend service behind an HTTP load balancer, and a
target pool in us-central1, all named shop.

It answers as run/v2 too: services of Cloud Run, their revisions and traffic.

What goes wrong is decided at /-/, which says how.`

func serve(c *cli.Context) error {
	t, err := start(c.Int("port"), c.Float64("speed"), c.Float64("throttle"))
	if err != nil {
		return err
	}
	t.explain(c.App.Writer)
	failed := t.Wait(c.Context)
	fmt.Fprintln(c.App.Writer, "stopping")
	return errors.Join(failed, t.Close())
}
