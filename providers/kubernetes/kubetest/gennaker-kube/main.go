// Command gennaker-kube is a Kubernetes on one machine, to try deployments on:
// the control plane of package kubetest, whose pods run nothing. It keeps
// nothing: when it ends, everything in it is gone.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
	"github.com/gennaker/gennaker/providers/simulation/program"
)

func main() { program.Main(app()) }

func app() *cli.App {
	return program.App(cli.App{
		Name:        "gennaker-kube",
		Usage:       "a Kubernetes on one machine, to try deployments on",
		Description: description,
		Flags: []cli.Flag{
			&cli.PathFlag{Name: "dir", Value: ".gennaker/kube", Usage: "keep the kubeconfig and the logs in this `FOLDER`"},
		},
		Action: serve,
	})
}

const description = `The API server, the controllers and the scheduler are Kubernetes' own; the node is
played. What becomes of a pod is chosen by the name of its image: that of web:1
is ready at once, that of web-sick:1 never (ImagePullBackOff), that of web-crash:1
crashes again and again.`

func serve(c *cli.Context) error {
	dir, err := filepath.Abs(c.Path("dir"))
	if err != nil {
		return err
	}
	tools, err := kubetest.Tools(os.Stderr)
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return err
	}
	began := time.Now()
	cluster, err := kubetest.Start(c.Context, tools, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, welcome, cluster.URL, time.Since(began).Round(100*time.Millisecond), cluster.Kubeconfig(), tools, cluster.Kubeconfig())
	<-c.Context.Done()
	fmt.Fprintln(c.App.Writer, "stopping")
	cluster.Stop()
	return nil
}

const welcome = `Kubernetes answers at %s, after %s. Ctrl-C ends it, with all that is in it.

kubectl     export KUBECONFIG=%s PATH=%s:$PATH

worker.yaml
  accounts:
  - name: kube
    provider: kubernetes
    kubeconfigFile: %s
`
