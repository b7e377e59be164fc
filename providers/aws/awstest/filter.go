package awstest

import (
	"path"
	"slices"
	"strings"
)

// filter is EC2's and Auto Scaling's: a name and the values of which one must
// match.
type filter struct {
	Name   string
	Values []string `param:"Value"`
}

// tag is EC2's and Elastic Load Balancing's.
type tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// fields are what can be filtered by.
type fields map[string][]string

func (f fields) withTags(tags []tag) fields {
	for _, t := range tags {
		f["tag:"+t.Key] = append(f["tag:"+t.Key], t.Value)
		f["tag-key"] = append(f["tag-key"], t.Key)
		f["tag-value"] = append(f["tag-value"], t.Value)
	}
	return f
}

// passes reports whether fields match all filters. A filter that they do not
// know is an error.
func (f fields) passes(filters []filter) (bool, error) {
	for _, want := range filters {
		have, known := f[want.Name]
		if !known && !strings.HasPrefix(want.Name, "tag") {
			return false, notSimulated("it does not know the filter %s", want.Name)
		}
		if !slices.ContainsFunc(have, func(h string) bool { return matches(want.Values, h) }) {
			return false, nil
		}
	}
	return true, nil
}

// matches knows the wildcards * and ?.
func matches(patterns []string, value string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if !strings.ContainsAny(pattern, "*?") {
			return pattern == value
		}
		// path.Match has them stop at slashes, which Amazon's do not.
		ok, err := path.Match(escape(pattern), escape(value))
		return err == nil && ok || pattern == value
	})
}

func escape(s string) string {
	return strings.NewReplacer("/", "\x00", "[", "\x01", `\`, "\x02").Replace(s)
}

// choose keeps what passes the filters.
func choose[T any](list []T, filters []filter, fields func(T) fields) ([]T, error) {
	var kept []T
	for _, item := range list {
		ok, err := fields(item).passes(filters)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, item)
		}
	}
	return kept, nil
}

// setTags adds tags to a list, or changes them, in a new list.
func setTags(have, set []tag) []tag {
	list := slices.Clone(have)
	for _, t := range set {
		i := slices.IndexFunc(list, func(h tag) bool { return h.Key == t.Key })
		if i < 0 {
			list = append(list, t)
			continue
		}
		list[i] = t
	}
	return list
}

// dropTags removes tags by key, and by value if one is given.
func dropTags(have, drop []tag) []tag {
	return slices.DeleteFunc(slices.Clone(have), func(h tag) bool {
		return slices.ContainsFunc(drop, func(d tag) bool { return d.Key == h.Key && (d.Value == "" || d.Value == h.Value) })
	})
}
