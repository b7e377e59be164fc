// Package store keeps what a local cloud must not forget when it is killed:
// which server groups, instances, load balancers and jobs there shall be. Each is
// one JSON document; a write is kept once the call has returned.
package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
)

// Instance is one process that there shall be.
type Instance struct {
	ID          string `json:"id"`
	ServerGroup string `json:"serverGroup"`
	Port        int    `json:"port"`
	// Process is empty from before a process is started until it is known: a
	// process may then be there that only its environment tells of.
	Process  process.ID `json:"process"`
	Launched time.Time  `json:"launched,omitzero"` // the process, not the instance
	Up       bool       `json:"up,omitempty"`      // the health check's verdict
	Restarts int        `json:"restarts,omitempty"`
	Stopping bool       `json:"stopping,omitempty"` // on its way out for good
}

// LoadBalancer is one address that there shall be.
type LoadBalancer struct {
	Name   string `json:"name"`
	Listen string `json:"listen"` // host:port
}

// Job is one process that shall run once, or how it ended.
type Job struct {
	client.Job
	// Process is empty from before the process is started until it is known.
	Process process.ID `json:"process,omitzero"`
	// Stopping says why it was told to end; empty if it was not.
	Stopping string `json:"stopping,omitempty"`
}

// Store is a file. It is safe to share.
type Store struct{ db *sql.DB }

// versions makes the tables: each entry is what one version has more than the
// one before. How many were made is kept in the file.
var versions = []string{`
CREATE TABLE server_groups  (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE instances      (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE load_balancers (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE facts          (name TEXT PRIMARY KEY, body TEXT NOT NULL);`, `
CREATE TABLE jobs           (name TEXT PRIMARY KEY, body TEXT NOT NULL);`,
}

// Open makes the file if it is not there.
func Open(file string) (*Store, error) {
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(NORMAL)", "busy_timeout(5000)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: pragmas.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &Store{db: db}
	if err := s.prepare(); err != nil {
		db.Close()
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

func (s *Store) prepare() error {
	var found int
	if err := s.db.QueryRow("PRAGMA user_version").Scan(&found); err != nil {
		return err
	}
	if found > len(versions) {
		return fmt.Errorf("written by a newer version: its tables are of version %d, not %d", found, len(versions))
	}
	if found == len(versions) {
		return nil
	}
	return s.transact(func(tx *sql.Tx) error {
		more := strings.Join(versions[found:], "")
		_, err := tx.Exec(more + fmt.Sprintf("PRAGMA user_version = %d;", len(versions)))
		return err
	})
}

func (s *Store) transact(do func(*sql.Tx) error) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

// Close waits for writes under way.
func (s *Store) Close() error { return s.db.Close() }

// PutServerGroup keeps a server group without its instances.
func (s *Store) PutServerGroup(g client.ServerGroup) error {
	g.Instances, g.Processes, g.InFlight = nil, nil, 0
	return s.put("server_groups", g.Name, g)
}

func (s *Store) PutInstance(i Instance) error         { return s.put("instances", i.ID, i) }
func (s *Store) PutLoadBalancer(b LoadBalancer) error { return s.put("load_balancers", b.Name, b) }
func (s *Store) PutJob(j Job) error                   { return s.put("jobs", j.Name, j) }

func (s *Store) DeleteServerGroup(name string) error  { return s.remove("server_groups", name) }
func (s *Store) DeleteInstance(id string) error       { return s.remove("instances", id) }
func (s *Store) DeleteLoadBalancer(name string) error { return s.remove("load_balancers", name) }
func (s *Store) DeleteJob(name string) error          { return s.remove("jobs", name) }

func (s *Store) ServerGroups() ([]client.ServerGroup, error) {
	return all[client.ServerGroup](s, "server_groups")
}

func (s *Store) Instances() ([]Instance, error) { return all[Instance](s, "instances") }

func (s *Store) LoadBalancers() ([]LoadBalancer, error) {
	return all[LoadBalancer](s, "load_balancers")
}

func (s *Store) Jobs() ([]Job, error) { return all[Job](s, "jobs") }

// Fact is a single value kept under a name; empty if there is none.
func (s *Store) Fact(name string) (string, error) {
	var value string
	err := s.db.QueryRow("SELECT body FROM facts WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

func (s *Store) PutFact(name, value string) error { return s.write("facts", name, value) }

func (s *Store) put(table, name string, document any) error {
	body, err := json.Marshal(document)
	if err != nil {
		return err
	}
	return s.write(table, name, string(body))
}

func (s *Store) write(table, name, body string) error {
	_, err := s.db.Exec("INSERT INTO "+table+" (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body", name, body)
	return err
}

func (s *Store) remove(table, name string) error {
	_, err := s.db.Exec("DELETE FROM "+table+" WHERE name = ?", name)
	return err
}

// all reads a table's documents in the order in which they were first kept.
func all[T any](s *Store, table string) ([]T, error) {
	rows, err := s.db.Query("SELECT body FROM " + table + " ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		var document T
		if err := json.Unmarshal(body, &document); err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
		list = append(list, document)
	}
	return list, rows.Err()
}
