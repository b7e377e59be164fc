package localcloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

// defaultLines is how much of a log is read when nobody says.
const defaultLines = 200

// body reads the request's JSON. Fields that we do not know are mistakes.
func body[T any](r *http.Request) (T, error) {
	var in T
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return in, fmt.Errorf("the request: %w: %w", gennaker.ErrInvalid, err)
	}
	return in, nil
}

func (c *Cloud) listServerGroups(r *http.Request) (any, error) {
	query := r.URL.Query()
	return c.serverGroups(gennaker.Scope{Application: query.Get("application"), Cluster: query.Get("cluster")}), nil
}

func (c *Cloud) getServerGroup(r *http.Request) (any, error) {
	return c.serverGroup(r.PathValue("name"))
}

func (c *Cloud) putServerGroup(r *http.Request) (any, error) {
	in, err := body[client.Create](r)
	if err != nil {
		return nil, err
	}
	return nil, c.create(r.PathValue("name"), in)
}

func (c *Cloud) deleteServerGroup(r *http.Request) (any, error) {
	return accepted{}, c.destroy(r.PathValue("name"))
}

func (c *Cloud) resizeServerGroup(r *http.Request) (any, error) {
	capacity, err := body[gennaker.Capacity](r)
	if err != nil {
		return nil, err
	}
	return nil, c.resize(r.PathValue("name"), capacity)
}

func (c *Cloud) enableServerGroup(r *http.Request) (any, error) {
	return nil, c.enable(r.PathValue("name"))
}

func (c *Cloud) disableServerGroup(r *http.Request) (any, error) {
	return nil, c.disable(r.PathValue("name"))
}

func (c *Cloud) listLoadBalancers(*http.Request) (any, error) { return c.loadBalancers(), nil }

func (c *Cloud) moveLoadBalancer(r *http.Request) (any, error) {
	in, err := body[client.Listen](r)
	if err != nil {
		return nil, err
	}
	return c.putLoadBalancer(r.PathValue("name"), in.Listen)
}

func (c *Cloud) removeLoadBalancer(r *http.Request) (any, error) {
	return nil, c.deleteLoadBalancer(r.PathValue("name"))
}

func (c *Cloud) readLog(r *http.Request) (any, error) {
	lines := defaultLines
	if text := r.URL.Query().Get("tail"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("tail %q: %w: it is a number of lines", text, gennaker.ErrInvalid)
		}
		lines = n
	}
	return c.tail(r.PathValue("id"), lines)
}
