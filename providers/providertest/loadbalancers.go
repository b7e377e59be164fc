package providertest

import "github.com/gennaker/gennaker/providers"

// loadBalancerCases are the contract of providers.LoadBalancers.
var loadBalancerCases = []testCase{
	{"load balancers have a name and a region, and another region has none", listsLoadBalancers},
}

func listsLoadBalancers(s *suite) {
	balancers := as[providers.LoadBalancers](s)
	s.have(0, 1)
	for region, most := range map[string]int{"": 100, s.Region: 100, "nowhere-1": 0} {
		list, err := balancers.ListLoadBalancers(s.ctx, region)
		if err != nil || len(list) > most {
			s.Errorf("ListLoadBalancers(%q) = %+v, %v, want at most %d", region, list, err, most)
		}
		for _, b := range list {
			if b.Name == "" || b.Region == "" || region != "" && b.Region != region {
				s.Errorf("ListLoadBalancers(%q) has %+v", region, b)
			}
		}
	}
}
