package cftest

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
)

// metadata are the labels and annotations of a thing.
type metadata struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// metadataChange sets some labels and annotations, and removes those that are
// null.
type metadataChange struct {
	Labels      map[string]*string `json:"labels"`
	Annotations map[string]*string `json:"annotations"`
}

var (
	metadataPrefix = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	metadataName   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)
)

const longestAnnotation = 5000

// check refuses what the Cloud Controller refuses.
func (m *metadataChange) check() error {
	if m == nil {
		return nil
	}
	for key, value := range m.Labels {
		if err := checkKey("label", key); err != nil {
			return err
		}
		if value != nil && *value != "" && !metadataName.MatchString(*value) {
			return unprocessable("Metadata label value error: '%s' contains invalid characters", *value)
		}
	}
	for key, value := range m.Annotations {
		if err := checkKey("annotation", key); err != nil {
			return err
		}
		if value != nil && len(*value) > longestAnnotation {
			return unprocessable("Metadata annotation value error: '%.8s...' is greater than %d characters", *value, longestAnnotation)
		}
	}
	return nil
}

func checkKey(kind, key string) error {
	prefix, name, has := strings.Cut(key, "/")
	if !has {
		prefix, name = "", key
	}
	switch {
	case prefix == "cloudfoundry.org":
		return unprocessable("Metadata %s key error: prefix 'cloudfoundry.org' is reserved", kind)
	case has && !metadataPrefix.MatchString(prefix):
		return unprocessable("Metadata %s key error: prefix '%s' must be in valid dns format", kind, prefix)
	case !metadataName.MatchString(name):
		return unprocessable("Metadata %s key error: '%s' contains invalid characters", kind, name)
	}
	return nil
}

// change applies it, and reports whether anything is different then.
func (o *object) change(m *metadataChange) bool {
	if m == nil {
		return false
	}
	before := metadata{maps.Clone(o.metadata.Labels), maps.Clone(o.metadata.Annotations)}
	put(o.metadata.Labels, m.Labels)
	put(o.metadata.Annotations, m.Annotations)
	return fmt.Sprint(before) != fmt.Sprint(o.metadata)
}

func put(all map[string]string, changes map[string]*string) {
	for key, value := range changes {
		if value == nil {
			delete(all, key)
			continue
		}
		all[key] = *value
	}
}

// selects reports whether labels are as a label_selector says: a comma between
// conditions, each key, !key, key=value, key!=value or key in (a,b).
func selects(selector string, labels map[string]string) bool {
	for _, condition := range conditions(selector) {
		key, value, equal := strings.Cut(condition, "=")
		name, list, in := strings.Cut(condition, " in ")
		has := func(key string) bool { _, ok := labels[strings.TrimSpace(key)]; return ok }
		ok := false
		switch {
		case in:
			got, there := labels[strings.TrimSpace(name)]
			ok = there && oneOf(strings.Split(strings.Trim(list, " ()"), ","), got)
		case equal && strings.HasSuffix(key, "!"):
			ok = labels[strings.TrimSuffix(key, "!")] != value
		case equal:
			got, there := labels[key]
			ok = there && got == strings.TrimPrefix(value, "=")
		case strings.HasPrefix(condition, "!"):
			ok = !has(condition[1:])
		default:
			ok = has(condition)
		}
		if !ok {
			return false
		}
	}
	return true
}

// conditions cuts a selector at the commas that are not within parentheses.
func conditions(selector string) []string {
	var all []string
	depth, from := 0, 0
	for i, r := range selector {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			all = append(all, selector[from:i])
			from = i + 1
		}
	}
	return append(all, selector[from:])
}

func oneOf(list []string, text string) bool {
	for _, item := range list {
		if strings.TrimSpace(item) == text {
			return true
		}
	}
	return false
}
