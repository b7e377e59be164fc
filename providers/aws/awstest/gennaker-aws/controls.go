package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gennaker/gennaker/providers/aws/awstest"
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
  curl -X POST 'HERE/-/image?name=shop-4&sick=true'  makes an image; without sick its instances are well

  curl HERE/-/calls                                how often each action was called
  curl HERE/-/effects                              what calls have changed, in order
`

// controls are what people do to the cloud behind the back of its API.
func controls(cloud *awstest.Cloud) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, help) })
	mux.HandleFunc("GET /-/calls", func(w http.ResponseWriter, _ *http.Request) { show(w, cloud.Calls()) })
	mux.HandleFunc("GET /-/effects", func(w http.ResponseWriter, _ *http.Request) { show(w, cloud.Effects()) })
	for name, do := range map[string]func(*awstest.Cloud, *awstest.Place, url.Values) error{
		"sick":     onInstance(func(p *awstest.Place, id string) { p.SetHealthy(id, false) }),
		"well":     onInstance(func(p *awstest.Place, id string) { p.SetHealthy(id, true) }),
		"kill":     onInstance((*awstest.Place).Kill),
		"launches": refuseLaunches,
		"fault":    inject,
		"image":    addImage,
	} {
		mux.HandleFunc("POST /-/"+name, func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			place, err := placeOf(cloud, query)
			if err == nil {
				err = do(cloud, place, query)
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			fmt.Fprintln(w, "done")
		})
	}
	return mux
}

func show(w http.ResponseWriter, value any) {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	_ = out.Encode(value) // whoever asked is gone
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

func onInstance(do func(p *awstest.Place, id string)) func(*awstest.Cloud, *awstest.Place, url.Values) error {
	return func(_ *awstest.Cloud, p *awstest.Place, query url.Values) error {
		id := query.Get("instance")
		if !slices.ContainsFunc(p.Instances(), func(i awstest.Instance) bool { return i.ID == id }) {
			return fmt.Errorf("instance %q: there is none in that region; aws ec2 describe-instances lists them", id)
		}
		do(p, id)
		return nil
	}
}

func refuseLaunches(_ *awstest.Cloud, p *awstest.Place, query url.Values) error {
	p.RefuseLaunches(query.Get("refuse"))
	return nil
}

func addImage(_ *awstest.Cloud, p *awstest.Place, query url.Values) error {
	if query.Get("name") == "" {
		return errors.New("an image needs a name=")
	}
	p.AddImage(awstest.Image{Name: query.Get("name"), Sick: query.Get("sick") == "true"})
	return nil
}

// inject has the next calls of an action go wrong, wherever they come from.
func inject(cloud *awstest.Cloud, _ *awstest.Place, query url.Values) error {
	action := query.Get("action")
	if action == "" {
		return errors.New("a fault needs an action=, like CreateAutoScalingGroup")
	}
	f := awstest.Fault{Code: query.Get("code"), Status: http.StatusBadRequest, Message: "as asked for at /-/fault",
		Reset: query.Get("reset") == "true", After: query.Get("after") == "true"}
	times := 1
	for _, number := range []struct {
		name  string
		value *int
	}{{"times", &times}, {"status", &f.Status}} {
		if text := query.Get(number.name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return fmt.Errorf("%s=%s is no number", number.name, text)
			}
			*number.value = n
		}
	}
	if text := query.Get("slow"); text != "" {
		var err error
		if f.Slow, err = time.ParseDuration(text); err != nil {
			return fmt.Errorf("slow=%s is no duration: write 5s", text)
		}
	}
	if f.Code == "" && !f.Reset && f.Slow == 0 {
		return errors.New("a fault needs a code=, reset=true or slow=: see /-/")
	}
	cloud.Inject(action, slices.Repeat([]awstest.Fault{f}, min(times, 1000))...)
	return nil
}
