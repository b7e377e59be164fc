package activities

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/gitrepo"
)

const (
	// maxPack bounds what a git server answers with, in bytes: a revision, or
	// a history if there is no other way to a commit.
	maxPack = 64 << 20
	// patience is how long a server may take to send a folder or a chart.
	patience = 90 * time.Second
)

// repository reads a folder of a git repository, packed: as in Spinnaker, its
// reference is the URL to clone from.
func (a *Artifacts) repository(ctx context.Context, x gennaker.Artifact) ([]byte, error) {
	subPath, _ := x.Metadata["subPath"].(string)
	account := a.accountOf(x)
	if err := account.check(x.Reference); err != nil {
		return nil, err
	}
	return patiently(ctx, patience, func(ctx context.Context) ([]byte, error) {
		return gitrepo.Read(ctx, account.signing(a.webhooks.library(maxPack)), gitrepo.Folder{
			URL: x.Reference, Version: x.Version, Path: cmp.Or(x.Location, subPath)})
	})
}

// patiently reads from a server that may be slow, but not from one that does
// not come to an end.
func patiently(ctx context.Context, most time.Duration, read func(context.Context) ([]byte, error)) ([]byte, error) {
	soon, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	data, err := read(soon)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && soon.Err() != nil:
		return nil, fmt.Errorf("%w: it was not read within %s", gennaker.ErrUnavailable, most)
	}
	return data, err
}
