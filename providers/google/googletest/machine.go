package googletest

import (
	"slices"
	"time"
)

// machine is an instance as it runs.
type machine struct {
	owner *manager // nil for none
	sick  bool     // its program never answers
	turns []turn   // oldest first
}

// turn is a time from which on its program answers health checks, or does not.
type turn struct {
	at   time.Time
	well bool
}

func (m *machine) turn(at time.Time, well bool) {
	m.turns = append(slices.DeleteFunc(m.turns, func(t turn) bool { return t.at.After(at) }), turn{at, well})
}

// launch makes an instance from a template: it is provisioned, staged, and
// runs, which booted hears of, unless the instance is gone by then.
func (p *Project) launch(a address, template *resource, owner *manager, booted func()) *resource {
	properties := template.doc.sub("properties").clone()
	r := p.add(p.cloud.kinds["instances"], a, p.instanceDocument(a, properties, template, owner))
	r.machine = &machine{owner: owner, sick: p.imageOf(bootImage(properties)).sick}
	r.doc["status"] = "PROVISIONING"
	times := p.cloud.config.Times
	p.cloud.after(times.Provision, func() { r.become("STAGING") })
	p.cloud.after(times.Provision+times.Stage, func() {
		if r.become("RUNNING") {
			r.doc["lastStartTimestamp"] = stamp(p.cloud.now)
			r.machine.turn(p.cloud.now.Add(times.Start), !r.machine.sick)
			booted()
		}
	})
	return r
}

// become has an instance that comes up go on; it reports whether it still
// comes up.
func (r *resource) become(status string) bool {
	up := r.doc["status"] == "PROVISIONING" || r.doc["status"] == "STAGING"
	if up && r.project.resources[r.path()] == r {
		r.doc["status"] = status
		return true
	}
	return false
}

// stop ends an instance after it was drained, and then tells.
func (r *resource) stop(drained time.Duration, then func()) {
	cloud := r.project.cloud
	cloud.after(drained, func() { r.doc["status"] = "STOPPING" })
	cloud.after(drained+cloud.config.Times.Stop, func() {
		r.gone()
		then()
	})
}

// gone takes an instance away.
func (r *resource) gone() {
	if r.project.resources[r.path()] == r {
		delete(r.project.resources, r.path())
	}
	r.leavePools()
}

func bootImage(properties document) string {
	for _, d := range properties.list("disks") {
		if d["boot"] == true {
			return d.sub("initializeParams").text("sourceImage")
		}
	}
	return ""
}

// instanceDocument is an instance as its template has it.
func (p *Project) instanceDocument(a address, properties document, template *resource, owner *manager) document {
	doc := document{"machineType": p.link("zones/" + a.place + "/machineTypes/" + lastPart(properties.text("machineType"))),
		"cpuPlatform": "Intel Broadwell", "networkInterfaces": p.interfaces(a, properties), "disks": disks(p, a, properties)}
	for _, field := range []string{"description", "labels", "scheduling", "canIpForward", "minCpuPlatform", "guestAccelerators", "shieldedInstanceConfig"} {
		if properties.has(field) {
			doc[field] = properties[field]
		}
	}
	accounts := []document{}
	for _, account := range properties.list("serviceAccounts") {
		accounts = append(accounts, account.clone())
	}
	if len(accounts) > 0 {
		doc["serviceAccounts"] = accounts
	}
	tags := properties.sub("tags").clone()
	tags["fingerprint"] = fingerprint(tags["items"])
	items := append(slices.Clone(properties.sub("metadata").list("items")), document{"key": "instance-template", "value": p.numbered(template)})
	if owner != nil {
		items = append(items, document{"key": "created-by", "value": p.numbered(owner.resource)})
	}
	doc["tags"], doc["metadata"] = tags, document{"kind": "compute#metadata", "fingerprint": fingerprint(items), "items": items}
	return doc
}

// numbered is how instances name what they come from.
func (p *Project) numbered(r *resource) string { return "projects/" + p.number + "/" + r.path() }

func (p *Project) interfaces(a address, properties document) []document {
	var list []document
	for i, from := range properties.list("networkInterfaces") {
		p.addresses++
		nic := document{"kind": "compute#networkInterface", "name": "nic" + itoa(i), "network": from["network"],
			"subnetwork": from["subnetwork"], "networkIP": "10.128." + itoa(p.addresses/250) + "." + itoa(p.addresses%250+2)}
		nic.set("network", p.link("global/networks/default"))
		nic.set("subnetwork", p.link("regions/"+regionOf(a.place)+"/subnetworks/"+lastPart(nic.text("network"))))
		nic["fingerprint"] = fingerprint(nic)
		if configs := from.list("accessConfigs"); len(configs) > 0 {
			config := configs[0].clone()
			config["kind"], config["natIP"] = "compute#accessConfig", "203.0.113."+itoa(p.addresses%250+2)
			nic["accessConfigs"] = []document{config}
		}
		list = append(list, nic)
	}
	return list
}

func disks(p *Project, a address, properties document) []document {
	var list []document
	for i, from := range properties.list("disks") {
		name := from.text("deviceName")
		if name == "" {
			name = "persistent-disk-" + itoa(i)
		}
		list = append(list, document{"kind": "compute#attachedDisk", "index": i, "boot": from["boot"] == true, "autoDelete": from["autoDelete"] == true,
			"deviceName": name, "mode": "READ_WRITE", "type": "PERSISTENT", "interface": "SCSI", "source": p.link("zones/" + a.place + "/disks/" + a.name)})
	}
	return list
}

// resetInstance restarts an instance's program, hard.
func resetInstance(c *call) (*resource, error) {
	r, err := c.find()
	if err != nil {
		return nil, err
	}
	if r.doc["status"] != "RUNNING" {
		return nil, notReady(r.full())
	}
	return c.operate(r, func() {
		if r.machine != nil {
			r.machine.turn(c.cloud.now, false)
			r.machine.turn(c.cloud.now.Add(c.cloud.config.Times.Start), !r.machine.sick)
			r.machine.owner.watch()
		}
	}, nil), nil
}

// deleteInstance ends an instance behind its group's back; the group makes it
// again.
func deleteInstance(c *call) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	r.deleting = true
	return c.operate(r, func() { r.vanish() }, func() { r.deleting = false }), nil
}

// vanish ends an instance at once.
func (r *resource) vanish() {
	r.gone()
	if m := r.machine.owner; m != nil {
		m.lost(r)
	}
}

// leavePools takes an instance out of the target pools.
func (r *resource) leavePools() {
	for _, pool := range r.project.of("targetPools", anywhere) {
		if slices.Contains(pool.doc.texts("instances"), r.link()) {
			pool.leave(r.link())
		}
	}
}

func (r *resource) leave(instance string) {
	r.doc["instances"] = slices.DeleteFunc(r.doc.texts("instances"), func(link string) bool { return link == instance })
	delete(r.pooled, instance)
}

func (r *resource) join(instance string) {
	if !slices.Contains(r.doc.texts("instances"), instance) {
		r.doc["instances"] = append(slices.Clone(r.doc.texts("instances")), instance)
	}
	if r.pooled == nil {
		r.pooled = map[string]time.Time{}
	}
	if r.pooled[instance].IsZero() {
		r.pooled[instance] = r.project.cloud.now
	}
}
