package azuretest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	compute "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8/fake"
	network "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9/fake"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Server is a cloud that answers on a port of this machine.
type Server struct {
	*Cloud
	*simulation.Server
}

// Serve starts one on a free port.
func Serve(c Config) (*Server, error) {
	cloud := New(c)
	server, err := simulation.Serve(cloud)
	return &Server{cloud, server}, err
}

// call is one request.
type call struct {
	*Cloud
	request   *http.Request
	message   string // of a refusal
	operation *operation
}

// ServeHTTP answers a request. Each has the state of the cloud for itself, and
// a fake server of its own: what that remembers from one request to the next is
// not what Azure does.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	if refusal := c.before(r); refusal != nil {
		refuse(w, *refusal)
		return
	}
	if id, ok := operationID(r); ok {
		c.asked[readsOperation]++
		c.poll(w, id)
		return
	}
	route := find(r)
	if route == nil {
		refuse(w, Refusal{http.StatusNotFound, "InvalidResourceType", "there is nothing at " + r.Method + " " + r.URL.Path, 0})
		return
	}
	c.asked[route.action]++
	one := &call{Cloud: c, request: r}
	answer, err := one.ask(route)
	if err != nil {
		one.refuse(w, err)
		return
	}
	one.answer(w, answer)
}

// before is why a request is refused before anybody looks at it.
func (c *Cloud) before(r *http.Request) *Refusal {
	switch {
	case !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "):
		return &Refusal{http.StatusUnauthorized, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", 0}
	case r.URL.Query().Get("api-version") == "":
		return &Refusal{http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.", 0}
	case c.refuse != nil:
		return c.refuse(r.Method, r.URL.Path)
	}
	return nil
}

// ask has Microsoft's fake server take the request apart and call us.
func (c *call) ask(to *route) (*http.Response, error) {
	r := c.request.WithContext(context.WithValue(context.WithoutCancel(c.request.Context()), runtime.CtxAPINameKey{}, to.api))
	r.URL.Scheme, r.URL.Host = "http", r.Host
	if strings.Contains(to.action, "Microsoft.Network/") {
		return network.NewServerFactoryTransport(c.network()).Do(r)
	}
	return compute.NewServerFactoryTransport(c.compute()).Do(r)
}

func (c *call) answer(w http.ResponseWriter, from *http.Response) {
	if c.operation != nil {
		w.Header().Set("Azure-AsyncOperation", c.operation.url(c.request))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(from.StatusCode)
	if from.Body != nil {
		_, _ = io.Copy(w, from.Body)
	}
}

func (c *call) refuse(w http.ResponseWriter, err error) {
	var said *azcore.ResponseError
	if errors.As(err, &said) {
		refuse(w, Refusal{said.StatusCode, said.ErrorCode, c.message, 0})
		return
	}
	refuse(w, Refusal{http.StatusBadRequest, "InvalidRequestContent", err.Error(), 0})
}

func refuse(w http.ResponseWriter, why Refusal) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if why.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(why.RetryAfter))
	}
	w.WriteHeader(why.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"code": why.Code, "message": why.Message}})
}

// no is an answer that refuses.
func (c *call) no(status int, code, message string, about ...any) (e azfake.ErrorResponder) {
	c.message = fmt.Sprintf(message, about...)
	e.SetResponseError(status, code)
	return e
}

// page is the part of a list that this request asks for, and where the next
// one is, if there is one.
func page[T any](c *call, all []T) (part []T, next *string) {
	from, _ := strconv.Atoi(c.request.URL.Query().Get("$skiptoken"))
	from = min(from, len(all))
	to := min(from+c.config.Page, len(all))
	if to < len(all) {
		link := *c.request.URL
		query := link.Query()
		query.Set("$skiptoken", strconv.Itoa(to))
		link.Scheme, link.Host, link.RawQuery = "http", c.request.Host, query.Encode()
		text := link.String()
		next = &text
	}
	return all[from:to], next
}
