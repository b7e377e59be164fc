package googletest

import (
	"slices"
	"strings"
)

// getFromFamily shows the newest image of a family.
func getFromFamily(c *call) (any, error) {
	if r := c.newest(c.name); r != nil {
		return r.doc, nil
	}
	return nil, notFound("projects/" + c.id + "/global/images/family/" + c.name)
}

// deleteImage deletes an image, also one that templates name: Google does not
// ask.
func deleteImage(c *call) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	r.deleting = true
	return c.operate(r, r.remove, func() { r.deleting = false }), nil
}

// newest is the latest image of a family; nil if there is none.
func (p *Project) newest(family string) *resource {
	var best *resource
	for _, r := range p.of("images", anywhere) {
		if r.doc.text("family") == family && (best == nil || !r.made.Before(best.made)) {
			best = r
		}
	}
	return best
}

// imageOf is the image that a disk is made from; nil if there is no such.
func (p *Project) imageOf(source string) *resource {
	project, path := below(source)
	if project != "" {
		if p = p.cloud.projects[project]; p == nil {
			return nil
		}
	}
	if family, ok := strings.CutPrefix(path, "global/images/family/"); ok {
		return p.newest(family)
	}
	if r := p.resources[path]; r != nil && r.collection == "images" {
		return r
	}
	return nil
}

// checkTemplate completes an instance template, or refuses it.
func checkTemplate(c *call, now, _ document) error {
	properties := now.sub("properties")
	if err := checkProperties(properties); err != nil {
		return err
	}
	if properties.text("machineType") == "" {
		return invalid("resource.properties.machineType", "", "Machine type must be given.")
	}
	disks := properties.list("disks")
	boot := slices.IndexFunc(disks, func(d document) bool { return d["boot"] == true })
	if boot < 0 {
		return invalid("resource.properties.disks", "", "At least one disk must be a boot disk.")
	}
	source := disks[boot].sub("initializeParams").text("sourceImage")
	if c.imageOf(source) == nil {
		if _, path, ok := reference(source); ok {
			return notFound("projects/" + c.id + "/" + path)
		}
		return invalid("resource.properties.disks["+itoa(boot)+"].initializeParams.sourceImage", source, "The referenced image resource cannot be found.")
	}
	return checkNetworks(properties)
}

func checkNetworks(properties document) error {
	if len(properties.list("networkInterfaces")) == 0 {
		return invalid("resource.properties.networkInterfaces", "", "At least one network interface is required.")
	}
	return nil
}
