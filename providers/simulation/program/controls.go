package program

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Controls are what people do to a cloud behind the back of its API: GET /-/
// says what there is, GET /-/NAME shows something and POST /-/NAME does it.
type Controls struct {
	Help string
	Show map[string]func() any
	Do   map[string]func(url.Values) error
}

// Handler answers them.
func (c Controls) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, c.Help) })
	for name, what := range c.Show {
		mux.HandleFunc("GET /-/"+name, func(w http.ResponseWriter, _ *http.Request) { show(w, what()) })
	}
	for name, do := range c.Do {
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

// Fault is what people ask to go wrong with calls of any cloud.
type Fault struct {
	Times        int // how many calls
	Status       int // of the answer
	Slow         time.Duration
	Reset, After bool
	Message      string
}

// FaultOf reads one: times=3 status=503 slow=5s reset=true after=true.
func FaultOf(query url.Values) (Fault, error) {
	f := Fault{Times: 1, Status: http.StatusBadRequest, Message: "as asked for at /-/fault",
		Reset: query.Get("reset") == "true", After: query.Get("after") == "true"}
	for _, number := range []struct {
		name  string
		value *int
	}{{"times", &f.Times}, {"status", &f.Status}} {
		if text := query.Get(number.name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return f, fmt.Errorf("%s=%s is no number", number.name, text)
			}
			*number.value = n
		}
	}
	f.Times = min(f.Times, 1000)
	if text := query.Get("slow"); text != "" {
		var err error
		if f.Slow, err = time.ParseDuration(text); err != nil {
			return f, fmt.Errorf("slow=%s is no duration: write 5s", text)
		}
	}
	return f, nil
}
