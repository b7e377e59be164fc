package main

// Report is what is printed.
type Report struct {
	Machine     Machine      `json:"machine"`
	ColdStart   ColdStart    `json:"coldStart"`
	IdleMemory  IdleMemory   `json:"idleMemory"`
	TenStages   []Cell       `json:"tenStages"`
	Histories   []Histories  `json:"histories"`
	Deployments []Deployment `json:"deployments"`
	Goals       Goals        `json:"goals"`
}

// Machine is where it was measured, and with what.
type Machine struct {
	Cores          int     `json:"cores"`
	OS             string  `json:"os"`
	Architecture   string  `json:"architecture"`
	Go             string  `json:"go"`
	TemporalServer string  `json:"temporalServer"`
	TemporalSDK    string  `json:"temporalSDK"`
	LoadBefore     float64 `json:"loadBefore"` // of the last minute; near 0 on an idle machine
}

// ColdStart is the median of several starts of gennaker-dev on an empty state
// folder, from the start of the process.
type ColdStart struct {
	Starts                int     `json:"starts"`
	ReadySeconds          float64 `json:"readySeconds"`
	FirstExecutionSeconds float64 `json:"firstExecutionSeconds"`
}

// IdleMemory is the resident memory of processes that do nothing.
type IdleMemory struct {
	GennakerDevMiB    float64 `json:"gennakerDevMiB"`
	GennakerWorkerMiB float64 `json:"gennakerWorkerMiB"`
}

// Cell compares executions of one shape with so many in flight.
type Cell struct {
	Shape           string  `json:"shape"`
	Concurrency     int     `json:"concurrency"`
	Gennaker        Speed   `json:"gennaker"`
	Handwritten     Speed   `json:"handwritten"`
	ThroughputRatio float64 `json:"throughputRatio"` // gennaker by handwritten
	CPURatio        float64 `json:"cpuRatio"`        // of the same, by all that was computed
}

// Speed is how fast executions were.
type Speed struct {
	Executions int     `json:"executions"`
	PerSecond  float64 `json:"perSecond"`
	P50Millis  float64 `json:"p50Millis"`
	P99Millis  float64 `json:"p99Millis"`
	// What an execution cost, of the server and of worker and client.
	ServerCPUMillis float64 `json:"serverCPUMillis"`
	WorkerCPUMillis float64 `json:"workerCPUMillis"`
	// LateNotices counts ends whose news the server lost; their latencies are
	// by the server's clock.
	LateNotices int `json:"lateNotices"`
}

// Histories compares the lengths of the histories of one shape.
type Histories struct {
	Shape               string  `json:"shape"`
	GennakerPerStage    float64 `json:"gennakerEventsPerStage"`
	HandwrittenPerStage float64 `json:"handwrittenEventsPerStage"`
	Ratio               float64 `json:"ratio"` // gennaker by handwritten
}

// Deployment is what one red/black deployment asked of AWS.
type Deployment struct {
	Instances int     `json:"instances"` // of the old server group and of the new one
	Seconds   float64 `json:"seconds"`
	// Requests are all of them, by service and action.
	Requests map[string]int `json:"requests"`
	Reads    int            `json:"reads"`
	Changes  int            `json:"changes"`
	// The least that AWS's API allows, to whoever knew when to look.
	LeastReads   int `json:"leastReads"`
	LeastChanges int `json:"leastChanges"`
}

// Goals are what the figures must reach.
type Goals struct {
	ThroughputRatio     Goal `json:"throughputRatio"`
	EventsRatio         Goal `json:"eventsRatio"`
	SequentialP50Millis Goal `json:"sequentialP50Millis"`
}

// Goal is one of them. What was measured is the worst figure that it covers.
type Goal struct {
	Want     string  `json:"want"`
	Measured float64 `json:"measured"`
	Met      bool    `json:"met"`
}
