package cloudfoundry

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
)

// Attributes are what a manifest says about an app.
type Attributes struct {
	Buildpacks []string       `json:"buildpacks"`
	Buildpack  string         `json:"buildpack"`
	Stack      string         `json:"stack"`
	Command    string         `json:"command"`
	Memory     string         `json:"memory"`
	DiskQuota  string         `json:"diskQuota"`
	Instances  *int           `json:"instances"` // the capacity says how many
	Routes     []string       `json:"routes"`
	Random     bool           `json:"randomRoute"`
	NoRoute    bool           `json:"noRoute"`
	Services   []string       `json:"services"`
	Env        map[string]any `json:"env"`
	CheckType  string         `json:"healthCheckType"`
	Endpoint   string         `json:"healthCheckHttpEndpoint"`
	Timeout    *int           `json:"timeout"` // seconds that an app may take to be healthy
	Processes  []Process      `json:"processes"`
	Name       string         `json:"name"` // the server group's is another
}

// Process is what a manifest says about one of an app's processes.
type Process struct {
	Type      string `json:"type"`
	Command   string `json:"command"`
	Memory    string `json:"memory"`
	DiskQuota string `json:"diskQuota"`
	Instances *int   `json:"instances"`
	CheckType string `json:"healthCheckType"`
	Endpoint  string `json:"healthCheckHttpEndpoint"`
	Timeout   *int   `json:"timeout"`
}

// attributes reads a manifest in each way that Spinnaker writes one: attributes
// in the document (direct), a manifest.yml within it (an artifact of type
// embedded/base64), or that file's content.
func attributes(manifest any) (Attributes, error) {
	switch m := manifest.(type) {
	case nil:
		return Attributes{}, nil
	case []any:
		if len(m) != 1 {
			return Attributes{}, fmt.Errorf("%w: it must be one manifest", gennaker.ErrInvalid)
		}
		return attributes(m[0])
	case map[string]any:
		return ofMap(m)
	}
	return Attributes{}, fmt.Errorf("%w: it must be a map with direct, artifact or applications", gennaker.ErrInvalid)
}

func ofMap(m map[string]any) (Attributes, error) {
	if direct, ok := m["direct"].(map[string]any); ok {
		return ofApplication(direct)
	}
	if artifact, ok := m["artifact"].(map[string]any); ok {
		return ofArtifact(artifact)
	}
	list, ok := m["applications"].([]any)
	if !ok || len(list) != 1 {
		return Attributes{}, fmt.Errorf("%w: it needs direct attributes, an artifact that is embedded/base64, or applications with one application", gennaker.ErrInvalid)
	}
	application, ok := list[0].(map[string]any)
	if !ok {
		return Attributes{}, fmt.Errorf("applications[0]: %w: it must be a map", gennaker.ErrInvalid)
	}
	return ofApplication(application)
}

func ofArtifact(artifact map[string]any) (Attributes, error) {
	if kind := artifact["type"]; kind != artifactBits {
		return Attributes{}, fmt.Errorf("artifact: %w: type %v cannot be read: embed it as %s, or write direct attributes", gennaker.ErrInvalid, kind, artifactBits)
	}
	text, _ := artifact["reference"].(string)
	file, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Attributes{}, fmt.Errorf("artifact: %w: its reference is not base64", gennaker.ErrInvalid)
	}
	var m map[string]any
	if err := yaml.Unmarshal(file, &m); err != nil {
		return Attributes{}, fmt.Errorf("artifact: %w: %w", gennaker.ErrInvalid, err)
	}
	return ofMap(m)
}

// ofApplication reads one application. Names may be written as manifest.yml has
// them, disk-quota or disk_quota, or as pipelines do, diskQuota.
func ofApplication(fields map[string]any) (Attributes, error) {
	known := map[string]any{}
	for name, value := range fields {
		switch name = camel(name); name {
		case "environment": // a list of {key, value}
			known["env"] = pairs(value)
		case "routes":
			known[name] = routesOf(value)
		case "services":
			known[name] = servicesOf(value)
		case "processes":
			known[name] = each(value, func(p map[string]any) any { return renamed(p) })
		default:
			known[name] = value
		}
	}
	var a Attributes
	if err := decodeBlock(map[string]any{"application": known}, &struct {
		Application *Attributes `json:"application"`
	}{&a}); err != nil {
		return a, err
	}
	if a.Buildpack != "" && len(a.Buildpacks) == 0 {
		a.Buildpacks = []string{a.Buildpack}
	}
	a.Routes = slices.DeleteFunc(a.Routes, func(r string) bool { return r == "" })
	return a, a.check()
}

func renamed(fields map[string]any) map[string]any {
	all := map[string]any{}
	for name, value := range fields {
		all[camel(name)] = value
	}
	return all
}

// camel is a name as pipelines write it.
func camel(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' })
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	name = strings.Join(words, "")
	return strings.Replace(name, "HTTP", "Http", 1)
}

// each maps those of a list that are maps, and leaves others as they are.
func each(list any, f func(map[string]any) any) any {
	items, ok := list.([]any)
	if !ok {
		return list
	}
	var all []any
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			item = f(m)
		}
		all = append(all, item)
	}
	return all
}

// pairs reads variables that are a list of keys and values.
func pairs(list any) any {
	items, ok := list.([]any)
	if !ok {
		return list
	}
	all := map[string]any{}
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			all[fmt.Sprint(m["key"])] = m["value"]
		}
	}
	return all
}

// routesOf reads routes, which in a manifest.yml are maps with one: route: URL.
func routesOf(list any) any { return each(list, func(m map[string]any) any { return m["route"] }) }

// servicesOf reads services, which in a manifest.yml may be maps: name: DB.
func servicesOf(list any) any { return each(list, func(m map[string]any) any { return m["name"] }) }

func (a Attributes) check() error {
	for _, x := range []struct {
		wrong bool
		what  string
	}{
		{!slices.Contains([]string{"", "port", "http", "process", "none"}, a.CheckType), "healthCheckType: it can be port, http or process"},
		{a.Endpoint != "" && a.CheckType != "http", "healthCheckHttpEndpoint: it belongs to the healthCheckType http"},
		{a.NoRoute && (a.Random || len(a.Routes) > 0), "noRoute and routes exclude each other"},
	} {
		if x.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, x.what)
		}
	}
	for _, size := range []string{a.Memory, a.DiskQuota} {
		if _, err := megabytes(size); size != "" && err != nil {
			return err
		}
	}
	for i, p := range a.Processes {
		if p.Type == "" {
			return fmt.Errorf("processes[%d]: %w: it has no type", i, gennaker.ErrInvalid)
		}
	}
	return nil
}

// web are the attributes of the process web, with those that a manifest says
// under processes.
func (a Attributes) web() Process {
	p := Process{Type: "web", Command: a.Command, Memory: a.Memory, DiskQuota: a.DiskQuota, CheckType: a.CheckType, Endpoint: a.Endpoint, Timeout: a.Timeout}
	for _, own := range a.Processes {
		if own.Type == "web" {
			p.Command, p.Memory, p.DiskQuota = first(own.Command, p.Command), first(own.Memory, p.Memory), first(own.DiskQuota, p.DiskQuota)
			if own.CheckType != "" {
				p.CheckType, p.Endpoint = own.CheckType, own.Endpoint
			}
			if own.Timeout != nil {
				p.Timeout = own.Timeout
			}
		}
	}
	return p
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
