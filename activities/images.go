package activities

import (
	"context"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Images finds and tags what instances start from.
type Images struct {
	registry *providers.Registry
}

// maxImages bounds what one search brings into a history.
const maxImages = 200

// FindImages returns the images of an account that fit the query, the newest
// first and not too many.
func (a *Images) FindImages(ctx context.Context, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	var found []gennaker.Image
	err := use(ctx, a.registry, q.Account, func(ctx context.Context, p providers.Images) (err error) {
		found, err = p.FindImages(ctx, q)
		return err
	})
	for i := range found {
		found[i].Account = q.Account
	}
	return found[:min(len(found), maxImages)], err
}

// ImageAccounts lists the accounts whose images can be found.
func (a *Images) ImageAccounts(context.Context) ([]gennaker.Account, error) {
	var list []gennaker.Account
	for _, account := range a.registry.Accounts() {
		if _, err := providers.Find[providers.Images](a.registry, account.Name); err == nil {
			list = append(list, account)
		}
	}
	return list, nil
}

// TagImage puts tags on an image; the same ones again change nothing.
func (a *Images) TagImage(ctx context.Context, t gennaker.TagImage) error {
	return use(ctx, a.registry, t.Account, func(ctx context.Context, p providers.Images) error { return p.TagImage(ctx, t) })
}
