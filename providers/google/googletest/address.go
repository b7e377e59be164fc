package googletest

import (
	"strings"
)

// scope is where the resources of a kind are.
type scope string

const (
	root   scope = ""       // of the project itself: its zones and regions
	global scope = "global" // in no place
	zonal  scope = "zones"
	region scope = "regions"
)

// address says what a path is about, below projects/PROJECT/.
type address struct {
	scope      scope
	place      string // the zone or region
	collection string
	name       string
	rest       string // what follows the name: mostly a verb
}

// parseAddress takes a path apart; it reports whether it can be one.
func parseAddress(path string) (a address, ok bool) {
	parts := strings.Split(path, "/")
	switch {
	case (parts[0] == "zones" || parts[0] == "regions") && len(parts) <= 2:
		a.collection, parts = parts[0], parts[1:]
	case parts[0] == "zones" || parts[0] == "regions":
		a.scope, a.place, a.collection, parts = scope(parts[0]), parts[1], parts[2], parts[3:]
	case parts[0] == "global" && len(parts) > 1:
		a.scope, a.collection, parts = global, parts[1], parts[2:]
	default:
		return a, false
	}
	if len(parts) > 0 {
		a.name, parts = parts[0], parts[1:]
	}
	a.rest = strings.Join(parts, "/")
	return a, a.collection != ""
}

// where is the address of all that is in its place.
func (a address) where() string {
	switch a.scope {
	case root:
		return ""
	case global:
		return "global/"
	}
	return string(a.scope) + "/" + a.place + "/"
}

// path is the address of a resource below its project.
func (a address) path() string { return a.where() + a.collection + "/" + a.name }

const origin = "https://www.googleapis.com/compute/v1/"

// below is the project that a URL, or a part of one, names, and what follows.
// The project is empty if it does not say it.
func below(text string) (project, path string) {
	if _, after, found := strings.Cut(text, "://"); found {
		_, text, _ = strings.Cut(after, "/compute/v1/")
	}
	text = strings.TrimPrefix(text, "/")
	if after, found := strings.CutPrefix(text, "projects/"); found {
		project, text, _ = strings.Cut(after, "/")
	}
	return project, text
}

// reference is the resource that a URL, or a part of one, names.
func reference(text string) (project, path string, ok bool) {
	project, path = below(text)
	a, ok := parseAddress(path)
	return project, path, ok && a.name != "" && a.rest == ""
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
