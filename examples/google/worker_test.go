package examples_test

import (
	"testing"

	"github.com/gennaker/gennaker/worker"
)

func TestTheConfigurationOpens(t *testing.T) {
	c, err := worker.Load("worker.yaml", func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range c.Accounts {
		got = append(got, a.Name+" "+a.Provider.Name())
	}
	if len(got) != 2 || got[0] != "gce gce" || got[1] != "cloudrun cloudrun" {
		t.Errorf("its accounts are %v", got)
	}
}
