package cloudfoundry

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/gennaker/gennaker"
)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestAFileOfAnySizeIsNotReadIntoMemory(t *testing.T) {
	for size, want := range map[int64]error{maxBits: nil, maxBits + 1: gennaker.ErrInvalid} {
		c := &Cloud{Config: Config{Download: func(context.Context, string) (io.ReadCloser, error) {
			return io.NopCloser(io.LimitReader(zeros{}, size)), nil
		}}}
		file, err := c.bits(t.Context(), &Artifact{Type: artifactFile, Reference: "https://files.example.com/shop.zip"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, file); !errors.Is(err, want) {
			t.Errorf("reading %d bytes = %v, want %v", size, err, want)
		}
	}
}
