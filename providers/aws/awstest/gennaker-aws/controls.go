package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/simulation/program"
)

const help = `What can go wrong, and how to have it (region=us-east-1 and account=123456789012
are understood where they are not given):

  curl -X POST 'HERE/-/sick?instance=i-…'          it fails its health checks from now on
  curl -X POST 'HERE/-/well?instance=i-…'          it passes them again
  curl -X POST 'HERE/-/kill?instance=i-…'          it ends, as if its hardware failed
  curl -X POST 'HERE/-/launches?refuse=InsufficientInstanceCapacity'
                                                   nothing can be launched; without refuse it can again
  curl -X POST 'HERE/-/fault?action=CreateAutoScalingGroup&code=Throttling&times=2'
                                                   the next calls of an action fail:
                                                     code=CODE status=500  with this answer
                                                     reset=true            without an answer
                                                     after=true            after they took effect
                                                     slow=5s               answered late
                                                     times=3               so many of them; default 1
                                                     about=shop-web        only those with a parameter that contains it
  curl -X POST 'HERE/-/image?name=shop-4&sick=true'  makes an image; without sick its instances are well

  curl HERE/-/calls                                how often each action was called
  curl HERE/-/effects                              what calls have changed, in order
`

// controls are what people do to the cloud behind the back of its API.
func controls(cloud *awstest.Cloud) http.Handler {
	at := func(do func(*awstest.Place, url.Values) error) func(url.Values) error {
		return func(query url.Values) error {
			place, err := placeOf(cloud, query)
			if err != nil {
				return err
			}
			return do(place, query)
		}
	}
	return program.Controls{
		Help: help,
		Show: map[string]func() any{
			"calls":   func() any { return cloud.Calls() },
			"effects": func() any { return cloud.Effects() },
		},
		Do: map[string]func(url.Values) error{
			"sick":     at(onInstance(func(p *awstest.Place, id string) { p.SetHealthy(id, false) })),
			"well":     at(onInstance(func(p *awstest.Place, id string) { p.SetHealthy(id, true) })),
			"kill":     at(onInstance((*awstest.Place).Kill)),
			"launches": at(refuseLaunches),
			"fault":    func(query url.Values) error { return inject(cloud, query) },
			"image":    at(addImage),
		},
	}.Handler()
}

// placeOf is the place that a query is about.
func placeOf(cloud *awstest.Cloud, query url.Values) (*awstest.Place, error) {
	account, region := accounts[0], regions[0]
	for _, f := range []struct {
		name  string
		value *string
		known []string
	}{{"account", &account, accounts}, {"region", &region, regions}} {
		if asked := query.Get(f.name); asked != "" {
			*f.value = asked
		}
		if !slices.Contains(f.known, *f.value) {
			return nil, fmt.Errorf("%s %s: it can be %q", f.name, *f.value, f.known)
		}
	}
	return cloud.Place(account, region), nil
}

func onInstance(do func(p *awstest.Place, id string)) func(*awstest.Place, url.Values) error {
	return func(p *awstest.Place, query url.Values) error {
		id := query.Get("instance")
		if !slices.ContainsFunc(p.Instances(), func(i awstest.Instance) bool { return i.ID == id }) {
			return fmt.Errorf("instance %q: there is none in that region; aws ec2 describe-instances lists them", id)
		}
		do(p, id)
		return nil
	}
}

func refuseLaunches(p *awstest.Place, query url.Values) error {
	p.RefuseLaunches(query.Get("refuse"))
	return nil
}

func addImage(p *awstest.Place, query url.Values) error {
	if query.Get("name") == "" {
		return errors.New("an image needs a name=")
	}
	p.AddImage(awstest.Image{Name: query.Get("name"), Sick: query.Get("sick") == "true"})
	return nil
}

// inject has the next calls of an action go wrong, wherever they come from.
func inject(cloud *awstest.Cloud, query url.Values) error {
	action := query.Get("action")
	if action == "" {
		return errors.New("a fault needs an action=, like CreateAutoScalingGroup")
	}
	asked, err := program.FaultOf(query)
	if err != nil {
		return err
	}
	f := awstest.Fault{Code: query.Get("code"), Message: asked.Message, Status: asked.Status, Slow: asked.Slow, Reset: asked.Reset, After: asked.After}
	if f.Code == "" && !f.Reset && f.Slow == 0 {
		return errors.New("a fault needs a code=, reset=true or slow=: see /-/")
	}
	cloud.InjectAbout(action, query.Get("about"), slices.Repeat([]awstest.Fault{f}, asked.Times)...)
	return nil
}
