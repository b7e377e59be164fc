package google

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"

	"github.com/gennaker/gennaker"
)

// Spec is our part of a cluster block, under Spinnaker's names.
type Spec struct {
	Image         string         `json:"image,omitempty"` // a name, family/NAME, or projects/PROJECT/global/images/NAME
	ImageID       string         `json:"imageId,omitempty"`
	ImageSource   string         `json:"imageSource,omitempty"`
	ImageArtifact map[string]any `json:"imageArtifact,omitempty"`

	InstanceType string        `json:"instanceType,omitempty"`
	MinPlatform  string        `json:"minCpuPlatform,omitempty"`
	Accelerators []Accelerator `json:"acceleratorConfigs,omitempty"`
	Disks        []Disk        `json:"disks,omitempty"`

	Metadata map[string]string `json:"instanceMetadata,omitempty"`
	UserData string            `json:"userData,omitempty"` // lines of key=value
	Tags     []string          `json:"tags,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	Bindings map[string]string `json:"resourceManagerTags,omitempty"`

	Network        string   `json:"network,omitempty"` // default, or PROJECT/NAME of a shared one
	Subnet         string   `json:"subnet,omitempty"`
	PublicIP       *bool    `json:"associatePublicIpAddress,omitempty"` // default true, as in Spinnaker
	Forwards       bool     `json:"canIpForward,omitempty"`
	SecurityGroups []string `json:"securityGroups,omitempty"` // firewall rules, whose target tags are added

	ServiceAccount string   `json:"serviceAccountEmail,omitempty"`
	Scopes         []string `json:"authScopes,omitempty"`

	Preemptible bool   `json:"preemptible,omitempty"`
	Restart     *bool  `json:"automaticRestart,omitempty"`
	Maintenance string `json:"onHostMaintenance,omitempty"`

	SecureBoot bool `json:"enableSecureBoot,omitempty"`
	VTPM       bool `json:"enableVtpm,omitempty"`
	Integrity  bool `json:"enableIntegrityMonitoring,omitempty"`

	Regional     bool                `json:"regional,omitempty"`
	Zone         string              `json:"zone,omitempty"`
	Zones        map[string][]string `json:"availabilityZones,omitempty"` // by region
	SelectZones  bool                `json:"selectZones,omitempty"`
	Distribution Distribution        `json:"distributionPolicy,omitempty"`

	Balancing       Balancing `json:"loadBalancingPolicy,omitempty"`
	BackendServices any       `json:"backendServices,omitempty"` // names, or names by load balancer
	BackendMetadata []string  `json:"backendServiceMetadata,omitempty"`

	Autoscaling *Autoscaling `json:"autoscalingPolicy,omitempty"`
	Healing     *Healing     `json:"autoHealingPolicy,omitempty"`

	NoTraffic bool `json:"disableTraffic,omitempty"`
}

// Accelerator is how many of a kind an instance has.
type Accelerator struct {
	Type  string `json:"acceleratorType"`
	Count int64  `json:"acceleratorCount"`
}

// Disk is one disk of an instance; the first is what it starts from.
type Disk struct {
	Type  string `json:"type,omitempty"` // pd-standard, pd-ssd, local-ssd …
	Size  int64  `json:"sizeGb,omitempty"`
	Image string `json:"sourceImage,omitempty"` // not of the first
}

// Distribution is how a regional server group lies in its zones.
type Distribution struct {
	Zones []string `json:"zones,omitempty"`
	Shape string   `json:"targetShape,omitempty"`
}

// Balancing is how much traffic a backend service gives an instance group.
type Balancing struct {
	Mode           string   `json:"balancingMode,omitempty"` // UTILIZATION, RATE or CONNECTION
	MaxUtilization *float64 `json:"maxUtilization,omitempty"`
	MaxRate        *float64 `json:"maxRatePerInstance,omitempty"`
	MaxConnections *int64   `json:"maxConnectionsPerInstance,omitempty"`
	CapacityScaler *float64 `json:"capacityScaler,omitempty"`
	Ports          []Port   `json:"namedPorts,omitempty"`
	Port           int64    `json:"listeningPort,omitempty"` // the old way to say the port named http
}

// Port is a port of the instances under the name that backend services know.
type Port struct {
	Name string `json:"name"`
	Port int64  `json:"port"`
}

// Healing has Google make instances anew that fail a health check.
type Healing struct {
	Check          string         `json:"healthCheck,omitempty"`
	Kind           string         `json:"healthCheckKind,omitempty"`
	URL            string         `json:"healthCheckUrl,omitempty"`
	Delay          *int64         `json:"initialDelaySec,omitempty"` // default 300
	MaxUnavailable map[string]any `json:"maxUnavailable,omitempty"`
}

// Autoscaling is how Google sizes the server group between the capacity's min
// and max.
type Autoscaling struct {
	Min            int64        `json:"minNumReplicas,omitempty"` // the capacity says it
	Max            int64        `json:"maxNumReplicas,omitempty"`
	CoolDown       int64        `json:"coolDownPeriodSec,omitempty"`
	CPU            *Utilization `json:"cpuUtilization,omitempty"`
	LoadBalancing  *Utilization `json:"loadBalancingUtilization,omitempty"`
	Metrics        []Metric     `json:"customMetricUtilizations,omitempty"`
	ScaleInControl *ScaleIn     `json:"scaleInControl,omitempty"`
	Mode           string       `json:"mode,omitempty"` // ON, OFF or ONLY_SCALE_OUT (ONLY_UP)
}

// Utilization is a target, as a part of 1.
type Utilization struct {
	Target     float64 `json:"utilizationTarget,omitempty"`
	Predictive string  `json:"predictiveMethod,omitempty"`
}

// Metric is a target for a metric of Cloud Monitoring.
type Metric struct {
	Metric   string  `json:"metric,omitempty"`
	Filter   string  `json:"filter,omitempty"`
	Target   float64 `json:"utilizationTarget,omitempty"`
	Type     string  `json:"utilizationTargetType,omitempty"`
	Assigned float64 `json:"singleInstanceAssignment,omitempty"`
}

// ScaleIn bounds how fast instances go.
type ScaleIn struct {
	Most   *Amount `json:"maxScaledInReplicas,omitempty"`
	Window int64   `json:"timeWindowSec,omitempty"`
}

// Amount is a number of instances or a percentage.
type Amount struct {
	Fixed   int64 `json:"fixed,omitempty"`
	Percent int64 `json:"percent,omitempty"`
}

// decode reads our fields of a cluster block with Spinnaker's leniency, and
// checks them. Fields of the block that are not ours may be another's; inside
// our own they are a mistake.
func decode(block map[string]any) (Spec, error) {
	var s Spec
	var met mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{TagName: "json", WeaklyTypedInput: true, Result: &s, Metadata: &met})
	if err != nil {
		return s, err
	}
	if err := decoder.Decode(block); err != nil {
		return s, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	for _, field := range met.Unused {
		if strings.ContainsAny(field, ".[") {
			return s, fmt.Errorf("%s: %w: there is no such field", field, gennaker.ErrInvalid)
		}
	}
	if s.MinPlatform == "(Automatic)" { // Spinnaker's pages write this for nothing
		s.MinPlatform = ""
	}
	return s, s.check()
}

func (s Spec) check() error {
	for _, c := range []struct {
		wrong bool
		what  string
	}{
		{s.image() == "", "image: it is missing: give the name of an image, or family/NAME"},
		{s.Image != "" && s.ImageID != "" && last(s.Image) != last(s.ImageID), "image and imageId mean the same, and differ"},
		{s.InstanceType == "", "instanceType: it is missing, like e2-small"},
		{s.NoTraffic, "disableTraffic: write startDisabled: true, with the strategy none"},
		{s.Regional && s.Zone != "" && s.SelectZones, "zone: a regional server group has distributionPolicy.zones"},
		{s.SelectZones && len(s.Distribution.Zones) == 0, "selectZones: distributionPolicy.zones are missing"},
		{!slices.Contains([]string{"", "MIGRATE", "TERMINATE"}, s.Maintenance), "onHostMaintenance: it can be MIGRATE or TERMINATE"},
		{!slices.Contains([]string{"", "UTILIZATION", "RATE", "CONNECTION"}, s.Balancing.Mode), "loadBalancingPolicy.balancingMode: it can be UTILIZATION, RATE or CONNECTION"},
		{s.Balancing.Mode == "RATE" && s.Balancing.MaxRate == nil, "loadBalancingPolicy.maxRatePerInstance: it is missing for balancingMode RATE"},
		{s.Healing != nil && len(s.Healing.MaxUnavailable) > 0, "autoHealingPolicy.maxUnavailable: Google's API has it no more: leave it out"},
	} {
		if c.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, c.what)
		}
	}
	for i, d := range s.Disks {
		if i == 0 && (d.Image != "" || d.Type == localSSD) {
			return fmt.Errorf("%w: disks[0]: it is what the instance starts from: it has the server group's image, and cannot be a local-ssd", gennaker.ErrInvalid)
		}
	}
	return nil
}

// localSSD is the type of disks that lie in the machine.
const localSSD = "local-ssd"

// image is what instances start from, in all the ways to say it.
func (s Spec) image() string {
	if s.Image != "" {
		return s.Image
	}
	if s.ImageID != "" {
		return s.ImageID
	}
	for _, field := range []string{"reference", "name"} {
		if text, _ := s.ImageArtifact[field].(string); text != "" {
			return text
		}
	}
	return ""
}

// place is where the server group goes.
func (s Spec) place(region string) (place, error) {
	if s.Regional {
		return place{region: region}, nil
	}
	zones := s.Zones[region]
	switch {
	case s.Zone != "" && regionOf(s.Zone) != region:
		return place{}, fmt.Errorf("%w: zone: %s is not in region %s", gennaker.ErrInvalid, s.Zone, region)
	case s.Zone != "":
		return place{region: region, zone: s.Zone}, nil
	case len(zones) == 1:
		return place{region: region, zone: zones[0]}, nil
	}
	return place{}, fmt.Errorf("%w: zone: it is missing: give one, like %s-a, or regional: true", gennaker.ErrInvalid, region)
}

// backendServices are the names in all the ways to say them.
func (s Spec) backendServices() ([]string, error) {
	all := slices.Concat(s.BackendMetadata, names(s.Metadata[keyWorld]), names(s.Metadata[keyRegion]))
	var lists []any
	switch v := s.BackendServices.(type) {
	case nil:
	case map[string]any:
		for _, balancer := range gennaker.SortedKeys(v) {
			lists = append(lists, v[balancer])
		}
	default:
		lists = append(lists, v)
	}
	for _, l := range lists {
		var list []string
		if err := mapstructure.WeakDecode(l, &list); err != nil {
			return nil, fmt.Errorf("%w: backendServices: it has names of backend services, or such lists by load balancer", gennaker.ErrInvalid)
		}
		all = append(all, list...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// balancers are the load balancers that the block names, also where Spinnaker
// keeps them.
func (s Spec) balancers(given []string) []string {
	all := slices.Concat(given, names(s.Metadata[keyNetwork]), names(s.Metadata[keyGlobal]), names(s.Metadata[keyRegional]))
	slices.Sort(all)
	return slices.Compact(all)
}
