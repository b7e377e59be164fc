package azure_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/azure"
	"github.com/gennaker/gennaker/providers/azure/azuretest"
)

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change func(*azure.Config)
		says   string
	}{
		{func(c *azure.Config) { c.Subscription = "shop" }, `subscriptionId: invalid: it is an id like 00000000-`},
		{func(c *azure.Config) { c.Regions = nil }, "regions: invalid: it is missing"},
		{func(c *azure.Config) { c.Regions = []string{"West Europe"} }, "write it like westeurope"},
		{func(c *azure.Config) { c.ResourceGroups = []string{""} }, "resourceGroups: invalid"},
		{func(c *azure.Config) { c.AccessToken, c.ClientID, c.ClientSecret = "", "me", "secret" }, "belongs together with clientSecret and tenantId"},
		{func(c *azure.Config) { c.Tenant, c.ClientID, c.ClientSecret = "t", "me", "secret" }, "the credentials are in one place only"},
		{func(c *azure.Config) { c.Cloud = "AzureMoon" }, "AzurePublic, AzureChina or AzureGovernment"},
		{func(c *azure.Config) { c.AccessToken, c.Endpoint = "", "http://127.0.0.1:1" }, "only an accessToken may be sent there"},
		{func(c *azure.Config) { c.Endpoint = "management.azure.com" }, "endpoint: invalid: it is a URL"},
	} {
		config := azure.Config{Account: "prod", Subscription: azuretest.Subscription, Regions: []string{region}, AccessToken: "x"}
		c.change(&config)
		if _, err := azure.New(config); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("New = %v, want ErrInvalid that says %q", err, c.says)
		}
	}
}

func TestAServicePrincipalOrAnyIdentityOfTheMachineWillDo(t *testing.T) {
	t.Parallel()
	for _, c := range []azure.Config{
		{Tenant: "11111111-0000-0000-0000-000000000000", ClientID: "me", ClientSecret: "secret", Cloud: "AzureGovernment"},
		{},
	} {
		c.Account, c.Subscription, c.Regions = "prod", azuretest.Subscription, []string{region}
		if _, err := azure.New(c); err != nil {
			t.Errorf("New = %v", err)
		}
	}
}
