package googletest

import (
	"net/http"
	"slices"
	"time"
)

// manager is an instance group manager at work.
type manager struct {
	*resource
	group   *resource // the instance group that it fills
	members []*member
	names   int
	blocked time.Time // no launch before this, after one was refused
	ended   func()    // while it is deleted: what to do when all instances are gone
}

// member is an instance as its group sees it.
type member struct {
	name, zone string
	action     string    // what the group does with it
	version    version   // what it is to be made of
	machine    *resource // nil while there is none
	since      time.Time // when its instance was made
	verified   bool      // it was in order once
	turn       int       // how often it was made: what was planned before is void
	errors     []document
}

// Actions of a group on an instance.
const (
	none       = "NONE"
	creating   = "CREATING"
	verifying  = "VERIFYING"
	recreating = "RECREATING"
	deleting   = "DELETING"
)

// actions are all, as a group counts them.
var actions = map[string]string{none: "none", creating: "creating", verifying: "verifying", recreating: "recreating", deleting: "deleting",
	"ABANDONING": "abandoning", "CREATING_WITHOUT_RETRIES": "creatingWithoutRetries", "REFRESHING": "refreshing", "RESTARTING": "restarting",
	"STARTING": "starting", "STOPPING": "stopping", "SUSPENDING": "suspending", "RESUMING": "resuming"}

// in reports whether an instance is in the instance group: there, and not on
// its way out.
func (m *member) in() bool {
	return m.machine != nil && (m.action == none || m.action == verifying || m.action == creating)
}

func (m *manager) size() int { return m.doc.number("targetSize", 0) }

// active are the members that are to stay.
func (m *manager) active() []*member {
	return slices.DeleteFunc(slices.Clone(m.members), func(x *member) bool { return x.action == deleting })
}

// version is one of a group's.
type version struct{ name, template string }

// versions are what the group's instances are to be made of, and how many of
// each, for a size.
func (m *manager) versions() (list []version, sizes []int) {
	rest, restAt := m.size(), -1
	for i, v := range m.doc.list("versions") {
		list = append(list, version{v.text("name"), v.text("instanceTemplate")})
		sizes = append(sizes, 0)
		if !v.has("targetSize") {
			restAt = i
			continue
		}
		sizes[i] = min(calculated(v.sub("targetSize"), m.size()), rest)
		rest -= sizes[i]
	}
	if restAt >= 0 {
		sizes[restAt] = rest
	}
	return list, sizes
}

// calculated is a number of instances, which may be given as a percentage.
func calculated(d document, size int) int {
	if d["percent"] != nil {
		return (d.number("percent", 0)*size + 50) / 100
	}
	return min(d.number("fixed", 0), max(size, 0))
}

// notManaged are fields of groups with a meaning that is not simulated.
var notManaged = []string{"allInstancesConfig", "instanceFlexibilityPolicy", "resourcePolicies", "standbyPolicy", "statefulPolicy",
	"targetSizePolicy", "targetStoppedSize", "targetSuspendedSize"}

// shownOnly are fields of groups that are worked out when they are shown.
var shownOnly = []string{"currentActions", "status", "instanceGroup"}

// checkManager completes a group's document, or refuses it.
func checkManager(c *call, now, before document) error {
	for _, field := range notManaged {
		if now.has(field) {
			return notSimulated("%s of an instance group manager", field)
		}
	}
	for _, field := range shownOnly {
		delete(now, field)
	}
	if size := now.number("targetSize", 0); size < 0 || size > 1000 {
		return invalid("resource.targetSize", itoa(size), "Must be between 0 and 1000.")
	}
	now.set("targetSize", 0)
	now.set("baseInstanceName", now.text("name"))
	if err := checkNames(now); err != nil {
		return err
	}
	now.set("listManagedInstancesResults", "PAGELESS")
	now.set("instanceLifecyclePolicy", document{"defaultActionOnFailure": "REPAIR", "forceUpdateOnRepair": "NO"})
	if c.scope == region {
		if err := c.distribute(now); err != nil {
			return err
		}
	}
	if err := checkVersions(c, now, before); err != nil {
		return err
	}
	return checkUpdates(now)
}

// distribute completes where a regional group's instances go.
func (c *call) distribute(now document) error {
	policy := now.sub("distributionPolicy")
	policy.set("targetShape", "EVEN")
	if policy.text("targetShape") != "EVEN" {
		return notSimulated("the target shape %s", policy.text("targetShape"))
	}
	if !policy.has("zones") {
		zones := []any{}
		for _, zone := range zonesOf(c.address.place)[:3] {
			zones = append(zones, map[string]any{"zone": c.link("zones/" + zone)})
		}
		policy["zones"] = zones
	}
	for _, z := range policy.list("zones") {
		if regionOf(lastPart(z.text("zone"))) != c.address.place {
			return invalid("resource.distributionPolicy.zones", z.text("zone"), "Zone is not in the region of the group.")
		}
	}
	now["distributionPolicy"] = map[string]any(policy)
	return nil
}

// checkVersions has template and versions say the same.
func checkVersions(c *call, now, before document) error {
	versions, template := now.list("versions"), now.text("instanceTemplate")
	if len(versions) == 0 || before != nil && template != before.text("instanceTemplate") && fingerprint(now["versions"]) == fingerprint(before["versions"]) {
		if template == "" {
			return invalid("resource.instanceTemplate", "", "An instance template or versions must be given.")
		}
		now["versions"] = []any{map[string]any{"instanceTemplate": template}}
		versions = now.list("versions")
	}
	rest := 0
	for _, v := range versions {
		if r := c.at(v.text("instanceTemplate")); r == nil || r.collection != "instanceTemplates" {
			return invalid("resource.versions.instanceTemplate", v.text("instanceTemplate"), "The URL is malformed.")
		}
		if !v.has("targetSize") {
			rest++
		}
	}
	if rest != 1 {
		return refuse(http.StatusBadRequest, "invalid", "Exactly one version must have no target size, not %d.", rest)
	}
	delete(now, "instanceTemplate")
	if len(versions) == 1 {
		now["instanceTemplate"] = versions[0].text("instanceTemplate")
	}
	return nil
}

// beginManager starts a group's work.
func beginManager(r *resource) {
	p := r.project
	at := r.address
	at.collection = "instanceGroups"
	doc := document{"network": p.link("global/networks/default"), "description": "This instance group is controlled by Instance Group Manager '" + r.name + "'."}
	if ports := r.doc.list("namedPorts"); len(ports) > 0 {
		doc["namedPorts"] = ports
	}
	doc["fingerprint"] = fingerprint(doc["namedPorts"])
	m := &manager{resource: r, group: p.add(p.cloud.kinds["instanceGroups"], at, doc)}
	r.manager, m.group.manager = m, m
	m.reconcile()
}

// managerChanged has a group work by its new document.
func managerChanged(r *resource) {
	if r.manager == nil {
		return // its insert is not done
	}
	r.manager.autoscale()
	r.manager.watch()
	r.manager.reconcile()
}

// managerView adds what the group does.
func managerView(r *resource) document {
	doc := r.doc.clone()
	counts := document{}
	for _, field := range actions {
		counts[field] = 0
	}
	doc["currentActions"] = counts
	m := r.manager
	doc["instanceGroup"] = m.group.link()
	for _, x := range m.members {
		field := actions[x.action]
		counts[field] = counts.number(field, 0) + 1
	}
	reached := m.reached()
	status := document{"isStable": reached && len(m.members) == m.size() && counts.number("none", 0) == len(m.members),
		"versionTarget": document{"isReached": reached}, "stateful": document{"hasStatefulConfig": false, "perInstanceConfigs": document{"allEffective": true}}}
	if a := m.autoscaler(); a != nil {
		status["autoscaler"] = a.link()
	}
	doc["status"] = status
	doc["updatePolicy"] = m.updatePolicyView()
	for _, v := range doc.list("versions") {
		if v.has("targetSize") {
			v.sub("targetSize")["calculated"] = calculated(v.sub("targetSize"), m.size())
		}
	}
	return doc
}
