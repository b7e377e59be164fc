package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gennaker/gennaker/providers/azure/azuretest"
)

func TestPeopleDecideWhatGoesWrong(t *testing.T) {
	t.Parallel()
	handler := controls(azuretest.New(azuretest.Config{})).Handler()
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{http.MethodGet, "/-/", http.StatusOK, help},
		{http.MethodGet, "/-/effects", http.StatusOK, "{}\n"},
		{http.MethodPost, "/-/fail?set=shop-v000&code=AllocationFailed", http.StatusOK, "done\n"},
		{http.MethodPost, "/-/sick", http.StatusBadRequest, "name a scale set=, like shop-v001\n"},
		{http.MethodGet, "/-/sick?set=shop-v000", http.StatusMethodNotAllowed, "Method Not Allowed\n"},
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(c.method, c.path, nil))
		if answer.Code != c.status || answer.Body.String() != c.says {
			t.Errorf("%s %s = %d %q, want %d %q", c.method, c.path, answer.Code, answer.Body, c.status, c.says)
		}
	}
}
