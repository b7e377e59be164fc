package cloudfoundry

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// maxBits bounds a package that is downloaded, in bytes: the client keeps it in
// memory.
const maxBits = 256 << 20

// upload gives a package its bits. It takes them once, so that a try which
// finds it without any is the first.
func (s *space) upload(ctx context.Context, p *resource.Package, from *Artifact) (*resource.Package, error) {
	bits, err := s.cloud.bits(ctx, from)
	if err != nil {
		return nil, err
	}
	defer func() { _ = bits.Close() }()
	p, err = s.Packages.Upload(ctx, p.GUID, bits)
	return p, kinded(err)
}

// bits are the zip that an artifact is.
func (c *Cloud) bits(ctx context.Context, from *Artifact) (io.ReadCloser, error) {
	if from.Type == artifactBits {
		return io.NopCloser(base64.NewDecoder(base64.StdEncoding, strings.NewReader(from.Reference))), nil
	}
	if c.Download == nil {
		return nil, fmt.Errorf("%w: this worker downloads no packages", gennaker.ErrInvalid)
	}
	file, err := c.Download(ctx, from.Reference)
	if errors.Is(err, gennaker.ErrNotFound) { // it is not the server group that is gone
		return nil, fmt.Errorf("%w: %s", gennaker.ErrInvalid, err.Error())
	}
	if err != nil {
		return nil, err
	}
	return &bounded{file, maxBits}, nil
}

// bounded is a file that is an error once it has more than so many bytes left.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("%w: it has more than %d bytes", gennaker.ErrInvalid, maxBits)
	}
	return n, err
}
