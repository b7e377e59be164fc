// Package scalable is an Application Auto Scaling for tests, behind Amazon's
// own wire protocol: it keeps scalable targets with their policies and
// scheduled actions. There are no metrics and no clock, so none of them ever
// does anything. ministack has no such service.
//
// It does not pretend: a parameter or action that it does not know is refused
// with the code NotSimulated, never ignored.
package scalable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Service is the service in all accounts and regions. The zero value is empty,
// and passes on nothing.
type Service struct {
	// Others answers the requests to other services.
	Others http.Handler

	mu      sync.Mutex // guards what follows
	places  map[string]*place
	effects map[string]int
}

// place is what there is in a region, by resource.
type place struct {
	targets map[string]*Target
}

// Effects counts by action what was made, changed or removed.
func (s *Service) Effects(action string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.effects[action]
}

type call struct {
	*place
	region string
	action string
	effect func()
}

const prefix = "AnyScaleFrontendService."

// ServeHTTP answers one call.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action, mine := strings.CutPrefix(r.Header.Get("X-Amz-Target"), prefix)
	if !mine {
		if s.Others == nil {
			answer(w, nil, refuse("NotSimulated", "there is nothing but Application Auto Scaling here"))
			return
		}
		s.Others.ServeHTTP(w, r)
		return
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(r.Body); err != nil {
		answer(w, nil, refuse("InternalServiceException", "%v", err))
		return
	}
	result, err := s.do(action, regionOf(r.Header.Get("Authorization")), body.Bytes())
	answer(w, result, err)
}

func (s *Service) do(name, region string, body []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do, ok := actions[name]
	if !ok {
		return nil, refuse("NotSimulated", "there is no action %s", name)
	}
	if s.places == nil {
		s.places, s.effects = map[string]*place{}, map[string]int{}
	}
	if s.places[region] == nil {
		s.places[region] = &place{targets: map[string]*Target{}}
	}
	return do(&call{place: s.places[region], region: region, action: name, effect: func() { s.effects[name]++ }}, body)
}

// regionOf reads Authorization: … Credential=KEY/DATE/REGION/SERVICE/…
func regionOf(authorization string) string {
	_, rest, _ := strings.Cut(authorization, "Credential=")
	if parts := strings.Split(rest, "/"); len(parts) > 3 {
		return parts[2]
	}
	return ""
}

// Error is a refusal as Amazon words it.
type Error struct {
	Code    string `json:"__type"`
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, format string, args ...any) *Error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

func answer(w http.ResponseWriter, result any, err error) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	var refusal *Error
	if errors.As(err, &refusal) {
		w.WriteHeader(http.StatusBadRequest)
		result = refusal
	}
	if result == nil {
		result = struct{}{}
	}
	_ = json.NewEncoder(w).Encode(result) // who asked has gone
}

type action func(*call, []byte) (any, error)

// actions are what the service can do. A new one is a line here and a function.
var actions = map[string]action{
	"DeleteScalingPolicy":      does(deletePolicy),
	"DeleteScheduledAction":    does(deleteAction),
	"DeregisterScalableTarget": does(deregister),
	"DescribeScalableTargets":  does(describeTargets),
	"DescribeScalingPolicies":  does(describePolicies),
	"DescribeScheduledActions": does(describeActions),
	"PutScalingPolicy":         does(putPolicy),
	"PutScheduledAction":       does(putAction),
	"RegisterScalableTarget":   does(register),
}

// does makes an action of a function. What it has no field for is an error.
func does[In, Out any](f func(*call, In) (Out, error)) action {
	return func(c *call, body []byte) (any, error) {
		var in In
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			return nil, refuse("NotSimulated", "%v", err)
		}
		return f(c, in)
	}
}

// ID is what a target, policy or action belongs to.
type ID struct {
	ServiceNamespace, ResourceId, ScalableDimension string
}

func (i ID) key() string { return i.ServiceNamespace + " " + i.ResourceId + " " + i.ScalableDimension }

// find is the target of that id, or the error of there being none.
func (c *call) find(id ID) (*Target, error) {
	t, ok := c.targets[id.key()]
	if !ok {
		return nil, refuse("ObjectNotFoundException", "No scalable target found for service namespace: %s, resource ID: %s, scalable dimension: %s",
			id.ServiceNamespace, id.ResourceId, id.ScalableDimension)
	}
	return t, nil
}

// sorted are the targets of a place that fit, by resource.
func (c *call) sorted(fits func(*Target) bool) []*Target {
	var all []*Target
	for _, t := range c.targets {
		if fits(t) {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b *Target) int { return strings.Compare(a.ResourceId, b.ResourceId) })
	return all
}

func now() float64 { return float64(time.Now().UnixMilli()) / 1000 }
