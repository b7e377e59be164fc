package googletest

import "maps"

// kind is a collection of resources: how it is called, where it can be, and
// what can be done with it.
type kind struct {
	one  string        // the kind of a document
	noun string        // how messages call it
	api  map[scope]api // where it can be
	// verbs are its methods.
	verbs map[string]verb
	// check completes a new or changed document, or refuses it.
	check func(c *call, now, before document) error
	// begun is told when a new resource's operation is done, changed when a
	// change took effect, ended when the resource is gone.
	begun, changed, ended func(*resource)
	// view is what is shown of a resource, where that is not its document.
	view func(*resource) document
	// derived resources follow from others, and keep none from being deleted.
	derived bool
	// exclusive resources take one change at a time.
	exclusive bool
	// fingerprinted documents have a fingerprint, without which, if must is set,
	// they cannot be changed; labelled ones have one of their labels.
	fingerprinted, must, labelled bool
	allAs                         string // the kind of an aggregated list, where it is irregular
}

// api is how a collection in a scope is called.
type api struct{ resource, many string }

func (k *kind) aggregated() string {
	if k.allAs != "" {
		return k.allAs
	}
	return k.one + "AggregatedList"
}

// print gives a document its fingerprints.
func (k *kind) print(d document) {
	if k.fingerprinted {
		delete(d, "fingerprint")
		d["fingerprint"] = fingerprint(d)
	}
	if k.labelled {
		d["labelFingerprint"] = fingerprint(d["labels"])
	}
}

var (
	requestID = []string{"requestId"}
	reading   = map[string]verb{"get": {run: get}, "list": {run: list, params: listParams}}
	everyone  = verb{run: aggregatedList, params: append([]string{"includeAllScopes"}, listParams...)}
)

// with is a set of methods and more of them.
func with(some map[string]verb, more map[string]verb) map[string]verb {
	all := maps.Clone(some)
	maps.Copy(all, more)
	return all
}

func change(run func(*call) (*resource, error), params ...string) verb {
	return verb{run: once(run), params: append(params, requestID...)}
}

// newKinds are all kinds, by collection. It is no variable, as the methods
// look kinds up.
func newKinds() map[string]*kind {
	all := map[string]*kind{}
	for _, some := range []map[string]*kind{placeKinds(), machineKinds(), balancerKinds()} {
		maps.Copy(all, some)
	}
	return all
}

// placeKinds are where things are, and what is done there.
func placeKinds() map[string]*kind {
	return map[string]*kind{
		"projects": {one: "compute#project", api: map[scope]api{root: {resource: "projects"}}, derived: true, verbs: map[string]verb{"get": {run: getProject}}},
		"zones":    {one: "compute#zone", api: map[scope]api{root: {"zones", "compute#zoneList"}}, derived: true, verbs: reading},
		"regions":  {one: "compute#region", api: map[scope]api{root: {"regions", "compute#regionList"}}, derived: true, view: regionView, verbs: reading},
		"operations": {one: "compute#operation", derived: true,
			api: map[scope]api{global: {"globalOperations", "compute#operationList"}, region: {"regionOperations", "compute#operationList"},
				zonal: {"zoneOperations", "compute#operationList"}},
			verbs: with(reading, map[string]verb{"aggregatedList": everyone, "wait": {run: waitOperation}})},
		"networks":    only(global, "network", "networks", reading),
		"subnetworks": only(region, "subnetwork", "subnetworks", with(reading, map[string]verb{"aggregatedList": everyone})),
		"firewalls":   only(global, "firewall", "firewalls", writing),
	}
}

// only is a kind that is in one scope, whose names are regular.
func only(in scope, noun, resource string, verbs map[string]verb) *kind {
	return &kind{one: "compute#" + noun, noun: noun, api: map[scope]api{in: {resource, "compute#" + noun + "List"}}, verbs: verbs}
}

func getProject(c *call) (any, error) {
	return document{"kind": "compute#project", "id": c.number, "name": c.id, "selfLink": origin + "projects/" + c.id,
		"defaultServiceAccount": c.number + "-compute@developer.gserviceaccount.com"}, nil
}
