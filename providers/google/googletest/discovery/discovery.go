// Package discovery holds requests and answers against Google's own
// description of an API: the discovery documents that ship in the module
// google.golang.org/api. A simulated cloud behind Check cannot be asked for
// what Google does not have, nor answer what Google would not.
//
// Held are: the path and the method; each parameter's name, place, type, range,
// pattern and enum, and that those which are required are there; each field of
// a body, at any depth, with its type, format, pattern and enum; the fields
// that an insert requires; the paths of an update mask; and the shape of an
// answer, also of one that tells an error. Not held are: the syntax of the
// parameter fields, and fields that Google only puts out, which it ignores in
// a request.
package discovery

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// API is one version of a Google API. It does not change once loaded, and is
// safe to share.
type API struct {
	document
	methods map[form][]*method // the most literal path first
}

// form is what methods are looked up by: there are a thousand.
type form struct {
	method string
	parts  int // of the path
}

// Dir is where the module google.golang.org/api is, as the go command has it
// from within this repository.
func Dir() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		return "", fmt.Errorf("discovery: find the module google.golang.org/api: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Load reads the description of an API, such as compute/v1 or run/v2, from the
// module's folder.
func Load(dir, api string) (*API, error) {
	name, _, _ := strings.Cut(api, "/")
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(api), name+"-api.json"))
	if err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	a := &API{}
	if err := json.Unmarshal(data, &a.document); err != nil {
		return nil, fmt.Errorf("discovery: %s: %w", api, err)
	}
	if err := a.compile(); err != nil {
		return nil, fmt.Errorf("discovery: %s: %w", api, err)
	}
	return a, nil
}

// compile prepares the paths and patterns.
func (a *API) compile() error {
	patterns := patterns{}
	for _, s := range a.Schemas {
		if err := s.compile(patterns); err != nil {
			return err
		}
	}
	for _, p := range a.Parameters {
		if err := p.compile(patterns); err != nil {
			return err
		}
	}
	a.methods = map[form][]*method{}
	for _, m := range collect(a.Resources) {
		if err := m.compile(a.ServicePath, patterns); err != nil {
			return fmt.Errorf("%s: %w", m.ID, err)
		}
		key := form{m.HTTPMethod, m.parts}
		a.methods[key] = append(a.methods[key], m)
	}
	for _, some := range a.methods {
		slices.SortFunc(some, func(one, two *method) int {
			if d := two.literal - one.literal; d != 0 {
				return d
			}
			return strings.Compare(one.ID, two.ID)
		})
	}
	return nil
}

func collect(resources map[string]*resource) []*method {
	var all []*method
	for _, r := range resources {
		for _, m := range r.Methods {
			all = append(all, m)
		}
		all = append(all, collect(r.Resources)...)
	}
	return all
}
