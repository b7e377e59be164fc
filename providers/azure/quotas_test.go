package azure_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/azure"
)

func quota(t *testing.T, c *azure.Cloud, size string) (string, error) {
	t.Helper()
	block := spec("Uniform")
	block["sku"] = map[string]any{"name": size}
	q, err := c.GetQuota(t.Context(), gennaker.QuotaQuery{Location: gennaker.In("test", region), Spec: block})
	left := "any number"
	if q.Left != nil {
		left = fmt.Sprint(*q.Left)
	}
	return left + " by " + q.Limit, err
}

// What is said to be left can be made, and no more.
func TestTheUsagesOfALocationLeaveWhatAzureTakes(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	for name, limit := range map[string]int{"virtualMachines": 9, "cores": 20, "standardDSv5Family": 14} {
		it.cloud.SetQuota(name, limit)
	}
	have(t, c, request(0, 2, spec("Uniform"))) // of two cores each
	for size, want := range map[string]string{
		"Standard_D4s_v5": "2 by Standard DSv5 Family vCPUs in westeurope: 4 of 14 used",
		"standard_d2s_v5": "5 by Standard DSv5 Family vCPUs in westeurope: 4 of 14 used",
		"Standard_F4s_v2": "4 by Total Regional vCPUs in westeurope: 4 of 20 used",
		"Standard_B2s":    "7 by Virtual Machines in westeurope: 2 of 9 used",
	} {
		if got, err := quota(t, c, size); err != nil || got != want {
			t.Errorf("quota of %s = %s, %v, want %s", size, got, err, want)
		}
	}
	if _, err := quota(t, c, "Standard_X1"); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("quota of a size that there is not = %v, want ErrInvalid", err)
	}
	block := spec("Uniform")
	block["sku"] = map[string]any{"name": "Standard_D4s_v5"}
	more := request(1, 3, block)
	if err := c.Create(t.Context(), more); err == nil || !strings.Contains(err.Error(), "exceeding approved Standard DSv5 Family vCPUs quota") {
		t.Errorf("Create of one too many = %v, want that it exceeds the quota", err)
	}
	have(t, c, request(2, 2, block))
}
