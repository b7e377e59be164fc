package awstest

import "slices"

type collectMetrics struct {
	AutoScalingGroupName string
	Metrics              []string
	Granularity          string
}

// groupMetrics are those that a group can count.
var groupMetrics = []string{"GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances",
	"GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances"}

func enableMetricsCollection(c *call, in collectMetrics) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	if in.Granularity != "1Minute" {
		return refuse("ValidationError", "Granularity '%s' is not valid: use 1Minute", in.Granularity)
	}
	if len(in.Metrics) == 0 {
		in.Metrics = groupMetrics
	}
	enabled := slices.Clone(g.metrics)
	for _, m := range in.Metrics {
		if !slices.Contains(groupMetrics, m) {
			return refuse("ValidationError", "Metric '%s' is not valid", m)
		}
		if !slices.Contains(enabled, m) {
			enabled = append(enabled, m)
		}
	}
	c.setMetrics(g, enabled)
	return nil
}

type dropMetrics struct {
	AutoScalingGroupName string
	Metrics              []string
}

func disableMetricsCollection(c *call, in dropMetrics) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	c.setMetrics(g, slices.DeleteFunc(slices.Clone(g.metrics), func(m string) bool {
		return len(in.Metrics) == 0 || slices.Contains(in.Metrics, m)
	}))
	return nil
}

func (c *call) setMetrics(g *group, metrics []string) {
	if len(metrics) != len(g.metrics) {
		g.metrics = metrics
		c.effect(g.name)
	}
}
