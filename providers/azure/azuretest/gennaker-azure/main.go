// Command gennaker-azure is an Azure on one machine, to try deployments on: that
// of package azuretest, with what examples/azure needs. It keeps nothing: when
// it ends, everything in it is gone.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/providers/azure/azuretest"
	"github.com/gennaker/gennaker/providers/simulation/program"
)

func main() { program.Main(app()) }

func app() *cli.App {
	return program.App(cli.App{
		Name:        "gennaker-azure",
		Usage:       "an Azure on one machine, to try deployments on",
		Description: "What goes wrong is decided at /-/, which says how.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "port", Value: 7246, Usage: "answer at this `PORT` of 127.0.0.1; 0 takes a free one"},
			&cli.Float64Flag{Name: "speed", Value: 10, Usage: "start and end machines `N` times as fast as by its own clock"},
		},
		Action: serve,
	})
}

func serve(c *cli.Context) error {
	delays := azuretest.Delays{Provision: time.Minute, Warm: 20 * time.Second, Model: 10 * time.Second, Upgrade: 20 * time.Second,
		Restart: time.Minute, Delete: time.Minute}
	listener, err := program.Listen(c.Int("port"))
	if err != nil {
		return err
	}
	cloud := azuretest.New(azuretest.Config{Speed: c.Float64("speed"), Delays: delays})
	cloud.Furnish()
	server := program.Serve(listener, controls(cloud).Handler(), cloud)
	defer server.Close()
	if _, err := fmt.Fprintf(c.App.Writer, "Simulated Azure  %s  subscription %s\n", server.URL, azuretest.Subscription); err != nil {
		return err
	}
	return server.Wait(c.Context)
}

const help = `What can go wrong, and how to have it:

  curl -X POST 'HERE/-/sick?set=shop-v001'   the machines of a scale set fail their health checks
  curl -X POST 'HERE/-/well?set=shop-v001'   they pass them again
  curl -X POST 'HERE/-/fail?set=shop-v002&code=AllocationFailed&message=no+capacity'
                                             the next operation on it, which may still
                                             have to be made, is accepted and then fails

  curl HERE/-/effects                        what requests have changed, counted
`

// controls are what people do to the cloud behind the back of its API.
func controls(cloud *azuretest.Cloud) program.Controls {
	on := func(do func(set string, query url.Values)) func(url.Values) error {
		return func(query url.Values) error {
			if query.Get("set") == "" {
				return errors.New("name a scale set=, like shop-v001")
			}
			do(query.Get("set"), query)
			return nil
		}
	}
	return program.Controls{
		Help: help,
		Show: map[string]func() any{"effects": func() any { return cloud.Effects() }},
		Do: map[string]func(url.Values) error{
			"sick": on(func(set string, _ url.Values) { cloud.Sicken(set, true) }),
			"well": on(func(set string, _ url.Values) { cloud.Sicken(set, false) }),
			"fail": on(func(set string, query url.Values) {
				cloud.FailNext(set, azuretest.Failure{Code: cmp.Or(query.Get("code"), "InternalExecutionError"), Message: query.Get("message")})
			}),
		},
	}
}
