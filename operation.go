package gennaker

// The kinds of Operation.
const (
	OpDeploy   = "deploy"
	OpResize   = "resize"
	OpEnable   = "enable"
	OpDisable  = "disable"
	OpDestroy  = "destroy"
	OpRollback = "rollback"
)

// Operation is one change of one cluster, from a stage or from a person.
type Operation struct {
	Kind    string     `json:"kind"`
	Cluster ClusterRef `json:"cluster"`
	// ServerGroup names the target, or one of the Target words does.
	ServerGroup string `json:"serverGroup,omitempty"`
	Target      string `json:"target,omitempty"`
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
}

// The words of Operation.Target, relative to the cluster as it is.
const (
	TargetCurrent  = "current_asg_dynamic"  // the newest
	TargetAncestor = "ancestor_asg_dynamic" // the one before the newest
	TargetOldest   = "oldest_asg_dynamic"
)

// Change is what an Operation did.
type Change struct {
	Cluster     ClusterRef `json:"cluster"`
	ServerGroup string     `json:"serverGroup,omitempty"` // created, resized, enabled, disabled, destroyed or rolled back to
	Created     bool       `json:"created,omitempty"`
	Capacity    *Capacity  `json:"capacity,omitempty"`
	Disabled    []string   `json:"disabled,omitempty"`
	Destroyed   []string   `json:"destroyed,omitempty"`
	RolledBack  string     `json:"rolledBack,omitempty"` // the server group that was taken back
	Warnings    []string   `json:"warnings,omitempty"`   // what went wrong without failing it
}

// Progress is what a long activity heartbeats, for people who watch.
type Progress struct {
	ServerGroup string `json:"serverGroup"`
	Up          int    `json:"up"`
	Total       int    `json:"total"` // instances wanted
	Reason      string `json:"reason,omitempty"`
}

// InventoryQuery asks what accounts hold. An empty Account means all.
type InventoryQuery struct {
	Account string `json:"account,omitempty"`
	Scope
	// Accounts asks for the accounts alone.
	AccountsOnly bool `json:"accountsOnly,omitempty"`
}

// Inventory is what accounts hold.
type Inventory struct {
	Accounts      []Account      `json:"accounts"`
	ServerGroups  []ServerGroup  `json:"serverGroups,omitempty"`
	LoadBalancers []LoadBalancer `json:"loadBalancers,omitempty"`
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
