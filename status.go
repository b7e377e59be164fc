package gennaker

// Status is where an execution or a stage stands. The words and their meaning
// are Spinnaker's.
type Status string

const (
	NotStarted     Status = "NOT_STARTED"
	Running        Status = "RUNNING"
	Paused         Status = "PAUSED"
	Succeeded      Status = "SUCCEEDED"
	FailedContinue Status = "FAILED_CONTINUE" // failed, and the pipeline goes on
	Terminal       Status = "TERMINAL"        // failed, and the pipeline fails
	Canceled       Status = "CANCELED"
	Stopped        Status = "STOPPED" // failed, and only its branch ends
	Skipped        Status = "SKIPPED"
)

// Complete reports whether nothing more will happen.
func (s Status) Complete() bool {
	switch s {
	case Succeeded, FailedContinue, Terminal, Canceled, Stopped, Skipped:
		return true
	}
	return false
}

// Passes reports whether the stages downstream may run.
func (s Status) Passes() bool {
	return s == Succeeded || s == FailedContinue || s == Skipped
}
