package google

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// FindImages returns images, newest first: the project's and those of
// imageProjects, without those that are obsolete. Labels are their tags.
// Google's images are in no region; they are told as those of the region that
// is asked for.
func (c *Cloud) FindImages(ctx context.Context, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	if q.Region != "" && q.Region != world && c.in(q.Region, gennaker.ErrNotFound) != nil {
		return nil, nil
	}
	var list []gennaker.Image
	for _, project := range slices.Concat([]string{c.Project}, c.ImageProjects) {
		found, err := c.imagesIn(ctx, project, q)
		if err != nil {
			return nil, fmt.Errorf("gce: find images in %s: %w", project, err)
		}
		list = append(list, found...)
	}
	slices.SortStableFunc(list, func(a, b gennaker.Image) int { return b.Created.Compare(a.Created) })
	return list, nil
}

func (c *Cloud) imagesIn(ctx context.Context, project string, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	var list []gennaker.Image
	call := c.api.Images.List(project)
	if q.Name != "" {
		call.Filter(named(strings.ReplaceAll(regexp.QuoteMeta(q.Name), `\*`, ".*")))
	}
	err := call.Pages(ctx, func(page *compute.ImageList) error {
		for _, i := range page.Items {
			if usable(i) && asked(i, q) {
				list = append(list, gennaker.Image{Location: gennaker.Location{Account: c.Account, Region: cmp.Or(q.Region, world)},
					ID: relative(i.SelfLink), Name: i.Name, Created: when(i.CreationTimestamp), Tags: maps.Clone(i.Labels)})
			}
		}
		return nil
	})
	return list, listed(err)
}

func usable(i *compute.Image) bool {
	return (i.Status == "" || i.Status == "READY") && (i.Deprecated == nil || !slices.Contains([]string{"DELETED", "OBSOLETE"}, i.Deprecated.State))
}

// asked reports whether an image has the ids and tags of a query. The name of
// a family, family/NAME, is an id of all its images.
func asked(i *compute.Image, q gennaker.ImageQuery) bool {
	for key, value := range q.Tags {
		if i.Labels[key] != value {
			return false
		}
	}
	return len(q.IDs) == 0 || slices.ContainsFunc(q.IDs, func(id string) bool {
		return relative(id) == relative(i.SelfLink) || id == i.Name || id == fmt.Sprint(i.Id) || i.Family != "" && id == "family/"+i.Family
	})
}

// TagImage puts labels on an image beside those that it has.
func (c *Cloud) TagImage(ctx context.Context, t gennaker.TagImage) error {
	project, name := c.Project, t.ID
	if m := imageURL.FindStringSubmatch(t.ID); m != nil {
		project, name = m[1], m[2]
	}
	err := insist(ctx, func() error {
		i, err := c.api.Images.Get(project, name).Context(ctx).Do()
		if err != nil {
			return kinded(err)
		}
		labels := maps.Clone(t.Tags)
		for key, value := range i.Labels {
			if _, ok := labels[key]; !ok {
				labels[key] = value
			}
		}
		if maps.Equal(labels, i.Labels) {
			return nil
		}
		return c.end(ctx)(c.api.Images.SetLabels(project, name,
			&compute.GlobalSetLabelsRequest{Labels: labels, LabelFingerprint: i.LabelFingerprint}).Context(ctx).Do())
	})
	if err != nil {
		return fmt.Errorf("gce: tag image %s: %w", t.ID, err)
	}
	return nil
}
