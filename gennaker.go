// Package gennaker holds the nouns of continuous delivery that every other
// room shares: pipelines and their executions, clusters and their server
// groups, judgments, and the kinds of error a cloud answers with. It decides
// nothing, talks to nothing and imports the standard library alone.
package gennaker

// TaskQueue is where executions and their activities wait for a worker,
// unless the worker's configuration names another.
const TaskQueue = "gennaker"

// The workflow types.
const (
	// ExecutionWorkflow runs one pipeline; its input is a Start and its result
	// an Execution.
	ExecutionWorkflow = "Execution"
	// ClusterWorkflow changes one cluster; its id is ClusterRef.WorkflowID, so
	// that a cluster has one writer. Its input is an Operation and its result
	// a Change.
	ClusterWorkflow = "ClusterOperation"
	// QueueWorkflow lets the executions of a pipeline run, not too many at a
	// time; its id is Pipeline.QueueID, and its input and result a Queue.
	QueueWorkflow = "Queue"
	// InventoryWorkflow reads what accounts hold; its input is an
	// InventoryQuery and its result an Inventory.
	InventoryWorkflow = "Inventory"
	// TagImageWorkflow puts tags on one image; its input is a TagImage, whose ID
	// may be the image's name, and its result the Image.
	TagImageWorkflow = "TagImage"
	// CorrelationWorkflow holds a correlation id while an execution has it; its
	// id is CorrelationWorkflowID and its input a Correlation.
	CorrelationWorkflow = "Correlation"
	// PipelineDocumentWorkflow keeps one pipeline's document; its id is
	// PipelineRef.WorkflowID. It runs until the document is deleted. Its input
	// is the SavedPipeline that an earlier run left, or an empty one, and its
	// result the SavedPipeline as it was last.
	PipelineDocumentWorkflow = "PipelineDocument"
)

// What a running execution can be asked.
const (
	// UpdateJudge takes a Judgment and returns a StageExecution.
	UpdateJudge = "judge"
	// SignalJudge takes a Judgment; one that cannot be applied becomes a
	// notice in Execution.Notices.
	SignalJudge = "judge"
	// UpdateCancel, UpdatePause and UpdateResume take a Command and return the
	// Execution's new Status.
	UpdateCancel = "cancel"
	UpdatePause  = "pause"
	UpdateResume = "resume"
	// UpdateSkip takes a Skip and returns a StageExecution.
	UpdateSkip = "skip"
	// UpdateRestart takes a Restart and returns a StageExecution.
	UpdateRestart = "restart"
	// QueryState returns the Execution as it is now.
	QueryState = "state"
	// QueryWayBack returns what a change of a cluster will do if it does not go
	// well, in a sentence.
	QueryWayBack = "wayBack"
	// QueryEvaluate takes an Evaluate and returns the expression's value.
	QueryEvaluate = "evaluate"
	// QueryExplain takes an Evaluate and returns an expression.Explanation.
	QueryExplain = "explain"
)

// What a stored pipeline can be asked and told.
const (
	// UpdateSave takes a SavePipeline and returns a PipelineSaved.
	UpdateSave = "save"
	// UpdateDelete takes a Command and returns the last ListedPipeline.
	UpdateDelete = "delete"
	// QueryDocument returns the SavedPipeline; its version is 0 while nothing
	// has been saved.
	QueryDocument = "document"
	// MemoPipeline is the memo in which Temporal lists a ListedPipeline.
	MemoPipeline = "pipeline"
)

// SignalPause and SignalResume are what an execution sends to the cluster
// operations it started; they carry nothing.
const (
	SignalPause  = "pause"
	SignalResume = "resume"
)

// What an execution and the queue of its pipeline tell each other.
const (
	SignalEnqueue = "enqueue" // to the queue: a QueueEntry
	SignalTurn    = "turn"    // to the execution: a Turn
	QueryQueue    = "queue"   // returns the Queue
)

// The search attributes of an execution, all keywords.
const (
	SearchApplication = "GennakerApplication"
	SearchPipeline    = "GennakerPipeline"
	SearchUser        = "GennakerUser"
)
