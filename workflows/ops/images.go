package ops

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// FindImages returns the images of an account that fit the query, the newest
// first. It is ErrInvalid if its cloud has none that can be found.
func FindImages(ctx workflow.Context, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	var found []gennaker.Image
	err := run(ctx, reading, "look for images", imageStore.FindImages, q, &found)
	return found, err
}

// ImageAccounts lists the accounts whose images can be found.
func ImageAccounts(ctx workflow.Context) ([]gennaker.Account, error) {
	var list []gennaker.Account
	err := run(ctx, reading, "look for accounts with images", imageStore.ImageAccounts, nil, &list)
	return list, err
}

// TagImage puts tags on an image, beside those that it has.
func TagImage(ctx workflow.Context, t gennaker.TagImage) error {
	return run(ctx, changing, "tag image "+t.ID, imageStore.TagImage, t, nil)
}
