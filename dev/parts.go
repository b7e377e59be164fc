package dev

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/dev/temporal"
	"github.com/gennaker/gennaker/dev/webui"
	"github.com/gennaker/gennaker/localcloud"
	"github.com/gennaker/gennaker/providers/local"
	"github.com/gennaker/gennaker/worker"
)

// part is one of the things that run. Its start returns when it is ready,
// with what stops it.
type part struct {
	name  string
	ports []Port
	start func(d *Dev, ctx context.Context) (stop func() error, err error)
}

// parts are in the order of their start.
var parts = []part{
	{"temporal", []Port{TemporalPort}, (*Dev).startTemporal},
	{"ui", []Port{UIPort}, (*Dev).startUI},
	{"cloud", []Port{CloudPort}, (*Dev).startCloud},
	{"worker", []Port{MetricsPort}, (*Dev).startWorker},
}

// PartNames lists the parts in the order of their start.
func PartNames() []string {
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	return names
}

const (
	namespace = "default"
	retention = 7 * 24 * time.Hour // how long finished executions are kept
	// startTimeout is for a server to answer on a busy machine.
	startTimeout = 60 * time.Second
	// workerStop bounds the worker's stop, so that all parts together take
	// less than 15 seconds.
	workerStop    = 4 * time.Second
	instancesStop = 5 * time.Second
)

func (d *Dev) startTemporal(ctx context.Context) (func() error, error) {
	log, err := d.logger("temporal")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	address := d.address(TemporalPort)
	server, err := temporal.Start(ctx, temporal.Config{
		File:             d.file("temporal.db"),
		Address:          address,
		Namespace:        namespace,
		Retention:        retention,
		SearchAttributes: []string{gennaker.SearchApplication, gennaker.SearchPipeline, gennaker.SearchUser},
		Log:              log,
	})
	if err != nil {
		return nil, err
	}
	if err := addSearchAttributes(ctx, address); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	d.addresses.Temporal, d.addresses.Namespace = address, namespace
	return server.Stop, nil
}

var quiet = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

// addSearchAttributes adds those that a namespace from an older version lacks.
func addSearchAttributes(ctx context.Context, address string) error {
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Namespace: namespace, Logger: quiet})
	if err != nil {
		return err
	}
	defer c.Close()
	return worker.AddSearchAttributes(ctx, c, namespace)
}

func (d *Dev) startUI(ctx context.Context) (func() error, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	address := d.address(UIPort)
	ui, err := webui.Start(ctx, address, d.temporal(), namespace)
	if err != nil {
		return nil, err
	}
	d.addresses.UI = "http://" + address
	return func() error { ui.Stop(); return nil }, nil
}

func (d *Dev) startCloud(ctx context.Context) (func() error, error) {
	log, err := d.logger("cloud")
	if err != nil {
		return nil, err
	}
	cloud, err := localcloud.Open(ctx, localcloud.Config{State: d.file("cloud"), Listen: d.address(CloudPort), Log: log})
	if err != nil {
		return nil, err
	}
	d.addresses.Cloud, d.addresses.CloudTokenFile = cloud.URL(), d.file("cloud", "token")
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), instancesStop)
		defer cancel()
		return errors.Join(cloud.StopInstances(ctx), cloud.Close())
	}, nil
}

func (d *Dev) startWorker(ctx context.Context) (func() error, error) {
	log, err := d.logger("worker")
	if err != nil {
		return nil, err
	}
	c, err := worker.Load(d.config.WorkerConfig, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	account, err := local.New(local.Config{Account: "local", StateDir: d.file("cloud")})
	if err != nil {
		return nil, err
	}
	c.Temporal = worker.Temporal{Address: d.temporal(), Namespace: namespace, TaskQueue: gennaker.TaskQueue}
	c.Accounts = append(c.Accounts, worker.Account{Name: "local", Provider: account})
	c.Metrics.Listen, c.Health.Listen = d.address(MetricsPort), d.address(MetricsPort)
	c.Limits.StopTimeout = workerStop
	if d.addresses.Temporal == "" {
		d.say("worker connects to Temporal at %s", c.Temporal.Address)
	}
	w, err := worker.Start(ctx, c, log)
	if err != nil {
		return nil, err
	}
	d.failed = w.Failed()
	d.addresses.Metrics = "http://" + c.Metrics.Listen + "/metrics"
	d.addresses.Health = "http://" + c.Health.Listen + "/readyz"
	return func() error { w.Stop(); return nil }, nil
}

// temporal is the address of the Temporal that the other parts use.
func (d *Dev) temporal() string {
	if d.addresses.Temporal == "" && d.config.Temporal != "" {
		return d.config.Temporal
	}
	return d.address(TemporalPort)
}

func (d *Dev) address(p Port) string { return net.JoinHostPort(loopback, strconv.Itoa(d.ports[p])) }
