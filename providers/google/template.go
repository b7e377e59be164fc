package google

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// The labels that Spinnaker puts on instances, for who looks at their metrics.
const (
	labelRegion = "spinnaker-region"
	labelGroup  = "spinnaker-server-group"
)

const scopePrefix = "https://www.googleapis.com/auth/"

// planTemplate is the template of a server group, but for its name.
func (c *Cloud) planTemplate(ctx context.Context, p plan) (*compute.InstanceTemplate, error) {
	image, err := c.image(ctx, p.spec.image())
	if err != nil {
		return nil, err
	}
	tags, err := c.tags(ctx, p.spec)
	if err != nil {
		return nil, err
	}
	metadata, err := p.metadata()
	if err != nil {
		return nil, err
	}
	disks, err := c.disks(ctx, p.spec, image)
	if err != nil {
		return nil, err
	}
	labels := map[string]string{labelRegion: p.Region, labelGroup: p.Name}
	maps.Copy(labels, p.spec.Labels)
	properties := &compute.InstanceProperties{
		MachineType: p.spec.InstanceType, MinCpuPlatform: p.spec.MinPlatform, CanIpForward: p.spec.Forwards, Labels: labels,
		Disks: disks, Metadata: metadata, NetworkInterfaces: []*compute.NetworkInterface{c.network(p.spec, p.Region)},
		Scheduling: p.spec.scheduling(), ServiceAccounts: p.spec.serviceAccounts(), ResourceManagerTags: p.spec.Bindings,
	}
	if len(tags) > 0 {
		properties.Tags = &compute.Tags{Items: tags}
	}
	for _, a := range p.spec.Accelerators {
		properties.GuestAccelerators = append(properties.GuestAccelerators, &compute.AcceleratorConfig{AcceleratorType: last(a.Type), AcceleratorCount: a.Count})
	}
	if s := p.spec; s.SecureBoot || s.VTPM || s.Integrity {
		properties.ShieldedInstanceConfig = &compute.ShieldedInstanceConfig{EnableSecureBoot: s.SecureBoot, EnableVtpm: s.VTPM,
			EnableIntegrityMonitoring: s.Integrity, ForceSendFields: []string{"EnableSecureBoot", "EnableVtpm", "EnableIntegrityMonitoring"}}
	}
	return &compute.InstanceTemplate{Description: note{Marks: newNote(p.CreateServerGroup).Marks}.String(), Properties: properties}, nil
}

// tags are the network tags of the instances: the document's, and those at
// which the firewall rules aim that it names.
func (c *Cloud) tags(ctx context.Context, s Spec) ([]string, error) {
	all := slices.Clone(s.Tags)
	if len(s.SecurityGroups) == 0 {
		return all, nil
	}
	missing := map[string]bool{}
	for _, name := range s.SecurityGroups {
		missing[last(name)] = true
	}
	err := c.api.Firewalls.List(c.Project).Pages(ctx, func(page *compute.FirewallList) error {
		for _, f := range page.Items {
			if missing[f.Name] {
				delete(missing, f.Name)
				all = append(all, f.TargetTags...)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("firewall rules: %w", listed(err))
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%w: securityGroups: there is no firewall rule %s", gennaker.ErrInvalid, strings.Join(gennaker.SortedKeys(missing), ", "))
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// metadata is the document's, with what the server group is behind.
func (p plan) metadata() (*compute.Metadata, error) {
	items := maps.Clone(p.spec.Metadata)
	if items == nil {
		items = map[string]string{}
	}
	for _, key := range ourKeys {
		delete(items, key)
	}
	if p.spec.UserData != "" {
		items["customUserData"] = p.spec.UserData
		for _, line := range strings.FieldsFunc(p.spec.UserData, func(r rune) bool { return r == '\n' || r == ',' }) {
			if key, value, ok := strings.Cut(line, "="); ok {
				items[strings.TrimSpace(key)] = value
			}
		}
	}
	if p.spec.SelectZones {
		items[keyZones] = "true"
	}
	if err := p.memory.write(items); err != nil {
		return nil, err
	}
	m := &compute.Metadata{}
	for _, key := range gennaker.SortedKeys(items) {
		value := items[key]
		m.Items = append(m.Items, &compute.MetadataItems{Key: key, Value: &value})
	}
	return m, nil
}

// disks are those of an instance: the first starts from the image.
func (c *Cloud) disks(ctx context.Context, s Spec, image *compute.Image) ([]*compute.AttachedDisk, error) {
	wanted := s.Disks
	if len(wanted) == 0 {
		wanted = []Disk{{}}
	}
	var all []*compute.AttachedDisk
	for i, d := range wanted {
		made := &compute.AttachedDisk{AutoDelete: true, Boot: i == 0, Type: "PERSISTENT",
			InitializeParams: &compute.AttachedDiskInitializeParams{DiskType: d.Type, DiskSizeGb: d.Size}}
		switch {
		case i == 0:
			made.InitializeParams.SourceImage = relative(image.SelfLink)
		case d.Type == localSSD:
			made.Type = "SCRATCH"
			made.InitializeParams.DiskSizeGb = 0 // Google's own
		case d.Image != "":
			source, err := c.image(ctx, d.Image)
			if err != nil {
				return nil, fmt.Errorf("disks[%d]: %w", i, err)
			}
			made.InitializeParams.SourceImage = relative(source.SelfLink)
		}
		all = append(all, made)
	}
	return all, nil
}

// network is where the instances are reached. A shared network is named with
// its project.
func (c *Cloud) network(s Spec, region string) *compute.NetworkInterface {
	n := &compute.NetworkInterface{Network: c.shared(cmp.Or(s.Network, "default"), "global/networks/")}
	if s.Subnet != "" {
		n.Subnetwork = c.shared(s.Subnet, "regions/"+region+"/subnetworks/")
	}
	if s.PublicIP == nil || *s.PublicIP {
		n.AccessConfigs = []*compute.AccessConfig{{Name: "External NAT", Type: "ONE_TO_ONE_NAT"}}
	}
	return n
}

func (c *Cloud) shared(name, folder string) string {
	if strings.Contains(name, "projects/") {
		return relative(name)
	}
	project, own, ok := strings.Cut(name, "/")
	if !ok {
		project, own = c.Project, name
	}
	return "projects/" + project + "/" + folder + own
}

func (s Spec) scheduling() *compute.Scheduling {
	made := &compute.Scheduling{Preemptible: s.Preemptible, OnHostMaintenance: s.Maintenance, AutomaticRestart: s.Restart}
	if s.Preemptible { // Google takes no other
		no := false
		made.OnHostMaintenance, made.AutomaticRestart = "TERMINATE", &no
	}
	return made
}

func (s Spec) serviceAccounts() []*compute.ServiceAccount {
	if s.ServiceAccount == "" && len(s.Scopes) == 0 {
		return nil
	}
	account := &compute.ServiceAccount{Email: cmp.Or(s.ServiceAccount, "default")}
	for _, scope := range s.Scopes {
		if !strings.HasPrefix(scope, "https://") {
			scope = scopePrefix + scope
		}
		account.Scopes = append(account.Scopes, scope)
	}
	return []*compute.ServiceAccount{account}
}

// policy is the document's, in Google's words.
func (a Autoscaling) policy() *compute.AutoscalingPolicy {
	p := &compute.AutoscalingPolicy{CoolDownPeriodSec: a.CoolDown, Mode: cmp.Or(a.Mode, scalingOn)}
	if a.CPU != nil {
		p.CpuUtilization = &compute.AutoscalingPolicyCpuUtilization{UtilizationTarget: a.CPU.Target, PredictiveMethod: a.CPU.Predictive}
	}
	if a.LoadBalancing != nil {
		p.LoadBalancingUtilization = &compute.AutoscalingPolicyLoadBalancingUtilization{UtilizationTarget: a.LoadBalancing.Target}
	}
	for _, m := range a.Metrics {
		p.CustomMetricUtilizations = append(p.CustomMetricUtilizations, &compute.AutoscalingPolicyCustomMetricUtilization{Metric: m.Metric,
			Filter: m.Filter, UtilizationTarget: m.Target, UtilizationTargetType: m.Type, SingleInstanceAssignment: m.Assigned})
	}
	if s := a.ScaleInControl; s != nil {
		p.ScaleInControl = &compute.AutoscalingPolicyScaleInControl{TimeWindowSec: s.Window}
		if s.Most != nil {
			p.ScaleInControl.MaxScaledInReplicas = &compute.FixedOrPercent{Fixed: s.Most.Fixed, Percent: s.Most.Percent}
		}
	}
	return p
}
