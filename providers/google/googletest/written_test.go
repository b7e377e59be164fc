package googletest_test

import (
	"strings"
	"testing"

	"google.golang.org/api/compute/v1"
)

func TestWhatNobodyMayWrite(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	image := must(w.api.Images.Get(project, "shop-1").Do())(t)
	label := func(key, value string) error {
		return second(w.api.Images.SetLabels(project, "shop-1", &compute.GlobalSetLabelsRequest{LabelFingerprint: image.LabelFingerprint, Labels: map[string]string{key: value}}).Do())
	}
	template := func(edit func(*compute.InstanceProperties)) error {
		p := &compute.InstanceProperties{MachineType: "e2-small", NetworkInterfaces: []*compute.NetworkInterface{{}},
			Disks: []*compute.AttachedDisk{{Boot: true, InitializeParams: &compute.AttachedDiskInitializeParams{SourceImage: "global/images/shop-1"}}}}
		edit(p)
		return second(w.api.InstanceTemplates.Insert(project, &compute.InstanceTemplate{Name: "t2", Properties: p}).Do())
	}
	group := func(edit func(*compute.InstanceGroupManager)) error {
		g := &compute.InstanceGroupManager{Name: "shop-v001", TargetSize: 1, InstanceTemplate: "global/instanceTemplates/t1"}
		edit(g)
		return second(w.api.InstanceGroupManagers.Insert(project, zone, g).Do())
	}
	item := func(key string) *compute.MetadataItems { return &compute.MetadataItems{Key: key} }
	for _, c := range []struct {
		what string
		err  error
		want string
	}{
		{"a key with a capital", label("Stage", "new"), "400 invalid"},
		{"a value with a dot", label("stage", "1.0"), "400 invalid"},
		{"a value too long", label("stage", strings.Repeat("a", 64)), "400 invalid"},
		{"a label of a template", template(func(p *compute.InstanceProperties) { p.Labels = map[string]string{"app": "Shop"} }), "400 invalid"},
		{"a tag of a template", template(func(p *compute.InstanceProperties) { p.Tags = &compute.Tags{Items: []string{"http_server"}} }), "400 invalid"},
		{"a key of metadata twice", template(func(p *compute.InstanceProperties) {
			p.Metadata = &compute.Metadata{Items: []*compute.MetadataItems{item("a"), item("a")}}
		}), "400 invalid"},
		{"a description", group(func(g *compute.InstanceGroupManager) { g.Description = strings.Repeat("é", 2049) }), "400 invalid"},
		{"a base name", group(func(g *compute.InstanceGroupManager) { g.BaseInstanceName = strings.Repeat("a", 59) }), "400 invalid"},
		{"a delay", group(func(g *compute.InstanceGroupManager) {
			g.AutoHealingPolicies = []*compute.InstanceGroupManagerAutoHealingPolicy{{HealthCheck: w.check, InitialDelaySec: 3601}}
		}), "400 invalid"},
		{"a description that fits", group(func(g *compute.InstanceGroupManager) { g.Description = strings.Repeat("é", 2048) }), "<nil>"},
		{"a template that fits", template(func(*compute.InstanceProperties) {}), "<nil>"},
		{"a label that fits", label("stage", "1-0_ö"), "<nil>"},
	} {
		w.refused(c.what, c.err, c.want)
	}
}
