package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/simulation/program"
)

const help = `What can go wrong, and how to have it:

  curl -X POST 'HERE/-/sick?instance=shop-…'       it fails its health checks from now on
  curl -X POST 'HERE/-/well?instance=shop-…'       it passes them again
  curl -X POST 'HERE/-/kill?instance=shop-…'       it is gone, without its group's doing
  curl -X POST 'HERE/-/launches?refuse=ZONE_RESOURCE_POOL_EXHAUSTED'
                                                   no instance starts; without refuse they do again
  curl -X POST 'HERE/-/quota?region=us-central1&metric=CPUS&limit=24'
                                                   the region has no more of it
  curl -X POST 'HERE/-/fault?method=instanceGroupManagers.insert&reason=backendError&status=503&times=2'
                                                   the next calls of a method fail:
                                                     reason=REASON status=400  with this answer
                                                     operation=CODE        accepted, and the operation fails
                                                     reset=true            without an answer
                                                     after=true            after they took effect
                                                     slow=5s               answered late
                                                     times=3               so many of them; default 1
  curl -X POST 'HERE/-/image?name=shop-4&sick=true'  makes an image; without sick its instances are well

  curl HERE/-/calls                                how often each method was called
  curl HERE/-/effects                              what calls have changed, in order
`

// controls are what people do to the cloud behind the back of its API.
func controls(cloud *googletest.Cloud) http.Handler {
	demo := cloud.Project(project)
	return program.Controls{
		Help: help,
		Show: map[string]func() any{
			"calls":   func() any { return cloud.Requests() },
			"effects": func() any { return cloud.Effects() },
		},
		Do: map[string]func(url.Values) error{
			"sick":     onInstance(func(name string) bool { return demo.SetHealthy(name, false) }),
			"well":     onInstance(func(name string) bool { return demo.SetHealthy(name, true) }),
			"kill":     onInstance(demo.Kill),
			"launches": func(query url.Values) error { demo.RefuseLaunches(query.Get("refuse")); return nil },
			"quota":    func(query url.Values) error { return setQuota(demo, query) },
			"fault":    func(query url.Values) error { return inject(cloud, query) },
			"image":    func(query url.Values) error { return addImage(demo, query) },
		},
	}.Handler()
}

func onInstance(do func(name string) bool) func(url.Values) error {
	return func(query url.Values) error {
		if !do(query.Get("instance")) {
			return fmt.Errorf("instance %q: there is none; gcloud compute instances list shows them", query.Get("instance"))
		}
		return nil
	}
}

func addImage(p *googletest.Project, query url.Values) error {
	name := query.Get("name")
	if name == "" {
		return errors.New("an image needs a name=")
	}
	if slices.Contains(p.Names("images"), name) {
		return fmt.Errorf("there is an image %s already", name)
	}
	p.AddImage(googletest.Image{Name: name, Sick: query.Get("sick") == "true"})
	return nil
}

func setQuota(p *googletest.Project, query url.Values) error {
	limit, err := strconv.ParseFloat(query.Get("limit"), 64)
	if err != nil {
		return fmt.Errorf("limit=%s is no number", query.Get("limit"))
	}
	if !p.SetQuota(query.Get("region"), query.Get("metric"), limit) {
		return errors.New("there is no such quota: gcloud compute regions describe shows those of a region")
	}
	return nil
}

// inject has the next calls of a method go wrong.
func inject(cloud *googletest.Cloud, query url.Values) error {
	method := query.Get("method")
	if method == "" {
		return errors.New("a fault needs a method=, like instanceGroupManagers.insert")
	}
	asked, err := program.FaultOf(query)
	if err != nil {
		return err
	}
	f := googletest.Fault{Reason: query.Get("reason"), Operation: query.Get("operation"), Message: asked.Message, Status: asked.Status,
		Slow: asked.Slow, Reset: asked.Reset, After: asked.After}
	if f.Reason == "" && f.Operation == "" && !f.Reset && f.Slow == 0 {
		return errors.New("a fault needs a reason=, operation=, reset=true or slow=: see /-/")
	}
	cloud.Inject(method, slices.Repeat([]googletest.Fault{f}, asked.Times)...)
	return nil
}
