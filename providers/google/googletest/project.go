package googletest

import (
	"hash/fnv"
	"net/netip"
	"strconv"
)

// Project is what is in one project.
type Project struct {
	cloud     *Cloud
	id        string
	number    string
	resources map[string]*resource // by path below the project
	asked     map[string]answered  // by request id
	addresses int                  // of instances, given so far
	refusal   *launchRefusal       // why no instance can be launched, if so
	limits    map[string]float64   // that were set, by region and metric
}

type place struct{ region, zones string }

// places are the regions, and the letters of their zones.
var places = []place{{"us-central1", "abcf"}, {"us-east1", "bcd"}, {"europe-west1", "bcd"}}

func (c *Cloud) newProject(id string) *Project {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	p := &Project{cloud: c, id: id, number: strconv.Itoa(100000000000 + int(h.Sum32())), resources: map[string]*resource{}, asked: map[string]answered{}, limits: map[string]float64{}}
	network := p.add(c.kinds["networks"], address{scope: global, collection: "networks", name: "default"},
		document{"autoCreateSubnetworks": true, "routingConfig": document{"routingMode": "REGIONAL"}})
	for i, at := range places {
		p.add(c.kinds["regions"], address{collection: "regions", name: at.region}, document{"status": "UP"})
		for _, letter := range at.zones {
			zone := at.region + "-" + string(letter)
			p.add(c.kinds["zones"], address{collection: "zones", name: zone}, document{"status": "UP", "region": p.link("regions/" + at.region)})
			region := p.resources["regions/"+at.region].doc
			region["zones"] = append(region.texts("zones"), p.link("zones/"+zone))
		}
		p.addSubnetwork(at.region, "default", network, "10."+strconv.Itoa(128+i*4)+".0.0/20")
	}
	return p
}

func (p *Project) addSubnetwork(in, name string, network *resource, cidr string) *resource {
	return p.add(p.cloud.kinds["subnetworks"], address{scope: region, place: in, collection: "subnetworks", name: name},
		document{"network": network.link(), "ipCidrRange": cidr, "gatewayAddress": gateway(cidr), "privateIpGoogleAccess": false})
}

// newID makes an id. The same calls get the same ids.
func (c *Cloud) newID() string {
	c.ids++
	h := fnv.New64a()
	_, _ = h.Write([]byte("id " + strconv.Itoa(c.ids)))
	return strconv.FormatUint(h.Sum64()>>1, 10)
}

// regionOf is the region that a zone is in.
func regionOf(zone string) string { return zone[:len(zone)-2] }

// zonesOf are the zones of a region.
func zonesOf(region string) []string {
	var zones []string
	for _, at := range places {
		if at.region == region {
			for _, letter := range at.zones {
				zones = append(zones, region+"-"+string(letter))
			}
		}
	}
	return zones
}

// gateway is the first address of a range like 10.128.0.0/20.
func gateway(cidr string) string {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return ""
	}
	return prefix.Addr().Next().String()
}
