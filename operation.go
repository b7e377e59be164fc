package gennaker

import "time"

// The kinds of Operation.
const (
	OpDeploy   = "deploy"
	OpClone    = "clone" // deploy a server group like another
	OpResize   = "resize"
	OpPin      = "pin" // resize, and do not wait
	OpEnable   = "enable"
	OpDisable  = "disable"
	OpSplit    = "split" // share the traffic by percentages
	OpDestroy  = "destroy"
	OpRollback = "rollback"

	OpDisableCluster = "disable-cluster" // all but so many server groups
	OpShrink         = "shrink"          // destroy all but so many
	OpScaleDown      = "scale-down"      // take the instances of all but so many
	OpDestroySome    = "destroy-some"    // those that are named
	OpLowerMinimum   = "lower-minimum"

	OpTerminate = "terminate" // instances
	OpReboot    = "reboot"    // instances
	OpProcesses = "processes" // suspend or resume them

	OpStart  = "start"  // give it its instances back
	OpStop   = "stop"   // take them all away
	OpAttach = "attach" // load balancers
	OpDetach = "detach"
	OpBind   = "bind" // services
	OpUnbind = "unbind"

	OpHold = "hold" // keep others away while its execution changes it itself
)

// Operation is one change of one cluster, from a stage or from a person.
type Operation struct {
	Kind    string     `json:"kind"`
	Cluster ClusterRef `json:"cluster"`
	// ServerGroup names the target, or one of the Target words does.
	ServerGroup string `json:"serverGroup,omitempty"`
	Target      string `json:"target,omitempty"`
	// Source is the cluster of the server group that a clone is like;
	// ServerGroup or Target say which.
	Source *ClusterRef `json:"source,omitempty"`
	// Spare are server groups that a change of the whole cluster leaves alone,
	// with all that are newer: those that the execution has made before.
	Spare []string `json:"spare,omitempty"`
	// Config holds the parameters of the kind: the fields of the stage or of
	// the deploy stage's cluster.
	Config map[string]any `json:"config,omitempty"`
	// Health is whose judgment of instances counts.
	Health HealthProviders `json:"interestingHealthProviderNames,omitzero"`
	// TimeoutMillis bounds the whole change; 0 leaves each step its own limit.
	TimeoutMillis int64 `json:"timeoutMillis,omitempty"`
	// Origin says who asked; it ends up in the marks.
	Execution string `json:"execution,omitempty"`
	Stage     string `json:"stage,omitempty"`
	User      string `json:"user,omitempty"`
	// Depth is how many executions are above the one that asked.
	Depth int `json:"depth,omitempty"`
	// Changed is when the cluster was last changed, as far as is known.
	Changed time.Time `json:"changed,omitzero"`
}

// RollbackType is the way of a rollback.
type RollbackType string

const (
	// RollbackExplicit puts a server group that is there back into traffic.
	RollbackExplicit RollbackType = "EXPLICIT"
	// RollbackImage deploys one more server group, with an older image.
	RollbackImage RollbackType = "PREVIOUS_IMAGE"
)

// Change is what an Operation did.
type Change struct {
	Cluster     ClusterRef `json:"cluster"`
	ServerGroup string     `json:"serverGroup,omitempty"` // created, resized, enabled, disabled, destroyed or rolled back to
	Created     bool       `json:"created,omitempty"`
	Capacity    *Capacity  `json:"capacity,omitempty"`
	Disabled    []string   `json:"disabled,omitempty"`
	Destroyed   []string   `json:"destroyed,omitempty"`
	Scaled      []string   `json:"scaledDown,omitempty"` // to nothing
	Refreshed   bool       `json:"refreshed,omitempty"`  // the instances of the server group were replaced
	RolledBack  string     `json:"rolledBack,omitempty"` // the server group that was taken back
	Warnings    []string   `json:"warnings,omitempty"`   // what went wrong without failing it
	// Before is the capacity that the server group had.
	Before *Capacity `json:"before,omitempty"`
	// Rollback says how it was gone back, and Image to what.
	Rollback  RollbackType `json:"rollbackType,omitempty"`
	Image     string       `json:"image,omitempty"`
	Instances []string     `json:"instanceIds,omitempty"` // terminated or rebooted
	Processes []string     `json:"processes,omitempty"`   // suspended or resumed, as far as they were not
	// Traffic are the percentages by which the server groups share it.
	Traffic map[string]int `json:"traffic,omitempty"`
}

// Progress is what a long activity heartbeats, for people who watch.
type Progress struct {
	ServerGroup string `json:"serverGroup"`
	Up          int    `json:"up"`
	Total       int    `json:"total"` // instances wanted
	Reason      string `json:"reason,omitempty"`
}

// Account is one set of credentials for one cloud.
type Account struct {
	Name     string `json:"name"`
	Provider string `json:"provider"`
	// Capabilities are what can be done in it, such as "server groups".
	Capabilities []string `json:"capabilities,omitempty"`
	// Error says why the account could not be read; empty if it could.
	Error string `json:"error,omitempty"`
}
