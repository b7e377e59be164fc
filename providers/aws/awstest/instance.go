package awstest

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// instance is a machine that does nothing but have a state.
type instance struct {
	id, image, kind, key string
	subnet, vpc, zone    string
	address              string
	Tags                 []tag
	securityGroups       []string
	profile              *instanceProfile
	metadata             *metadataOptions
	spot                 bool
	state                instanceState
	reason               string
	launched             time.Time
	reservation          string
}

type instanceState struct {
	Code int    `xml:"code"`
	Name string `xml:"name"`
}

var (
	pending      = instanceState{0, "pending"}
	running      = instanceState{16, "running"}
	shuttingDown = instanceState{32, "shutting-down"}
	terminated   = instanceState{48, "terminated"}
)

// launch starts an instance in a subnet.
func (p *Place) launch(data templateData, s *subnet, tags []tag) *instance {
	i := &instance{id: p.newID("i"), image: data.ImageID, kind: cmp.Or(data.InstanceType, "m1.small"), key: data.KeyName,
		subnet: s.ID, vpc: s.VPC, zone: s.Zone, securityGroups: p.groupsOf(data, s.VPC), profile: data.IamInstanceProfile,
		metadata: data.MetadataOptions, spot: data.MarketOptions != nil && data.MarketOptions.MarketType == "spot",
		state: pending, launched: p.now, reservation: p.newID("r")}
	i.Tags = setTags(tagsFor(data.TagSpecifications, "instance"), tags)
	i.address = fmt.Sprintf("172.31.%d.%d", len(p.instances)/200%256, 10+len(p.instances)%200)
	p.instances[i.id] = i
	if img := p.images[i.image]; img != nil && img.sick {
		p.sick[i.id] = true
	}
	p.after(p.cloud.config.Times.Boot, func(p *Place) { p.booted(i.id) })
	return i
}

func (p *Place) groupsOf(data templateData, vpcID string) []string {
	ids := slices.Clone(data.SecurityGroupIds)
	for _, n := range data.NetworkInterfaces {
		ids = append(ids, n.Groups...)
	}
	if len(ids) > 0 {
		return ids
	}
	for _, g := range values(p.securityGroups) {
		if g.VPC == vpcID && g.Name == "default" {
			return []string{g.ID}
		}
	}
	return nil
}

func (p *Place) booted(id string) {
	i := p.instances[id]
	if i == nil || i.state != pending {
		return
	}
	i.state = running
	if g, m := p.memberOf(id); m != nil {
		p.ready(g, m)
	}
}

// end terminates an instance, whoever asked for it.
func (p *Place) end(id, reason string) {
	i := p.instances[id]
	if i == nil || i.state == shuttingDown || i.state == terminated {
		return
	}
	i.state, i.reason = shuttingDown, reason
	p.after(p.cloud.config.Times.Shutdown, func(p *Place) {
		p.instances[id].state = terminated
		delete(p.sick, id)
		p.forgetTargets(id)
		p.forgetClassic(id)
		p.ended(id)
		p.after(p.cloud.config.Times.Forget, func(p *Place) { delete(p.instances, id) })
	})
}

func (i *instance) fields() fields {
	f := fields{"instance-id": {i.id}, "instance-state-name": {i.state.Name}, "instance-state-code": {fmt.Sprint(i.state.Code)},
		"image-id": {i.image}, "subnet-id": {i.subnet}, "vpc-id": {i.vpc}, "availability-zone": {i.zone}, "instance-type": {i.kind},
		"key-name": {i.key}, "private-ip-address": {i.address}, "instance.group-id": i.securityGroups, "reservation-id": {i.reservation}}
	return f.withTags(i.Tags)
}

type describeInstances struct {
	InstanceIds []string `param:"InstanceId"`
	Filters     []filter `param:"Filter"`
	NextToken   string
	MaxResults  int
}

type instancesAnswer struct {
	Reservations []reservation `xml:"reservationSet>item"`
	NextToken    string        `xml:"nextToken,omitempty"`
}

type reservation struct {
	ID        string         `xml:"reservationId"`
	Owner     string         `xml:"ownerId"`
	Instances []instanceView `xml:"instancesSet>item"`
}

type instanceView struct {
	Architecture   string           `xml:"architecture"`
	Profile        *instanceProfile `xml:"iamInstanceProfile"`
	Lifecycle      string           `xml:"instanceLifecycle,omitempty"`
	SecurityGroups []groupIdentity  `xml:"groupSet>item"`
	StateReason    *stateReason     `xml:"stateReason"`
	Tags           []tag            `xml:"tagSet>item"`
	Metadata       *metadataOptions `xml:"metadataOptions"`
	ID             string           `xml:"instanceId"`
	Image          string           `xml:"imageId"`
	State          instanceState    `xml:"instanceState"`
	DNS            string           `xml:"privateDnsName"`
	Reason         string           `xml:"reason"`
	Key            string           `xml:"keyName,omitempty"`
	LaunchIndex    int              `xml:"amiLaunchIndex"`
	Type           string           `xml:"instanceType"`
	Launched       time.Time        `xml:"launchTime"`
	Placement      placement        `xml:"placement"`
	Subnet         string           `xml:"subnetId,omitempty"`
	VPC            string           `xml:"vpcId,omitempty"`
	Address        string           `xml:"privateIpAddress,omitempty"`
}

type groupIdentity struct {
	ID   string `xml:"groupId"`
	Name string `xml:"groupName"`
}

type stateReason struct {
	Code    string `xml:"code"`
	Message string `xml:"message"`
}

func describeInstancesOf(c *call, in describeInstances) (out instancesAnswer, err error) {
	list, err := named(c.instances, in.InstanceIds, "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist")
	if err != nil {
		return out, err
	}
	if list, err = choose(list, in.Filters, (*instance).fields); err != nil {
		return out, err
	}
	list, out.NextToken, err = page(c.Place, list, func(i *instance) string { return i.id },
		paging{token: in.NextToken, size: in.MaxResults, usual: 1000, most: 1000})
	for _, i := range list {
		out.Reservations = append(out.Reservations, reservation{i.reservation, c.account, []instanceView{c.view(i)}})
	}
	return out, err
}

func (p *Place) view(i *instance) instanceView {
	v := instanceView{Architecture: "x86_64", Tags: i.Tags, Metadata: i.metadata, ID: i.id, Image: i.image, State: i.state,
		Reason: i.reason, Key: i.key, Type: i.kind, Launched: i.launched, Placement: placement{AvailabilityZone: i.zone, Tenancy: "default"}}
	if i.spot {
		v.Lifecycle = "spot"
	}
	if i.reason != "" {
		v.StateReason = &stateReason{"Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown"}
	}
	if i.profile != nil {
		v.Profile = &instanceProfile{ARN: cmp.Or(i.profile.ARN, "arn:aws:iam::"+p.account+":instance-profile/"+i.profile.Name)}
	}
	if i.state == terminated {
		return v // it has left its network
	}
	v.Subnet, v.VPC, v.Address = i.subnet, i.vpc, i.address
	for _, id := range i.securityGroups {
		name := ""
		if g := p.securityGroups[id]; g != nil {
			name = g.Name
		}
		v.SecurityGroups = append(v.SecurityGroups, groupIdentity{id, name})
	}
	return v
}

type instanceIDs struct {
	InstanceIds []string `param:"InstanceId"`
}

type stateChange struct {
	ID       string        `xml:"instanceId"`
	Current  instanceState `xml:"currentState"`
	Previous instanceState `xml:"previousState"`
}

type stateChanges struct {
	Instances []stateChange `xml:"instancesSet>item"`
}

func terminateInstances(c *call, in instanceIDs) (out stateChanges, err error) {
	list, err := named(c.instances, in.InstanceIds, "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist")
	for _, i := range list {
		before := i.state
		c.kill(i.id)
		if i.state != before {
			c.effect(i.id)
		}
		out.Instances = append(out.Instances, stateChange{i.id, i.state, before})
	}
	return out, err
}

// kill ends an instance behind its group's back.
func (p *Place) kill(id string) {
	p.end(id, fmt.Sprintf("User initiated (%s)", p.now.UTC().Format("2006-01-02 15:04:05 MST")))
	if g, m := p.memberOf(id); m != nil && m.HealthStatus == healthy {
		p.markUnhealthy(g, m, "an instance was taken out of service in response to an EC2 instance status checks failure.")
	}
}

func rebootInstances(c *call, in instanceIDs) (out struct {
	Return bool `xml:"return"`
}, err error) {
	list, err := named(c.instances, in.InstanceIds, "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist")
	for _, i := range list {
		if i.state != running {
			return out, refuse("IncorrectState", "Instance '%s' is not in a valid state to be rebooted", i.id)
		}
		c.effect(i.id)
	}
	out.Return = true
	return out, err
}
