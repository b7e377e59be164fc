package stages

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
)

// bundled is one of several pipelines to run.
type bundled struct {
	name      string
	Child     string         `json:"child_pipeline"`
	Arguments map[string]any `json:"arguments"`
	DependsOn []string       `json:"depends_on"`
}

// levels are the pipelines to run, each after all that it depends on.
func (c runMultipleConfig) levels() ([][]bundled, error) {
	all, err := c.bundle()
	if err != nil {
		return nil, err
	}
	if c.CheckDuplicated == nil || *c.CheckDuplicated {
		if err := distinct(all); err != nil {
			return nil, err
		}
	}
	done := map[string]bool{}
	var levels [][]bundled
	for len(all) > 0 {
		ready := func(b bundled) bool {
			return !slices.ContainsFunc(b.DependsOn, func(name string) bool { return !done[name] })
		}
		var level, rest []bundled
		for _, b := range all {
			if ready(b) {
				level = append(level, b)
			} else {
				rest = append(rest, b)
			}
		}
		if len(level) == 0 {
			return nil, fmt.Errorf("yamlConfig: %w: %s can never start: depends_on names what is not there, or goes round in a ring", gennaker.ErrInvalid, names(rest))
		}
		for _, b := range level {
			done[b.name] = true
		}
		levels, all = append(levels, level), rest
	}
	return levels, nil
}

// bundle reads the pipelines, by their names.
func (c runMultipleConfig) bundle() ([]bundled, error) {
	if len(c.Bundles) != 1 {
		return nil, fmt.Errorf("yamlConfig: %w: it must be a list of one object, with bundle_web", gennaker.ErrInvalid)
	}
	web, _ := c.Bundles[0]["bundle_web"].(map[string]any)
	var all []bundled
	for _, name := range gennaker.SortedKeys(web) {
		if name == "rollback_onfailure" { // nothing acts on it, in Spinnaker neither
			continue
		}
		fields, _ := web[name].(map[string]any)
		b, err := config.Decode[bundled](fields)
		if err != nil {
			return nil, fmt.Errorf("yamlConfig: %s: %w", name, err)
		}
		if b.Child == "" {
			return nil, fmt.Errorf("yamlConfig: %s: %w: child_pipeline is missing", name, gennaker.ErrInvalid)
		}
		b.name = name
		all = append(all, b)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("yamlConfig: %w: bundle_web has no pipelines", gennaker.ErrInvalid)
	}
	return all, nil
}

func distinct(all []bundled) error {
	for i, b := range all {
		for _, other := range all[:i] {
			if b.Child == other.Child && (len(b.Arguments) == 0 && len(other.Arguments) == 0 || reflect.DeepEqual(b.Arguments, other.Arguments)) {
				return fmt.Errorf("yamlConfig: %w: %s and %s run %s with the same arguments: set checkDuplicated to false if that is meant",
					gennaker.ErrInvalid, other.name, b.name, b.Child)
			}
		}
	}
	return nil
}

func names(list []bundled) string {
	var all []string
	for _, b := range list {
		all = append(all, b.name)
	}
	return strings.Join(all, ", ")
}
