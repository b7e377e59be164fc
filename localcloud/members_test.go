package localcloud_test

import (
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

func TestRebootUnderLoadLosesNoRequestAndReplacesTheProcess(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 2, abrupt("LATENCY=10ms"), "shop")
	before := w.untilUp("shop-v000", 2)
	l := startLoad(t, w.address("shop"))
	one, other := before.Instances[0].ID, before.Instances[1].ID
	w.must("Reboot", w.Reboot(t.Context(), "shop-v000", client.Reboot{Instances: []string{one}}))
	after := w.until("shop-v000", "up with another process", func(g client.ServerGroup) bool {
		return g.Count(gennaker.Up) == 2 && g.Processes[one] != 0 && g.Processes[one] != before.Processes[one]
	})
	l.faultless(t)
	if after.Processes[other] != before.Processes[other] {
		t.Errorf("%s has process %d, want %d: nobody has rebooted it", other, after.Processes[other], before.Processes[other])
	}
}

func TestTerminateUnderLoadLosesNoRequest(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 3, abrupt("LATENCY=10ms"), "shop")
	g := w.untilUp("shop-v000", 3)
	l := startLoad(t, w.address("shop"))
	w.must("Terminate", w.Terminate(t.Context(), "shop-v000", client.Terminate{Instances: []string{g.Instances[0].ID}}))
	w.until("shop-v000", "whole again", func(now client.ServerGroup) bool {
		return len(now.Instances) == 3 && now.Count(gennaker.Up) == 3 && now.Instances[0].ID != g.Instances[0].ID
	})
	l.faultless(t)
	below := client.Terminate{Instances: []string{g.Instances[1].ID}, Shrink: true}
	if err := w.Terminate(t.Context(), "shop-v000", below); !is(err, gennaker.ErrInvalid) {
		t.Errorf("Terminate below the min of 3 = %v, want ErrInvalid", err)
	}
	w.untilUp("shop-v000", 3)
}
