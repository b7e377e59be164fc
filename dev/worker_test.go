package dev

import (
	"context"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/dev/temporal"
	"github.com/gennaker/gennaker/ratelimit"
	"github.com/gennaker/gennaker/worker"
)

// connect starts a Temporal that knows nothing of Gennaker.
func connect(t *testing.T) (string, client.Client) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	server, err := temporal.Start(ctx, temporal.Config{File: filepath.Join(t.TempDir(), "temporal.db"), Address: address,
		Namespace: namespace, Retention: retention, Log: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Namespace: namespace, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return address, c
}

func TestWorkersAddSearchAttributesAtTheSameTime(t *testing.T) {
	_, c := connect(t)
	var adders sync.WaitGroup
	for range 4 {
		adders.Go(func() {
			if err := worker.AddSearchAttributes(t.Context(), c, namespace); err != nil {
				t.Errorf("AddSearchAttributes = %v", err)
			}
		})
	}
	adders.Wait()
	there, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{gennaker.SearchApplication, gennaker.SearchPipeline, gennaker.SearchUser} {
		if got := there.CustomAttributes[name].String(); got != "Keyword" {
			t.Errorf("search attribute %s = %s, want Keyword", name, got)
		}
	}
}

func TestWorkersKnowHowManyShareTheLimitsOfTheirAccounts(t *testing.T) {
	address, _ := connect(t)
	start := func() (*worker.Worker, *ratelimit.Limits) {
		config := worker.Default()
		config.Temporal.Address = address
		config.Requests = &ratelimit.Limits{PerSecond: 10}
		w, err := worker.Start(t.Context(), config, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		return w, config.Requests
	}
	until := func(l *ratelimit.Limits, want int) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); l.Workers() != want; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("a worker shares with %d, itself among them, want %d", l.Workers(), want)
			}
		}
	}
	first, limits := start()
	defer first.Stop()
	second, others := start()
	until(limits, 2)
	until(others, 2)
	second.Stop()
	until(limits, 1)
}

func TestAWorkerTakesItsPlaceInADeployment(t *testing.T) {
	address, c := connect(t)
	config := worker.Default()
	config.Temporal.Address = address
	config.Deployment = worker.Deployment{Name: "gennaker", BuildID: "v7", Behavior: "pinned"}
	w, err := worker.Start(t.Context(), config, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	var last string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		d, err := c.WorkerDeploymentClient().GetHandle("gennaker").Describe(t.Context(), client.WorkerDeploymentDescribeOptions{})
		if err != nil {
			last = err.Error()
			continue
		}
		for _, v := range d.Info.VersionSummaries {
			if v.Version.BuildID == "v7" {
				return
			}
		}
		last = "no version v7"
	}
	t.Errorf("deployment gennaker: %s", last)
}
