package azuretest

// Furnish makes what examples/azure needs: in each of two regions a resource
// group of the application shop, as Spinnaker names it, with a load balancer
// and images, of which the machines of shop-sick never are healthy.
func (c *Cloud) Furnish() {
	for _, region := range []string{"westeurope", "northeurope"} {
		group := "shop-" + region
		c.AddLoadBalancer(group, region, "front", "web")
		for _, name := range []string{"shop-1", "shop-2", "shop-3"} {
			c.AddImage(group, region, name)
		}
		c.AddSickImage(group, region, "shop-sick")
	}
}
