package gennaker

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestAnArtifactCarriesContent(t *testing.T) {
	for name, content := range map[string][]byte{"nothing": {}, "text": []byte("kind: Job\n"), "bytes": {0, 255, 10},
		"long text": bytes.Repeat([]byte("kind: Job\n"), 20_000)} {
		made, err := EmbeddedArtifact("jobs", content)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := json.Marshal(made)
		var a Artifact // as a later stage has it
		if err := json.Unmarshal(data, &a); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := a.Content(); !ok || err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: Content = %.40q, %t, %v", name, got, ok, err)
		}
		if len(data) > 4000 {
			t.Errorf("%s: %d bytes are carried as %d", name, len(content), len(data))
		}
	}
}

func TestContentThatCannotBe(t *testing.T) {
	large, err := EmbeddedArtifact("large", make([]byte, MaxEmbedded+1))
	if err != nil {
		t.Fatal(err)
	}
	for want, a := range map[string]Artifact{
		"illegal base64":          {Type: EmbeddedBase64, Reference: "?"},
		"unexpected EOF":          {Type: EmbeddedBase64, Reference: "H4sI", Metadata: map[string]any{"encoding": "gzip"}},
		"more than 1048576 bytes": large,
		"gzip: invalid header":    {Type: EmbeddedBase64, Reference: strings.Repeat("AAAA", 10), Metadata: map[string]any{"encoding": "gzip"}},
	} {
		if _, ok, err := a.Content(); !ok || !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("Content = %t, %v, want ErrInvalid with %q", ok, err, want)
		}
	}
	if _, ok, err := (Artifact{Type: "http/file", Reference: "http://a.lan/"}).Content(); ok || err != nil {
		t.Errorf("Content of what is elsewhere = %t, %v", ok, err)
	}
}
