package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// AddImage makes an image. It is no call: no Fault sees it.
func (c *Cloud) AddImage(i gennaker.Image) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i.Created.IsZero() {
		i.Created = c.now()
	}
	i.Tags = maps.Clone(i.Tags)
	c.images = append(c.images, i)
}

func (c *Cloud) FindImages(ctx context.Context, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	var found []gennaker.Image
	err := c.call(Call{Method: "FindImages"}, func() error {
		for _, i := range c.images {
			if fits(i, q) {
				i.Tags = maps.Clone(i.Tags)
				found = append(found, i)
			}
		}
		return nil
	})
	slices.SortFunc(found, func(a, b gennaker.Image) int {
		return cmp.Or(b.Created.Compare(a.Created), strings.Compare(a.ID, b.ID))
	})
	return found, err
}

// fits reports whether the query asks for the image.
func fits(i gennaker.Image, q gennaker.ImageQuery) bool {
	for name, value := range q.Tags {
		if i.Tags[name] != value {
			return false
		}
	}
	named, err := path.Match(strings.ReplaceAll(q.Name, "/", "\x00"), strings.ReplaceAll(i.Name, "/", "\x00"))
	return matches(q.Region, i.Region) && (len(q.IDs) == 0 || slices.Contains(q.IDs, i.ID)) && (q.Name == "" || named && err == nil)
}

func (c *Cloud) TagImage(ctx context.Context, t gennaker.TagImage) error {
	return c.call(Call{Method: "TagImage", Image: t.ID}, func() error {
		at := slices.IndexFunc(c.images, func(i gennaker.Image) bool { return i.ID == t.ID && i.Region == t.Region })
		if at < 0 {
			return fmt.Errorf("memory: tag image %s: %w", t.ID, gennaker.ErrNotFound)
		}
		tags := maps.Clone(c.images[at].Tags)
		if tags == nil {
			tags = map[string]string{}
		}
		maps.Copy(tags, t.Tags)
		c.images[at].Tags = tags
		return nil
	})
}
