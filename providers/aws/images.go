package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/gennaker/gennaker"
)

// FindImages returns images, newest first. By id it finds any that the account
// may use; otherwise its own and those shared with it, and by name Amazon's
// too: anybody can publish an image of any name. Of tags it sees those that
// the account itself has put on.
func (c *Cloud) FindImages(ctx context.Context, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	var list []gennaker.Image
	for _, r := range c.regions.Within(q.Region) {
		found, err := r.findImages(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("aws: find images in %s: %w", r.Region, err)
		}
		list = append(list, found...)
	}
	slices.SortStableFunc(list, func(a, b gennaker.Image) int { return b.Created.Compare(a.Created) })
	return list, nil
}

func (r *region) findImages(ctx context.Context, q gennaker.ImageQuery) ([]gennaker.Image, error) {
	seen := map[string]bool{}
	var list []gennaker.Image
	for _, in := range searches(q) {
		for pages := ec2.NewDescribeImagesPaginator(r.ec2, &in); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, kinded(err)
			}
			for _, i := range page.Images {
				if !seen[*i.ImageId] {
					seen[*i.ImageId] = true
					list = append(list, r.image(i))
				}
			}
		}
	}
	return list, nil
}

// searches are the requests that together find what is asked for.
func searches(q gennaker.ImageQuery) []ec2.DescribeImagesInput {
	filters := []types.Filter{{Name: aws.String("state"), Values: []string{"available"}}}
	if q.Name != "" {
		filters = append(filters, types.Filter{Name: aws.String("name"), Values: []string{pattern(q.Name, "*")}})
	}
	if len(q.IDs) > 0 {
		filters = append(filters, types.Filter{Name: aws.String("image-id"), Values: q.IDs})
	}
	for _, key := range gennaker.SortedKeys(q.Tags) {
		filters = append(filters, types.Filter{Name: aws.String("tag:" + key), Values: []string{pattern(q.Tags[key], "")}})
	}
	if len(q.IDs) > 0 {
		return []ec2.DescribeImagesInput{{Filters: filters}}
	}
	list := []ec2.DescribeImagesInput{
		{Filters: filters, Owners: []string{"self"}},
		{Filters: filters, ExecutableUsers: []string{"self"}},
	}
	if q.Name != "" && len(q.Tags) == 0 {
		list = append(list, ec2.DescribeImagesInput{Filters: filters, Owners: []string{"amazon"}})
	}
	return list
}

// pattern is a text for a filter of EC2, in which only those characters stand
// for others.
func pattern(text, wild string) string {
	var b strings.Builder
	for _, c := range text {
		if strings.ContainsRune(`*?\`, c) && !strings.ContainsRune(wild, c) {
			b.WriteRune('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func (r *region) image(i types.Image) gennaker.Image {
	image := gennaker.Image{Location: r.Location, ID: aws.ToString(i.ImageId), Name: aws.ToString(i.Name)}
	image.Created, _ = time.Parse(time.RFC3339, aws.ToString(i.CreationDate)) // Amazon's own have none sometimes
	for _, t := range i.Tags {
		if image.Tags == nil {
			image.Tags = map[string]string{}
		}
		image.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return image
}

// TagImage puts tags on an image beside those that it has.
func (c *Cloud) TagImage(ctx context.Context, t gennaker.TagImage) error {
	r, err := c.regions.In(t.Region, gennaker.ErrNotFound)
	if err == nil {
		_, err = r.ec2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{t.ID}, Tags: ec2Tags(t.Tags)})
		err = kinded(err)
	}
	if err != nil {
		return fmt.Errorf("aws: tag image %s: %w", t.ID, err)
	}
	return nil
}
