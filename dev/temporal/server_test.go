package temporal

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
)

// newConfig is a server on a file in a folder whose name must be escaped.
func newConfig(t *testing.T) Config {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := filepath.Join(t.TempDir(), "50% of #1?")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return Config{File: filepath.Join(dir, "temporal.db"), Address: l.Addr().String(), Namespace: "shop",
		Retention: 36 * time.Hour, SearchAttributes: []string{"Color"}, Log: zap.NewNop()}
}

func start(t *testing.T, c Config) (*Server, client.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := Start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	connection, err := client.DialContext(ctx, client.Options{HostPort: c.Address, Namespace: c.Namespace, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Close)
	return s, connection
}

func TestANewFileHasTheNamespaceAndItsAttributes(t *testing.T) {
	c := newConfig(t)
	// What a process left that was killed while it made the file.
	if err := os.WriteFile(c.File+".new", []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, connection := start(t, c)
	namespace, err := connection.WorkflowService().DescribeNamespace(t.Context(),
		&workflowservice.DescribeNamespaceRequest{Namespace: "shop"})
	if err != nil || namespace.Config.WorkflowExecutionRetentionTtl.AsDuration() != c.Retention {
		t.Errorf("namespace = %v, %v, want a retention of %s", namespace, err, c.Retention)
	}
	attributes, err := connection.OperatorService().ListSearchAttributes(t.Context(),
		&operatorservice.ListSearchAttributesRequest{Namespace: "shop"})
	if err != nil || attributes.CustomAttributes["Color"].String() != "Keyword" {
		t.Errorf("search attributes = %v, %v, want the keyword Color", attributes, err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("Stop = %v", err)
	}
}

func TestAFileFromAnotherServerIsRefused(t *testing.T) {
	for _, f := range []struct{ name, statement, want string }{
		{"of another version", `CREATE TABLE gennaker_schema AS SELECT 'temporal 9.9, visibility 9.9' AS version`,
			"it has temporal 9.9, visibility 9.9 and this gennaker-dev needs " + schemaVersion},
		{"that is not ours", `CREATE TABLE other (x)`, "it was not made by gennaker-dev"},
	} {
		t.Run(f.name, func(t *testing.T) {
			c := newConfig(t)
			db, err := open(c.File, "rwc")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(f.statement); err != nil {
				t.Fatal(err)
			}
			if _, err := Start(t.Context(), c); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), f.want) {
				t.Errorf("Start = %v, want %q", err, f.want)
			}
		})
	}
}

func TestTheFileIsSafeFromTheDeathOfTheProcess(t *testing.T) {
	c := newConfig(t)
	s, _ := start(t, c)
	defer s.Stop()
	db, err := sql.Open("sqlite", "file:"+database(c.File).DatabaseName)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var mode string
	if err := db.QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal mode = %q, %v, want wal", mode, err)
	}
}
