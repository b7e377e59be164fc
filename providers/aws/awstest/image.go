package awstest

import (
	"slices"
)

// image is a machine image.
type image struct {
	Architecture   string `xml:"architecture"`
	Description    string `xml:"description,omitempty"`
	Hypervisor     string `xml:"hypervisor"`
	Name           string `xml:"name"`
	RootDevice     string `xml:"rootDeviceName"`
	RootType       string `xml:"rootDeviceType"`
	Tags           []tag  `xml:"tagSet>item"`
	Virtualization string `xml:"virtualizationType"`
	ID             string `xml:"imageId"`
	Location       string `xml:"imageLocation"`
	State          string `xml:"imageState"`
	OwnerID        string `xml:"imageOwnerId"`
	Created        string `xml:"creationDate"`
	Public         bool   `xml:"isPublic"`
	Type           string `xml:"imageType"`
	sick           bool   // its instances fail their health checks
}

func (i *image) fields() fields {
	return fields{"image-id": {i.ID}, "name": {i.Name}, "state": {i.State}, "architecture": {i.Architecture},
		"owner-id": {i.OwnerID}, "virtualization-type": {i.Virtualization}, "root-device-type": {i.RootType},
		"is-public": {map[bool]string{true: "true", false: "false"}[i.Public]}, "image-type": {i.Type},
		"description": {i.Description}, "hypervisor": {i.Hypervisor}}.withTags(i.Tags)
}

type describeImages struct {
	ExecutableUsers []string `param:"ExecutableBy"`
	ImageIds        []string `param:"ImageId"`
	Owners          []string `param:"Owner"`
	MaxResults      int
	NextToken       string
	Filters         []filter `param:"Filter"`
}

type imagesAnswer struct {
	NextToken string   `xml:"nextToken,omitempty"`
	Images    []*image `xml:"imagesSet>item"`
}

func describeImagesOf(c *call, in describeImages) (out imagesAnswer, err error) {
	list, err := named(c.images, in.ImageIds, "InvalidAMIID.NotFound", "The image id '[%s]' does not exist")
	if err != nil {
		return out, err
	}
	if list, err = choose(list, in.Filters, (*image).fields); err != nil {
		return out, err
	}
	if len(in.Owners) > 0 {
		list = slices.DeleteFunc(list, func(i *image) bool {
			return !slices.Contains(in.Owners, i.OwnerID) && !(slices.Contains(in.Owners, "self") && i.OwnerID == c.account)
		})
	}
	out.Images, out.NextToken, err = page(c.Place, list, func(i *image) string { return i.ID }, paging{token: in.NextToken, size: in.MaxResults})
	return out, err
}

func (p *Place) addImage(i image) *image {
	i.ID = p.newID("ami")
	i.Architecture, i.Hypervisor, i.Virtualization = "x86_64", "xen", "hvm"
	i.RootDevice, i.RootType, i.Type = "/dev/xvda", "ebs", "machine"
	i.OwnerID, i.Location, i.State = p.account, p.account+"/"+i.Name, "available"
	i.Created = p.now.UTC().Format("2006-01-02T15:04:05.000Z")
	p.images[i.ID] = &i
	return &i
}

type deregisterImage struct {
	ImageID string `param:"ImageId"`
}

type deregisterAnswer struct {
	Return bool `xml:"return"`
}

func deregister(c *call, in deregisterImage) (deregisterAnswer, error) {
	if c.images[in.ImageID] == nil {
		return deregisterAnswer{}, refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", in.ImageID)
	}
	delete(c.images, in.ImageID)
	c.effect(in.ImageID)
	return deregisterAnswer{true}, nil
}

type changeTags struct {
	Resources []string `param:"ResourceId"`
	Tags      []tag    `param:"Tag"`
}

func createTags(c *call, in changeTags) error { return c.tagAll(in, setTags) }
func deleteTags(c *call, in changeTags) error { return c.tagAll(in, dropTags) }

func (c *call) tagAll(in changeTags, change func(have, by []tag) []tag) error {
	for _, id := range in.Resources {
		if c.tagsOf(id) == nil {
			return refuse("InvalidID", "The ID '%s' is not valid", id)
		}
	}
	for _, id := range in.Resources {
		tags := c.tagsOf(id)
		changed := change(*tags, in.Tags)
		if !slices.Equal(changed, *tags) {
			*tags = changed
			c.effect(id)
		}
	}
	return nil
}

// tagsOf is where a resource's tags are; nil if there is no such resource.
func (p *Place) tagsOf(id string) *[]tag {
	switch {
	case p.images[id] != nil:
		return &p.images[id].Tags
	case p.instances[id] != nil:
		return &p.instances[id].Tags
	case p.subnets[id] != nil:
		return &p.subnets[id].Tags
	case p.vpcs[id] != nil:
		return &p.vpcs[id].Tags
	case p.securityGroups[id] != nil:
		return &p.securityGroups[id].Tags
	case p.templates[id] != nil:
		return &p.templates[id].Tags
	}
	return nil
}

// tagSpecification is the tags that a new resource of a type gets.
type tagSpecification struct {
	ResourceType string `xml:"resourceType"`
	Tags         []tag  `param:"Tag" xml:"tagSet>item"`
}

func tagsFor(specifications []tagSpecification, kind string) []tag {
	var tags []tag
	for _, s := range specifications {
		if s.ResourceType == kind {
			tags = setTags(tags, s.Tags)
		}
	}
	return tags
}
