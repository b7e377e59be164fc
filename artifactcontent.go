package gennaker

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
)

const (
	// MaxEmbedded bounds what an artifact carries, in bytes once unpacked.
	MaxEmbedded = 1 << 20
	// longEmbedded is from which length on content is packed.
	longEmbedded = 16 << 10
	// encoding is the field of an artifact's metadata that says how its
	// content is packed.
	encoding = "encoding"
	gzipped  = "gzip"
)

// EmbeddedArtifact is an artifact that carries its content. Long content is
// packed, which the metadata says.
func EmbeddedArtifact(name string, content []byte) (Artifact, error) {
	a := Artifact{Type: EmbeddedBase64, Name: name}
	if len(content) >= longEmbedded {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(content); err != nil {
			return a, err
		}
		if err := w.Close(); err != nil {
			return a, err
		}
		content, a.Metadata = b.Bytes(), map[string]any{encoding: gzipped}
	}
	a.Reference = base64.StdEncoding.EncodeToString(content)
	return a, nil
}

// Content is what an artifact carries; ok is false if it carries nothing, and
// its reference says where that is.
func (a Artifact) Content() (content []byte, ok bool, err error) {
	if a.Type != EmbeddedBase64 {
		return nil, false, nil
	}
	content, err = base64.StdEncoding.DecodeString(strings.TrimSpace(a.Reference))
	if err == nil && a.Metadata[encoding] == gzipped {
		content, err = gunzip(content)
	}
	if err == nil && len(content) > MaxEmbedded {
		err = fmt.Errorf("it has more than %d bytes", MaxEmbedded)
	}
	if err != nil {
		return nil, true, fmt.Errorf("artifact %s: %w: %w", a, ErrInvalid, err)
	}
	return content, true, nil
}

func gunzip(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, MaxEmbedded+1))
}
