package azure

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// FindImages returns the subscription's images and the versions in its
// galleries, newest first. A version in a gallery is called
// GALLERY/IMAGE/VERSION, and is in every region that it is replicated to.
func (c *Cloud) FindImages(ctx context.Context, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	managed, err := c.managedImages(ctx)
	if err != nil {
		return nil, fmt.Errorf("azure: find images: %w", err)
	}
	versions, err := c.versions(ctx)
	if err != nil {
		return nil, fmt.Errorf("azure: find images in galleries: %w", err)
	}
	var list []gennaker.Image
	for _, i := range append(managed, versions...) {
		if slices.Contains(c.within(q.Region), i.Region) && fits(q, i) {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b gennaker.Image) int {
		return cmp.Or(b.Created.Compare(a.Created), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// fits reports whether an image is what a query asks for.
func fits(q gennaker.ImageQuery, i gennaker.Image) bool {
	if len(q.IDs) > 0 && !slices.ContainsFunc(q.IDs, func(id string) bool { return same(id, i.ID) }) {
		return false
	}
	if q.Name != "" && !matches(q.Name, i.Name) {
		return false
	}
	for key, value := range q.Tags {
		if i.Tags[key] != value {
			return false
		}
	}
	return true
}

// matches reports whether a name fits a pattern in which * stands for any text.
func matches(pattern, name string) bool {
	escape := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `?`, `\?`, "/", "\x00")
	ok, err := path.Match(escape.Replace(pattern), strings.ReplaceAll(name, "/", "\x00"))
	return err == nil && ok
}

func (c *Cloud) managedImages(ctx context.Context) ([]gennaker.Image, error) {
	found, err := all(ctx, c.images.NewListPager(nil),
		func(p armcompute.ImagesClientListResponse) []*armcompute.Image { return p.Value })
	var list []gennaker.Image
	for _, i := range found {
		list = append(list, gennaker.Image{Location: c.location(value(i.Location)), ID: value(i.ID), Name: value(i.Name),
			Created: createdAt(i.SystemData, time.Time{}), Tags: tagsOf(i.Tags)})
	}
	return list, err
}

// createdAt is when Azure says that a resource was made, if it does.
func createdAt(d *armcompute.SystemData, otherwise time.Time) time.Time {
	if at := value(d).CreatedAt; at != nil {
		return *at
	}
	return otherwise
}

func tagsOf(tags map[string]*string) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	all := map[string]string{}
	for key, text := range tags {
		all[key] = value(text)
	}
	return all
}

// versions are those of all images in all galleries, once for each region.
func (c *Cloud) versions(ctx context.Context) ([]gennaker.Image, error) {
	found, err := all(ctx, c.gallery.all.NewListPager(nil),
		func(p armcompute.GalleriesClientListResponse) []*armcompute.Gallery { return p.Value })
	if err != nil {
		return nil, err
	}
	var list []gennaker.Image
	for _, g := range found {
		group := partOf(value(g.ID), "resourceGroups")
		images, err := all(ctx, c.gallery.images.NewListByGalleryPager(group, value(g.Name), nil),
			func(p armcompute.GalleryImagesClientListByGalleryResponse) []*armcompute.GalleryImage { return p.Value })
		if err != nil {
			return nil, err
		}
		for _, i := range images {
			versions, err := all(ctx, c.gallery.versions.NewListByGalleryImagePager(group, value(g.Name), value(i.Name), nil),
				func(p armcompute.GalleryImageVersionsClientListByGalleryImageResponse) []*armcompute.GalleryImageVersion {
					return p.Value
				})
			if err != nil {
				return nil, err
			}
			for _, v := range versions {
				list = append(list, c.version(value(g.Name)+"/"+value(i.Name), *v)...)
			}
		}
	}
	return list, nil
}

func (c *Cloud) version(image string, v armcompute.GalleryImageVersion) []gennaker.Image {
	published := value(value(v.Properties).PublishingProfile)
	var list []gennaker.Image
	for _, region := range published.TargetRegions {
		list = append(list, gennaker.Image{Location: c.location(plain(value(region.Name))), ID: value(v.ID), Name: image + "/" + value(v.Name),
			Created: createdAt(v.SystemData, value(published.PublishedDate)), Tags: tagsOf(v.Tags)})
	}
	return list
}

// plain is a location's name as ids have it: westeurope, not West Europe.
func plain(region string) string { return strings.ToLower(strings.ReplaceAll(region, " ", "")) }

// TagImage puts tags on an image, or on a version in a gallery, beside those
// that it has.
func (c *Cloud) TagImage(ctx context.Context, t gennaker.TagImage) error {
	err := c.in(t.Region, gennaker.ErrNotFound)
	if err == nil {
		err = c.tagImage(ctx, t)
	}
	if err != nil {
		return fmt.Errorf("azure: tag image %s: %w", t.ID, err)
	}
	return nil
}

func (c *Cloud) tagImage(ctx context.Context, t gennaker.TagImage) error {
	group, gallery, image := partOf(t.ID, "resourceGroups"), partOf(t.ID, "galleries"), partOf(t.ID, "images")
	if gallery == "" {
		found, err := c.images.Get(ctx, group, image, nil)
		if err != nil {
			return missing(err)
		}
		_, err = c.images.BeginUpdate(ctx, group, image, armcompute.ImageUpdate{Tags: added(found.Tags, t.Tags)}, nil)
		return kinded(err)
	}
	version := partOf(t.ID, "versions")
	found, err := c.gallery.versions.Get(ctx, group, gallery, image, version, nil)
	if err != nil {
		return missing(err)
	}
	_, err = c.gallery.versions.BeginUpdate(ctx, group, gallery, image, version, armcompute.GalleryImageVersionUpdate{Tags: added(found.Tags, t.Tags)}, nil)
	return kinded(err)
}

// missing gives an error its kind where an image is what is read.
func missing(err error) error {
	if notThere(err) {
		return fmt.Errorf("%w: there is no such image", gennaker.ErrNotFound)
	}
	return kinded(err)
}

// added are tags with others beside them.
func added(tags map[string]*string, more map[string]string) map[string]*string {
	all := map[string]*string{}
	for key, text := range tags {
		all[key] = text
	}
	for key, text := range more {
		all[key] = &text
	}
	return all
}
