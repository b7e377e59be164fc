package gennaker

import "time"

// InstancesRef names instances of one server group.
type InstancesRef struct {
	ServerGroupRef
	IDs []string `json:"instanceIds"`
}

// InstanceQuery asks which server groups of a place have those instances.
type InstanceQuery struct {
	Location
	IDs []string `json:"instanceIds"`
}

// TerminateInstances asks to end instances. With Shrink the server group wants
// that many fewer afterwards.
type TerminateInstances struct {
	InstancesRef
	Shrink bool `json:"shrink,omitempty"`
}

// The processes without which a server group cannot change its size, where a
// cloud lets people suspend them.
const (
	ProcessLaunch    = "Launch"
	ProcessTerminate = "Terminate"
)

// SetProcesses asks to suspend and resume processes of a server group.
type SetProcesses struct {
	ServerGroupRef
	Suspend []string `json:"suspend,omitempty"`
	Resume  []string `json:"resume,omitempty"`
}

// StartRefresh asks to replace the instances of a server group by ones of a new
// spec. At least MinHealthy percent of them stay in service meanwhile.
type StartRefresh struct {
	ServerGroupRef
	Spec       map[string]any `json:"spec,omitempty"` // the fields that change
	MinHealthy int            `json:"minHealthy"`
	// Steps, if any, are percentages of the instances, each more than the one
	// before: at each it pauses until it is told to go on.
	Steps []int  `json:"steps,omitempty"`
	Token string `json:"token"` // see Token
}

// RefreshStep is a step of a refresh.
type RefreshStep struct {
	ServerGroupRef
	Token string `json:"token"` // the refresh's
	Step  int    `json:"step"`  // from 1
}

// Refresh is how the replacing of a server group's instances stands.
type Refresh struct {
	Token   string       `json:"token,omitempty"` // empty if somebody else began it
	State   RefreshState `json:"state"`
	Step    int          `json:"step,omitempty"` // it goes to, or pauses at, or has gone on from if that was the last; 0 without steps
	Percent int          `json:"percent"`        // of the instances that are replaced
	Reason  string       `json:"reason,omitempty"`
	Started time.Time    `json:"started,omitzero"`
}

// RefreshState says whether a refresh is over.
type RefreshState string

const (
	RefreshRunning   RefreshState = "running"
	RefreshPaused    RefreshState = "paused" // at a step
	RefreshSucceeded RefreshState = "succeeded"
	RefreshFailed    RefreshState = "failed"
	RefreshCancelled RefreshState = "cancelled"
)

// Over reports whether nothing more will be replaced.
func (s RefreshState) Over() bool { return s != RefreshRunning && s != RefreshPaused }
