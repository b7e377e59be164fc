package gennaker

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

const (
	// plainLimit is how long JSON may be that travels as people can read it.
	// What is longer is compressed.
	plainLimit = 100_000
	// maxUnpacked bounds what compressed JSON of a pipeline may become, and
	// maxInventory that of an inventory: 200,000 instances with all they have.
	maxUnpacked  = 8 << 20
	maxInventory = 64 << 20
)

// packed is JSON that was too long to travel as it is.
type packed struct {
	Packed []byte `json:"packed"` // gzip
}

func pack(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil || len(data) <= plainLimit {
		return data, err
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return json.Marshal(packed{b.Bytes()})
}

func unpack(data []byte, into any, limit int64) error {
	var p packed
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	if p.Packed == nil {
		return json.Unmarshal(data, into)
	}
	r, err := gzip.NewReader(bytes.NewReader(p.Packed))
	if err != nil {
		return fmt.Errorf("unpack: %w: %w", ErrInvalid, err)
	}
	unpacked, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil {
		return fmt.Errorf("unpack: %w: %w", ErrInvalid, err)
	}
	return json.Unmarshal(unpacked, into)
}

type (
	plainSaved     SavedPipeline
	plainSave      SavePipeline
	plainInventory Inventory
)

func (s SavedPipeline) MarshalJSON() ([]byte, error) { return pack(plainSaved(s)) }
func (s SavePipeline) MarshalJSON() ([]byte, error)  { return pack(plainSave(s)) }
func (i Inventory) MarshalJSON() ([]byte, error)     { return pack(plainInventory(i)) }

func (s *SavedPipeline) UnmarshalJSON(data []byte) error {
	return unpack(data, (*plainSaved)(s), maxUnpacked)
}

func (s *SavePipeline) UnmarshalJSON(data []byte) error {
	return unpack(data, (*plainSave)(s), maxUnpacked)
}

func (i *Inventory) UnmarshalJSON(data []byte) error {
	return unpack(data, (*plainInventory)(i), maxInventory)
}
