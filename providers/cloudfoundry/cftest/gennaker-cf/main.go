// Command gennaker-cf is a Cloud Foundry on one machine, to try deployments on:
// that of package cftest, with two spaces to deploy to. It runs no apps, and
// tasks by sh. It keeps nothing: when it ends, everything in it is gone.
package main

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
	"github.com/gennaker/gennaker/providers/simulation/program"
)

func main() { program.Main(app()) }

func app() *cli.App {
	return program.App(cli.App{
		Name:        "gennaker-cf",
		Usage:       "a Cloud Foundry on one machine, to try deployments on",
		Description: "What goes wrong is decided at /-/, which says how.",
		Flags:       []cli.Flag{&cli.IntFlag{Name: "port", Value: 7247, Usage: "answer at this `PORT` of 127.0.0.1; 0 takes a free one"}},
		Action:      serve,
	})
}

// serve answers until it is told to end. What is in the cloud is what
// examples/cloudfoundry needs.
func serve(c *cli.Context) error {
	listener, err := program.Listen(c.Int("port"))
	if err != nil {
		return err
	}
	cloud := cftest.New(cftest.Config{Times: cftest.Usual})
	defer cloud.EndTasks()
	furnish(cloud)
	server := program.Serve(listener, controls(cloud).Handler(), cloud)
	defer server.Close()
	fmt.Fprintf(c.App.Writer, "Cloud Foundry at %s: user admin, password secret; spaces shop > dev and shop > prod. Ctrl-C ends it.\n", server.URL)
	return server.Wait(c.Context)
}

// furnish puts into a cloud what examples/cloudfoundry needs.
func furnish(c *cftest.Cloud) {
	c.AddSpace("shop", "dev")
	c.AddSpace("shop", "prod")
	c.AddDomain("apps.example.com")
	c.AddService("postgres", "small", "large", "small-broken")
}

const help = `What can go wrong, and how to have it:

  curl -X POST 'HERE/-/sick?instance=GUID'   it has crashed
  curl -X POST 'HERE/-/well?instance=GUID'   it is well again

  curl HERE/-/effects                        what requests have changed, counted
`

// controls are what people do to the cloud behind the back of its API.
func controls(cloud *cftest.Cloud) program.Controls {
	sicken := func(ill bool) func(url.Values) error {
		return func(query url.Values) error {
			if query.Get("instance") == "" {
				return errors.New("name the instance=, by its guid: cf curl /v3/processes/GUID/stats shows it")
			}
			cloud.Sicken(query.Get("instance"), ill)
			return nil
		}
	}
	return program.Controls{
		Help: help,
		Show: map[string]func() any{"effects": func() any { return cloud.Effects() }},
		Do:   map[string]func(url.Values) error{"sick": sicken(true), "well": sicken(false)},
	}
}
