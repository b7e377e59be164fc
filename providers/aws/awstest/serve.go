package awstest

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// service is one of Amazon's, as the scope of a signature names it.
type service struct {
	protocol protocol
	actions  map[string]action
	// throttled is the error of a call beyond the rate.
	throttled Error
}

const classicVersion = "2012-06-01"

// services are those that are simulated, by the name that signatures call
// them; of the two generations of one name, the version decides.
var services = map[string]*service{
	"elasticloadbalancing/" + classicVersion: {protocol: protocol{namespace: "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"},
		actions: classicELB, throttled: Error{Code: "Throttling", Message: "Rate exceeded"}},
	"autoscaling": {protocol: protocol{namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/"}, actions: autoScaling,
		throttled: Error{Code: "Throttling", Message: "Rate exceeded"}},
	"ec2": {protocol: protocol{namespace: "http://ec2.amazonaws.com/doc/2016-11-15/", ec2: true}, actions: ec2,
		throttled: Error{Status: http.StatusServiceUnavailable, Code: "RequestLimitExceeded", Message: "Request limit exceeded."}},
	"elasticloadbalancing": {protocol: protocol{namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"}, actions: elbv2,
		throttled: Error{Code: "Throttling", Message: "Rate exceeded"}},
	"sts": {protocol: protocol{namespace: "https://sts.amazonaws.com/doc/2011-06-15/"}, actions: sts,
		throttled: Error{Code: "Throttling", Message: "Rate exceeded"}},
}

// action is one call of a service.
type action struct {
	writes bool
	run    func(*call, url.Values) (any, error)
}

// call is one request on its way.
type call struct {
	*Place
	cloud  *Cloud
	action string
	token  string
}

// reads makes an action of a function that changes nothing.
func reads[In, Out any](f func(*call, In) (Out, error)) action {
	return action{run: func(c *call, form url.Values) (any, error) {
		var in In
		if err := decode(form, &in); err != nil {
			return nil, err
		}
		return f(c, in)
	}}
}

// writes makes an action of a function that changes things.
func writes[In, Out any](f func(*call, In) (Out, error)) action {
	a := reads(f)
	a.writes = true
	return a
}

// does makes an action of a function that changes things and says nothing.
func does[In any](f func(*call, In) error) action {
	return writes(func(c *call, in In) (any, error) { return nil, f(c, in) })
}

// succeeds makes an action that answers with an element without content.
func succeeds[In any](f func(*call, In) error) action {
	return writes(func(c *call, in In) (struct{}, error) { return struct{}{}, f(c, in) })
}

// ServeHTTP answers one call.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := c.uuid()
	s, err := scopeOf(r.Header.Get("Authorization"))
	if err != nil {
		protocol{}.refuse(w, requestID, err)
		return
	}
	if services[s.service] == nil && c.config.Others != nil {
		c.config.Others.ServeHTTP(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		protocol{}.refuse(w, requestID, refuse("MalformedQueryString", "%v", err))
		return
	}
	version := s.service + "/" + r.PostForm.Get("Version")
	service := services[version]
	if service == nil {
		version, service = s.service, services[s.service]
	}
	if service == nil {
		protocol{}.refuse(w, requestID, notSimulated("there is no service %s", s.service))
		return
	}
	fault, body, err := c.do(service, version, s, r.PostForm, requestID)
	simulation.Hold(r.Context(), fault.Slow)
	switch {
	case fault.Reset:
		panic(http.ErrAbortHandler) // the connection ends without an answer
	case err != nil:
		service.protocol.refuse(w, requestID, err)
	default:
		write(w, http.StatusOK, requestID, body)
	}
}

// do runs a call, unless a fault or the rate forbids it. It words the answer
// before another call can change what that shows.
func (c *Cloud) do(service *service, version string, s scope, form url.Values, requestID string) (Fault, []byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := form.Get("Action")
	p := c.place(c.accountOf(s.accessKey), s.region)
	p.settle(c.config.Clock.Now())
	c.requests[Request{version, name}]++
	if !c.allows(p, s.service) {
		c.throttled++
		return Fault{}, nil, &service.throttled
	}
	fault := c.faults.Next(name, Call{Service: s.service, Action: name, Account: p.account, Region: p.region, Form: form})
	if fault.before() {
		return fault, nil, fault.err()
	}
	action, ok := service.actions[name]
	if !ok {
		return fault, nil, notSimulated("%s has no action %q", s.service, name)
	}
	result, err := c.run(p, action, form, max(c.config.Lag, fault.Stale))
	if fault.lost() {
		return fault, nil, fault.err()
	}
	if err != nil {
		return fault, nil, err
	}
	body, err := service.protocol.answer(name, requestID, result)
	return fault, body, err
}

// run runs a call. One that reads shows the place as it was, as old as its
// answer is.
func (c *Cloud) run(p *Place, a action, form url.Values, old time.Duration) (any, error) {
	seen := p
	if !a.writes && old > 0 {
		seen = p.asOf(p.now.Add(-old))
	}
	result, err := a.run(&call{Place: seen, cloud: c, action: form.Get("Action"), token: form.Get("ClientToken")}, form)
	if a.writes {
		p.settle(p.now)
		p.remember()
	}
	return result, err
}

// effect notes that the call changed something.
func (c *call) effect(subject string) {
	c.cloud.effects = append(c.cloud.effects, Effect{Action: c.action, Subject: subject, Token: c.token, At: c.now})
}

func (c *Cloud) accountOf(accessKey string) string {
	if account, ok := accountOfRole(accessKey); ok {
		return account
	}
	return c.config.Account
}

var _ http.Handler = (*Cloud)(nil)
