package discovery

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
)

// answer is what is wrong with an answer to a method.
func (a *API) answer(m *method, status int, header http.Header, body []byte) []error {
	where := m.ID + ": answer"
	if m.Response == nil && status < 300 {
		if len(bytes.TrimSpace(body)) > 0 {
			return []error{fmt.Errorf("%s: it has a body, and the method none", where)}
		}
		return nil
	}
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	if kind != "application/json" {
		return []error{fmt.Errorf("%s: its Content-Type is %q, not application/json", where, kind)}
	}
	value, err := decode(body)
	if err != nil {
		return []error{fmt.Errorf("%s: %w", where, err)}
	}
	if status < 300 {
		return a.value(where, value, m.Response)
	}
	return a.failure(fmt.Sprintf("%s %d", where, status), status, value)
}

// failure is what is wrong with an answer that tells an error. No document
// describes its shape; it is that of google.rpc.Status in JSON, with the list
// of errors that APIs had before it.
func (a *API) failure(where string, status int, value any) []error {
	wrong := a.value(where, value, failureShape)
	whole, _ := value.(map[string]any)
	inner, _ := whole["error"].(map[string]any)
	if fmt.Sprint(inner["code"]) != fmt.Sprint(status) {
		wrong = append(wrong, fmt.Errorf("%s: error.code is %v", where, inner["code"]))
	}
	if text, _ := inner["message"].(string); text == "" {
		wrong = append(wrong, fmt.Errorf("%s: it has no error.message", where))
	}
	return wrong
}

var failureShape = record("Error", map[string]*schema{"error": record("Status", map[string]*schema{
	"code":    {Type: "integer", Format: "int32"},
	"message": {Type: "string"},
	"status": {Type: "string", Enum: []string{"CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
		"ALREADY_EXISTS", "PERMISSION_DENIED", "UNAUTHENTICATED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
		"OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}},
	"details": {Type: "array", Items: &schema{Type: "object", Additional: &schema{Type: "any"}}},
	"errors": {Type: "array", Items: record("ErrorItem", map[string]*schema{
		"domain": {Type: "string"}, "reason": {Type: "string"}, "message": {Type: "string"},
		"location": {Type: "string"}, "locationType": {Type: "string"}, "debugInfo": {Type: "string"},
	})},
})})

func record(name string, fields map[string]*schema) *schema {
	return &schema{ID: name, Type: "object", Properties: fields}
}
