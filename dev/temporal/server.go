// Package temporal runs the real Temporal server inside this process, with
// its state in one SQLite file. It is for one machine: it listens on loopback
// alone and lets everybody in who can reach it.
package temporal

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
	"go.uber.org/zap"
)

// Config is what a server is told.
type Config struct {
	File             string // the SQLite file, made if it is not there
	Address          string // where clients connect: a loopback address and a port
	Namespace        string // made if it is not there
	Retention        time.Duration
	SearchAttributes []string // keywords; an existing namespace does not get them
	Log              *zap.Logger
}

// Server is a running server.
type Server struct{ server temporal.Server }

// Start returns when the server answers for the namespace. One process at a
// time may use a file.
func Start(ctx context.Context, c Config) (*Server, error) {
	if err := prepare(c); err != nil {
		return nil, fmt.Errorf("temporal: prepare %s: %w", c.File, err)
	}
	host, port, err := splitAddress(c.Address)
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(host, port)
	if err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	server, err := temporal.NewServer(options(c, host, ports)...)
	if err != nil {
		return nil, fmt.Errorf("temporal: configure: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("temporal: start: %w", err)
	}
	if err := ready(ctx, c); err != nil {
		_ = server.Stop() // the reason to stop says more
		return nil, err
	}
	return &Server{server}, nil
}

// Stop ends the server. What it has acknowledged is in the file.
func (s *Server) Stop() error { return s.server.Stop() }

func options(c Config, host string, ports map[primitives.ServiceName]int) []temporal.ServerOption {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for service, port := range ports {
		hosts[service] = static.SingleLocalHost(net.JoinHostPort(host, strconv.Itoa(port)))
	}
	// Whoever reaches loopback is an administrator, as with any database of
	// a developer's machine.
	claims := func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }
	return []temporal.ServerOption{
		temporal.WithConfig(serverConfig(c, host, ports)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(log.NewZapLogger(c.Log)),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(claims),
		temporal.WithDynamicConfigClient(settings),
	}
}

// ready waits until a client finds the namespace.
func ready(ctx context.Context, c Config) error {
	for {
		err := describe(ctx, c)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("temporal: wait for %s: %w: %w", c.Address, ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var quiet = sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))

func describe(ctx context.Context, c Config) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	connection, err := client.DialContext(ctx, client.Options{HostPort: c.Address, Namespace: c.Namespace, Logger: quiet})
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = connection.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: c.Namespace})
	return err
}
