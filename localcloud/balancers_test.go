package localcloud_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestLoadBalancerListensWhereItIsAsked(t *testing.T) {
	w := opened(t)
	address := freeAddress(t)
	for range 2 { // it may be repeated
		b, err := w.PutLoadBalancer(t.Context(), "shop", address)
		w.must("PutLoadBalancer", err)
		if b.Address != "http://"+address {
			t.Errorf("PutLoadBalancer at %s listens at %s", address, b.Address)
		}
	}
	if b, err := w.PutLoadBalancer(t.Context(), "shop", ""); err != nil || b.Address != "http://"+address {
		t.Errorf("PutLoadBalancer without an address = %+v, %v, want it to stay at %s", b, err, address)
	}
	if status, _ := w.get("http://" + address); status != http.StatusServiceUnavailable {
		t.Errorf("a load balancer of nothing answers %d", status)
	}
}

func TestLoadBalancerMovesUnderLoad(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 1, helloSpec(), "shop")
	w.untilUp("shop-v000", 1)
	old := w.address("shop")
	b, err := w.PutLoadBalancer(t.Context(), "shop", freeAddress(t))
	w.must("PutLoadBalancer", err)
	if status, text := w.get(b.Address); status != http.StatusOK {
		t.Errorf("the new address answers %d %s", status, text)
	}
	w.eventually("the old address is given up", func() bool {
		_, err := net.Dial("tcp", strings.TrimPrefix(old, "http://"))
		return err != nil
	})
}

func TestLoadBalancerRefusesAnAddressItCannotHave(t *testing.T) {
	w := opened(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	w.must("Listen", err)
	defer taken.Close()
	for listen, want := range map[string]error{
		taken.Addr().String(): gennaker.ErrExists,
		"127.0.0.1:99999":     gennaker.ErrInvalid,
		"127.0.0.1":           gennaker.ErrInvalid,
		":8080":               gennaker.ErrInvalid,
		"192.0.2.1:8080":      gennaker.ErrInvalid,
	} {
		if _, err := w.PutLoadBalancer(t.Context(), "shop", listen); !is(err, want) || !strings.Contains(fmt.Sprint(err), listen) {
			t.Errorf("PutLoadBalancer at %s = %v, want %v", listen, err, want)
		}
	}
	if list, err := w.LoadBalancers(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("LoadBalancers = %+v, %v, want none", list, err)
	}
}

func TestLoadBalancerWaitsForAPortThatWasTakenMeanwhile(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 1, helloSpec(), "shop")
	w.untilUp("shop-v000", 1)
	address := strings.TrimPrefix(w.address("shop"), "http://")
	w.close()
	taken, err := net.Listen("tcp", address)
	w.must("Listen", err)
	w.open()
	list, err := w.LoadBalancers(t.Context())
	w.must("LoadBalancers", err)
	if len(list) != 1 || !strings.Contains(list[0].Error, address) {
		t.Errorf("LoadBalancers = %+v, want one that says that %s is taken", list, address)
	}
	taken.Close()
	w.eventually("the load balancer answers again", func() bool {
		answer, err := http.Get("http://" + address)
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

func TestLoadBalancerInUseIsNotDeleted(t *testing.T) {
	w := opened(t)
	w.create("shop-v000", 0, helloSpec(), "shop")
	if err := w.DeleteLoadBalancer(t.Context(), "shop"); !is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "shop-v000") {
		t.Errorf("DeleteLoadBalancer in use = %v, want ErrInvalid that names shop-v000", err)
	}
	w.must("Destroy", w.Destroy(t.Context(), "shop-v000"))
	w.untilGone("shop-v000")
	w.must("DeleteLoadBalancer", w.DeleteLoadBalancer(t.Context(), "shop"))
	if err := w.DeleteLoadBalancer(t.Context(), "shop"); !is(err, gennaker.ErrNotFound) {
		t.Errorf("DeleteLoadBalancer of what is gone = %v, want ErrNotFound", err)
	}
}
