// Command gennaker-azure is an Azure on one machine, to try deployments on: that
// of package azuretest, with what examples/azure needs. It keeps nothing: when
// it ends, everything in it is gone.
package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/providers/azure/azuretest"
	"github.com/gennaker/gennaker/providers/simulation/program"
)

func main() { program.Main(app()) }

func app() *cli.App {
	return program.App(cli.App{
		Name:  "gennaker-azure",
		Usage: "an Azure on one machine, to try deployments on",
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
	server, err := azuretest.ServeAt(azuretest.Config{Speed: c.Float64("speed"), Delays: delays}, fmt.Sprintf("127.0.0.1:%d", c.Int("port")))
	if err != nil {
		return err
	}
	server.Furnish()
	if _, err := fmt.Fprintf(c.App.Writer, "Simulated Azure  %s  subscription %s\n", server.URL, azuretest.Subscription); err != nil {
		return errors.Join(err, server.Close())
	}
	<-c.Context.Done()
	return server.Close()
}
