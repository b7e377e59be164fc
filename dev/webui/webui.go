// Package webui serves Temporal's Web UI from this process.
package webui

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
)

// UI is a running Web UI.
type UI struct{ server *server.Server }

// Start returns when the Web UI answers at the address (host:port) for the
// Temporal server at the other one.
func Start(ctx context.Context, address, temporal, namespace string) (*UI, error) {
	// The UI's server ends the process if it cannot listen, so ask before.
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("web ui: %w", err)
	}
	host, text, err := net.SplitHostPort(l.Addr().String())
	l.Close()
	if err != nil {
		return nil, fmt.Errorf("web ui: %w", err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("web ui: %w", err)
	}
	ui := &UI{server.NewServer(server_options.WithConfigProvider(&config.Config{
		Host: host, Port: port,
		TemporalGRPCAddress: temporal,
		DefaultNamespace:    namespace,
		EnableUI:            true,
		CORS:                config.CORS{CookieInsecure: true}, // loopback has no TLS
		DisableNewsFetch:    true,                              // nothing leaves the machine
		HideLogs:            true,
	}))}
	go func() { _ = ui.server.Start() }() // it ends when stopped
	if err := ready(ctx, "http://"+address+"/healthz"); err != nil {
		ui.Stop()
		return nil, err
	}
	return ui, nil
}

// Stop closes the UI and its connections.
func (u *UI) Stop() { u.server.Stop() }

func ready(ctx context.Context, url string) error {
	for {
		err := get(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("web ui: wait for %s: %w: %w", url, ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, answer.Status)
	}
	return nil
}
