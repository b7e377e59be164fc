package dev

import (
	"fmt"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/worker"
)

// TestAVastAccountIsReadThroughTemporal has 2,000 server groups with 20,000
// instances, which as they are would be three times what Temporal takes.
func TestAVastAccountIsReadThroughTemporal(t *testing.T) {
	const groups, instances, region = 2000, 10, "us-east-1"
	cloud, err := awstest.Serve(awstest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer cloud.Close()
	place := cloud.Region(region)
	image, target := place.AddImage(awstest.Image{Name: "shop-1"}), ""
	for n := range groups {
		if n%50 == 0 {
			target = place.AddTargetGroup(awstest.TargetGroup{Name: fmt.Sprintf("app%03d", n/50)})
		}
		place.AddRunning(awstest.Running{Name: fmt.Sprintf("app%03d-prod%d-v000", n/50, n%50), Instances: instances, Image: image, TargetGroups: []string{target}})
	}
	account, err := aws.New(aws.Config{Account: "prod", Regions: []string{region}, AccessKeyID: "test", SecretAccessKey: "test", Endpoint: cloud.URL})
	if err != nil {
		t.Fatal(err)
	}
	address, c := connect(t)
	config := worker.Default()
	config.Temporal.Address = address
	config.Accounts = []worker.Account{{Name: "prod", Provider: account}}
	w, err := worker.Start(t.Context(), config, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	for _, brief := range []bool{false, true} {
		began := time.Now()
		asked, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: gennaker.TaskQueue},
			gennaker.InventoryWorkflow, gennaker.InventoryQuery{Brief: brief})
		if err != nil {
			t.Fatal(err)
		}
		var inventory gennaker.Inventory
		if err := asked.Get(t.Context(), &inventory); err != nil {
			t.Fatalf("the inventory = %v", err)
		}
		t.Logf("brief %t: it took %s", brief, time.Since(began))
		up := 0
		for _, g := range inventory.ServerGroups {
			up += g.Count(gennaker.Up)
			if (g.Instances[0].Address == "") != brief {
				t.Fatalf("brief %t: %+v", brief, g)
			}
		}
		if len(inventory.ServerGroups) != groups || up != groups*instances || inventory.LeftOut != "" {
			t.Errorf("brief %t: %d server groups with %d instances that are up came, without %q; want %d with %d, and nothing left out",
				brief, len(inventory.ServerGroups), up, inventory.LeftOut, groups, groups*instances)
		}
	}
}
