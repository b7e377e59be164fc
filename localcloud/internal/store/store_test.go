package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

func open(t *testing.T, file string) *store.Store {
	t.Helper()
	s, err := store.Open(file)
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasKeptIsThereAfterItIsOpenedAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "what? #1 50%.db") // a name that a URL would cut
	s := open(t, file)
	group := client.ServerGroup{ServerGroup: gennaker.ServerGroup{Name: "shop-v000", Enabled: true,
		Created: time.Unix(1, 23).UTC(), Marks: map[string]string{gennaker.MarkToken: "a"}}, Spec: client.Spec{Command: "shop"}}
	first := store.Instance{ID: "z", ServerGroup: "shop-v000", Port: 20001, Process: process.ID{PID: 7, Started: "x:1"}}
	second := store.Instance{ID: "a", ServerGroup: "shop-v000", Stopping: true}
	balancer := store.LoadBalancer{Name: "shop", Listen: "127.0.0.1:8080"}
	shown := group
	shown.InFlight, shown.Instances = 3, []gennaker.Instance{{ID: "not kept"}}
	check(t, s.PutServerGroup(shown))
	check(t, s.PutInstance(store.Instance{ID: "z"}))
	check(t, s.PutInstance(second))
	check(t, s.PutInstance(first)) // again: it stays the first
	check(t, s.PutLoadBalancer(balancer))
	check(t, s.PutFact("listen", "here"))
	check(t, s.Close())
	_, err := os.Stat(file)
	check(t, err)

	s = open(t, file)
	groups, err := s.ServerGroups()
	if err != nil || !reflect.DeepEqual(groups, []client.ServerGroup{group}) {
		t.Errorf("ServerGroups = %+v, %v, want %+v", groups, err, group)
	}
	instances, err := s.Instances()
	if err != nil || !reflect.DeepEqual(instances, []store.Instance{first, second}) {
		t.Errorf("Instances = %+v, %v, want %+v and %+v", instances, err, first, second)
	}
	balancers, err := s.LoadBalancers()
	if err != nil || !reflect.DeepEqual(balancers, []store.LoadBalancer{balancer}) {
		t.Errorf("LoadBalancers = %+v, %v, want %+v", balancers, err, balancer)
	}
	if fact, err := s.Fact("listen"); fact != "here" || err != nil {
		t.Errorf("Fact = %q, %v", fact, err)
	}
	if fact, err := s.Fact("none"); fact != "" || err != nil {
		t.Errorf("Fact that is not there = %q, %v", fact, err)
	}
}

func TestWhatWasDeletedIsGone(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "cloud.db"))
	check(t, s.PutServerGroup(client.ServerGroup{ServerGroup: gennaker.ServerGroup{Name: "x"}}))
	check(t, s.PutInstance(store.Instance{ID: "x"}))
	check(t, s.PutLoadBalancer(store.LoadBalancer{Name: "x"}))
	for range 2 { // it may be gone
		check(t, s.DeleteServerGroup("x"))
		check(t, s.DeleteInstance("x"))
		check(t, s.DeleteLoadBalancer("x"))
	}
	groups, _ := s.ServerGroups()
	instances, _ := s.Instances()
	balancers, _ := s.LoadBalancers()
	if len(groups)+len(instances)+len(balancers) > 0 {
		t.Errorf("left: %+v %+v %+v", groups, instances, balancers)
	}
}

func TestFileOfAnotherVersionIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cloud.db")
	db, err := sql.Open("sqlite", file)
	check(t, err)
	_, err = db.Exec("PRAGMA user_version = 99")
	check(t, err)
	check(t, db.Close())
	if _, err := store.Open(file); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("Open = %v, want an error that names version 99", err)
	}
}

// The first version had no jobs.
func TestFileOfTheFirstVersionIsBroughtUpToDate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cloud.db")
	s := open(t, file)
	check(t, s.PutFact("cloud", "mine"))
	check(t, s.Close())
	db, err := sql.Open("sqlite", file)
	check(t, err)
	_, err = db.Exec("DROP TABLE jobs; PRAGMA user_version = 1")
	check(t, err)
	check(t, db.Close())
	s = open(t, file)
	job := store.Job{Job: client.Job{Job: gennaker.Job{Name: "migrate"}}, Process: process.ID{PID: 7, Started: "x:1"}, Stopping: "stopped"}
	check(t, s.PutJob(job))
	if jobs, err := s.Jobs(); err != nil || !reflect.DeepEqual(jobs, []store.Job{job}) {
		t.Errorf("Jobs = %+v, %v, want %+v", jobs, err, job)
	}
	check(t, s.DeleteJob("migrate"))
	if jobs, err := s.Jobs(); err != nil || len(jobs) > 0 {
		t.Errorf("Jobs after it was deleted = %+v, %v", jobs, err)
	}
	if fact, err := s.Fact("cloud"); fact != "mine" || err != nil {
		t.Errorf("Fact = %q, %v, want it as before", fact, err)
	}
}
