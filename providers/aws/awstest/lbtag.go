package awstest

import "slices"

// shownTag is a tag as Elastic Load Balancing shows it.
type shownTag struct{ Key, Value string }

type taggedResources struct{ ResourceArns []string }

type resourceTags struct {
	ResourceArn string
	Tags        []shownTag `xml:"Tags>member"`
}

type tagsAnswer struct {
	TagDescriptions []resourceTags `xml:"TagDescriptions>member"`
}

// balancerTags is where the tags of a load balancer, a listener or a target
// group are.
func (p *Place) balancerTags(arn string) (*[]tag, error) {
	switch {
	case p.targetGroups[arn] != nil:
		return &p.targetGroups[arn].tags, nil
	case p.loadBalancers[arn] != nil:
		return &p.loadBalancers[arn].tags, nil
	case p.listeners[arn] != nil:
		return &p.listeners[arn].tags, nil
	}
	return nil, refuse("TargetGroupNotFound", "The resource '%s' is not found", arn)
}

func describeTagsOf(c *call, in taggedResources) (out tagsAnswer, err error) {
	for _, arn := range in.ResourceArns {
		tags, err := c.balancerTags(arn)
		if err != nil {
			return out, err
		}
		shown := resourceTags{ResourceArn: arn}
		for _, t := range *tags {
			shown.Tags = append(shown.Tags, shownTag(t))
		}
		out.TagDescriptions = append(out.TagDescriptions, shown)
	}
	return out, nil
}

type addTagsTo struct {
	ResourceArns []string
	Tags         []tag
}

func addTags(c *call, in addTagsTo) error {
	return c.tagBalancers(in.ResourceArns, func(have []tag) []tag { return setTags(have, in.Tags) })
}

type removeTagsOf struct {
	ResourceArns []string
	TagKeys      []string
}

func removeTags(c *call, in removeTagsOf) error {
	return c.tagBalancers(in.ResourceArns, func(have []tag) []tag {
		return slices.DeleteFunc(slices.Clone(have), func(t tag) bool { return slices.Contains(in.TagKeys, t.Key) })
	})
}

func (c *call) tagBalancers(arns []string, change func([]tag) []tag) error {
	for _, arn := range arns {
		if _, err := c.balancerTags(arn); err != nil {
			return err
		}
	}
	for _, arn := range arns {
		tags, _ := c.balancerTags(arn)
		if changed := change(*tags); !slices.Equal(changed, *tags) {
			*tags = changed
			c.effect(arn)
		}
	}
	return nil
}
