package awstest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

type placeKey struct{ account, region string }

// Place is what one account has in one region.
type Place struct {
	cloud           *Cloud
	account, region string
	now             time.Time
	agenda          simulation.Agenda[func(*Place)]
	past            []snapshot // only if answers lag; oldest first
	*state
}

func (c *Cloud) place(account, region string) *Place {
	key := placeKey{account, region}
	p := c.places[key]
	if p == nil {
		p = &Place{cloud: c, account: account, region: region, now: c.start, state: newState()}
		p.addNetwork()
		c.places[key] = p
		p.forgetPast()
	}
	return p
}

// after has something happen after a while. What it names by id may be gone
// by then.
func (p *Place) after(d time.Duration, then func(*Place)) {
	p.agenda.Add(p.now.Add(d), then)
}

// settle lets everything happen that is due.
func (p *Place) settle(now time.Time) {
	for {
		at, then, due := p.agenda.Next(now)
		if !due {
			break
		}
		p.now = at
		then(p)
		p.remember()
	}
	if now.After(p.now) {
		p.now = now
	}
}

// snapshot is the state as it was from a time on.
type snapshot struct {
	from  time.Time
	state *state
}

// remember keeps the state for answers that lag.
func (p *Place) remember() {
	lag := max(p.cloud.config.Lag, p.cloud.config.Past)
	if lag == 0 {
		return
	}
	p.past = append(p.past, snapshot{p.now, p.state.clone()})
	for len(p.past) > 1 && !p.past[1].from.After(p.now.Add(-lag)) {
		p.past = p.past[1:]
	}
}

// forgetPast has what is true now be true in answers that lag, too.
func (p *Place) forgetPast() {
	p.past = nil
	p.remember()
	for i := range p.past {
		p.past[i].from = time.Time{}
	}
}

// asOf is the place as it was.
func (p *Place) asOf(then time.Time) *Place {
	if len(p.past) == 0 {
		return p
	}
	seen := p.past[0]
	for _, s := range p.past {
		if !s.from.After(then) {
			seen = s
		}
	}
	return &Place{cloud: p.cloud, account: p.account, region: p.region, now: p.now, state: seen.state}
}

// id makes an id like i-0123456789abcdef0. The same calls get the same ids.
func (c *Cloud) id(kind string, digits int) string {
	c.ids++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, c.ids))
	return hex.EncodeToString(sum[:])[:digits]
}

func (p *Place) newID(prefix string) string { return prefix + "-" + p.cloud.id(prefix, 17) }

func (c *Cloud) newUUID() string {
	h := c.id("uuid", 32)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func (c *Cloud) uuid() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.newUUID()
}

// arn names a resource of the place.
func (p *Place) arn(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, p.region, p.account, resource)
}
