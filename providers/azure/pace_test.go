package azure_test

import (
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/azure"
	"github.com/gennaker/gennaker/providers/azure/azuretest"
	"github.com/gennaker/gennaker/ratelimit"
)

// A throttle of Azure slows the requests of that family down, and no others.
func TestAThrottleSlowsItsFamilyDown(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	config := it.config()
	config.Limits = &ratelimit.Limits{PerSecond: 1000}
	c, err := azure.New(config)
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	it.cloud.Refuse(func(method, path string) *azuretest.Refusal {
		if asked.Add(1) > 1 {
			return nil
		}
		return &azuretest.Refusal{Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: "slower", RetryAfter: 1}
	})
	if _, err := c.List(t.Context(), gennaker.Scope{}); !errors.Is(err, gennaker.ErrThrottled) {
		t.Fatalf("List of a cloud that throttles = %v, want ErrThrottled", err)
	}
	begun := time.Now()
	if _, err := c.ListLoadBalancers(t.Context(), region); err != nil || time.Since(begun) > 500*time.Millisecond {
		t.Errorf("ListLoadBalancers after %s = %v, want it at once: Azure counts networks for themselves", time.Since(begun), err)
	}
	if _, err := c.List(t.Context(), gennaker.Scope{}); err != nil || time.Since(begun) < 700*time.Millisecond {
		t.Errorf("List after %s = %v, want it when the second that Azure asked for is over", time.Since(begun), err)
	}
}
