package starter

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/store"
)

const (
	defaultAddress = "127.0.0.1:7233"
	// patience is how long Temporal may take to answer the first call.
	patience = 5 * time.Second
)

func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "address", EnvVars: []string{"GENNAKER_TEMPORAL_ADDRESS"},
			Usage: "Temporal's `HOST:PORT`; else TEMPORAL_ADDRESS, the running gennaker-dev, " + defaultAddress},
		&cli.StringFlag{Name: "namespace", Usage: "Temporal's `NAMESPACE`; else TEMPORAL_NAMESPACE, default"},
		&cli.StringFlag{Name: "task-queue", EnvVars: []string{"GENNAKER_TASK_QUEUE"}, Value: gennaker.TaskQueue,
			Usage: "the `QUEUE` that the workers serve"},
		&cli.StringFlag{Name: "state", EnvVars: []string{"GENNAKER_STATE"}, Value: ".gennaker",
			Usage: "`DIRECTORY` in which gennaker-dev says where it runs"},
		&cli.StringFlag{Name: "user", EnvVars: []string{"GENNAKER_USER"}, Usage: "who you are; else the operating system's `NAME` for you"},
		&cli.BoolFlag{DisableDefaultText: true, Name: "no-color", Usage: "never colour the output; as NO_COLOR does"},
	}
}

// session is a command's connection to Temporal.
type session struct {
	client.Client
	executions executions.Client
	pipelines  store.Store
	data       converter.DataConverter
	address    string
	namespace  string
	taskQueue  string
	user       string
}

// online makes the action of a command that talks to Temporal.
func online(act func(*cli.Context, *session) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		s, err := connect(c)
		if err != nil {
			return err
		}
		defer s.Close()
		if err := act(c, s); err != nil {
			return explain(err, s.address)
		}
		return nil
	}
}

func connect(c *cli.Context) (*session, error) {
	options, err := clientOptions(c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context, patience)
	defer cancel()
	temporal, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, unreachable(c.Context, err, options.HostPort)
	}
	queue := c.String("task-queue")
	return &session{
		Client:     temporal,
		executions: executions.Client{Temporal: temporal, Data: options.DataConverter, TaskQueue: queue},
		pipelines:  store.Store{Temporal: temporal, Data: options.DataConverter, TaskQueue: queue},
		data:       options.DataConverter, address: options.HostPort, namespace: options.Namespace, taskQueue: queue, user: userName(c),
	}, nil
}

// unreachable explains why the first call got no answer. Whatever the
// transport calls it, unless Temporal answered, it is not reachable.
func unreachable(ctx context.Context, err error, address string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f := explain(err, address)
	if f.code == exitFailed {
		f = explain(fmt.Errorf("%w: %w", context.DeadlineExceeded, err), address)
	}
	return f
}

// clientOptions are those of Temporal's own environment variables and
// profiles, under the command line's.
func clientOptions(c *cli.Context) (client.Options, error) {
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{IncludeRemoteCodec: true})
	if err != nil {
		return options, usagef("Temporal's settings: %v: check the TEMPORAL_* variables and %s", err, envconfig.DefaultConfigFilePath())
	}
	if c.String("address") == "" && options.HostPort == "" {
		dev := readDev(c.String("state"))
		options.HostPort = dev.Temporal
		options.Namespace = cmp.Or(options.Namespace, dev.Namespace)
	}
	options.HostPort = cmp.Or(c.String("address"), options.HostPort, defaultAddress)
	options.Namespace = cmp.Or(c.String("namespace"), options.Namespace, client.DefaultNamespace)
	options.Identity = userName(c) + "@gennaker"
	if options.DataConverter == nil {
		options.DataConverter = converter.GetDefaultDataConverter()
	}
	options.Logger = log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	return options, nil
}

// dev is where a gennaker-dev has its Temporal.
type dev struct {
	Temporal  string `json:"temporal"`
	Namespace string `json:"namespace"`
}

// readDev reads what the gennaker-dev with that state directory wrote down;
// nothing if there is none.
func readDev(state string) dev {
	data, err := os.ReadFile(filepath.Join(state, "dev.json"))
	if err != nil {
		return dev{}
	}
	var d dev
	if json.Unmarshal(data, &d) != nil {
		return dev{}
	}
	return d
}

// userName is who gives the command, as far as the command line knows.
func userName(c *cli.Context) string {
	if name := c.String("user"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return cmp.Or(os.Getenv("USER"), "unknown")
}
