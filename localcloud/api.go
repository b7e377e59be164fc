package localcloud

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

// maxBody is how many bytes a request may bring.
const maxBody = 1 << 20

// serve starts the API and writes down where it is.
func (c *Cloud) serve(context.Context) error {
	if err := c.listenAPI(); err != nil {
		return err
	}
	errors, _ := zap.NewStdLogAt(c.log, zap.DebugLevel)
	c.server = &http.Server{
		Handler:           c.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          errors,
	}
	go c.server.Serve(c.listener)
	return replace(c.file(client.AddressFile), c.URL()+"\n")
}

func (c *Cloud) handler() http.Handler {
	v1 := http.NewServeMux()
	for pattern, handle := range map[string]answerer{
		"GET /v1/server-groups":                      c.listServerGroups,
		"GET /v1/server-groups/{name}":               c.getServerGroup,
		"PUT /v1/server-groups/{name}":               c.putServerGroup,
		"DELETE /v1/server-groups/{name}":            c.deleteServerGroup,
		"POST /v1/server-groups/{name}/resize":       c.resizeServerGroup,
		"POST /v1/server-groups/{name}/enable":       c.enableServerGroup,
		"POST /v1/server-groups/{name}/disable":      c.disableServerGroup,
		"POST /v1/server-groups/{name}/terminate":    c.terminateInstances,
		"POST /v1/server-groups/{name}/reboot":       c.rebootInstances,
		"GET /v1/load-balancers":                     c.listLoadBalancers,
		"PUT /v1/load-balancers/{name}":              c.moveLoadBalancer,
		"DELETE /v1/load-balancers/{name}":           c.removeLoadBalancer,
		"GET /v1/instances/{id}/log":                 c.readLog,
		"GET /v1/jobs":                               c.readJobs,
		"GET /v1/jobs/{name}":                        c.readJob,
		"PUT /v1/jobs/{name}":                        c.putJob,
		"POST /v1/jobs/{name}/stop":                  c.endJob,
		"GET /v1/jobs/{name}/log":                    c.readJobLog,
		"POST /v1/server-groups/{name}/disable-part": c.disablePartOfServerGroup,
	} {
		v1.Handle(pattern, handle)
	}
	all := http.NewServeMux()
	all.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	all.Handle("/v1/", c.authorized(v1))
	return all
}

// authorized lets only those pass who have the token.
func (c *Cloud) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(given), []byte(c.token)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, fmt.Errorf("the request: %w: it needs the token of the state directory", gennaker.ErrDenied))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// answerer handles a request. What it returns becomes the answer: bytes as
// text, nothing as 204, accepted as 202, all else as JSON.
type answerer func(r *http.Request) (any, error)

// accepted is the answer to what goes on after it was answered.
type accepted struct{}

func (a answerer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := a(r)
	if err != nil {
		refuse(w, err)
		return
	}
	switch answer := answer.(type) {
	case nil:
		w.WriteHeader(http.StatusNoContent)
	case accepted:
		w.WriteHeader(http.StatusAccepted)
	case []byte:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write(answer)
	default:
		write(w, http.StatusOK, answer)
	}
}

func refuse(w http.ResponseWriter, err error) {
	status, kind := client.StatusOf(err)
	write(w, status, client.Failure{Error: err.Error(), Kind: kind.Error()})
}

func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
}
