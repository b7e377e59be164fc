package stages

import (
	"maps"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// imaged is a cluster block with the image that the nearest stage above has
// found or made for its place, unless it names one itself.
func (in Input) imaged(block map[string]any, provider string, at gennaker.Location) map[string]any {
	if strategies.HasImage(block) {
		return block
	}
	for _, s := range in.Above() {
		list, _ := s.Outputs["deploymentDetails"].([]any)
		for _, one := range list {
			details, _ := one.(map[string]any)
			if image := imageFor(details, provider, at.Region); image != "" {
				whole := maps.Clone(block)
				whole["imageId"] = image
				return whole
			}
		}
	}
	return block
}

// imageFor is the image that the details are about, if it is one of that cloud
// and region.
func imageFor(details map[string]any, provider, region string) string {
	text := func(name string) string { t, _ := details[name].(string); return t }
	if cloud := text("cloudProvider"); cloud != "" && provider != "" && cloud != provider {
		return ""
	}
	if place := text("region"); place != "" && place != "global" && place != region {
		return ""
	}
	return first(text("imageId"), text("ami"))
}
