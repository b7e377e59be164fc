package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

// The files in a state directory that say how to reach its daemon.
const (
	AddressFile = "address"
	TokenFile   = "token"
)

// Config says how to reach a local cloud: by its state directory, or by
// endpoint and token. Files are read for each call, so that a daemon that was
// started again is found again.
type Config struct {
	StateDir  string
	Endpoint  string // http://127.0.0.1:1234; default: what StateDir says
	Token     string // default: what TokenFile holds
	TokenFile string // default: what is in StateDir
	// Around, if any, is put around every request.
	Around func(http.RoundTripper) http.RoundTripper
}

// Client speaks to one local cloud. Its errors wrap the kinds of package
// gennaker. It is safe to share.
type Client struct {
	config Config
	http   *http.Client
}

// New takes a configuration that names a state directory, or an endpoint with
// a token; otherwise it is ErrInvalid. It does not call the cloud.
func New(c Config) (*Client, error) {
	if c.StateDir == "" && (c.Endpoint == "" || c.Token == "" && c.TokenFile == "") {
		return nil, fmt.Errorf("local cloud: %w: it needs a state directory, or an endpoint and a token", gennaker.ErrInvalid)
	}
	if c.Token == "" {
		c.TokenFile = cmp.Or(c.TokenFile, filepath.Join(c.StateDir, TokenFile))
	}
	var transport http.RoundTripper = &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute}
	if c.Around != nil {
		transport = c.Around(transport)
	}
	return &Client{config: c, http: &http.Client{Timeout: 30 * time.Second, Transport: transport}}, nil
}

// ServerGroups lists the server groups in scope, oldest first.
func (c *Client) ServerGroups(ctx context.Context, scope gennaker.Scope) ([]ServerGroup, error) {
	query := url.Values{}
	if scope.Application != "" {
		query.Set("application", scope.Application)
	}
	if scope.Cluster != "" {
		query.Set("cluster", scope.Cluster)
	}
	var list []ServerGroup
	err := c.call(ctx, http.MethodGet, "/v1/server-groups?"+query.Encode(), nil, &list)
	return list, err
}

// ServerGroup reads one server group.
func (c *Client) ServerGroup(ctx context.Context, name string) (ServerGroup, error) {
	var g ServerGroup
	err := c.call(ctx, http.MethodGet, serverGroup(name), nil, &g)
	return g, err
}

// Create makes a server group, enabled unless Disabled is set. It may be repeated with the same
// token mark; otherwise a name that is taken is ErrExists.
func (c *Client) Create(ctx context.Context, name string, r Create) error {
	return c.call(ctx, http.MethodPut, serverGroup(name), r, nil)
}

// Resize sets the capacity.
func (c *Client) Resize(ctx context.Context, name string, capacity gennaker.Capacity) error {
	return c.call(ctx, http.MethodPost, serverGroup(name)+"/resize", capacity, nil)
}

// Enable puts the healthy instances into traffic.
func (c *Client) Enable(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPost, serverGroup(name)+"/enable", nil, nil)
}

// Disable sends no more requests to the instances. They stay.
func (c *Client) Disable(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPost, serverGroup(name)+"/disable", nil, nil)
}

// DisablePart sends no more requests to that percent of the instances, rounded
// down, until Enable takes all in again.
func (c *Client) DisablePart(ctx context.Context, name string, percent int) error {
	return c.call(ctx, http.MethodPost, serverGroup(name)+"/disable-part", Part{Percent: percent}, nil)
}

// Destroy drains and removes a server group. It is ErrNotFound once it is
// gone.
func (c *Client) Destroy(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodDelete, serverGroup(name), nil, nil)
}

// Terminate drains and ends instances for good. It is no error if some are
// gone.
func (c *Client) Terminate(ctx context.Context, name string, r Terminate) error {
	return c.call(ctx, http.MethodPost, serverGroup(name)+"/terminate", r, nil)
}

// Reboot drains instances and starts them anew. It is ErrNotFound if one of
// them is gone.
func (c *Client) Reboot(ctx context.Context, name string, r Reboot) error {
	return c.call(ctx, http.MethodPost, serverGroup(name)+"/reboot", r, nil)
}

// LoadBalancers lists the load balancers by name.
func (c *Client) LoadBalancers(ctx context.Context) ([]LoadBalancer, error) {
	var list []LoadBalancer
	err := c.call(ctx, http.MethodGet, "/v1/load-balancers", nil, &list)
	return list, err
}

// PutLoadBalancer makes a load balancer or moves it. An address that is taken
// is ErrExists, and then nothing changes.
func (c *Client) PutLoadBalancer(ctx context.Context, name, listen string) (LoadBalancer, error) {
	var b LoadBalancer
	err := c.call(ctx, http.MethodPut, "/v1/load-balancers/"+url.PathEscape(name), Listen{Listen: listen}, &b)
	return b, err
}

// DeleteLoadBalancer removes a load balancer that no server group names.
func (c *Client) DeleteLoadBalancer(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodDelete, "/v1/load-balancers/"+url.PathEscape(name), nil, nil)
}

// Log reads the last lines that an instance wrote, also when it is gone.
func (c *Client) Log(ctx context.Context, instance string, lines int) (string, error) {
	var text string
	path := "/v1/instances/" + url.PathEscape(instance) + "/log?tail=" + strconv.Itoa(lines)
	err := c.call(ctx, http.MethodGet, path, nil, &text)
	return text, err
}

func serverGroup(name string) string { return "/v1/server-groups/" + url.PathEscape(name) }

// call sends in as JSON and reads the answer into out, a *string as it is and
// all else as JSON.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	request, err := c.request(ctx, method, path, in)
	if err != nil {
		return err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return unreachable(ctx, err)
	}
	if answer.StatusCode >= 300 {
		return failure(answer.StatusCode, body)
	}
	return decode(body, out)
}

func decode(body []byte, out any) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *string:
		*out = string(body)
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("local cloud: its answer: %w: %w", gennaker.ErrUnavailable, err)
	}
	return nil
}

// unreachable tells a daemon that does not answer from a caller that gave up.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("local cloud: %w", err)
	}
	return fmt.Errorf("local cloud: %w: %w", gennaker.ErrUnavailable, err)
}

func (c *Client) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	endpoint, token, err := c.reach()
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("local cloud: request: %w: %w", gennaker.ErrInvalid, err)
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, endpoint+path, body)
	if err != nil {
		return nil, fmt.Errorf("local cloud: request: %w: %w", gennaker.ErrInvalid, err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// reach is the endpoint and the token as they are now.
func (c *Client) reach() (endpoint, token string, err error) {
	endpoint, token = c.config.Endpoint, c.config.Token
	if endpoint == "" {
		if endpoint, err = line(filepath.Join(c.config.StateDir, AddressFile)); err != nil {
			return "", "", err
		}
	}
	if token == "" {
		if token, err = line(c.config.TokenFile); err != nil {
			return "", "", err
		}
	}
	return strings.TrimSuffix(endpoint, "/"), token, nil
}

// line reads a file of one line. The daemon writes it as it starts, so a file
// that is not there yet is a daemon that is not there yet.
func line(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("local cloud: %w: is its daemon started? %w", gennaker.ErrUnavailable, err)
	}
	return strings.TrimSpace(string(data)), nil
}
