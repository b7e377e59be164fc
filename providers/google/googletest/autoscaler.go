package googletest

import "net/http"

// checkAutoscaler completes an autoscaler, or refuses it.
func checkAutoscaler(c *call, now, _ document) error {
	target := c.at(now.text("target"))
	if target == nil || target.collection != "instanceGroupManagers" || target.where() != c.where() {
		return invalid("resource.target", now.text("target"), "The target must be an instance group manager in the same place.")
	}
	for _, r := range c.of("autoscalers", anywhere) {
		if r.doc.text("target") == target.link() && r.name != now.text("name") {
			return refuse(http.StatusBadRequest, "invalid", "Resource '%s' already has an autoscaler.", target.full())
		}
	}
	policy := now.sub("autoscalingPolicy")
	if policy["maxNumReplicas"] == nil {
		return invalid("resource.autoscalingPolicy.maxNumReplicas", "", "The maximum must be given.")
	}
	policy.set("minNumReplicas", float64(min(2, policy.number("maxNumReplicas", 0))))
	policy.set("coolDownPeriodSec", float64(60))
	policy.set("mode", "ON")
	if policy.number("minNumReplicas", 0) > policy.number("maxNumReplicas", 0) {
		return invalid("resource.autoscalingPolicy.maxNumReplicas", itoa(policy.number("maxNumReplicas", 0)), "Must be at least the minimum.")
	}
	if policy["cpuUtilization"] == nil && policy["loadBalancingUtilization"] == nil && policy["customMetricUtilizations"] == nil {
		policy["cpuUtilization"] = map[string]any{"utilizationTarget": 0.6}
	}
	now["autoscalingPolicy"] = map[string]any(policy)
	now["status"] = "ACTIVE"
	return nil
}

// autoscale has an autoscaler's group keep to its bounds.
func autoscale(r *resource) {
	if target := r.project.at(r.doc.text("target")); target != nil && target.manager != nil {
		target.manager.autoscale()
		target.manager.reconcile()
	}
}

// autoscaler is the group's; nil if it has none.
func (m *manager) autoscaler() *resource {
	for _, r := range m.project.of("autoscalers", anywhere) {
		if r.doc.text("target") == m.link() && !r.unmade {
			return r
		}
	}
	return nil
}

// autoscale brings the group's size within the bounds of its autoscaler. There
// is no load here, so nothing else moves it.
func (m *manager) autoscale() {
	a := m.autoscaler()
	if a == nil {
		return
	}
	policy := a.doc.sub("autoscalingPolicy")
	low, high, size := policy.number("minNumReplicas", 0), policy.number("maxNumReplicas", 0), m.size()
	wanted := min(max(size, low), high)
	a.doc["recommendedSize"] = wanted
	switch mode := policy.text("mode"); {
	case mode == "OFF", mode != "ON" && wanted < size, wanted == size:
		return
	}
	m.doc["targetSize"] = wanted
	m.kind.print(m.doc)
}
