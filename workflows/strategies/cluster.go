package strategies

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"strconv"
	"time"

	"github.com/gennaker/gennaker"
)

// Cluster is one entry of a deploy stage's clusters[]: the fields that every
// cloud has. A cloud's own fields stand beside them and reach its provider as
// they are.
type Cluster struct {
	Provider      string            `json:"cloudProvider,omitempty" jsonschema_description:"The cloud: local, aws, ecs, gce, cloudrun, azure, cloudfoundry or kubernetes."`
	Account       string            `json:"account,omitempty" jsonschema:"required" jsonschema_description:"An account of the worker's configuration."`
	Application   string            `json:"application,omitempty" jsonschema_description:"Default: the pipeline's application."`
	Stack         string            `json:"stack,omitempty"`
	Detail        string            `json:"freeFormDetails,omitempty"`
	Region        string            `json:"region,omitempty"`
	Regions       []string          `json:"regions,omitempty" jsonschema_description:"One deployment in each."`
	Namespace     string            `json:"namespace,omitempty" jsonschema_description:"Says the same as region, and goes before it."`
	Zones         map[string]any    `json:"availabilityZones,omitempty" jsonschema_description:"The zones of each region to run in. Without region and regions, its regions are those to deploy in."`
	Capacity      gennaker.Capacity `json:"capacity,omitzero" jsonschema_description:"Default: one instance."`
	LoadBalancers []string          `json:"loadBalancers,omitempty"`

	Strategy          string   `json:"strategy,omitempty" jsonschema:"enum=,enum=none,enum=highlander,enum=redblack,enum=rollingredblack,enum=monitored,enum=custom,enum=rollingpush,enum=cfrollingredblack" jsonschema_description:"none: add a server group. highlander: then destroy all others. redblack: then disable all others. rollingredblack: move the traffic step by step, see targetPercentages. monitored: the same, judged by a deployment monitor, see deploySteps. custom: run strategyPipeline instead. rollingpush: replace the instances of the source in place, see termination; with targetPercentages in steps. cfrollingredblack: move the instances step by step, see targetPercentages: the new server group grows as the source shrinks."`
	TargetHealthy     *int     `json:"targetHealthyDeployPercentage,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"Percent of the instances that must be healthy; default 100."`
	MaxRemaining      int      `json:"maxRemainingAsgs,omitempty" jsonschema:"minimum=0" jsonschema_description:"redblack and cfrollingredblack: server groups to keep; 0 keeps all."`
	AllowDeleteActive bool     `json:"allowDeleteActive,omitempty" jsonschema_description:"redblack: maxRemainingAsgs may destroy server groups that took traffic."`
	DelayCleanup      float64  `json:"delayBeforeCleanup,omitempty" jsonschema:"minimum=0" jsonschema_description:"redblack: seconds between the new server group's health and disabling the old."`
	DelayDisable      float64  `json:"delayBeforeDisableSec,omitempty" jsonschema:"minimum=0" jsonschema_description:"The old name of delayBeforeCleanup."`
	ScaleDown         bool     `json:"scaleDown,omitempty" jsonschema_description:"redblack: take the old server groups' instances away."`
	DelayScaleDown    float64  `json:"delayBeforeScaleDownSec,omitempty" jsonschema:"minimum=0"`
	ScaleDownActive   bool     `json:"allowScaleDownActive,omitempty"`
	Rollback          Rollback `json:"rollback,omitzero"`

	Health gennaker.HealthProviders `json:"interestingHealthProviderNames,omitempty" jsonschema_description:"Whose judgment of the instances counts; default: that of the stage."`

	UseSource    bool   `json:"useSourceCapacity,omitempty" jsonschema_description:"Be as big as the source; capacity does not count. While the strategy runs, the new server group has at least as many instances as it had."`
	PreferSource bool   `json:"preferSourceCapacity,omitempty" jsonschema_description:"With useSourceCapacity: take capacity if there is no source. Otherwise the deployment fails."`
	Source       Source `json:"source,omitzero" jsonschema_description:"The server group that the new one follows. Default: the newest that is enabled, else the newest."`

	Percentages []int       `json:"targetPercentages,omitempty" jsonschema:"minimum=1,maximum=100" jsonschema_description:"rollingredblack: the steps, as percentages of the source's size; 100 is the last whether it is named or not. At each step the new server group grows to that size, delayBeforeCleanup passes, pipelineBeforeCleanup runs, and that percentage of the source's instances is taken out of traffic. cfrollingredblack: percentages of its own size, and the source shrinks by them. rollingpush: the cloud pauses when so many of the instances are new; delayBeforeCleanup passes, pipelineBeforeCleanup runs, and what is new must still be up. If it fails or is cancelled, the old instances come back. For clouds that can refresh in steps."`
	Validation  *Validation `json:"pipelineBeforeCleanup,omitempty" jsonschema_description:"rollingredblack, and rollingpush in steps: a pipeline that must succeed at each step. Its parameters deployedServerGroup, sourceServerGroup and percentageComplete are filled in."`

	DeploySteps    []int          `json:"deploySteps,omitempty" jsonschema:"minimum=1,maximum=100" jsonschema_description:"monitored: the steps, as targetPercentages are. At each step the new server group grows to that size, that percentage of the source's instances is taken out of traffic, and the deployment monitor says whether to go on."`
	Monitor        *Monitor       `json:"deploymentMonitor,omitempty" jsonschema_description:"monitored: who judges. Without it nobody does."`
	FailureActions FailureActions `json:"failureActions,omitzero" jsonschema_description:"monitored: what to do if it fails; rollback does not count."`

	Termination Termination `json:"termination,omitzero" jsonschema_description:"rollingpush: which instances are replaced, and how many at a time."`

	StrategyApplication string         `json:"strategyApplication,omitempty" jsonschema_description:"custom: the application that owns the pipeline. Default: that of the cluster."`
	StrategyPipeline    string         `json:"strategyPipeline,omitempty" jsonschema_description:"custom: the id of a stored pipeline that deploys, or its name in the application."`
	PipelineParameters  map[string]any `json:"pipelineParameters,omitempty" jsonschema_description:"custom: parameters for it. It is also given application, credentials, cluster, moniker, region, cloudProvider, strategy (true), clone (false), parentPipelineId and parentStageId."`
	Traffic             string         `json:"trafficOptions,omitempty" jsonschema:"enum=,enum=inherit,enum=enable,enum=disable" jsonschema_description:"disable makes the new server group out of traffic, for stages after it to enable; with the strategy none alone."`
	StartDisabled       bool           `json:"startDisabled,omitempty" jsonschema_description:"Says the same as trafficOptions: disable."`
}

// Source names a server group of the cluster.
type Source struct {
	ServerGroup string `json:"serverGroupName,omitempty"`
	Asg         string `json:"asgName,omitempty" jsonschema_description:"The old name of serverGroupName."`
	Account     string `json:"account,omitempty" jsonschema_description:"Default: the account that is deployed to. Of a source elsewhere only the size counts; a clone is made like it."`
	Region      string `json:"region,omitempty" jsonschema_description:"Default: the region that is deployed to, as account is."`
	UseCapacity bool   `json:"useSourceCapacity,omitempty" jsonschema_description:"Says the same as useSourceCapacity beside it."`
}

// Rollback says what to do when the new server group does not become healthy.
type Rollback struct {
	OnFailure     bool `json:"onFailure,omitempty" jsonschema_description:"Take the new server group out of traffic again if it does not become healthy."`
	DestroyLatest bool `json:"destroyLatest,omitempty" jsonschema_description:"… and destroy it."`
}

// Moniker is the name of the cluster; application is the pipeline's.
func (c Cluster) Moniker(application string) gennaker.Moniker {
	if c.Application != "" {
		application = c.Application
	}
	return gennaker.Moniker{App: application, Stack: c.Stack, Detail: c.Detail, Sequence: -1}
}

// Locations is where to deploy, at least one.
func (c Cluster) Locations() []gennaker.Location {
	regions, region := c.Regions, cmp.Or(c.Namespace, c.Region)
	if len(regions) == 0 && region == "" {
		regions = gennaker.SortedKeys(c.Zones)
	}
	if len(regions) == 0 {
		return []gennaker.Location{gennaker.In(c.Account, region)}
	}
	var list []gennaker.Location
	for _, region := range regions {
		list = append(list, gennaker.In(c.Account, region))
	}
	return list
}

func (c Cluster) capacity() gennaker.Capacity {
	if c.Capacity == (gennaker.Capacity{}) {
		return gennaker.Capacity{Min: 1, Desired: 1, Max: 1}
	}
	return c.Capacity
}

// healthy is how many of the wanted instances must be up: the percentage of
// them, rounded, and at least one if any are (Spinnaker's rule).
func (c Cluster) healthy(desired int) int {
	if c.TargetHealthy == nil {
		return desired
	}
	return Healthy(desired, *c.TargetHealthy)
}

// Healthy is percent of desired, rounded, and at least one if either is more
// than nothing.
func Healthy(desired, percent int) int {
	n := int(math.Round(float64(desired) * float64(percent) / 100))
	if n == 0 && percent > 0 && desired > 0 {
		return 1
	}
	return n
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Spec is what only the provider understands: the block without our fields,
// and with the zones, which we only read.
func Spec(block map[string]any) map[string]any {
	rest := maps.Clone(block)
	for _, name := range gennaker.JSONNames(Cluster{}) {
		delete(rest, name)
	}
	if zones, ok := block["availabilityZones"]; ok {
		rest["availabilityZones"] = zones
	}
	return rest
}

// written is the size of a cluster block that says it, in place of capacity, in
// the attributes of its manifest, or of the one application that this has.
func written(block map[string]any) gennaker.Capacity {
	manifest, _ := block["manifest"].(map[string]any)
	direct, _ := manifest["direct"].(map[string]any)
	if applications, _ := manifest["applications"].([]any); direct == nil && len(applications) == 1 {
		direct, _ = applications[0].(map[string]any)
	}
	n, err := strconv.Atoi(fmt.Sprint(direct["instances"]))
	if err != nil || n < 0 {
		return gennaker.Capacity{}
	}
	return gennaker.Capacity{Min: n, Desired: n, Max: n}
}
