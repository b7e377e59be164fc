package providers

// capabilities are the capabilities under the names that people read, and
// whether a provider has them.
var capabilities = []struct {
	name string
	has  func(Provider) bool
}{
	{"server groups", is[ServerGroups]},
	{"partial traffic", is[PartialTraffic]},
	{"traffic split", is[TrafficSplits]},
	{"clone", is[Specs]},
	{"quotas", is[Quotas]},
	{"instances", is[Instances]},
	{"reboot", is[Reboots]},
	{"refresh", is[Refreshes]},
	{"refresh in steps", is[SteppedRefreshes]},
	{"stop", is[Stops]},
	{"processes", is[Processes]},
	{"load balancers", is[LoadBalancers]},
	{"attach load balancers", is[Attachments]},
	{"services", is[Services]},
	{"images", is[Images]},
	{"jobs", is[Jobs]},
	{"functions", is[Functions]},
	{"function traffic", is[FunctionTraffic]},
	{"manifests", is[Manifests]},
	{"rollouts", is[Rollouts]},
}

func is[T any](p Provider) bool {
	_, ok := p.(T)
	return ok
}

// Capabilities are the names of what a provider can do.
func Capabilities(p Provider) []string {
	var names []string
	for _, c := range capabilities {
		if c.has(p) {
			names = append(names, c.name)
		}
	}
	return names
}
