package gennaker

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestAnArtifactKeepsWhatItDoesNotKnow(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"unknown fields become metadata", `{"type":"docker/image","digest":"sha256:1","metadata":{"build":7}}`,
			`{"type":"docker/image","metadata":{"build":7,"digest":"sha256:1"}}`},
		{"metadata given wins", `{"build":1,"metadata":{"build":7}}`, `{"metadata":{"build":7}}`},
		{"a number is its text", `{"version":2,"name":1.5}`, `{"name":"1.5","version":"2"}`},
		{"the dialogue's kind is dropped, and so is null", `{"kind":"docker","version":null}`, `{}`},
		{"a boolean may be text", `{"customKind":"true"}`, `{"customKind":true}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var a Artifact
			if err := json.Unmarshal([]byte(c.in), &a); err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(a); string(got) != c.want {
				t.Errorf("%s = %s, want %s", c.in, got, c.want)
			}
		})
	}
	for _, bad := range []string{`"docker/image"`, `{"customKind":"maybe"}`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &Artifact{}); !errors.Is(err, ErrInvalid) {
			t.Errorf("Unmarshal(%s) = %v, want ErrInvalid", bad, err)
		}
	}
}

func TestAnArtifactIsNamedWithoutItsContent(t *testing.T) {
	for _, c := range []struct {
		a    Artifact
		want string
	}{
		{Artifact{Type: "docker/image", Name: "shop", Version: "7", Reference: "shop:7"}, "docker/image shop:7"},
		{Artifact{Type: "helm/chart", Name: "shop", Version: "7", Location: "stable"}, "helm/chart shop version 7 in stable"},
		{Artifact{Type: EmbeddedBase64, Name: "values", Reference: "c2VjcmV0"}, "embedded/base64 values"},
		{Artifact{}, ""},
	} {
		if got := c.a.String(); got != c.want {
			t.Errorf("String() = %q, want %q", got, c.want)
		}
	}
}

func TestWhatAnExpectedArtifactMatches(t *testing.T) {
	image := Artifact{Type: "docker/image", Name: "gcr.io/shop", Version: "1.2", Reference: "gcr.io/shop:1.2"}
	for _, c := range []struct {
		name  string
		match Artifact
		given Artifact
		want  bool
	}{
		{"an empty pattern matches all", Artifact{}, image, true},
		{"the same text", Artifact{Type: "docker/image", Name: "gcr.io/shop"}, image, true},
		{"another type", Artifact{Type: "gcs/object"}, image, false},
		{"a pattern", Artifact{Name: `gcr\.io/.*`, Version: `1\.\d`}, image, true},
		{"a pattern matches the whole text", Artifact{Name: "gcr"}, image, false},
		{"alternatives too", Artifact{Version: "1|1.2x|2"}, image, false},
		{"the reference", Artifact{Reference: ".*:2"}, image, false},
		{"a field that the artifact lacks", Artifact{Location: ".*"}, image, false},
		{"Base64 is compared as text", Artifact{Reference: "a++b/c=="}, Artifact{Reference: "a++b/c=="}, true},
		{"what is no pattern matches itself alone", Artifact{Reference: "a++b("}, Artifact{Reference: "aab("}, false},
		{"embedded is remote", Artifact{Type: EmbeddedBase64}, Artifact{Type: RemoteBase64}, true},
		{"remote is embedded", Artifact{Type: RemoteBase64}, Artifact{Type: EmbeddedBase64}, true},
		{"metadata does not count", Artifact{Metadata: map[string]any{"id": "x"}}, image, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (ExpectedArtifact{Match: c.match}).Matches(c.given); got != c.want {
				t.Errorf("Matches(%+v, %+v) = %v, want %v", c.match, c.given, got, c.want)
			}
		})
	}
}

func TestExpectedArtifactsAreBound(t *testing.T) {
	one, two := Artifact{Type: "docker/image", Name: "one"}, Artifact{Type: "docker/image", Name: "two"}
	old, standard := Artifact{Type: "docker/image", Name: "old"}, &Artifact{Type: "docker/image", Name: "default"}
	images := Artifact{Type: "docker/image"}
	for _, c := range []struct {
		name     string
		expected ExpectedArtifact
		at       Artifacts
		want     string // the name of what is bound, or the end of the error
	}{
		{"one received", ExpectedArtifact{Match: images}, Artifacts{Received: []Artifact{one}, Unique: true}, "one"},
		{"one received wins over all others", ExpectedArtifact{Match: images, UsePrior: true, UseDefault: true, Default: standard},
			Artifacts{Received: []Artifact{one}, Prior: []Artifact{old}}, "one"},
		{"the same twice is one", ExpectedArtifact{Match: images}, Artifacts{Received: []Artifact{one, one}, Unique: true}, "one"},
		{"the first of several", ExpectedArtifact{Match: images}, Artifacts{Received: []Artifact{one, two}}, "one"},
		{"several where one is wanted", ExpectedArtifact{ID: "img", Match: images}, Artifacts{Received: []Artifact{one, two}, Unique: true},
			"expected artifact img (docker/image): invalid: several artifacts match it: docker/image one, docker/image two: make matchArtifact say which one"},
		{"that of the execution before", ExpectedArtifact{Match: images, UsePrior: true, UseDefault: true, Default: standard},
			Artifacts{Prior: []Artifact{old}}, "old"},
		{"not that of the execution before, unless asked for", ExpectedArtifact{ID: "img", Match: images}, Artifacts{Prior: []Artifact{old}},
			"expected artifact img (docker/image): invalid: no artifact was received"},
		{"the default", ExpectedArtifact{Match: images, UseDefault: true, Default: standard}, Artifacts{Received: []Artifact{{Type: "x"}}}, "default"},
		{"no default unless it is to be used", ExpectedArtifact{DisplayName: "image", Match: images, Default: standard},
			Artifacts{Received: []Artifact{{Type: "gcs/object", Reference: "gs://a"}}},
			"expected artifact image (docker/image): invalid: none of the artifacts received matches: gcs/object gs://a"},
		{"an empty default is none", ExpectedArtifact{ID: "img", UsePrior: true, UseDefault: true, Default: &Artifact{CustomKind: true, Metadata: map[string]any{"id": "7"}}},
			Artifacts{Before: "shop/deploy/1"}, "expected artifact img: invalid: no artifact was received, nor does one of execution shop/deploy/1, and its defaultArtifact is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bound, err := c.at.Bind([]ExpectedArtifact{c.expected})
			switch {
			case err != nil && (!errors.Is(err, ErrInvalid) || err.Error() != c.want):
				t.Errorf("Bind = %v, want %s", err, c.want)
			case err == nil && (bound[0].Bound == nil || bound[0].Bound.Name != c.want):
				t.Errorf("bound to %+v, want %s", bound[0].Bound, c.want)
			}
		})
	}
	_, err := (Artifacts{}).Bind([]ExpectedArtifact{{ID: "a"}, {ID: "b"}})
	if err == nil || strings.Count(err.Error(), "expected artifact") != 2 {
		t.Errorf("Bind = %v, want both named", err)
	}
}

func TestWhichExpectedArtifactsAnExecutionMustHave(t *testing.T) {
	expected := []ExpectedArtifact{
		{ID: "named", Match: Artifact{Type: "a"}}, {ID: "default", Match: Artifact{Type: "b"}, UseDefault: true},
		{ID: "prior", Match: Artifact{Type: "c"}, UsePrior: true}, {ID: "received", Match: Artifact{Type: "d"}},
		{ID: "other", Match: Artifact{Type: "e"}}}
	var ids []string
	for _, x := range Wanted(expected, []string{"named"}, []Artifact{{Type: "d"}}) {
		ids = append(ids, x.ID)
	}
	if got := strings.Join(ids, " "); got != "named default prior received" {
		t.Errorf("Wanted = %s, want all but other", got)
	}
	if WantsPrior(expected, []Artifact{{Type: "c"}}) || !WantsPrior(expected, nil) {
		t.Error("WantsPrior: want true only while nothing received matches the one that uses it")
	}
}

func TestABoundArtifactHasAnAccount(t *testing.T) {
	bound := []ExpectedArtifact{
		{ID: "a"}, // bound by no one
		{ID: "a", Match: Artifact{Account: "pattern"}, Bound: &Artifact{Name: "first"}},
		{ID: "b", Match: Artifact{Account: "pattern"}, Bound: &Artifact{Account: "own"}}}
	if a, ok := BoundArtifact(bound, "a"); !ok || a.Name != "first" || a.Account != "pattern" {
		t.Errorf("BoundArtifact(a) = %+v, %v", a, ok)
	}
	if b, ok := BoundArtifact(bound, "b"); !ok || b.Account != "own" {
		t.Errorf("BoundArtifact(b) = %+v, %v", b, ok)
	}
	if _, ok := BoundArtifact(bound, "c"); ok {
		t.Error("BoundArtifact(c) found something")
	}
	if bound[1].Bound.Account != "" {
		t.Error("BoundArtifact changed what is bound")
	}
}

func TestExpectedArtifactsOfADocument(t *testing.T) {
	list, err := ExpectedArtifacts([]map[string]any{{"id": "x", "useDefaultArtifact": "true", "matchArtifact": map[string]any{"type": "a"}, "colour": "red"}})
	if err != nil || len(list) != 1 || !bool(list[0].UseDefault) || list[0].Match.Type != "a" {
		t.Fatalf("ExpectedArtifacts = %+v, %v", list, err)
	}
	if data, _ := json.Marshal(list[0]); !strings.Contains(string(data), `"colour":"red"`) {
		t.Errorf("%s lost what nobody knows", data)
	}
	_, err = ExpectedArtifacts([]map[string]any{{}, {"matchArtifact": "docker/image"}})
	if err == nil || !strings.HasPrefix(err.Error(), "expectedArtifacts[1]: ") {
		t.Errorf("ExpectedArtifacts = %v, want it to name the second", err)
	}
}

func TestTheArtifactsOfAnExecutionBeginWithTheLatest(t *testing.T) {
	made := func(names ...string) map[string]any {
		var list []any
		for _, n := range names {
			list = append(list, map[string]any{"name": n})
		}
		return map[string]any{"artifacts": list}
	}
	e := Execution{Trigger: Trigger{Artifacts: []Artifact{{Name: "received"}}}, Stages: []StageExecution{
		{RefID: "last", Requisites: []string{"first"}, Outputs: made("3", "4")},
		{RefID: "first", Outputs: made("1", "2")}, {RefID: "none"}}}
	for _, c := range []struct{ except, want string }{{"", "4 3 2 1 received"}, {"last", "2 1 received"}} {
		list, err := e.Artifacts(c.except)
		var got []string
		for _, a := range list {
			got = append(got, a.Name)
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("Artifacts(%q) = %v, %v, want %s", c.except, got, err, c.want)
		}
	}
	e.Stages[1].Outputs["artifacts"] = []any{7}
	if _, err := e.Artifacts(""); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "stage first") {
		t.Errorf("Artifacts = %v, want it to name the stage", err)
	}
}
