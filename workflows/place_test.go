package workflows_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

// market is a world of three accounts, that keeps account of how few instances
// were ever in service.
type market struct {
	*world
	clouds map[string]*memory.Cloud
	least  int // instances in service in all, as few as there ever were
}

func newMarket(t *testing.T, lists ...activities.PriceList) *market {
	t.Helper()
	m := &market{clouds: map[string]*memory.Cloud{}, least: 1 << 30}
	registered := map[string]providers.Provider{}
	for _, name := range []string{"a", "b", "c"} {
		m.clouds[name] = &memory.Cloud{}
		registered[name] = m.clouds[name]
	}
	policy := activities.WebhookPolicy{Allow: []string{"http://"}}
	for _, l := range lists {
		if l.URL != "" {
			policy.Allow = append(policy.Allow, l.URL)
		}
	}
	m.world = worldWith(t, activities.Config{LookOnce: true, Providers: providers.NewRegistry(registered), Prices: lists, Webhooks: policy})
	for name, cloud := range m.clouds {
		cloud.Now = m.env.Now
		m.fault(name, func(memory.Call) error { return nil })
	}
	return m
}

// fault has an account's calls go wrong, and counts after each.
func (m *market) fault(account string, f func(memory.Call) error) {
	m.clouds[account].Fault = func(c memory.Call) error {
		if c.After && !strings.HasPrefix(c.Method, "List") && c.Method != "Get" {
			m.env.RegisterDelayedCallback(func() { m.least = min(m.least, m.serving("a")+m.serving("b")+m.serving("c")) }, 0)
		}
		return f(c)
	}
}

// serving is how many instances an account has in service.
func (m *market) serving(account string) int {
	n := 0
	for _, g := range m.clouds[account].Seen() {
		if g.Enabled {
			n += g.Count(gennaker.Up)
		}
	}
	return n
}

func (m *market) spread() string {
	return fmt.Sprintf("a:%d b:%d c:%d", m.serving("a"), m.serving("b"), m.serving("c"))
}

// has makes a server group that serves in an account.
func (m *market) has(account string, n int) {
	haveIn(m.t, m.clouds[account], in(account, "eu", "shop-web-v000"), gennaker.Capacity{Min: n, Desired: n, Max: n})
}

// placement is a document that places twelve instances.
func placement(more string, blocks ...string) string {
	var all []string
	for i, block := range blocks {
		all = append(all, fmt.Sprintf(`{"cloudProvider": "memory", "account": "%c", "region": "eu", "stack": "web", "start": 10, "image": "shop:2"%s}`, 'a'+i, block))
	}
	return `{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "place", "capacity": 12` + more + `, "clusters": [` + strings.Join(all, ",") + `]}]}`
}

func decisions(e gennaker.Execution) string {
	placed, _ := e.Stages[0].Outputs["placement"].(map[string]any)
	return fmt.Sprint(placed["decisions"])
}

func TestInstancesArePlacedWhereTheyAreCheap(t *testing.T) {
	m := newMarket(t)
	m.has("a", 8)
	m.has("c", 4)
	e := m.run(placement(``, `, "price": 0.5`, `, "price": 0.1, "quota": 7`, `, "price": 0.3`), nil)
	if e.Status != gennaker.Succeeded || m.spread() != "a:0 b:7 c:5" {
		t.Fatalf("ended %s with %s: %s", e.Status, m.spread(), e.Error)
	}
	if m.least < 12 {
		t.Errorf("only %d instances were in service meanwhile, want 12 as before", m.least)
	}
	placed := e.Stages[0].Outputs["placement"].(map[string]any)
	if cost := placed["costPerHour"].(float64); cost < 2.199 || cost > 2.201 {
		t.Errorf("it costs %v an hour, want 7 × 0.1 + 5 × 0.3", cost)
	}
	for _, want := range []string{"7 in b/eu/shop-web (0.1 an hour each; full by quota 7)", "0 in a/eu/shop-web (0.5 an hour each; it has room for 12, and 0 are left", "a/eu/shop-web gives up what it had"} {
		if !strings.Contains(decisions(e), want) {
			t.Errorf("the decisions do not say %q: %s", want, decisions(e))
		}
	}
	if got := fmt.Sprint(e.Stages[0].Outputs["deploy.server.groups"]); got != "map[eu:[shop-web-v000 shop-web-v001]]" {
		t.Errorf("outputs = %s", got)
	}
}

// What a target cannot take goes to the others, however it fails.
func TestInstancesAreMovedWhenATargetFails(t *testing.T) {
	for _, c := range []struct {
		name, block, want, why string
		fails                  func(*market)
	}{
		{"when it refuses", ``, "a:0 b:0 c:12", "over quota", func(m *market) {
			m.fault("b", func(c memory.Call) error {
				if c.Method == "Create" && !c.After {
					return fmt.Errorf("memory: over quota: %w", gennaker.ErrDenied)
				}
				return nil
			})
		}},
		{"when its instances do not become healthy", `, "health": "Down"`, "a:0 b:0 c:12", "not healthy", func(*market) {}},
		{"when it cannot be reached", ``, "a:0 b:0 c:12", "it cannot be looked at", func(m *market) {
			m.fault("b", func(memory.Call) error { return fmt.Errorf("memory: no route: %w", gennaker.ErrUnavailable) })
		}},
		{"when it cannot grow to take what another leaves", `, "quota": 6`, "a:6 b:0 c:6", "c/eu/shop-web cannot have more than 6", func(m *market) {
			refuse := func(method string) func(memory.Call) error {
				refused := false
				return func(c memory.Call) error {
					if c.Method == method && !c.After && !refused {
						refused = true
						return fmt.Errorf("memory: over quota: %w", gennaker.ErrDenied)
					}
					return nil
				}
			}
			m.fault("b", refuse("Create"))
			m.fault("c", refuse("Resize"))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMarket(t)
			m.has("a", 8)
			c.fails(m)
			e := m.run(placement(`, "clusterTimeoutMs": 60000`, `, "price": 0.5`, `, "price": 0.1`+c.block, `, "price": 0.3`), nil)
			if e.Status != gennaker.Succeeded || m.spread() != c.want {
				t.Fatalf("ended %s with %s, want %s: %s %v", e.Status, m.spread(), c.want, e.Error, decisions(e))
			}
			if !strings.Contains(decisions(e), c.why) {
				t.Errorf("the decisions do not say %q: %s", c.why, decisions(e))
			}
			if m.least < 8 {
				t.Errorf("only %d instances were in service meanwhile, want 8 as before", m.least)
			}
		})
	}
}

func TestAPlacementThatIsNotPossibleChangesNothing(t *testing.T) {
	for _, c := range []struct{ name, more, block, want string }{
		{"too little room", ``, `, "quota": 3`, "there is no room for 3 of them"},
		{"a floor above the capacity", `, "floor": 13`, ``, "no less than floor"},
		{"a strategy that makes no server group", ``, `, "strategy": "rollingpush"`, "place decides how many"},
		{"prices that are not there", `, "prices": "none"`, ``, "has no list of that name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMarket(t)
			m.has("a", 8)
			e := m.run(placement(c.more, c.block, c.block, c.block), nil)
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) || m.spread() != "a:8 b:0 c:0" {
				t.Errorf("ended %s with %s: %s", e.Status, m.spread(), e.Error)
			}
		})
	}
}

// What fell ill elsewhere while the new instances came is not made up for by
// taking away what still serves.
func TestTheFloorHolds(t *testing.T) {
	m := newMarket(t)
	m.has("a", 8)
	ill := false
	m.fault("b", func(c memory.Call) error {
		if c.Method == "Get" && c.After && !ill {
			if g := m.clouds["b"].Seen(); len(g) == 1 && g[0].Count(gennaker.Up) == 12 {
				ill = true
				m.env.RegisterDelayedCallback(func() { m.clouds["b"].Sicken(g[0].Ref(), gennaker.Down) }, 0)
			}
		}
		return nil
	})
	e := m.run(placement(`, "floor": 6`, `, "price": 0.5`, `, "price": 0.1`), nil)
	if m.spread() != "a:8 b:0 c:0" || e.Status != gennaker.Terminal || !strings.Contains(e.Error, "the floor is 6") {
		t.Errorf("ended %s with %s: %s", e.Status, m.spread(), e.Error)
	}
}

func TestPricesAreReadFromAFileOrAService(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prices.yaml")
	list := "- {cloudProvider: memory, price: 0.4}\n- {account: b, region: eu, price: 0.2}\n- {account: c, instanceType: big, price: 0.1}\n"
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `[{"price": 0.4}, {"account": "b", "price": 0.2}, {"account": "c", "instanceType": "big", "price": 0.1}]`)
	}))
	defer service.Close()
	lists := []activities.PriceList{{Name: "file", File: file}, {Name: "service", URL: service.URL + "/list"}, {Name: "gone", File: file + ".gone"}}
	for _, name := range []string{"file", "service"} {
		m := newMarket(t, lists...)
		e := m.run(placement(`, "prices": "`+name+`"`, ``, `, "quota": 5`, `, "instanceType": "big", "quota": 4`), nil)
		if e.Status != gennaker.Succeeded || m.spread() != "a:3 b:5 c:4" {
			t.Errorf("prices from a %s: ended %s with %s: %s", name, e.Status, m.spread(), e.Error)
		}
	}
}

func TestPricesThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct{ text, want string }{
		{"- {acount: b, price: 1}\n", "line 1: field acount not found"},
		{"- {account: b, price: 1}\n- {account: b, price: -1}\n", "entry 2: price: a number"},
		{"price: 1\n", "cannot unmarshal"},
	} {
		file := filepath.Join(folder, "prices.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		m := newMarket(t, activities.PriceList{Name: "file", File: file})
		e := m.run(placement(`, "prices": "file"`, ``), nil)
		if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) || !strings.Contains(e.Error, `prices "file"`) {
			t.Errorf("%q: ended %s: %s, want %q", c.text, e.Status, e.Error, c.want)
		}
	}
}

// A person who cancels gets everything back as it was.
func TestACancelledPlacementGoesBack(t *testing.T) {
	m := newMarket(t)
	m.has("a", 8)
	m.update(5*time.Second, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := m.run(placement(``, `, "price": 0.5`, `, "price": 0.1, "quota": 7`, `, "price": 0.3`), nil)
	if e.Status != gennaker.Canceled || m.spread() != "a:8 b:0 c:0" || m.least < 8 {
		t.Errorf("ended %s with %s, at least %d: %s", e.Status, m.spread(), m.least, e.Error)
	}
}

func TestWhatFailsTogetherGoesBackTogether(t *testing.T) {
	for _, c := range []struct{ name, more string }{
		{"before it is healthy", `, "health": "Down"`},
		{"when the old one is to leave", ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMarket(t)
			for _, account := range []string{"a", "b", "c"} {
				m.has(account, 2)
			}
			var order []string
			for _, account := range []string{"a", "b", "c"} {
				m.fault(account, func(call memory.Call) error {
					if call.Method == "Disable" && !call.After && c.more == "" && account == "c" && call.ServerGroup == "shop-web-v000" {
						return fmt.Errorf("memory: not yours: %w", gennaker.ErrDenied)
					}
					if call.Method == "Disable" && call.After && call.ServerGroup == "shop-web-v001" {
						order = append(order, account)
					}
					return nil
				})
			}
			document := strings.Replace(placement(`, "rollbackTogether": true, "stageTimeoutMs": 120000`, `, "strategy": "redblack", "useSourceCapacity": true`, `, "strategy": "redblack", "useSourceCapacity": true`, `, "strategy": "redblack", "useSourceCapacity": true`+c.more), `"place"`, `"deploy"`, 1)
			e := m.run(document, nil)
			if e.Status != gennaker.Terminal || m.spread() != "a:2 b:2 c:2" {
				t.Fatalf("ended %s with %s: %s", e.Status, m.spread(), e.Error)
			}
			if !slices.Equal(order, []string{"c", "b", "a"}) {
				t.Errorf("they went back in the order %v, want the last first", order)
			}
			for account, cloud := range m.clouds {
				g, err := cloud.Get(t.Context(), in(account, "eu", "shop-web-v000"))
				if err != nil || !g.Enabled {
					t.Errorf("%s has %+v, %v; want the old one in service", account, g, err)
				}
			}
			if m.least < 6 {
				t.Errorf("only %d instances were in service meanwhile, want 6", m.least)
			}
			within := e.Stages[0].Synthetic
			if len(within) != 1 || within[0].Type != "rollbackDeployments" || within[0].Status != gennaker.Succeeded {
				t.Errorf("within the stage ran %+v, want the rollback of all", within)
			}
		})
	}
}

// A judgment says no, and what was deployed everywhere goes back; one that does
// not go back does not keep the others from it.
func TestWhatWasDeployedGoesBackLater(t *testing.T) {
	for _, stuck := range []bool{false, true} {
		m := newMarket(t)
		for _, account := range []string{"a", "b", "c"} {
			m.has(account, 2)
			if account == "b" && stuck {
				m.fault(account, func(call memory.Call) error {
					if call.Method == "Enable" && !call.After {
						return fmt.Errorf("memory: not yours: %w", gennaker.ErrDenied)
					}
					return nil
				})
			}
		}
		document := strings.Replace(placement(``, `, "strategy": "redblack", "useSourceCapacity": true`, `, "strategy": "redblack", "useSourceCapacity": true`, `, "strategy": "redblack", "useSourceCapacity": true`), `"place"`, `"deploy"`, 1)
		document = strings.TrimSuffix(document, "]}") + `, {"refId": "2", "requisiteStageRefIds": ["1"], "type": "rollbackDeployments"}]}`
		e := m.run(document, nil)
		want, spread := gennaker.Succeeded, "a:2 b:2 c:2"
		if stuck {
			want, spread = gennaker.Terminal, "a:2 b:2 c:2"
		}
		if e.Status != want || m.spread() != spread || stuck && !strings.Contains(e.Error, "b/eu/shop-web: ") {
			t.Errorf("stuck %t: ended %s with %s: %s", stuck, e.Status, m.spread(), e.Error)
		}
		for account, cloud := range m.clouds {
			g, err := cloud.Get(t.Context(), in(account, "eu", "shop-web-v000"))
			if err != nil || g.Enabled == (stuck && account == "b") {
				t.Errorf("stuck %t: %s has %+v, %v", stuck, account, g, err)
			}
		}
	}
}

func TestThereMustBeSomethingToTakeBack(t *testing.T) {
	m := newMarket(t)
	e := m.run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "rollbackDeployments"}]}`, nil)
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "nothing that was deployed is in traffic") {
		t.Errorf("ended %s: %s", e.Status, e.Error)
	}
}

// What a cloud has no room for is not begun there. What runs stays until all is
// placed, so it takes its part.
func TestNoMoreIsPlacedThanACloudAllows(t *testing.T) {
	m := newMarket(t)
	m.has("b", 8)
	m.clouds["b"].Limit(13)
	m.fault("c", func(c memory.Call) error {
		if c.Method == "GetQuota" {
			return fmt.Errorf("memory: may not list quotas: %w", gennaker.ErrDenied)
		}
		return nil
	})
	e := m.run(placement(``, `, "price": 0.5, "quota": 1`, `, "price": 0.1, "quota": 9`, `, "price": 0.3`), nil)
	if e.Status != gennaker.Succeeded || m.spread() != "a:0 b:5 c:7" {
		t.Fatalf("ended %s with %s: %s", e.Status, m.spread(), e.Error)
	}
	if want := "5 in b/eu/shop-web (0.1 an hour each; full by what the cloud allows: instances in memory: 8 of 13 used)"; !strings.Contains(decisions(e), want) {
		t.Errorf("the decisions do not say %q: %s", want, decisions(e))
	}
	shares := e.Stages[0].Outputs["placement"].(map[string]any)["shares"].([]any)
	for i, want := range []string{"<nil> memory has no quota", "5 instances in memory: 8 of 13 used", "<nil> not known: memory: may not list quotas"} {
		share := shares[i].(map[string]any)
		if got := fmt.Sprint(share["left"], " ", share["limit"]); !strings.HasPrefix(got, want) {
			t.Errorf("share %d is limited by %q, want %q", i, got, want)
		}
	}
}

func TestAPlacementThatNoCloudHasRoomForChangesNothing(t *testing.T) {
	m := newMarket(t)
	m.has("a", 8)
	for _, cloud := range m.clouds {
		cloud.Limit(10)
	}
	m.clouds["b"].Limit(0)
	e := m.run(placement(``, ``, ``, `, "quota": 9`), nil)
	if e.Status != gennaker.Terminal || m.spread() != "a:8 b:0 c:0" {
		t.Errorf("ended %s with %s: %s", e.Status, m.spread(), e.Error)
	}
	for _, want := range []string{"no room for 1 of them", "allows: instances in memory: 8 of 10 used", "instances in memory: 0 of 0 used", "quota 9"} {
		if !strings.Contains(e.Error, want) {
			t.Errorf("the error does not say %q: %s", want, e.Error)
		}
	}
}
