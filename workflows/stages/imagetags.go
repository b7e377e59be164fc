package stages

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// imageTagsConfig says which images are meant.
type imageTagsConfig struct {
	Provider     string            `json:"cloudProvider,omitempty"`
	ProviderType string            `json:"cloudProviderType,omitempty" jsonschema_description:"Says the same as cloudProvider."`
	Account      string            `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same. Default: all of that cloudProvider."`
	Credentials  string            `json:"credentials,omitempty"`
	Owner        string            `json:"imageOwnerAccount,omitempty" jsonschema_description:"Says the same, if neither is there."`
	Tags         map[string]string `json:"tags,omitempty"`
	places
}

type findByTagsConfig struct {
	imageTagsConfig
	Package string `json:"packageName,omitempty" jsonschema_description:"The image's name, or how it begins; of several, those whose tag appversion is about just that package count."`
}

// FindImageFromTags finds the newest image that has all of the tags, in each of
// the stage's regions.
func FindImageFromTags(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[findByTagsConfig](in.Config)
	if err != nil {
		return nil, err
	}
	var found []imageDetails
	for _, at := range c.in("") {
		images, err := c.find(ctx, gennaker.ImageQuery{Location: at, Name: c.Package + "*", Tags: c.Tags})
		if err != nil {
			return nil, err
		}
		if len(images) == 0 {
			return nil, fmt.Errorf("image of package %s with tags %v in %s: %w", c.Package, c.Tags, at.Region, gennaker.ErrNotFound)
		}
		found = append(found, imageDetails{Image: c.best(images)})
	}
	return imageOutputs(in, first(c.Provider, c.ProviderType), found)
}

// find returns the images that fit in the accounts that the fields mean, the
// newest first.
func (c imageTagsConfig) find(ctx workflow.Context, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	names, err := c.accounts(ctx)
	if err != nil {
		return nil, err
	}
	var all []gennaker.Image
	for _, q.Account = range names {
		found, err := ops.FindImages(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b gennaker.Image) int { return b.Created.Compare(a.Created) })
	return all, nil
}

// accounts are the one that is named, or else all of the cloud.
func (c imageTagsConfig) accounts(ctx workflow.Context) ([]string, error) {
	if name := first(c.Account, first(c.Credentials, c.Owner)); name != "" {
		one, err := oneAccount(name, c.Credentials)
		return []string{one}, err
	}
	list, err := ops.ImageAccounts(ctx)
	if err != nil {
		return nil, err
	}
	cloud := first(c.Provider, c.ProviderType)
	var names []string
	for _, a := range list {
		if cloud == "" || a.Provider == cloud {
			names = append(names, a.Name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("account: %w: the stage names none, and none of cloud %q has images", gennaker.ErrInvalid, cloud)
	}
	return names, nil
}

// best is the newest image whose tag says that it holds the package, or else
// the newest of all.
func (c findByTagsConfig) best(images []gennaker.Image) gennaker.Image {
	at := slices.IndexFunc(images, func(i gennaker.Image) bool { return packageOf(i.Tags["appversion"]) == c.Package })
	return images[max(0, at)]
}

// packageOf is the name in an appversion, such as that of shop-1.2-h34.
func packageOf(appversion string) string {
	name, _, _ := strings.Cut(appversion, "/")
	for at := 0; at < len(name); at++ {
		if name[at] == '-' && at+1 < len(name) && name[at+1] >= '0' && name[at+1] <= '9' {
			return name[:at]
		}
	}
	return name
}

type tagImagesConfig struct {
	imageTagsConfig
	Names []string `json:"imageNames,omitempty" jsonschema_description:"Names or ids. Default: the image that the nearest stage above has found or made."`
}

// UpsertImageTags puts tags on images, beside those that they have.
func UpsertImageTags(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[tagImagesConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if len(c.Tags) == 0 {
		return nil, fmt.Errorf("tags: %w: there are none to put on", gennaker.ErrInvalid)
	}
	images, err := c.images(ctx, in)
	if err != nil {
		return nil, err
	}
	var targets []any
	for _, i := range images {
		if err := ops.TagImage(ctx, gennaker.TagImage{Location: i.Location, ID: i.ID, Tags: c.Tags}); err != nil {
			return nil, err
		}
		targets = append(targets, map[string]any{"imageId": i.ID, "imageName": i.Name, "account": i.Account, "regions": []string{i.Region}})
	}
	return Outputs{"targets": targets}, nil
}

// images are those that the fields name, or that a stage above has found.
func (c tagImagesConfig) images(ctx workflow.Context, in Input) ([]gennaker.Image, error) {
	var list []gennaker.Image
	for _, at := range c.in("") {
		names := c.Names
		if len(names) == 0 {
			names = above(in, first(c.Provider, c.ProviderType), at.Region)
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("imageNames: %w: the stage names no image, and no stage above has found one in %s", gennaker.ErrInvalid, at.Region)
		}
		for _, name := range names {
			i, err := c.image(ctx, at, name)
			if err != nil {
				return nil, err
			}
			list = append(list, i)
		}
	}
	return list, nil
}

// above are the images that the nearest stage above has found or made for a
// region.
func above(in Input, provider, region string) []string {
	block := in.imaged(map[string]any{}, provider, gennaker.Location{Region: region})
	if id, ok := block["imageId"].(string); ok {
		return []string{id}
	}
	return nil
}

// image finds an image by its name or its id, in the first account that has it.
func (c imageTagsConfig) image(ctx workflow.Context, at gennaker.Location, name string) (gennaker.Image, error) {
	names, err := c.accounts(ctx)
	if err != nil {
		return gennaker.Image{}, err
	}
	var found gennaker.Image
	for _, at.Account = range names {
		if found, err = ops.FindImage(ctx, at, name); !errors.Is(err, gennaker.ErrNotFound) {
			break
		}
	}
	return found, err
}
