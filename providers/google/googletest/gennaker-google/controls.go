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

	"github.com/gennaker/gennaker/providers/google/googletest"
)

const help = `What can go wrong, and how to have it:

  curl -X POST 'HERE/-/sick?instance=shop-…'       it fails its health checks from now on
  curl -X POST 'HERE/-/well?instance=shop-…'       it passes them again
  curl -X POST 'HERE/-/kill?instance=shop-…'       it is gone, without its group's doing
  curl -X POST 'HERE/-/launches?refuse=ZONE_RESOURCE_POOL_EXHAUSTED'
                                                   no instance starts; without refuse they do again
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
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, help) })
	mux.HandleFunc("GET /-/calls", func(w http.ResponseWriter, _ *http.Request) { show(w, cloud.Requests()) })
	mux.HandleFunc("GET /-/effects", func(w http.ResponseWriter, _ *http.Request) { show(w, cloud.Effects()) })
	demo := cloud.Project(project)
	for name, do := range map[string]func(url.Values) error{
		"sick":     onInstance(func(name string) bool { return demo.SetHealthy(name, false) }),
		"well":     onInstance(func(name string) bool { return demo.SetHealthy(name, true) }),
		"kill":     onInstance(demo.Kill),
		"launches": func(query url.Values) error { demo.RefuseLaunches(query.Get("refuse")); return nil },
		"fault":    func(query url.Values) error { return inject(cloud, query) },
		"image":    func(query url.Values) error { return addImage(demo, query) },
	} {
		mux.HandleFunc("POST /-/"+name, func(w http.ResponseWriter, r *http.Request) {
			if err := do(r.URL.Query()); err != nil {
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

// inject has the next calls of a method go wrong.
func inject(cloud *googletest.Cloud, query url.Values) error {
	method := query.Get("method")
	if method == "" {
		return errors.New("a fault needs a method=, like instanceGroupManagers.insert")
	}
	f := googletest.Fault{Reason: query.Get("reason"), Status: http.StatusBadRequest, Message: "as asked for at /-/fault",
		Reset: query.Get("reset") == "true", After: query.Get("after") == "true", Operation: query.Get("operation")}
	times := 1
	for name, value := range map[string]*int{"times": &times, "status": &f.Status} {
		if text := query.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return fmt.Errorf("%s=%s is no number", name, text)
			}
			*value = n
		}
	}
	if text := query.Get("slow"); text != "" {
		var err error
		if f.Slow, err = time.ParseDuration(text); err != nil {
			return fmt.Errorf("slow=%s is no duration: write 5s", text)
		}
	}
	if f.Reason == "" && f.Operation == "" && !f.Reset && f.Slow == 0 {
		return errors.New("a fault needs a reason=, operation=, reset=true or slow=: see /-/")
	}
	cloud.Inject(method, slices.Repeat([]googletest.Fault{f}, min(times, 1000))...)
	return nil
}
