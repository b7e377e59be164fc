package awstest

import (
	"fmt"
	"slices"
)

type vpc struct {
	OwnerID   string `xml:"ownerId"`
	IsDefault bool   `xml:"isDefault"`
	Tags      []tag  `xml:"tagSet>item"`
	ID        string `xml:"vpcId"`
	State     string `xml:"state"`
	CIDR      string `xml:"cidrBlock"`
}

type subnet struct {
	OwnerID       string `xml:"ownerId"`
	Tags          []tag  `xml:"tagSet>item"`
	ARN           string `xml:"subnetArn"`
	ID            string `xml:"subnetId"`
	State         string `xml:"state"`
	VPC           string `xml:"vpcId"`
	CIDR          string `xml:"cidrBlock"`
	FreeAddresses int    `xml:"availableIpAddressCount"`
	Zone          string `xml:"availabilityZone"`
	ZoneID        string `xml:"availabilityZoneId"`
	DefaultForAZ  bool   `xml:"defaultForAz"`
}

type securityGroup struct {
	ID          string `xml:"groupId"`
	Tags        []tag  `xml:"tagSet>item"`
	VPC         string `xml:"vpcId"`
	OwnerID     string `xml:"ownerId"`
	Name        string `xml:"groupName"`
	Description string `xml:"groupDescription"`
}

type keyPair struct {
	ID   string `xml:"keyPairId"`
	Name string `xml:"keyName"`
}

// addNetwork makes the default network that every account has: a VPC with a
// subnet in each of three zones and a security group.
func (p *Place) addNetwork() {
	v := &vpc{OwnerID: p.account, IsDefault: true, ID: p.newID("vpc"), State: "available", CIDR: "172.31.0.0/16"}
	p.vpcs[v.ID] = v
	for _, zone := range []string{"a", "b", "c"} {
		s := p.addSubnet(v.ID, p.region+zone, nil)
		s.DefaultForAZ = true
	}
	p.addSecurityGroup(v.ID, "default", "default VPC security group")
}

func (p *Place) addSubnet(vpcID, zone string, tags []tag) *subnet {
	id := p.newID("subnet")
	s := &subnet{OwnerID: p.account, Tags: tags, ARN: p.arn("ec2", "subnet/"+id), ID: id, State: "available", VPC: vpcID,
		CIDR: fmt.Sprintf("172.31.%d.0/20", 16*len(p.subnets)), FreeAddresses: 4091, Zone: zone,
		ZoneID: "use1-az" + fmt.Sprint(zone[len(zone)-1]-'a'+1)}
	p.subnets[id] = s
	return s
}

func (p *Place) addSecurityGroup(vpcID, name, description string) *securityGroup {
	g := &securityGroup{ID: p.newID("sg"), VPC: vpcID, OwnerID: p.account, Name: name, Description: description}
	p.securityGroups[g.ID] = g
	return g
}

func (p *Place) defaultVPC() string {
	for _, v := range values(p.vpcs) {
		if v.IsDefault {
			return v.ID
		}
	}
	return ""
}

type describeVpcs struct {
	Filters    []filter `param:"Filter"`
	VpcIds     []string `param:"VpcId"`
	NextToken  string
	MaxResults int
}

type vpcsAnswer struct {
	VPCs      []*vpc `xml:"vpcSet>item"`
	NextToken string `xml:"nextToken,omitempty"`
}

func describeVPCs(c *call, in describeVpcs) (out vpcsAnswer, err error) {
	list, err := named(c.vpcs, in.VpcIds, "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist")
	if err != nil {
		return out, err
	}
	if list, err = choose(list, in.Filters, func(v *vpc) fields {
		return fields{"vpc-id": {v.ID}, "state": {v.State}, "is-default": {fmt.Sprint(v.IsDefault)}}.withTags(v.Tags)
	}); err != nil {
		return out, err
	}
	out.VPCs, out.NextToken, err = page(c.Place, list, func(v *vpc) string { return v.ID }, paging{token: in.NextToken, size: in.MaxResults})
	return out, err
}

type describeSubnets struct {
	Filters    []filter `param:"Filter"`
	SubnetIds  []string `param:"SubnetId"`
	NextToken  string
	MaxResults int
}

type subnetsAnswer struct {
	Subnets   []*subnet `xml:"subnetSet>item"`
	NextToken string    `xml:"nextToken,omitempty"`
}

func describeSubnetsOf(c *call, in describeSubnets) (out subnetsAnswer, err error) {
	list, err := named(c.subnets, in.SubnetIds, "InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist")
	if err != nil {
		return out, err
	}
	if list, err = choose(list, in.Filters, func(s *subnet) fields {
		return fields{"subnet-id": {s.ID}, "vpc-id": {s.VPC}, "availability-zone": {s.Zone}, "state": {s.State},
			"default-for-az": {fmt.Sprint(s.DefaultForAZ)}}.withTags(s.Tags)
	}); err != nil {
		return out, err
	}
	out.Subnets, out.NextToken, err = page(c.Place, list, func(s *subnet) string { return s.ID }, paging{token: in.NextToken, size: in.MaxResults})
	return out, err
}

type describeSecurityGroups struct {
	GroupIds   []string `param:"GroupId"`
	GroupNames []string `param:"GroupName"`
	NextToken  string
	MaxResults int
	Filters    []filter `param:"Filter"`
}

type securityGroupsAnswer struct {
	Groups    []*securityGroup `xml:"securityGroupInfo>item"`
	NextToken string           `xml:"nextToken,omitempty"`
}

func describeSecurityGroupsOf(c *call, in describeSecurityGroups) (out securityGroupsAnswer, err error) {
	list, err := named(c.securityGroups, in.GroupIds, "InvalidGroup.NotFound", "The security group '%s' does not exist")
	if err != nil {
		return out, err
	}
	for _, name := range in.GroupNames {
		if !slices.ContainsFunc(list, func(g *securityGroup) bool { return g.Name == name }) {
			return out, refuse("InvalidGroup.NotFound", "The security group '%s' does not exist", name)
		}
	}
	if len(in.GroupNames) > 0 {
		in.Filters = append(in.Filters, filter{"group-name", in.GroupNames})
	}
	if list, err = choose(list, in.Filters, func(g *securityGroup) fields {
		return fields{"group-id": {g.ID}, "group-name": {g.Name}, "vpc-id": {g.VPC}, "owner-id": {g.OwnerID},
			"description": {g.Description}}.withTags(g.Tags)
	}); err != nil {
		return out, err
	}
	out.Groups, out.NextToken, err = page(c.Place, list, func(g *securityGroup) string { return g.ID }, paging{token: in.NextToken, size: in.MaxResults})
	return out, err
}

type createSecurityGroup struct {
	Description       string `param:"GroupDescription"`
	GroupName         string
	VpcID             string             `param:"VpcId"`
	TagSpecifications []tagSpecification `param:"TagSpecification"`
}

type securityGroupAnswer struct {
	GroupID string `xml:"groupId"`
	Tags    []tag  `xml:"tagSet>item"`
	ARN     string `xml:"securityGroupArn"`
}

func createSecurityGroupIn(c *call, in createSecurityGroup) (out securityGroupAnswer, err error) {
	if in.VpcID == "" {
		in.VpcID = c.defaultVPC()
	}
	if c.vpcs[in.VpcID] == nil {
		return out, refuse("InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", in.VpcID)
	}
	for _, g := range c.securityGroups {
		if g.Name == in.GroupName && g.VPC == in.VpcID {
			return out, refuse("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", in.GroupName, in.VpcID)
		}
	}
	g := c.addSecurityGroup(in.VpcID, in.GroupName, in.Description)
	g.Tags = tagsFor(in.TagSpecifications, "security-group")
	c.effect(g.ID)
	return securityGroupAnswer{g.ID, g.Tags, c.arn("ec2", "security-group/"+g.ID)}, nil
}

type describeZones struct {
	ZoneNames []string `param:"ZoneName"`
	Filters   []filter `param:"Filter"`
}

type zone struct {
	State  string `xml:"zoneState"`
	Region string `xml:"regionName"`
	Name   string `xml:"zoneName"`
	ID     string `xml:"zoneId"`
	Type   string `xml:"zoneType"`
}

type zonesAnswer struct {
	Zones []zone `xml:"availabilityZoneInfo>item"`
}

func describeAvailabilityZones(c *call, in describeZones) (out zonesAnswer, err error) {
	seen := map[string]zone{}
	for _, s := range c.subnets {
		seen[s.Zone] = zone{"available", c.region, s.Zone, s.ZoneID, "availability-zone"}
	}
	list, err := named(seen, in.ZoneNames, "InvalidParameterValue", "Invalid availability zone: [%s]")
	if err != nil {
		return out, err
	}
	out.Zones, err = choose(list, in.Filters, func(z zone) fields {
		return fields{"zone-name": {z.Name}, "zone-id": {z.ID}, "region-name": {z.Region}, "state": {z.State}, "zone-type": {z.Type}}
	})
	return out, err
}

type describeKeyPairs struct {
	KeyNames   []string `param:"KeyName"`
	KeyPairIds []string `param:"KeyPairId"`
	Filters    []filter `param:"Filter"`
}

type keyPairsAnswer struct {
	KeyPairs []*keyPair `xml:"keySet>item"`
}

func describeKeyPairsOf(c *call, in describeKeyPairs) (out keyPairsAnswer, err error) {
	list, err := named(c.keyPairs, in.KeyNames, "InvalidKeyPair.NotFound", "The key pair '%s' does not exist")
	if err != nil {
		return out, err
	}
	if len(in.KeyPairIds) > 0 {
		in.Filters = append(in.Filters, filter{"key-pair-id", in.KeyPairIds})
	}
	out.KeyPairs, err = choose(list, in.Filters, func(k *keyPair) fields { return fields{"key-name": {k.Name}, "key-pair-id": {k.ID}} })
	return out, err
}

// named picks what was asked for by id; all, if nothing was.
func named[T any](all map[string]T, ids []string, code, format string) ([]T, error) {
	if len(ids) == 0 {
		return values(all), nil
	}
	var list []T
	for _, id := range ids {
		item, ok := all[id]
		if !ok {
			return nil, refuse(code, format, id)
		}
		list = append(list, item)
	}
	return list, nil
}
