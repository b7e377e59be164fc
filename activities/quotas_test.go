package activities

import (
	"slices"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

func TestWhyAQuotaIsNotKnownIsSaid(t *testing.T) {
	type plain struct{ providers.Provider }
	limited := &memory.Cloud{}
	limited.Limit(3)
	a := New(Config{Providers: providers.NewRegistry(map[string]providers.Provider{"limited": limited, "plain": plain{limited}})}).Quotas
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(a)
	var asked []gennaker.QuotaQuery
	for _, account := range []string{"limited", "plain", "gone"} {
		asked = append(asked, gennaker.QuotaQuery{Location: gennaker.In(account, "eu")})
	}
	var found []gennaker.Quota
	value, err := env.ExecuteActivity(a.FindQuotas, asked)
	if err == nil {
		err = value.Get(&found)
	}
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range found {
		got = append(got, q.Limit)
	}
	want := []string{"instances in memory: 0 of 3 used", "not known: the provider of account plain cannot ask for quotas",
		`not known: account "gone": not found: this worker has limited, plain`}
	if !slices.Equal(got, want) {
		t.Errorf("the limits are %q, want %q", got, want)
	}
}
