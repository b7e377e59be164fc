package azuretest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker/providers/azure/azuretest"
)

const region = "westeurope"

func serve(t *testing.T, c azuretest.Config) *azuretest.Server {
	t.Helper()
	server, err := azuretest.Serve(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.AddLoadBalancer("shop", region, "front", "web")
	return server
}

// sets is Microsoft's own client of it.
func sets(t *testing.T, server *azuretest.Server) *armcompute.VirtualMachineScaleSetsClient {
	t.Helper()
	where := cloud.Configuration{Services: map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: server.URL, Audience: "azure"}}}
	client, err := armcompute.NewVirtualMachineScaleSetsClient(azuretest.Subscription, &azfake.TokenCredential{}, &arm.ClientOptions{
		DisableRPRegistration: true, ClientOptions: policy.ClientOptions{Cloud: where, Retry: policy.RetryOptions{MaxRetries: -1}, InsecureAllowCredentialWithHTTP: true}})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func model(size int64) armcompute.VirtualMachineScaleSet {
	return armcompute.VirtualMachineScaleSet{Location: to.Ptr(region), SKU: &armcompute.SKU{Name: to.Ptr("Standard_B1s"), Capacity: &size},
		Properties: &armcompute.VirtualMachineScaleSetProperties{UpgradePolicy: &armcompute.UpgradePolicy{Mode: to.Ptr(armcompute.UpgradeModeManual)},
			VirtualMachineProfile: &armcompute.VirtualMachineScaleSetVMProfile{
				StorageProfile: &armcompute.VirtualMachineScaleSetStorageProfile{ImageReference: &armcompute.ImageReference{Publisher: to.Ptr("Canonical")}},
				OSProfile: &armcompute.VirtualMachineScaleSetOSProfile{AdminUsername: to.Ptr("ada"), AdminPassword: to.Ptr("Secret-1234"), ComputerNamePrefix: to.Ptr("web"),
					CustomData: to.Ptr(base64.StdEncoding.EncodeToString([]byte("hello")))},
				NetworkProfile: &armcompute.VirtualMachineScaleSetNetworkProfile{NetworkInterfaceConfigurations: []*armcompute.VirtualMachineScaleSetNetworkConfiguration{{Name: to.Ptr("nic")}}},
			}}}
}

// is says which error the cloud answered with.
func is(t *testing.T, err error, status int, code string) {
	t.Helper()
	var said *azcore.ResponseError
	if !errors.As(err, &said) || said.StatusCode != status || said.ErrorCode != code {
		t.Errorf("it is %v, want %d %s", err, status, code)
	}
}

// follow polls an operation to its end.
func follow[T any](t *testing.T, p *runtime.Poller[T]) (T, error) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !p.Done() && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := p.Poll(t.Context()); err != nil {
			break
		}
	}
	return p.Result(t.Context())
}

func TestAnOperationIsResumedFromItsTokenByAnother(t *testing.T) {
	t.Parallel()
	server := serve(t, azuretest.Config{Speed: 20})
	begun, err := sets(t, server).BeginCreateOrUpdate(t.Context(), "shop", "web-v000", model(2), nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := begun.ResumeToken()
	if err != nil {
		t.Fatal(err)
	}
	another, err := sets(t, server).BeginCreateOrUpdate(t.Context(), "shop", "web-v000", armcompute.VirtualMachineScaleSet{},
		&armcompute.VirtualMachineScaleSetsClientBeginCreateOrUpdateOptions{ResumeToken: token})
	if err != nil {
		t.Fatal(err)
	}
	if another.Done() {
		t.Error("the operation is over at once")
	}
	got, err := follow(t, another)
	if err != nil || *got.Properties.ProvisioningState != "Succeeded" || *got.SKU.Capacity != 2 {
		t.Errorf("it ended with %+v, %v", got.Properties, err)
	}
	if got.Properties.VirtualMachineProfile.OSProfile.AdminPassword != nil || got.Properties.VirtualMachineProfile.OSProfile.CustomData != nil {
		t.Error("it gives the password or the custom data back")
	}
	if n := server.Effects()["scale sets made"]; n != 1 {
		t.Errorf("%d scale sets were made", n)
	}
}

func TestALaterChangePreemptsAnEarlierOne(t *testing.T) {
	t.Parallel()
	server := serve(t, azuretest.Config{Speed: 20})
	client := sets(t, server)
	first, err := client.BeginCreateOrUpdate(t.Context(), "shop", "web-v000", model(1), nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := client.BeginUpdate(t.Context(), "shop", "web-v000", armcompute.VirtualMachineScaleSetUpdate{SKU: &armcompute.SKU{Capacity: to.Ptr[int64](3)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = follow(t, first)
	var said *azcore.ResponseError
	if !errors.As(err, &said) || said.ErrorCode != "OperationPreempted" {
		t.Errorf("the first ended with %v, want OperationPreempted", err)
	}
	if got, err := follow(t, second); err != nil || *got.SKU.Capacity != 3 {
		t.Errorf("the second ended with %v", err)
	}
}

func TestWhatAzureRefuses(t *testing.T) {
	t.Parallel()
	server := serve(t, azuretest.Config{Speed: 0.01, Quota: 5})
	client, ctx := sets(t, server), context.Background()
	create := func(group string, m armcompute.VirtualMachineScaleSet) error {
		_, err := client.BeginCreateOrUpdate(ctx, group, "web-v000", m, &armcompute.VirtualMachineScaleSetsClientBeginCreateOrUpdateOptions{IfNoneMatch: to.Ptr("*")})
		return err
	}
	is(t, create("nowhere", model(1)), http.StatusNotFound, "ResourceGroupNotFound")
	is(t, create("shop", model(6)), http.StatusConflict, "OperationNotAllowed") // the quota
	plain := model(1)
	plain.Properties.VirtualMachineProfile.OSProfile.CustomData = to.Ptr("not encoded")
	is(t, create("shop", plain), http.StatusBadRequest, "InvalidParameter")
	if err := create("shop", model(1)); err != nil {
		t.Fatal(err)
	}
	is(t, create("shop", model(1)), http.StatusPreconditionFailed, "PreconditionFailed")
	_, err := client.BeginUpdate(ctx, "shop", "web-v000", armcompute.VirtualMachineScaleSetUpdate{}, &armcompute.VirtualMachineScaleSetsClientBeginUpdateOptions{IfMatch: to.Ptr(`"0"`)})
	is(t, err, http.StatusPreconditionFailed, "PreconditionFailed")
	one := armcompute.VirtualMachineScaleSetVMInstanceRequiredIDs{InstanceIDs: []*string{to.Ptr("0")}}
	_, err = client.BeginUpdateInstances(ctx, "shop", "web-v000", one, nil)
	is(t, err, http.StatusConflict, "OperationNotAllowed") // it is still being made
	one.InstanceIDs = []*string{to.Ptr("7")}
	_, err = client.BeginDeleteInstances(ctx, "shop", "web-v000", one, nil)
	is(t, err, http.StatusBadRequest, "InvalidParameter")
	if _, err := client.BeginDelete(ctx, "shop", "web-v000", nil); err != nil {
		t.Fatal(err)
	}
	is(t, create("shop", model(1)), http.StatusConflict, "OperationNotAllowed") // it is being deleted
	_, err = client.Get(ctx, "shop", "web-v001", nil)
	is(t, err, http.StatusNotFound, "ResourceNotFound")
	server.Refuse(func(string, string) *azuretest.Refusal {
		return &azuretest.Refusal{Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: "slower", RetryAfter: 7}
	})
	_, err = client.Get(ctx, "shop", "web-v000", nil)
	is(t, err, http.StatusTooManyRequests, "TooManyRequests")
	var said *azcore.ResponseError
	if errors.As(err, &said) && said.RawResponse.Header.Get("Retry-After") != "7" {
		t.Errorf("Retry-After = %q, want 7", said.RawResponse.Header.Get("Retry-After"))
	}
}

func TestWhoBringsNoTokenIsTurnedAway(t *testing.T) {
	t.Parallel()
	server := serve(t, azuretest.Config{})
	answer, err := http.Get(server.URL + "/subscriptions/" + azuretest.Subscription + "/providers/Microsoft.Compute/images?api-version=2024-11-01")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("it is %s, want 401", answer.Status)
	}
}
