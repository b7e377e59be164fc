package gennaker_test

import (
	"encoding/json"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestStageSurvivesJSON(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"fields of the type stand beside the common ones", `{"refId":"1","type":"wait","waitTime":5}`, `{"refId":"1","type":"wait","waitTime":5}`},
		{"an expression stays where a number is wanted", `{"refId":"1","type":"wait","stageTimeoutMs":"${parameters.t}"}`, `{"refId":"1","stageTimeoutMs":"${parameters.t}","type":"wait"}`},
		{"a name in another case is another field", `{"REFID":[9],"refId":"1","type":"wait"}`, `{"REFID":[9],"refId":"1","type":"wait"}`},
		{"an empty list of health providers is not absent", `{"refId":"1","type":"wait","interestingHealthProviderNames":[]}`, `{"refId":"1","type":"wait","interestingHealthProviderNames":[]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s gennaker.Stage
			if err := json.Unmarshal([]byte(tt.in), &s); err != nil {
				t.Fatalf("Unmarshal(%s) error = %v", tt.in, err)
			}
			got, err := json.Marshal(s)
			if err != nil || string(got) != tt.want {
				t.Errorf("Marshal = %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestStageRefusesWrongTypes(t *testing.T) {
	var s gennaker.Stage
	if err := json.Unmarshal([]byte(`{"type":"wait","stageTimeoutMs":"soon"}`), &s); err == nil {
		t.Errorf("Unmarshal took text for a number: %+v", s)
	}
}

func TestStageKeepsExpressionsInItsText(t *testing.T) {
	var s gennaker.Stage
	if err := json.Unmarshal([]byte(`{"type":"wait","name":"${a}","startTimeExpiry":"${b}"}`), &s); err != nil {
		t.Fatal(err)
	}
	if s.Name != "${a}" || s.StartTimeExpiry != "${b}" || s.Config != nil {
		t.Errorf("name = %q, startTimeExpiry = %v, config = %v", s.Name, s.StartTimeExpiry, s.Config)
	}
}
