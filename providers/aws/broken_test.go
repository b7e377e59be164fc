package aws_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/providertest"
)

// breakable is the simulator behind a link that can be broken.
type breakable struct {
	*simulator
	link *providertest.Link
}

func (b *breakable) open(t *testing.T) providers.Provider {
	b.simulator = simulateAt(t, 2000)
	b.link = providertest.NewLink(t, b.URL)
	return open(t, b.link.URL, aws.Config{})
}

func (b *breakable) faults() *providertest.Faults {
	return &providertest.Faults{
		Lose:    func(n int) func() bool { return b.link.Lose(n) },
		Fail:    func(kind error) { b.link.Decide(refuses(kind)) },
		Effects: b.effects,
	}
}

// effects counts what calls have changed, by the call.
func (b *breakable) effects() map[string]int {
	count := map[string]int{}
	for _, e := range b.Effects() {
		count[e.Action]++
	}
	return count
}

func (b *breakable) sicken(g gennaker.ServerGroup, ill bool) {
	for _, i := range g.Instances {
		b.SetHealthy(i.ID, !ill)
	}
}

// refusals are Amazon's words for each kind of error.
var refusals = []struct {
	kind      error
	status    int
	code, ec2 string
}{
	{gennaker.ErrDenied, 403, "AccessDenied", "UnauthorizedOperation"},
	{gennaker.ErrThrottled, 400, "Throttling", "RequestLimitExceeded"},
	{gennaker.ErrUnavailable, 503, "ServiceUnavailable", "Unavailable"},
}

// refuses is a cloud that answers everything with an error of that kind.
func refuses(kind error) func(*http.Request) providertest.Fate {
	for _, r := range refusals {
		if !errors.Is(r.kind, kind) {
			continue
		}
		return func(q *http.Request) providertest.Fate {
			body, _ := io.ReadAll(q.Body)
			form, _ := url.ParseQuery(string(body))
			if form.Get("Version") == "2016-11-15" {
				return providertest.Fate{Status: r.status, Body: fmt.Sprintf("<Response><Errors><Error><Code>%s</Code><Message>told to</Message></Error></Errors></Response>", r.ec2)}
			}
			return providertest.Fate{Status: r.status, Body: fmt.Sprintf("<ErrorResponse><Error><Code>%s</Code><Message>told to</Message></Error></ErrorResponse>", r.code)}
		}
	}
	return nil
}

// A worker that was thought dead may still be at it.
func TestAServerGroupThatAnotherDestroysMeanwhileIsDestroyed(t *testing.T) {
	t.Parallel()
	var b breakable
	cloud := b.open(t).(*aws.Cloud)
	q := b.request("shop-v000", 1)
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	eventually(t, cloud, q.Ref(), "up", up(1))
	other := b.account(t, aws.Config{})
	var once sync.Once
	b.link.Decide(func(r *http.Request) providertest.Fate {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "Action=SuspendProcesses") {
			once.Do(func() {
				if err := other.Destroy(t.Context(), q.Ref()); err != nil {
					t.Errorf("Destroy by the other = %v", err)
				}
				for len(b.Groups()) > 0 {
					time.Sleep(time.Millisecond)
				}
			})
		}
		return providertest.Fate{}
	})
	if err := cloud.Destroy(t.Context(), q.Ref()); err != nil {
		t.Errorf("Destroy of what another destroys meanwhile = %v", err)
	}
}
