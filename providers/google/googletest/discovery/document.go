package discovery

import (
	"fmt"
	"regexp"
	"strings"
)

// document is a discovery document, as far as it is held.
type document struct {
	Name        string               `json:"name"`
	Version     string               `json:"version"`
	ServicePath string               `json:"servicePath"`
	Parameters  map[string]*schema   `json:"parameters"` // of every method
	Schemas     map[string]*schema   `json:"schemas"`
	Resources   map[string]*resource `json:"resources"`
}

type resource struct {
	Methods   map[string]*method   `json:"methods"`
	Resources map[string]*resource `json:"resources"`
}

type method struct {
	ID         string             `json:"id"`
	HTTPMethod string             `json:"httpMethod"`
	Path       string             `json:"path"`     // with the names of the parameters
	FlatPath   string             `json:"flatPath"` // with one variable for each part
	Parameters map[string]*schema `json:"parameters"`
	Request    *schema            `json:"request"`
	Response   *schema            `json:"response"`

	flat, named *regexp.Regexp
	names       []string // of the groups of named
	literal     int      // how many bytes of the flat path are no variable
	parts       int      // how many parts the flat path has
}

// schema describes a value: a field, the elements of a list, or a parameter.
type schema struct {
	ID         string             `json:"id"`
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Format     string             `json:"format"`
	Pattern    string             `json:"pattern"`
	Enum       []string           `json:"enum"`
	Items      *schema            `json:"items"`
	Properties map[string]*schema `json:"properties"`
	Additional *schema            `json:"additionalProperties"`
	// Annotations say for which methods a field is required.
	Annotations struct {
		Required []string `json:"required"`
	} `json:"annotations"`

	// Of parameters alone.
	Location string `json:"location"`
	Required bool   `json:"required"`
	Repeated bool   `json:"repeated"`
	Minimum  string `json:"minimum"`
	Maximum  string `json:"maximum"`

	pattern *regexp.Regexp
}

// patterns are compiled once, as thousands of schemas share a few.
type patterns map[string]*regexp.Regexp

func (p patterns) compile(text string) (*regexp.Regexp, error) {
	if p[text] == nil {
		re, err := regexp.Compile("^(?:" + text + ")$")
		if err != nil {
			return nil, err
		}
		p[text] = re
	}
	return p[text], nil
}

func (s *schema) compile(p patterns) error {
	if s == nil {
		return nil
	}
	if s.Pattern != "" {
		re, err := p.compile(s.Pattern)
		if err != nil {
			return err
		}
		s.pattern = re
	}
	for name, field := range s.Properties {
		if err := field.compile(p); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := s.Items.compile(p); err != nil {
		return err
	}
	return s.Additional.compile(p)
}

func (m *method) compile(root string, p patterns) error {
	flat := m.FlatPath
	if flat == "" {
		flat = m.Path
	}
	var err error
	if m.flat, _, err = template(root+flat, "[^/]+"); err != nil {
		return err
	}
	if m.named, m.names, err = template(root+m.Path, ".+"); err != nil {
		return err
	}
	m.literal, m.parts = len(variable.ReplaceAllString(flat, "")), strings.Count("/"+root+flat, "/")
	for name, s := range m.Parameters {
		if err := s.compile(p); err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
	}
	return nil
}

// variable is a part of a path that stands for a value; {+x} stands for more
// than one part.
var variable = regexp.MustCompile(`\{(\+?)([A-Za-z0-9_]+)\}`)

// template makes an expression of a path, with a group for each variable.
func template(path, many string) (*regexp.Regexp, []string, error) {
	var text strings.Builder
	var names []string
	last := 0
	for _, at := range variable.FindAllStringSubmatchIndex(path, -1) {
		text.WriteString(regexp.QuoteMeta(path[last:at[0]]))
		part := "[^/]+"
		if at[2] != at[3] {
			part = many
		}
		text.WriteString("(" + part + ")")
		names = append(names, path[at[4]:at[5]])
		last = at[1]
	}
	re, err := regexp.Compile("^/" + text.String() + regexp.QuoteMeta(path[last:]) + "$")
	return re, names, err
}
