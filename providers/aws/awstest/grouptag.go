package awstest

import "slices"

// groupTag is a tag of an Auto Scaling group.
type groupTag struct {
	ResourceId        string
	ResourceType      string
	Key               string
	Value             string
	PropagateAtLaunch bool
}

func (t groupTag) of(g *group) groupTag {
	t.ResourceId, t.ResourceType = g.name, "auto-scaling-group"
	return t
}

func plainTags(tags []groupTag) []tag {
	var list []tag
	for _, t := range tags {
		list = append(list, tag{t.Key, t.Value})
	}
	return list
}

type changeGroupTags struct {
	Tags []groupTag
}

// tagGroups changes the tags of groups, one after the other.
func (c *call) tagGroups(in changeGroupTags, change func(have []groupTag, t groupTag) []groupTag) error {
	for _, t := range in.Tags {
		if _, err := c.modifiable(t.ResourceId); err != nil {
			return err
		}
	}
	for _, t := range in.Tags {
		g := c.groups[t.ResourceId]
		changed := change(slices.Clone(g.tags), t.of(g))
		if !slices.Equal(changed, g.tags) {
			g.tags = changed
			c.effect(g.name)
		}
	}
	return nil
}

func createOrUpdateTags(c *call, in changeGroupTags) error {
	return c.tagGroups(in, func(have []groupTag, t groupTag) []groupTag {
		i := slices.IndexFunc(have, func(h groupTag) bool { return h.Key == t.Key })
		if i < 0 {
			return append(have, t)
		}
		have[i] = t
		return have
	})
}

func deleteGroupTags(c *call, in changeGroupTags) error {
	return c.tagGroups(in, func(have []groupTag, t groupTag) []groupTag {
		return slices.DeleteFunc(have, func(h groupTag) bool { return h.Key == t.Key })
	})
}

type describeGroupTags struct {
	Filters    []groupFilter
	NextToken  string
	MaxRecords int
}

type groupTagsAnswer struct {
	Tags      []groupTag `xml:"Tags>member"`
	NextToken string     `xml:",omitempty"`
}

func describeTagsOfGroups(c *call, in describeGroupTags) (out groupTagsAnswer, err error) {
	var list []groupTag
	for _, g := range c.groups {
		list = append(list, g.tags...)
	}
	if list, err = choose(list, plain(in.Filters), func(t groupTag) fields {
		return fields{"auto-scaling-group": {t.ResourceId}, "key": {t.Key}, "value": {t.Value}, "propagate-at-launch": {map[bool]string{true: "true", false: "false"}[t.PropagateAtLaunch]}}
	}); err != nil {
		return out, err
	}
	out.Tags, out.NextToken, err = page(c.Place, list, func(t groupTag) string { return t.ResourceId + "\x00" + t.Key },
		paging{token: in.NextToken, size: in.MaxRecords, usual: 50, most: 100})
	return out, err
}
