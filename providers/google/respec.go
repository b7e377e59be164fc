package google

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// Spec reads back what a server group was made from.
func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var block map[string]any
	err := c.change(ctx, "read the spec of", ref, func(g group) error {
		s, err := respec(g)
		if err != nil {
			return err
		}
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, &block)
	})
	for _, field := range []string{"distributionPolicy", "loadBalancingPolicy"} {
		if list, ok := block[field].(map[string]any); ok && len(list) == 0 {
			delete(block, field)
		}
	}
	return block, err
}

func respec(g group) (Spec, error) {
	if g.template == nil || g.template.Properties == nil {
		return Spec{}, fmt.Errorf("%w: its instance template is gone", gennaker.ErrNotFound)
	}
	p := g.template.Properties
	s := Spec{
		Image: imageOf(g.template), InstanceType: last(p.MachineType), MinPlatform: p.MinCpuPlatform, Forwards: p.CanIpForward,
		Metadata: metadataOf(g.template), Bindings: p.ResourceManagerTags, Zone: g.at().zone, Regional: g.at().zone == "",
		Labels: map[string]string{},
	}
	if p.Tags != nil {
		s.Tags = p.Tags.Items
	}
	for key, value := range p.Labels {
		if key != labelRegion && key != labelGroup && !strings.HasPrefix(key, "spinnaker-moniker-") {
			s.Labels[key] = value
		}
	}
	was := remembered(g.template)
	s.Balancing, s.BackendMetadata = was.Policy, slices.Concat(was.World, was.Region)
	s.UserData = s.Metadata["customUserData"]
	for _, key := range ourKeys {
		delete(s.Metadata, key)
	}
	s.machine(p)
	s.distribution(g.InstanceGroupManager)
	if g.scaler != nil && g.scaler.AutoscalingPolicy != nil {
		s.Autoscaling = readPolicy(g)
	}
	return s, nil
}

// machine is what a template says of the machine itself.
func (s *Spec) machine(p *compute.InstanceProperties) {
	for i, d := range p.Disks {
		if d.InitializeParams == nil {
			continue
		}
		disk := Disk{Type: last(d.InitializeParams.DiskType), Size: d.InitializeParams.DiskSizeGb}
		if i > 0 {
			disk.Image = relative(d.InitializeParams.SourceImage)
		}
		s.Disks = append(s.Disks, disk)
	}
	for _, n := range p.NetworkInterfaces {
		public := len(n.AccessConfigs) > 0
		s.Network, s.Subnet, s.PublicIP = relative(n.Network), relative(n.Subnetwork), &public
		break
	}
	for _, a := range p.GuestAccelerators {
		s.Accelerators = append(s.Accelerators, Accelerator{Type: last(a.AcceleratorType), Count: a.AcceleratorCount})
	}
	for _, a := range p.ServiceAccounts {
		s.ServiceAccount, s.Scopes = a.Email, a.Scopes
		break
	}
	if q := p.Scheduling; q != nil {
		s.Preemptible, s.Maintenance, s.Restart = q.Preemptible, q.OnHostMaintenance, q.AutomaticRestart
	}
	if q := p.ShieldedInstanceConfig; q != nil {
		s.SecureBoot, s.VTPM, s.Integrity = q.EnableSecureBoot, q.EnableVtpm, q.EnableIntegrityMonitoring
	}
}

// distribution is what the group itself says.
func (s *Spec) distribution(m *compute.InstanceGroupManager) {
	if d := m.DistributionPolicy; d != nil && s.Regional {
		s.Distribution.Shape = d.TargetShape
		for _, z := range d.Zones {
			s.Distribution.Zones = append(s.Distribution.Zones, last(z.Zone))
		}
		s.SelectZones = len(s.Distribution.Zones) > 0
	}
	for _, h := range m.AutoHealingPolicies {
		delay := h.InitialDelaySec
		s.Healing = &Healing{Check: last(h.HealthCheck), URL: h.HealthCheck, Delay: &delay}
	}
}

// readPolicy is a policy of Google's in the document's words. What the capacity
// says is not repeated.
func readPolicy(g group) *Autoscaling {
	p := g.scaler.AutoscalingPolicy
	a := &Autoscaling{CoolDown: p.CoolDownPeriodSec, Mode: p.Mode}
	if g.note.Mode != "" {
		a.Mode = g.note.Mode // it is off because the group is disabled
	}
	if p.CpuUtilization != nil {
		a.CPU = &Utilization{Target: p.CpuUtilization.UtilizationTarget, Predictive: p.CpuUtilization.PredictiveMethod}
	}
	if p.LoadBalancingUtilization != nil {
		a.LoadBalancing = &Utilization{Target: p.LoadBalancingUtilization.UtilizationTarget}
	}
	for _, m := range p.CustomMetricUtilizations {
		a.Metrics = append(a.Metrics, Metric{Metric: m.Metric, Filter: m.Filter, Target: m.UtilizationTarget, Type: m.UtilizationTargetType, Assigned: m.SingleInstanceAssignment})
	}
	if q := p.ScaleInControl; q != nil {
		a.ScaleInControl = &ScaleIn{Window: q.TimeWindowSec}
		if q.MaxScaledInReplicas != nil {
			a.ScaleInControl.Most = &Amount{Fixed: q.MaxScaledInReplicas.Fixed, Percent: q.MaxScaledInReplicas.Percent}
		}
	}
	return a
}
