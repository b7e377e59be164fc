// Command gennaker-cf is a Cloud Foundry on one machine, to try deployments on:
// that of package cftest, with two spaces to deploy to. It runs no apps, and
// tasks by sh. It keeps nothing: when it ends, everything in it is gone.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	port := flag.Int("port", 7247, "answer at this port of 127.0.0.1; 0 takes a free one")
	flag.Parse()
	if err := run(ctx, *port, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gennaker-cf:", err)
		os.Exit(1)
	}
}

// run serves until the context ends. What is in the cloud is what
// examples/cloudfoundry needs.
func run(ctx context.Context, port int, out io.Writer) error {
	server, err := cftest.Serve(cftest.Config{Times: cftest.Usual, Address: fmt.Sprintf("127.0.0.1:%d", port)})
	if err != nil {
		return err
	}
	furnish(server.Cloud)
	fmt.Fprintf(out, "Cloud Foundry at %s: user admin, password secret; spaces shop > dev and shop > prod. Ctrl-C ends it.\n", server.URL)
	<-ctx.Done()
	return server.Close()
}

// furnish puts into a cloud what examples/cloudfoundry needs.
func furnish(c *cftest.Cloud) {
	c.AddSpace("shop", "dev")
	c.AddSpace("shop", "prod")
	c.AddDomain("apps.example.com")
	c.AddService("postgres", "small", "large", "small-broken")
}
