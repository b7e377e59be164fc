// Command hello answers every request with its version: the program that the
// examples deploy. It keeps the manners of a program that is replaced under
// traffic: it has a health check, and on SIGTERM it answers what it has
// accepted before it goes.
//
//	PORT               where it listens, on 127.0.0.1; required
//	VERSION            what it answers; default 1
//	HEALTHY            "false" makes the health check fail for ever
//	SICK               a file; while it is there, the health check fails
//	LATENCY            how long each answer takes, such as 200ms
//	GENNAKER_INSTANCE  its name, set by the cloud that runs it
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "hello:", err)
		os.Exit(1)
	}
}

func run() error {
	latency, err := time.ParseDuration(env("LATENCY", "0s"))
	if err != nil {
		return fmt.Errorf("LATENCY: %w", err)
	}
	if _, err := strconv.ParseUint(os.Getenv("PORT"), 10, 16); err != nil {
		return fmt.Errorf("PORT: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return serve(ctx, &http.Server{
		Addr:              net.JoinHostPort("127.0.0.1", os.Getenv("PORT")),
		Handler:           handler(latency),
		ReadHeaderTimeout: 10 * time.Second,
	})
}

// serve runs the server until ctx ends, and then until it has answered the
// requests in flight.
func serve(ctx context.Context, server *http.Server) error {
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	fmt.Printf("hello version %s listens on %s\n", env("VERSION", "1"), server.Addr)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	fmt.Println("hello finishes what is in flight")
	if err := server.Shutdown(context.Background()); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func handler(latency time.Duration) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", health)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(latency):
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(w, "hello version=%s instance=%s\n", env("VERSION", "1"), env("GENNAKER_INSTANCE", "none"))
	})
	return mux
}

func health(w http.ResponseWriter, _ *http.Request) {
	if os.Getenv("HEALTHY") == "false" {
		http.Error(w, "told never to be healthy", http.StatusServiceUnavailable)
		return
	}
	if file := os.Getenv("SICK"); file != "" {
		if _, err := os.Stat(file); err == nil {
			http.Error(w, "told to be ill", http.StatusServiceUnavailable)
			return
		}
	}
	fmt.Fprintln(w, "ok")
}

func env(name, otherwise string) string {
	if value, ok := os.LookupEnv(name); ok && value != "" {
		return value
	}
	return otherwise
}
