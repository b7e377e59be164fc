package providertest

import (
	"errors"
	"slices"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// imageCases are the contract of providers.Images.
var imageCases = []testCase{
	{"images are found by name, id and tags, newest first", withImages(findsImages)},
	{"tags are put beside those that an image has", withImages(tagsImage)},
	{"an image that is not there cannot be tagged", withImages(tagsNoImage)},
}

// imageSuite is one test's view of the cloud's images, of which the harness
// has made three: the oldest first, conform-1, conform-2 and other-1.
type imageSuite struct {
	*suite
	images providers.Images
}

// withImages puts a test to the cloud's images.
func withImages(test func(*imageSuite)) func(*suite) {
	return func(s *suite) {
		if s.AddImage == nil {
			s.Fatalf("%s has Images, and the harness cannot add any", s.provider.Name())
		}
		for _, name := range ourImages {
			s.AddImage(s, s.provider, name)
		}
		test(&imageSuite{suite: s, images: as[providers.Images](s)})
	}
}

var ourImages = []string{"conform-1", "conform-2", "other-1"}

// find returns the images of a query about the suite's region.
func (s *imageSuite) find(q gennaker.ImageQuery) []gennaker.Image {
	s.Helper()
	q.Location = s.location()
	found, err := s.images.FindImages(s.ctx, q)
	if err != nil {
		s.Fatalf("FindImages(%+v) = %v", q, err)
	}
	return found
}

// names are those of the suite's own images among the found.
func (s *imageSuite) names(q gennaker.ImageQuery) []string {
	s.Helper()
	var names []string
	for _, i := range s.find(q) {
		if slices.Contains(ourImages, i.Name) {
			names = append(names, i.Name)
		}
	}
	return names
}

func (s *imageSuite) tag(id string, tags map[string]string) {
	s.Helper()
	if err := s.images.TagImage(s.ctx, gennaker.TagImage{Location: s.location(), ID: id, Tags: tags}); err != nil {
		s.Fatalf("TagImage(%s) = %v", id, err)
	}
}

func findsImages(s *imageSuite) {
	second := s.find(gennaker.ImageQuery{Name: "conform-2"})
	if len(second) != 1 || second[0].ID == "" || second[0].Created.IsZero() || second[0].Region != s.Region {
		s.Fatalf("the images called conform-2 are %+v, want one, dated, with its id and region", second)
	}
	s.tag(second[0].ID, map[string]string{"stage": "prod", "appversion": "conform-2"})
	for _, c := range []struct {
		query gennaker.ImageQuery
		want  []string
	}{
		{gennaker.ImageQuery{}, []string{"other-1", "conform-2", "conform-1"}},
		{gennaker.ImageQuery{Name: "conform-*"}, []string{"conform-2", "conform-1"}},
		{gennaker.ImageQuery{Name: "*-1"}, []string{"other-1", "conform-1"}},
		{gennaker.ImageQuery{Name: "conform"}, nil},
		{gennaker.ImageQuery{IDs: []string{second[0].ID}}, []string{"conform-2"}},
		{gennaker.ImageQuery{Name: "conform-*", Tags: map[string]string{"stage": "prod"}}, []string{"conform-2"}},
		{gennaker.ImageQuery{Tags: map[string]string{"stage": "prod", "appversion": "conform-1"}}, nil},
	} {
		if got := s.names(c.query); !slices.Equal(got, c.want) {
			s.Errorf("FindImages(%+v) = %v, want %v", c.query, got, c.want)
		}
	}
}

func tagsImage(s *imageSuite) {
	image := s.find(gennaker.ImageQuery{Name: "conform-1"})[0]
	for range 2 { // each may run twice
		s.tag(image.ID, map[string]string{"stage": "test", "team": "shop"})
	}
	s.tag(image.ID, map[string]string{"stage": "prod"})
	tags := s.find(gennaker.ImageQuery{IDs: []string{image.ID}})[0].Tags
	if tags["stage"] != "prod" || tags["team"] != "shop" {
		s.Errorf("tags = %v, want stage prod and team shop", tags)
	}
}

func tagsNoImage(s *imageSuite) {
	gone := gennaker.TagImage{Location: s.location(), ID: s.NoImage, Tags: map[string]string{"stage": "prod"}}
	if err := s.images.TagImage(s.ctx, gone); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("TagImage of what is not there = %v, want ErrNotFound", err)
	}
}
