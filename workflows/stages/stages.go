// Package stages holds the stage types: a file for each, and the table of
// them. A stage type owns its config and decides by it; to act it asks ops.
package stages

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/operations"
)

// Type is one stage type.
type Type struct {
	// About says what the type is for, in a sentence of docs/stages.md.
	About string
	// Run does the stage's work. An error fails the stage; see Rejection and
	// BranchEnd for failures that count otherwise.
	Run func(workflow.Context, Input) (Outputs, error)
	// Config is the zero value of the struct that the type's fields decode
	// into: the document is checked against it.
	Config any
	// Raw leaves expressions in the fields for Run to evaluate.
	Raw bool
	// Literal names those fields, as the document has them, in which expressions
	// are left as they are; nil is none.
	Literal func(fields map[string]any) []string
	// Limit is the type's own time-out, when the document gives none.
	Limit time.Duration
	// OwnClock says that Run keeps the time-out itself, because it has things
	// to put right when it is over.
	OwnClock bool
	// Before, After and OnFailure plan stages that run within the stage: before
	// its own work, after it, and when the stage has failed. They are a graph
	// of their own, and see the stage's fields and outputs. Nil plans none.
	Before, After, OnFailure func(Input) ([]gennaker.Stage, error)
	// Resumable says that Run may be left in the middle and begun again, with
	// Input.Spent, when a long history is continued in a new one: it only
	// waits.
	Resumable bool
	// Old is the name that this type has now, if this one is an older name.
	Old string
	// InDryRun says that the stage runs in a dry run as in any other, because
	// it changes nothing.
	InDryRun bool
}

// Literals are the fields in which expressions are left as they are.
func (t Type) Literals(fields map[string]any) []string {
	if t.Literal == nil {
		return nil
	}
	return t.Literal(fields)
}

// Outputs are what a stage leaves for the stages after it.
type Outputs = map[string]any

// Types are stage types by their names in documents.
type Types map[string]Type

// Table is every stage type that Gennaker brings.
var Table = withOldNames(Types{
	"applySourceServerGroupCapacity": {About: "Lowers the min of a server group to the one that captureSourceServerGroupCapacity has kept.",
		Run: ApplyCapacity, Config: applyConfig{}, OwnClock: true},
	"bakeManifest": {About: "Makes Kubernetes manifests of a Helm chart or a kustomization, as an artifact for the stages after it.",
		Run: BakeManifest, Config: bakeManifestConfig{}, Limit: 5 * time.Minute, InDryRun: true},
	"bulkDestroyServerGroup": {About: "Takes several server groups of a cluster out of traffic and removes them.",
		Run: BulkDestroy, Config: destroySomeConfig{}, OwnClock: true},
	"captureSourceServerGroupCapacity": {About: "Keeps the capacity of a server group for later stages.",
		Run: CaptureCapacity, Config: captureConfig{}, InDryRun: true},
	"checkPreconditions": {About: "Goes on only if every precondition holds.",
		Run: CheckPreconditions, Config: preconditionsConfig{}, Raw: true, InDryRun: true},
	"cloneServerGroup": {About: "Makes a server group like another one, except for what its fields say, and does with the old ones what the strategy says.",
		Run: CloneServerGroup, Config: cloneConfig{}, OwnClock: true},
	"cloudFoundryCreateServiceBindings": {About: "Binds a server group to services.",
		Run: changing(gennaker.OpBind), Config: bindConfig{}, OwnClock: true},
	"cloudFoundryDeleteServiceBindings": {About: "Takes the bindings of a server group to services away.",
		Run: changing(gennaker.OpUnbind), Config: bindConfig{}, OwnClock: true},
	"createServerGroup": {About: "Does what deploy does, for the one cluster that its own fields describe.",
		Run: CreateServerGroup, Config: createConfig{}, OwnClock: true},
	"createServiceKey": {About: "Makes a key of a service instance; its credentials are the output serviceKey.",
		Run: CreateServiceKey, Config: serviceKeyConfig{}, Limit: serviceLimit},
	"deleteServiceKey": {About: "Deletes a key of a service instance.",
		Run: DeleteServiceKey, Config: serviceKeyConfig{}, Limit: serviceLimit},
	"deploy": {About: "Makes a new server group in each of its clusters, and does with the old ones what the strategy says.",
		Run: Deploy, Config: deployConfig{}, OwnClock: true, OnFailure: goBack},
	"deleteManifest": {About: "Deletes objects that were made of manifests, and waits until they are gone.",
		Run: DeleteManifest, Config: deleteManifestConfig{}, Limit: manifestLimit},
	"deployCloudrunManifest": {About: "Makes a new server group of a service's manifest, and waits until it is ready. It gets no traffic if another server group of the cluster has some. Of artifacts those that are required find a place in it.",
		Run: DeployCloudrunManifest, Config: deployCloudrunManifestConfig{}, Literal: leftAlone, Limit: manifestLimit, OwnClock: true},
	"deployManifest": {About: "Has objects be as manifests say, and waits until they are stable.",
		Run: DeployManifest, Config: deployManifestConfig{}, Literal: leftAlone, After: manageTraffic, Limit: manifestLimit},
	"dependsOnExecution": {About: "Goes on once another execution has succeeded; if it does not, the stage is cancelled.",
		Run: DependsOnExecution, Config: dependsOnExecutionConfig{}, Limit: 2 * time.Hour, Resumable: true, InDryRun: true},
	"deployService": {About: "Makes a service instance, such as a database, or changes it, and waits until it is ready.",
		Run: DeployService, Config: deployServiceConfig{}, Limit: serviceLimit},
	"destroyService": {About: "Deletes a service instance and waits until it is gone.",
		Run: DestroyService, Config: serviceConfig{}, Limit: serviceLimit},
	"destroyServerGroup": {About: "Takes a server group out of traffic and removes it.",
		Run: changing(gennaker.OpDestroy), Config: destroyConfig{}, OwnClock: true},
	"determineTargetServerGroup": {About: "Finds the server group that target means; the output targetReferences names it.",
		Run: DetermineTarget, Config: targetConfig{}, InDryRun: true},
	"disableCluster": {About: "Takes all but so many server groups of a cluster out of traffic; those that the execution has made stay.",
		Run: changing(gennaker.OpDisableCluster), Config: disableClusterConfig{}, OwnClock: true},
	"disableManifest": {About: "Takes an object's pods out of traffic; they stay.",
		Run: DisableManifest, Config: rolloutConfig{}, Limit: manifestLimit},
	"disableServerGroup": {About: "Takes a server group out of traffic; its instances stay.",
		Run: changing(gennaker.OpDisable), Config: disableConfig{}, OwnClock: true},
	"enableManifest": {About: "Puts an object's pods into traffic.",
		Run: EnableManifest, Config: rolloutConfig{}, Limit: manifestLimit},
	"enableServerGroup": {About: "Puts a server group into traffic and waits until it is healthy.",
		Run: changing(gennaker.OpEnable), Config: enableConfig{}, OwnClock: true},
	"evaluateArtifacts": {About: "Makes artifacts of texts with expressions.",
		Run: EvaluateArtifacts, Config: artifactContentsConfig{}, Raw: true, InDryRun: true},
	"evaluateVariables": {About: "Makes values for the stages after it.",
		Run: EvaluateVariables, Config: variablesConfig{}, Raw: true, InDryRun: true},
	"findArtifactFromExecution": {About: "Finds artifacts in the newest execution of a pipeline.",
		Run: FindArtifactFromExecution, Config: findArtifactConfig{}, Raw: true, InDryRun: true},
	"findArtifactsFromResource": {About: "Finds the artifacts that an object in a cluster is made of, such as its images.",
		Run: FindArtifactsFromResource, Config: findArtifactsFromResourceConfig{}, Limit: 10 * time.Minute, InDryRun: true},
	"findImage": {About: "Finds the image that a cluster runs. A deploy or clone stage below that names none takes it.",
		Run: FindImage, Config: findImageConfig{}, Limit: 10 * time.Minute, InDryRun: true},
	"findImageFromTags": {About: "Finds the newest image of a package that has all of the tags. A deploy or clone stage below that names none takes it.",
		Run: FindImageFromTags, Config: findByTagsConfig{}, Limit: 10 * time.Minute, InDryRun: true},
	"group": {About: "Does nothing: it is there for people to look at.",
		Run: Group, Config: groupConfig{}, InDryRun: true},
	"lambdaDelete": {About: "Deletes versions of a function, or all of it.",
		Run: LambdaDelete, Config: lambdaDeleteConfig{}, Limit: lambdaLimit},
	"lambdaDeployment": {About: "Makes a function, or gives it other code and configuration.",
		Run: LambdaDeployment, Config: lambdaDeploymentConfig{}, Limit: lambdaLimit},
	"lambdaInvoke": {About: "Calls a function, and fails if that fails.",
		Run: LambdaInvoke, Config: lambdaInvokeConfig{}, Limit: 2 * time.Hour},
	"lambdaTrafficRouting": {About: "Sends the calls of a function's alias to other versions of it.",
		Run: LambdaTrafficRouting, Config: lambdaTrafficConfig{}, Limit: lambdaLimit},
	"lambdaUpdateCode": {About: "Gives a function other code.",
		Run: LambdaUpdateCode, Config: lambdaUpdateCodeConfig{}, Limit: lambdaLimit},
	"manualJudgment": {About: "Waits until a person says continue or stop.",
		Run: ManualJudgment, Config: judgmentConfig{}, Limit: 3 * 24 * time.Hour, Resumable: true},
	"mapLoadBalancers": {About: "Puts load balancers before a server group.",
		Run: changing(gennaker.OpAttach), Config: attachConfig{}, OwnClock: true},
	"modifyAwsScalingProcess": {About: "Suspends or resumes what a cloud does to a server group by itself, such as to launch instances.",
		Run: ModifyScalingProcess, Config: processesConfig{}, OwnClock: true},
	"monitorPipeline": {About: "Waits until executions that were started before have ended.",
		Run: MonitorPipeline, Config: monitorPipelineConfig{}, Limit: 12 * time.Hour, Resumable: true, InDryRun: true},
	"noop": {About: "Lets a worker do nothing: shows that workers answer.",
		Run: Noop, Config: noopConfig{}},
	"place": {About: "Splits so many instances over clusters of several accounts, by price, quota and health, deploys to each, and moves what one cannot take to others. So many always stay in service.",
		Run: Place, Config: placeConfig{}, OwnClock: true},
	"preconfiguredWebhook": {About: "Calls an HTTP service as the worker's configuration says. It is an alias: the stage's type is a name in `webhooks.preconfigured`.",
		Run: PreconfiguredWebhook, Config: preconfiguredConfig{}},
	"patchManifest": {About: "Changes an object by a patch, and waits until it is stable.",
		Run: PatchManifest, Config: patchManifestConfig{}, Literal: leftAlone, Limit: manifestLimit},
	"pauseRolloutManifest": {About: "Stops the rollout of an object where it is.",
		Run: PauseRolloutManifest, Config: rolloutConfig{}, Limit: manifestLimit},
	"pipeline": {About: "Runs another pipeline, and waits until it has ended.",
		Run: Pipeline, Config: pipelineConfig{}, Limit: 12 * time.Hour, Resumable: true, InDryRun: true},
	"pinServerGroup": {About: "Gives a server group another capacity and does not wait: it is to keep the size that it has.",
		Run: PinServerGroup, Config: resizeConfig{}, OwnClock: true},
	"rebootInstances": {About: "Starts instances anew and waits until they are up.",
		Run: RebootInstances, Config: rebootConfig{}, OwnClock: true},
	"resizeServerGroup": {About: "Gives a server group another capacity and waits until it has it.",
		Run: ResizeServerGroup, Config: resizeConfig{}, OwnClock: true},
	"resolveTargetManifest": {About: "Finds the object that its fields mean; the output manifestName names it.",
		Run: ResolveTargetManifest, Config: rolloutConfig{}, Limit: manifestLimit, InDryRun: true},
	"resumeRolloutManifest": {About: "Lets the rollout of an object go on, and waits until it is over.",
		Run: ResumeRolloutManifest, Config: rolloutConfig{}, Limit: manifestLimit},
	"rollbackCluster": {About: "Goes back to an older server group: enables it at full size, then disables the newest. If none has the image that the cluster had before, one more is deployed with it.",
		Run: RollbackCluster, Config: rollbackConfig{}, OwnClock: true},
	"rollbackDeployments": {About: "Takes back what stages above have deployed, wherever that is: the last first, one after another, and looks at each cluster afterwards.",
		Run: RollbackDeployments, Config: rollbackDeploymentsConfig{}, OwnClock: true},
	"rollbackServerGroup": {About: "Takes one server group out of traffic, after another one or one with an older image is in.",
		Run: RollbackServerGroup, Config: rollbackServerGroupConfig{}, OwnClock: true},
	"rollingRestartManifest": {About: "Replaces an object's pods by new ones, a few at a time, and waits until they are ready.",
		Run: RollingRestartManifest, Config: rolloutConfig{}, Limit: manifestLimit},
	"runJob": {About: "Runs a program once and waits for its end; what it leaves in its property file becomes outputs.",
		Run: RunJob, Config: runJobConfig{}, Limit: jobLimit},
	"runJobManifest": {About: "Runs a job that a manifest describes, and waits for its end.",
		Run: RunJobManifest, Config: runJobManifestConfig{}, Literal: leftAlone, Limit: jobLimit},
	"runMultiplePipelines": {About: "Runs several pipelines, those that depend on others after them.",
		Run: RunMultiplePipelines, Config: runMultipleConfig{}, Limit: 24 * time.Hour, Resumable: true, InDryRun: true},
	"scaleDownCluster": {About: "Takes the instances of all but so many server groups of a cluster away; those that the execution has made keep theirs.",
		Run: changing(gennaker.OpScaleDown), Config: scaleDownConfig{}, OwnClock: true},
	"scaleManifest": {About: "Gives an object another number of replicas, and waits until it has them.",
		Run: ScaleManifest, Config: scaleManifestConfig{}, Limit: manifestLimit},
	"script": {About: "Runs a line of shell, as a job of an account.",
		Run: Script, Config: scriptConfig{}, Limit: jobLimit},
	"shareService": {About: "Lets other regions use a service instance.",
		Run: ShareService, Config: shareServiceConfig{}, Limit: serviceLimit},
	"shrinkCluster": {About: "Destroys all but so many server groups of a cluster; those that the execution has made stay.",
		Run: changing(gennaker.OpShrink), Config: shrinkConfig{}, OwnClock: true},
	"startServerGroup": {About: "Gives a server group that was stopped its instances back and waits until they are up.",
		Run: changing(gennaker.OpStart), Config: startConfig{}, OwnClock: true},
	"stopServerGroup": {About: "Takes all instances of a server group away; what it is stays.",
		Run: changing(gennaker.OpStop), Config: stopConfig{}, OwnClock: true},
	"terminateInstanceAndDecrementServerGroup": {About: "Ends an instance for good, and its server group wants one fewer.",
		Run: TerminateAndDecrement, Config: terminateConfig{}, OwnClock: true},
	"terminateInstances": {About: "Ends instances for good; others take their place.",
		Run: TerminateInstances, Config: terminateConfig{}, OwnClock: true},
	"undoRolloutManifest": {About: "Takes an object back to an older revision, and waits until that is stable.",
		Run: UndoRolloutManifest, Config: undoRolloutConfig{}, Limit: manifestLimit},
	"unmapLoadBalancers": {About: "Takes load balancers from a server group.",
		Run: changing(gennaker.OpDetach), Config: attachConfig{}, OwnClock: true},
	"unshareService": {About: "Lets other regions use a service instance no more.",
		Run: UnshareService, Config: unshareServiceConfig{}, Limit: serviceLimit},
	"upsertCloudrunLoadBalancers": {About: "Has the server groups of a cluster share its traffic by percentages, and waits until they do. The cloud is one that can split traffic, and the load balancer a cluster's own.",
		Run: SplitLoadBalancers, Config: splitLoadBalancersConfig{}, OwnClock: true},
	"upsertImageTags": {About: "Puts tags on images.",
		Run: UpsertImageTags, Config: tagImagesConfig{}, Limit: 10 * time.Minute},
	"wait": {About: "Lets a time pass.",
		Run: Wait, Config: waitConfig{}, Resumable: true},
	"waitForCondition": {About: "Waits until a person says that it may go on.",
		Run: WaitForCondition, Config: waitForConditionConfig{}, Limit: conditionLimit, Resumable: true},
	"waitUntil": {About: "Waits for a moment.",
		Run: WaitUntil, Config: waitUntilConfig{}, Resumable: true},
	"webhook": {About: "Calls an HTTP service, and may wait until what that began is over.",
		Run: Webhook, Config: webhookConfig{}},
})

// lambdaLimit is the time-out of a change of a function, when the document
// gives none.
const lambdaLimit = time.Hour

// serviceLimit is the time-out of a stage about a service instance, when the
// document gives none.
const serviceLimit = 2 * time.Hour

// Find returns the type of a stage, by its type or else by its alias.
func (all Types) Find(s gennaker.Stage) (Type, bool) {
	if t, ok := all[s.Type]; ok {
		return t, true
	}
	t, ok := all[s.Alias]
	return t, ok
}

// Configs gives the config of each stage type, to check documents with.
func (all Types) Configs() map[string]any {
	configs := make(map[string]any, len(all))
	for name, t := range all {
		configs[name] = t.Config
	}
	return configs
}

// With adds the types of a program that embeds Gennaker. A name that is taken
// stays what it is.
func (all Types) With(more Types) Types {
	both := maps.Clone(more)
	if both == nil {
		both = Types{}
	}
	maps.Copy(both, all)
	return both
}

// Input is what a stage runs with.
type Input struct {
	Execution *gennaker.Execution      // as it is, to read
	Stage     gennaker.Stage           // as in the document
	State     *gennaker.StageExecution // as it is, for what people are told
	Config    map[string]any           // the type's fields, evaluated unless Raw
	Limit     time.Duration            // of the whole stage; 0 is none
	Spent     time.Duration            // what of it is used up already
	User      string                   // for whom it acts
	// Notify tells those whom the stage's notifications name that something
	// has happened, such as "manualJudgment". Remind tells them again and
	// again, as often as they want, until the context is done.
	Notify, Remind func(ctx workflow.Context, when string)
	Evaluator      Evaluator
	// Leaving tells a Resumable type that was cancelled whether that is to be
	// begun again in a new history: then there is nothing to put right.
	Leaving func() bool
	// Above are the stages whose outputs the stage sees, the nearest first.
	Above func() []*gennaker.StageExecution
	// Changed is called when State was changed.
	Changed func()
}

// Waiting says what the stage waits for; empty when for nothing.
func (in Input) Waiting(text string) {
	in.State.Waiting = text
	in.Changed()
}

// token names one effect of the stage: it is the same when the effect is tried
// again, and another when a person restarts the stage.
func (in Input) token(ctx workflow.Context, effect string) string {
	info := workflow.GetInfo(ctx)
	return gennaker.Token(info.WorkflowExecution.ID, info.FirstRunID, in.State.RefID, strconv.Itoa(in.State.Attempt), effect)
}

// Skippable lets people skip what f waits for: its skipped tells whether they
// did.
func (in Input) Skippable(f func(skipped func() bool) error) error {
	before := len(in.State.Skips)
	in.State.Skippable = true
	in.Changed()
	err := f(func() bool { return len(in.State.Skips) > before })
	in.State.Skippable = false
	return err
}

// Began records a workflow that changes a cluster for the stage.
func (in Input) Began(workflowID string) {
	in.State.Operations = append(in.State.Operations, workflowID)
	in.Changed()
}

// Ended forgets it.
func (in Input) Ended(workflowID string) {
	in.State.Operations = slices.DeleteFunc(in.State.Operations, func(id string) bool { return id == workflowID })
	in.Changed()
}

// Follows records an execution that the stage has started or waits for.
func (in Input) Follows(id string) {
	if !slices.Contains(in.State.Executions, id) {
		in.State.Executions = append(in.State.Executions, id)
	}
	in.Changed()
}

// Evaluator evaluates the expressions of one stage, and knows the artifacts
// that it sees. What expressions need from outside, such as a URL's text, is
// found on the way.
type Evaluator interface {
	// Evaluate replaces the expressions in a value. More are names that it
	// sees besides those of the stage.
	Evaluate(ctx workflow.Context, value any, more map[string]any) (any, error)
	// Condition evaluates a text, with or without ${ }, to a boolean.
	Condition(ctx workflow.Context, text string) (bool, error)
	// Artifacts are what the stages before this one put out, the nearest
	// first, and then those of the trigger.
	Artifacts() ([]gennaker.Artifact, error)
	// BoundArtifacts are what expected artifacts are bound to, in that order.
	BoundArtifacts() ([]gennaker.ExpectedArtifact, error)
}

// Rejection is a person's no. It fails the stage, and "ignore the failure"
// does not turn it into a yes.
type Rejection struct{ Text string }

func (r *Rejection) Error() string { return r.Text }

// BranchEnd ends the stage's branch whatever its own failure options say.
type BranchEnd struct{ Cause error }

func (b *BranchEnd) Error() string { return b.Cause.Error() }
func (b *BranchEnd) Unwrap() error { return b.Cause }

// The configs of the types whose work is one cluster operation.
type (
	destroyConfig struct {
		address
		operations.Guarded
	}
	enableConfig struct {
		address
		operations.EnableConfig
	}
	resizeConfig struct {
		address
		operations.ResizeConfig
	}
	disableConfig struct {
		address
		operations.DisableConfig
	}
	disableClusterConfig struct {
		address
		operations.DisableClusterConfig
	}
	shrinkConfig struct {
		address
		operations.ShrinkConfig
	}
	scaleDownConfig struct {
		address
		operations.ScaleDownConfig
	}
	destroySomeConfig struct {
		address
		operations.DestroySomeConfig
	}
	processesConfig struct {
		address
		operations.ProcessesConfig
	}
	terminateConfig struct {
		address
		operations.TerminateConfig
	}
	rebootConfig struct {
		address
		operations.InstancesConfig
	}
)
