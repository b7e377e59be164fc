package azuretest

import (
	"net/http"
	"regexp"
	"strings"
)

// route is a request that the cloud knows: by what name Microsoft's fake server
// calls it, and which action of a role definition allows it.
type route struct {
	method, path string // * stands for a name
	api          string
	action       string
	pattern      *regexp.Regexp
}

var routes = compile([]route{
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets", api: "VirtualMachineScaleSetsClient.NewListPager", action: "Microsoft.Compute/virtualMachineScaleSets/read"},
	{method: "GET", path: "/providers/Microsoft.Compute/virtualMachineScaleSets", api: "VirtualMachineScaleSetsClient.NewListAllPager", action: "Microsoft.Compute/virtualMachineScaleSets/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*", api: "VirtualMachineScaleSetsClient.Get", action: "Microsoft.Compute/virtualMachineScaleSets/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*/instanceView", api: "VirtualMachineScaleSetsClient.GetInstanceView", action: "Microsoft.Compute/virtualMachineScaleSets/instanceView/read"},
	{method: "PUT", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*", api: "VirtualMachineScaleSetsClient.BeginCreateOrUpdate", action: "Microsoft.Compute/virtualMachineScaleSets/write"},
	{method: "PATCH", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*", api: "VirtualMachineScaleSetsClient.BeginUpdate", action: "Microsoft.Compute/virtualMachineScaleSets/write"},
	{method: "DELETE", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*", api: "VirtualMachineScaleSetsClient.BeginDelete", action: "Microsoft.Compute/virtualMachineScaleSets/delete"},
	{method: "POST", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*/manualupgrade", api: "VirtualMachineScaleSetsClient.BeginUpdateInstances", action: "Microsoft.Compute/virtualMachineScaleSets/manualUpgrade/action"},
	{method: "POST", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*/delete", api: "VirtualMachineScaleSetsClient.BeginDeleteInstances", action: "Microsoft.Compute/virtualMachineScaleSets/delete/action"},
	{method: "POST", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*/restart", api: "VirtualMachineScaleSetsClient.BeginRestart", action: "Microsoft.Compute/virtualMachineScaleSets/restart/action"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachineScaleSets/*/virtualMachines", api: "VirtualMachineScaleSetVMsClient.NewListPager", action: "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachines", api: "VirtualMachinesClient.NewListPager", action: "Microsoft.Compute/virtualMachines/read"},
	{method: "POST", path: "/resourceGroups/*/providers/Microsoft.Compute/virtualMachines/*/restart", api: "VirtualMachinesClient.BeginRestart", action: "Microsoft.Compute/virtualMachines/restart/action"},
	{method: "GET", path: "/providers/Microsoft.Compute/locations/*/usages", api: "UsageClient.NewListPager", action: "Microsoft.Compute/locations/usages/read"},
	{method: "GET", path: "/providers/Microsoft.Compute/skus", api: "ResourceSKUsClient.NewListPager", action: "Microsoft.Compute/skus/read"},
	{method: "GET", path: "/providers/Microsoft.Compute/images", api: "ImagesClient.NewListPager", action: "Microsoft.Compute/images/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/images/*", api: "ImagesClient.Get", action: "Microsoft.Compute/images/read"},
	{method: "PATCH", path: "/resourceGroups/*/providers/Microsoft.Compute/images/*", api: "ImagesClient.BeginUpdate", action: "Microsoft.Compute/images/write"},
	{method: "GET", path: "/providers/Microsoft.Compute/galleries", api: "GalleriesClient.NewListPager", action: "Microsoft.Compute/galleries/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/galleries/*/images", api: "GalleryImagesClient.NewListByGalleryPager", action: "Microsoft.Compute/galleries/images/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/galleries/*/images/*/versions", api: "GalleryImageVersionsClient.NewListByGalleryImagePager", action: "Microsoft.Compute/galleries/images/versions/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Compute/galleries/*/images/*/versions/*", api: "GalleryImageVersionsClient.Get", action: "Microsoft.Compute/galleries/images/versions/read"},
	{method: "PATCH", path: "/resourceGroups/*/providers/Microsoft.Compute/galleries/*/images/*/versions/*", api: "GalleryImageVersionsClient.BeginUpdate", action: "Microsoft.Compute/galleries/images/versions/write"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Network/loadBalancers/*", api: "LoadBalancersClient.Get", action: "Microsoft.Network/loadBalancers/read"},
	{method: "GET", path: "/providers/Microsoft.Network/loadBalancers", api: "LoadBalancersClient.NewListAllPager", action: "Microsoft.Network/loadBalancers/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Network/applicationGateways/*", api: "ApplicationGatewaysClient.Get", action: "Microsoft.Network/applicationGateways/read"},
	{method: "GET", path: "/providers/Microsoft.Network/applicationGateways", api: "ApplicationGatewaysClient.NewListAllPager", action: "Microsoft.Network/applicationGateways/read"},
	{method: "GET", path: "/providers/Microsoft.Network/publicIPAddresses", api: "PublicIPAddressesClient.NewListAllPager", action: "Microsoft.Network/publicIPAddresses/read"},
	{method: "GET", path: "/resourceGroups/*/providers/Microsoft.Network/networkInterfaces", api: "InterfacesClient.NewListPager", action: "Microsoft.Network/networkInterfaces/read"},
})

func compile(list []route) []route {
	for i, r := range list {
		list[i].pattern = regexp.MustCompile("(?i)^/subscriptions/" + Subscription + strings.ReplaceAll(regexp.QuoteMeta(r.path), `\*`, "[^/]+") + "$")
	}
	return list
}

func find(r *http.Request) *route {
	for i, one := range routes {
		if one.method == r.Method && one.pattern.MatchString(r.URL.Path) {
			return &routes[i]
		}
	}
	return nil
}

// Action is what a request asks for, as role definitions name it, or empty.
func Action(r *http.Request) string {
	if _, ok := operationID(r); ok {
		return readsOperation
	}
	if to := find(r); to != nil {
		return to.action
	}
	return ""
}
