package cloudfoundry_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/cloudfoundry/cftest"
)

func TestTheQuotasOfASpaceAndItsOrganizationCount(t *testing.T) {
	it := startTarget(t, cftest.Times{})
	cloud := it.account(t)
	sized := func(memory string) map[string]any {
		return with("manifest", map[string]any{"direct": map[string]any{"memory": memory}})
	}
	if err := cloud.Create(t.Context(), request("shop-web-v000", sized("512M"))); err != nil { // two instances
		t.Fatalf("Create = %v", err)
	}
	for _, c := range []struct {
		name       string
		org, space cftest.Quota
		block      map[string]any
		want       string
	}{
		{"none", cftest.Quota{}, cftest.Quota{}, sized("256M"), "any number by no quota bounds the instances of shop > dev"},
		{"instances", cftest.Quota{Instances: new(9)}, cftest.Quota{}, sized("256M"), "7 by total_instances in the organization by quota small: 2 of 9 used"},
		{"memory", cftest.Quota{Instances: new(9), Memory: new(2048)}, cftest.Quota{}, sized("256M"), "4 by total_memory_in_mb in the organization by quota small: 1024 of 2048 used"},
		{"memory that the block leaves to Cloud Foundry", cftest.Quota{Memory: new(4096)}, cftest.Quota{}, with("manifest", nil), "3 by total_memory_in_mb in the organization by quota small: 1024 of 4096 used"},
		{"the space's before the organization's", cftest.Quota{Instances: new(9)}, cftest.Quota{Instances: new(3)}, sized("256M"), "1 by total_instances in the space by quota small: 2 of 3 used"},
		{"memory of one", cftest.Quota{Instances: new(9)}, cftest.Quota{ProcessMemory: new(512)}, sized("1G"), "0 by per_process_memory_in_mb in the space by quota small: 1024 of at most 512 wanted"},
	} {
		it.server.SetQuota("shop", "", c.org)
		it.server.SetQuota("shop", "dev", c.space)
		q, err := cloud.GetQuota(t.Context(), gennaker.QuotaQuery{Location: gennaker.In("cf", region), Spec: c.block})
		left := "any number"
		if q.Left != nil {
			left = fmt.Sprint(*q.Left)
		}
		if got := left + " by " + q.Limit; err != nil || got != c.want {
			t.Errorf("%s: GetQuota = %s, %v, want %s", c.name, got, err, c.want)
		}
	}
	_, err := cloud.GetQuota(t.Context(), gennaker.QuotaQuery{Location: gennaker.In("cf", region), Spec: sized("much")})
	if !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("GetQuota of a wrong block = %v, want ErrInvalid", err)
	}
}
