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

func (c *Cloud) terminateInstances(r *http.Request) (any, error) {
	in, err := body[client.Terminate](r)
	if err != nil {
		return nil, err
	}
	return accepted{}, c.terminate(r.PathValue("name"), in)
}

func (c *Cloud) rebootInstances(r *http.Request) (any, error) {
	in, err := body[client.Reboot](r)
	if err != nil {
		return nil, err
	}
	return accepted{}, c.reboot(r.PathValue("name"), in)
}

func (c *Cloud) disablePartOfServerGroup(r *http.Request) (any, error) {
	part, err := body[client.Part](r)
	if err != nil {
		return nil, err
	}
	return nil, c.disablePart(r.PathValue("name"), part.Percent)
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
	lines, err := tailOf(r)
	if err != nil {
		return nil, err
	}
	return c.tail(r.PathValue("id"), lines)
}

// tailOf is how many lines of a log the request asks for.
func tailOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("tail")
	if text == "" {
		return defaultLines, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("tail %q: %w: it is a number of lines", text, gennaker.ErrInvalid)
	}
	return n, nil
}

func (c *Cloud) readJobs(*http.Request) (any, error) { return c.listJobs(), nil }

func (c *Cloud) readJob(r *http.Request) (any, error) { return c.findJob(r.PathValue("name")) }

func (c *Cloud) putJob(r *http.Request) (any, error) {
	in, err := body[client.RunJob](r)
	if err != nil {
		return nil, err
	}
	return nil, c.runJob(r.PathValue("name"), in)
}

func (c *Cloud) endJob(r *http.Request) (any, error) {
	return accepted{}, c.stopJob(r.PathValue("name"))
}

func (c *Cloud) readJobLog(r *http.Request) (any, error) {
	lines, err := tailOf(r)
	if err != nil {
		return nil, err
	}
	if _, err := c.findJob(r.PathValue("name")); err != nil {
		return nil, err
	}
	text, err := c.jobTail(r.PathValue("name"), tailSize)
	return lastLines(text, lines), err
}
