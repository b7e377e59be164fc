package gennaker

// Correlation holds a correlation id in an application for the execution that
// was started with it, until that has ended.
type Correlation struct {
	Execution string `json:"execution"` // its id
}

// CorrelationWorkflowID is the id of the workflow that holds a correlation id.
// One that is not fit to be part of an id is told apart by its hash.
func CorrelationWorkflowID(application, correlationID string) string {
	part := IDPart(correlationID)
	if part != correlationID {
		part += "-" + Token(correlationID)
	}
	return "correlation/" + IDPart(application) + "/" + part
}
