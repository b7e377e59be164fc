package ops

import (
	"fmt"

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

// FindImage returns the newest image of an account's place that has that name,
// or else that id; ErrNotFound if there is none.
func FindImage(ctx workflow.Context, at gennaker.Location, name string) (gennaker.Image, error) {
	for _, q := range []gennaker.ImageQuery{{Location: at, Name: name}, {Location: at, IDs: []string{name}}} {
		found, err := FindImages(ctx, q)
		if err != nil {
			return gennaker.Image{}, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return gennaker.Image{}, fmt.Errorf("image %s in %s/%s: %w", name, at.Account, at.Region, gennaker.ErrNotFound)
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
