package azure_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/azure"
	"github.com/gennaker/gennaker/providers/azure/azuretest"
	"github.com/gennaker/gennaker/providers/providertest"
	"github.com/gennaker/gennaker/providers/simulation"
)

const (
	reads  = "Microsoft.Compute/locations/operations/read"
	writes = "Microsoft.Compute/virtualMachineScaleSets/write"
)

// slow is a target whose operations take several looks, however fast this
// machine is: its time goes on with each request.
type slow struct {
	*target
	clock *simulation.Virtual
}

func slowTarget(t *testing.T) *slow {
	t.Helper()
	clock := simulation.NewVirtual(time.Now())
	cloud, err := azuretest.Serve(azuretest.Config{Clock: clock, Delays: azuretest.Delays{Provision: 2 * time.Second, Warm: time.Second / 2,
		Model: 2 * time.Second, Upgrade: time.Second, Restart: time.Second, Delete: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	cloud.AddLoadBalancer(group, region, "front", "web")
	it := &slow{&target{Link: providertest.NewLink(t, cloud.URL), cloud: cloud}, clock}
	it.decide(nil)
	return it
}

// decide is Decide, and time goes on.
func (it *slow) decide(fate func(*http.Request) providertest.Fate) {
	it.Decide(func(r *http.Request) providertest.Fate {
		it.clock.Advance(300 * time.Millisecond)
		if fate == nil {
			return providertest.Fate{}
		}
		return fate(r)
	})
}

// dies makes a call on a worker that dies when it has looked at the operation
// that it has begun twice. It returns what the worker has noted.
func (it *slow) dies(t *testing.T, call func(context.Context, *azure.Cloud) error) (noted string) {
	t.Helper()
	ctx, die := context.WithCancel(t.Context())
	defer die()
	looks := 0
	it.decide(func(r *http.Request) providertest.Fate {
		if azuretest.Action(r) != reads {
			return providertest.Fate{}
		}
		if looks++; looks == 3 {
			die()
			return providertest.Fate{Cut: true}
		}
		return providertest.Fate{}
	})
	ctx = providers.Noting(ctx, "", func(note string) { noted = note })
	if err := call(ctx, it.account(t)); !errors.Is(err, context.Canceled) {
		t.Fatalf("the call of the worker that dies = %v, want context.Canceled", err)
	}
	it.decide(nil)
	if noted == "" {
		t.Fatal("the worker that died has left no token")
	}
	return noted
}

// another makes the call on another worker, which has the note.
func (it *slow) another(t *testing.T, noted string, call func(context.Context, *azure.Cloud) error) error {
	t.Helper()
	return call(providers.Noting(t.Context(), noted, func(string) {}), it.account(t))
}

func makes(r gennaker.CreateServerGroup) func(context.Context, *azure.Cloud) error {
	return func(ctx context.Context, c *azure.Cloud) error { return c.Create(ctx, r) }
}

func TestAnotherWorkerResumesAnOperationFromItsToken(t *testing.T) {
	t.Parallel()
	it := slowTarget(t)
	r := request(0, 2, spec("Uniform"))
	noted := it.dies(t, makes(r))
	before := it.cloud.Asked(reads)
	if err := it.another(t, noted, makes(r)); err != nil {
		t.Fatalf("Create of the other worker = %v", err)
	}
	if n := it.cloud.Asked(writes); n != 1 {
		t.Errorf("%d requests would make the scale set, want that of the first worker", n)
	}
	if n := it.cloud.Asked(reads) - before; n < 2 {
		t.Errorf("the other worker has looked at the operation %d times, want as long as it takes", n)
	}
	g, err := it.account(t).Get(t.Context(), r.Ref())
	if err != nil || len(g.Instances) != 2 || g.Trouble != "" {
		t.Errorf("when the operation is over it is %+v, %v, want 2 instances", g, err)
	}
}

// What has failed is told in Azure's words, and not begun again: also if the
// worker that began it has died, and nothing can be seen of it any more.
func TestAnotherWorkerTellsHowAnOperationHasFailed(t *testing.T) {
	t.Parallel()
	noCapacity := azuretest.Failure{Code: "AllocationFailed", Message: "Allocation failed. We do not have sufficient capacity for the requested VM size in this region."}
	for _, c := range []struct {
		name string
		how  azuretest.Failure
		kind error
	}{
		{"no capacity", noCapacity, gennaker.ErrUnhealthy},
		{"a quota", azuretest.Failure{Code: "OperationNotAllowed", Message: "Operation results in exceeding approved Total Regional Cores quota."}, gennaker.ErrInvalid},
	} {
		t.Run("Create, "+c.name, func(t *testing.T) {
			t.Parallel()
			it := slowTarget(t)
			r := request(0, 2, spec("Uniform"))
			it.cloud.FailNext(r.Name, c.how)
			noted := it.dies(t, makes(r))
			err := it.another(t, noted, makes(r))
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.how.Code+": "+c.how.Message) {
				t.Errorf("Create of the other worker = %v, want %v that says %q", err, c.kind, c.how.Message)
			}
			if n := it.cloud.Asked(writes); n != 1 {
				t.Errorf("%d requests would make the scale set, want that of the first worker", n)
			}
		})
	}
	t.Run("Resize", func(t *testing.T) {
		t.Parallel()
		it := slowTarget(t)
		g := have(t, it.account(t), request(0, 1, spec("Uniform")))
		it.cloud.FailNext(g.Name, noCapacity)
		larger := resizes(g.Ref(), 3)
		noted, before := it.dies(t, larger), it.cloud.Asked(writes)
		if err := it.another(t, noted, larger); !errors.Is(err, gennaker.ErrUnhealthy) || !strings.Contains(err.Error(), noCapacity.Message) {
			t.Errorf("Resize of the other worker = %v, want ErrUnhealthy in Azure's words", err)
		}
		if n := it.cloud.Asked(writes) - before; n != 0 {
			t.Errorf("the other worker has sent %d changes, want none", n)
		}
	})
}

func resizes(ref gennaker.ServerGroupRef, to int) func(context.Context, *azure.Cloud) error {
	return func(ctx context.Context, c *azure.Cloud) error {
		return c.Resize(ctx, gennaker.ResizeServerGroup{ServerGroupRef: ref, Capacity: gennaker.Capacity{Desired: to, Max: to}})
	}
}

func TestAnOperationThatALaterOneTookThePlaceOfHasNotFailed(t *testing.T) {
	t.Parallel()
	it := slowTarget(t)
	g := have(t, it.account(t), request(0, 1, spec("Uniform")))
	noted := it.dies(t, resizes(g.Ref(), 3))
	if err := it.another(t, "", resizes(g.Ref(), 2)); err != nil {
		t.Fatalf("Resize by somebody else = %v", err)
	}
	if err := it.another(t, noted, resizes(g.Ref(), 3)); err != nil {
		t.Fatalf("Resize of the other worker = %v", err)
	}
	if now, err := it.account(t).Get(t.Context(), g.Ref()); err != nil || now.Capacity.Desired != 3 {
		t.Errorf("it wants %d instances, %v, want 3", now.Capacity.Desired, err)
	}
}

// Without a token that is good for something, what the cloud shows decides.
func TestWhoHasNoGoodTokenLooks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(it *slow, noted string) string
	}{
		{"it is lost with the worker", func(*slow, string) string { return "" }},
		{"it is none of Azure's", func(*slow, string) string { return "what is this?" }},
		{"it is too old", func(it *slow, noted string) string { it.cloud.ForgetOperations(); return noted }},
		{"it may not be read", func(it *slow, noted string) string {
			it.decide(func(r *http.Request) providertest.Fate {
				if azuretest.Action(r) == reads {
					return providertest.Fate{Status: http.StatusForbidden, Body: `{"error": {"code": "AuthorizationFailed", "message": "no"}}`}
				}
				return providertest.Fate{}
			})
			return noted
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			it := slowTarget(t)
			r := request(0, 2, spec("Uniform"))
			noted := c.spoil(it, it.dies(t, makes(r)))
			if err := it.another(t, noted, makes(r)); err != nil {
				t.Fatalf("Create of the other worker = %v", err)
			}
			if asked, made := it.cloud.Asked(writes), it.cloud.Effects()["scale sets made"]; asked != 2 || made != 1 {
				t.Errorf("%d requests would make the scale set, and it was made %d times; want a second that is refused", asked, made)
			}
		})
	}
}

// What cannot be taken out of traffic properly can be destroyed all the same.
func TestWhatIsBrokenCanBeDestroyed(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	g := have(t, c, request(0, 2, spec("Uniform")))
	it.cloud.FailNext(g.Name, azuretest.Failure{Code: "InternalExecutionError", Message: "An internal execution error occurred."})
	if err := c.Destroy(t.Context(), g.Ref()); err != nil {
		t.Errorf("Destroy = %v", err)
	}
	if n := it.cloud.Effects()["scale sets deleted"]; n != 1 {
		t.Errorf("%d scale sets are deleted, want it", n)
	}
}
