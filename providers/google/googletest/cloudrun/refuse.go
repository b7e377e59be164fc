package cloudrun

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// refusal is an error as Google tells it.
type refusal struct {
	code            int
	status, message string
}

func (r *refusal) Error() string { return r.status + ": " + r.message }

// numbers are the codes of google.rpc.Code.
var numbers = map[string]int{"INVALID_ARGUMENT": 3, "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "FAILED_PRECONDITION": 9, "ABORTED": 10, "UNIMPLEMENTED": 12, "INTERNAL": 13}

func invalid(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "INVALID_ARGUMENT", fmt.Sprintf(format, args...)}
}

func missing(kind, name string) *refusal {
	return &refusal{http.StatusNotFound, "NOT_FOUND", fmt.Sprintf("Resource '%s' of kind '%s' in region '%s' in project '%s' does not exist.", last(name), kind, part3(name), part1(name))}
}

func taken(format string, args ...any) *refusal {
	return &refusal{http.StatusConflict, "ALREADY_EXISTS", fmt.Sprintf(format, args...)}
}

func unmet(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "FAILED_PRECONDITION", fmt.Sprintf(format, args...)}
}

func stale(name string) *refusal {
	return &refusal{http.StatusConflict, "ABORTED", fmt.Sprintf("Conflict for resource '%s': version was specified but current version is different.", last(name))}
}

func unimplemented(what string) *refusal {
	return &refusal{http.StatusNotImplemented, "UNIMPLEMENTED", what + " is not simulated."}
}

func (r *refusal) write(w http.ResponseWriter) {
	answer(w, r.code, object{"error": object{"code": r.code, "message": r.message, "status": r.status}})
}

func answer(w http.ResponseWriter, code int, body object) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}
