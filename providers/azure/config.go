package azure

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/gennaker/gennaker"
)

var (
	subscriptionID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	regionName     = regexp.MustCompile(`^[a-z]+[a-z0-9]*$`)
)

// clouds are Azure's, by the names that its own tools give them.
var clouds = map[string]cloud.Configuration{
	"":                cloud.AzurePublic,
	"AzurePublic":     cloud.AzurePublic,
	"AzureChina":      cloud.AzureChina,
	"AzureGovernment": cloud.AzureGovernment,
}

// check says what is wrong with the configuration, and what would be right.
func (c Config) check() error {
	_, known := clouds[c.Cloud]
	for _, at := range []struct {
		wrong       bool
		field, what string
	}{
		{c.Account == "", "name", "is missing"},
		{!subscriptionID.MatchString(c.Subscription), "subscriptionId", "is an id like 00000000-0000-0000-0000-000000000000: " + fmt.Sprintf("%q", c.Subscription) + " is not"},
		{len(c.Regions) == 0, "regions", "is missing: name at least one, like westeurope"},
		{slices.Contains(c.ResourceGroups, ""), "resourceGroups", "has an empty name"},
		{(c.ClientID == "") != (c.ClientSecret == "") || (c.Tenant == "") != (c.ClientID == ""), "clientId", "belongs together with clientSecret and tenantId"},
		{c.AccessToken != "" && c.ClientID != "", "accessToken", "stands beside clientId: the credentials are in one place only"},
		{!known, "cloud", "is AzurePublic, AzureChina or AzureGovernment, not " + c.Cloud},
		{c.Endpoint != "" && !strings.HasPrefix(c.Endpoint, "http"), "endpoint", "is a URL: " + c.Endpoint + " is not"},
		{c.insecure() && c.AccessToken == "", "endpoint", "is not https: only an accessToken may be sent there"},
	} {
		if at.wrong {
			return fmt.Errorf("%s: %w: it %s", at.field, gennaker.ErrInvalid, at.what)
		}
	}
	for _, r := range c.Regions {
		if !regionName.MatchString(r) {
			return fmt.Errorf("regions: %w: %q is no name of a location: write it like westeurope", gennaker.ErrInvalid, r)
		}
	}
	return nil
}

// insecure says that requests are not encrypted.
func (c Config) insecure() bool { return strings.HasPrefix(c.Endpoint, "http:") }

// credential is who asks. It does not call the cloud.
func (c Config) credential() (azcore.TokenCredential, error) {
	options := policy.ClientOptions{Cloud: clouds[c.Cloud]}
	switch {
	case c.AccessToken != "":
		return given(c.AccessToken), nil
	case c.ClientID != "":
		return azidentity.NewClientSecretCredential(c.Tenant, c.ClientID, c.ClientSecret, &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
	}
	return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: options})
}

// given is a token that does not change.
type given string

func (g given) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(g), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// requestLimit bounds one request. Whoever waits for longer asks again.
const requestLimit = 30 * time.Second

// options are those of all clients. The SDK does not retry: that is the
// workflow's task, and who repeats a change must look first.
func (c Config) options() *arm.ClientOptions {
	where := clouds[c.Cloud]
	if c.Endpoint != "" {
		where.Services = map[cloud.ServiceName]cloud.ServiceConfiguration{
			cloud.ResourceManager: {Endpoint: c.Endpoint, Audience: where.Services[cloud.ResourceManager].Audience}}
	}
	o := &arm.ClientOptions{DisableRPRegistration: true, ClientOptions: policy.ClientOptions{
		Cloud: where, Retry: policy.RetryOptions{MaxRetries: -1}, Telemetry: policy.TelemetryOptions{ApplicationID: "gennaker"},
		Transport: &http.Client{Timeout: requestLimit}, InsecureAllowCredentialWithHTTP: c.insecure(),
	}}
	if c.Limits != nil {
		o.PerRetryPolicies = append(o.PerRetryPolicies, paced{c.Limits, c.Account})
	}
	return o
}
