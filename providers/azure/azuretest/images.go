package azuretest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
)

// image is an image, or a version of one in a gallery.
type image struct {
	group, region          string
	gallery, name, version string // only the name if it is in no gallery
	sick                   bool   // its machines fail their health checks
	created                time.Time
	tags                   map[string]*string
}

func (i *image) id() string {
	if i.gallery == "" {
		return id(i.group, "Microsoft.Compute/images", i.name)
	}
	return id(i.group, "Microsoft.Compute/galleries", i.gallery) + "/images/" + i.name + "/versions/" + i.version
}

// AddImage makes an image, in a resource group that there is then, and returns
// its id.
func (c *Cloud) AddImage(group, region, name string) string {
	return c.addImage(&image{group: group, region: region, name: name})
}

// AddSickImage makes one whose machines fail their health checks.
func (c *Cloud) AddSickImage(group, region, name string) string {
	return c.addImage(&image{group: group, region: region, name: name, sick: true})
}

// AddVersion makes a version of an image in a gallery, and returns its id.
func (c *Cloud) AddVersion(group, region, gallery, name, version string) string {
	return c.addImage(&image{group: group, region: region, gallery: gallery, name: name, version: version})
}

func (c *Cloud) addImage(i *image) string {
	c.AddResourceGroup(i.group)
	c.mu.Lock()
	defer c.mu.Unlock()
	i.created = c.now()
	c.images = append(c.images, i)
	return i.id()
}

func (c *Cloud) hasImage(id string) bool {
	return slices.ContainsFunc(c.images, func(i *image) bool { return strings.EqualFold(i.id(), id) })
}

func (c *Cloud) findImage(id string) *image {
	for _, i := range c.images {
		if strings.EqualFold(i.id(), id) {
			return i
		}
	}
	return nil
}

// sick reports whether the machines of a scale set fail their health checks.
func (c *Cloud) sick(s *set) bool {
	from := value(value(value(s.model.Properties.VirtualMachineProfile).StorageProfile).ImageReference).ID
	i := c.findImage(value(from))
	return i != nil && i.sick
}

func (i *image) view() armcompute.Image {
	return armcompute.Image{ID: to.Ptr(i.id()), Name: &i.name, Location: &i.region, Tags: i.tags, Properties: &armcompute.ImageProperties{},
		SystemData: &armcompute.SystemData{CreatedAt: &i.created}}
}

func (i *image) versionView() armcompute.GalleryImageVersion {
	return armcompute.GalleryImageVersion{ID: to.Ptr(i.id()), Name: &i.version, Location: &i.region, Tags: i.tags,
		Properties: &armcompute.GalleryImageVersionProperties{PublishingProfile: &armcompute.GalleryImageVersionPublishingProfile{
			PublishedDate: &i.created, TargetRegions: []*armcompute.TargetRegion{{Name: &i.region}}}}}
}

func (c *call) listImages(*armcompute.ImagesClientListOptions) (resp azfake.PagerResponder[armcompute.ImagesClientListResponse]) {
	some, next := page(c, slices.DeleteFunc(slices.Clone(c.images), func(i *image) bool { return i.gallery != "" }))
	list := armcompute.ImageListResult{NextLink: next, Value: []*armcompute.Image{}}
	for _, i := range some {
		list.Value = append(list.Value, to.Ptr(i.view()))
	}
	resp.AddPage(http.StatusOK, armcompute.ImagesClientListResponse{ImageListResult: list}, nil)
	return resp
}

func (c *call) getImage(_ context.Context, group, name string, _ *armcompute.ImagesClientGetOptions) (resp azfake.Responder[armcompute.ImagesClientGetResponse], e azfake.ErrorResponder) {
	i := c.findImage((&image{group: group, name: name}).id())
	if i == nil {
		return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Compute/images/%s' under resource group '%s' was not found.", name, group)
	}
	resp.SetResponse(http.StatusOK, armcompute.ImagesClientGetResponse{Image: i.view()}, nil)
	return resp, e
}

func (c *call) tagImage(_ context.Context, group, name string, p armcompute.ImageUpdate, _ *armcompute.ImagesClientBeginUpdateOptions) (resp azfake.PollerResponder[armcompute.ImagesClientUpdateResponse], e azfake.ErrorResponder) {
	i := c.findImage((&image{group: group, name: name}).id())
	if i == nil {
		return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Compute/images/%s' under resource group '%s' was not found.", name, group)
	}
	c.tag(i, p.Tags)
	resp.SetTerminalResponse(http.StatusOK, armcompute.ImagesClientUpdateResponse{Image: i.view()}, nil)
	return resp, e
}

// tag gives an image tags in place of those that it has.
func (c *Cloud) tag(i *image, tags map[string]*string) {
	same := len(tags) == len(i.tags)
	for key, text := range tags {
		same = same && value(i.tags[key]) == value(text)
	}
	if !same {
		c.effects["images tagged"]++
	}
	i.tags = tags
}

func (c *call) galleries(*armcompute.GalleriesClientListOptions) (resp azfake.PagerResponder[armcompute.GalleriesClientListResponse]) {
	seen := map[string]bool{}
	list := armcompute.GalleryList{Value: []*armcompute.Gallery{}}
	for _, i := range c.images {
		at := id(i.group, "Microsoft.Compute/galleries", i.gallery)
		if i.gallery != "" && !seen[at] {
			seen[at] = true
			list.Value = append(list.Value, &armcompute.Gallery{ID: &at, Name: &i.gallery, Location: &i.region})
		}
	}
	resp.AddPage(http.StatusOK, armcompute.GalleriesClientListResponse{GalleryList: list}, nil)
	return resp
}

func (c *call) galleryImages(group, gallery string, _ *armcompute.GalleryImagesClientListByGalleryOptions) (resp azfake.PagerResponder[armcompute.GalleryImagesClientListByGalleryResponse]) {
	seen := map[string]bool{}
	list := armcompute.GalleryImageList{Value: []*armcompute.GalleryImage{}}
	for _, i := range c.images {
		if i.gallery == gallery && strings.EqualFold(i.group, group) && !seen[i.name] {
			seen[i.name] = true
			list.Value = append(list.Value, &armcompute.GalleryImage{Name: &i.name, Location: &i.region})
		}
	}
	resp.AddPage(http.StatusOK, armcompute.GalleryImagesClientListByGalleryResponse{GalleryImageList: list}, nil)
	return resp
}

func (c *call) versions(group, gallery, name string, _ *armcompute.GalleryImageVersionsClientListByGalleryImageOptions) (resp azfake.PagerResponder[armcompute.GalleryImageVersionsClientListByGalleryImageResponse]) {
	list := armcompute.GalleryImageVersionList{Value: []*armcompute.GalleryImageVersion{}}
	for _, i := range c.images {
		if i.gallery == gallery && i.name == name && strings.EqualFold(i.group, group) {
			list.Value = append(list.Value, to.Ptr(i.versionView()))
		}
	}
	resp.AddPage(http.StatusOK, armcompute.GalleryImageVersionsClientListByGalleryImageResponse{GalleryImageVersionList: list}, nil)
	return resp
}

func (c *call) getVersion(_ context.Context, group, gallery, name, version string, _ *armcompute.GalleryImageVersionsClientGetOptions) (resp azfake.Responder[armcompute.GalleryImageVersionsClientGetResponse], e azfake.ErrorResponder) {
	i := c.findImage((&image{group: group, gallery: gallery, name: name, version: version}).id())
	if i == nil {
		return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Compute/galleries/%s/images/%s/versions/%s' was not found.", gallery, name, version)
	}
	resp.SetResponse(http.StatusOK, armcompute.GalleryImageVersionsClientGetResponse{GalleryImageVersion: i.versionView()}, nil)
	return resp, e
}

func (c *call) tagVersion(_ context.Context, group, gallery, name, version string, p armcompute.GalleryImageVersionUpdate, _ *armcompute.GalleryImageVersionsClientBeginUpdateOptions) (resp azfake.PollerResponder[armcompute.GalleryImageVersionsClientUpdateResponse], e azfake.ErrorResponder) {
	i := c.findImage((&image{group: group, gallery: gallery, name: name, version: version}).id())
	if i == nil {
		return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Compute/galleries/%s/images/%s/versions/%s' was not found.", gallery, name, version)
	}
	c.tag(i, p.Tags)
	resp.SetTerminalResponse(http.StatusOK, armcompute.GalleryImageVersionsClientUpdateResponse{GalleryImageVersion: i.versionView()}, nil)
	return resp, e
}
