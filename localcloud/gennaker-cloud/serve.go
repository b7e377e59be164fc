package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"
	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud"
)

var serveCommand = &cli.Command{
	Name:  "serve",
	Usage: "run the daemon until it is told to end",
	Description: `gennaker-cloud serve --state /var/lib/cloud

At SIGTERM and SIGINT the daemon ends and the instances go on; the next one
adopts them. With --stop-instances they are drained and stopped first, and
started again by the next one. Under systemd set KillMode=process, or it ends
the instances together with the daemon.`,
	Flags: []cli.Flag{
		&cli.StringFlag{Name: "listen", Value: "127.0.0.1:0", Usage: "loopback address of the API; port 0 is chosen once and kept"},
		&cli.BoolFlag{Name: "stop-instances", Usage: "stop the instances when the daemon ends"},
		&cli.DurationFlag{Name: "stop-timeout", Value: time.Minute, Usage: "how long the instances may take to stop"},
	},
	Action: serve,
}

func serve(c *cli.Context) error {
	log, err := zap.NewProduction()
	if err != nil {
		return err
	}
	defer log.Sync()
	cloud, err := localcloud.Open(c.Context, localcloud.Config{State: c.String("state"), Listen: c.String("listen"), Log: log})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.App.Writer, "serving on", cloud.URL())
	<-c.Context.Done()
	var stopped error
	if c.Bool("stop-instances") {
		ctx, cancel := context.WithTimeout(context.Background(), c.Duration("stop-timeout"))
		defer cancel()
		stopped = cloud.StopInstances(ctx)
	}
	return errors.Join(stopped, cloud.Close())
}
