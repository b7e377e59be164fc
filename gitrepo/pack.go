package gitrepo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage/memory"

	"github.com/gennaker/gennaker"
)

const (
	// maxObjects bounds what is in a pack, in bytes once it is unpacked.
	maxObjects = 128 << 20
	// ofObject is what an object costs besides its content.
	ofObject = 256
)

// fetch returns the pack that the server makes of what is wanted.
func (w wanted) fetch(ctx context.Context, session transport.UploadPackSession, server *capability.List) ([]byte, error) {
	ask := packp.NewUploadPackRequestFromCapabilities(server)
	ask.Wants = w.from
	if !w.all && server.Supports(capability.Shallow) {
		ask.Depth = packp.DepthCommits(1)
		if err := ask.Capabilities.Set(capability.Shallow); err != nil {
			return nil, err
		}
	}
	answer, err := session.UploadPack(ctx, ask)
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	switch {
	case ask.Capabilities.Supports(capability.Sideband64k):
		return io.ReadAll(sideband.NewDemuxer(sideband.Sideband64k, answer))
	case ask.Capabilities.Supports(capability.Sideband):
		return io.ReadAll(sideband.NewDemuxer(sideband.Sideband, answer))
	}
	return io.ReadAll(answer)
}

// objects are those of a pack: commits, trees, files and tags.
type objects struct{ *memory.Storage }

func unpack(pack []byte) (objects, error) {
	all := objects{memory.NewStorage()}
	err := weigh(pack)
	if err == nil {
		err = packfile.UpdateObjectStorage(all, bytes.NewReader(pack))
	}
	if err != nil {
		return all, fmt.Errorf("what it sends: %w: %w", gennaker.ErrInvalid, err)
	}
	return all, nil
}

var errTooLarge = fmt.Errorf("the revision has more than %d MiB", maxObjects>>20)

// weigh refuses a pack that becomes too large: each of its objects may become
// thousands of times as long, by its compression or as a delta.
func weigh(pack []byte) error {
	scanner := packfile.NewScanner(bytes.NewReader(pack))
	_, count, err := scanner.Header()
	left := int64(maxObjects)
	for i := uint32(0); err == nil && i < count; i++ {
		var object *packfile.ObjectHeader
		if object, err = scanner.NextObjectHeader(); err != nil {
			return err
		}
		if left -= object.Length + ofObject; left < 0 {
			return errTooLarge
		}
		var content bytes.Buffer
		if _, _, err = scanner.NextObject(&content); err == nil && object.Type.IsDelta() {
			left -= becomes(content.Bytes())
		}
	}
	if left < 0 {
		return errTooLarge
	}
	return err
}

// becomes is how long the object is that a delta makes: the second number that
// it begins with. Of one that is broken it is more than there may be.
func becomes(delta []byte) int64 {
	_, n := binary.Uvarint(delta)
	if n <= 0 {
		return maxObjects + 1
	}
	size, n := binary.Uvarint(delta[n:])
	if n <= 0 || size > maxObjects {
		return maxObjects + 1
	}
	return int64(size)
}

// content is what an object is.
func (all objects) content(kind plumbing.ObjectType, hash plumbing.Hash) ([]byte, error) {
	object, err := all.EncodedObject(kind, hash)
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, fmt.Errorf("what it sends: %w: it lacks the %s %s", gennaker.ErrInvalid, kind, hash)
	}
	if err != nil {
		return nil, err
	}
	r, err := object.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
