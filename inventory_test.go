package gennaker

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// vast is an inventory as AWS's would be: with ids that do not repeat.
func vast(groups, instances int) Inventory {
	inventory := Inventory{Accounts: []Account{{Name: "prod", Provider: "aws"}}}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range groups {
		g := ServerGroup{Location: In("prod", "us-east-1"), Name: fmt.Sprintf("app%03d-prod-v%03d", n/4, n%4), Image: "ami-0123456789abcdef0",
			Capacity: Capacity{Desired: instances, Max: instances}, Enabled: true, Created: time.Unix(1e9+int64(n), 0).UTC(),
			LoadBalancers: []string{fmt.Sprintf("app%03d-prod", n/4)}, Marks: map[string]string{MarkToken: fmt.Sprintf("%024x", random.Uint64())}}
		for range instances {
			g.Instances = append(g.Instances, Instance{ID: fmt.Sprintf("i-0%016x", random.Uint64()), Health: Up,
				Address: fmt.Sprintf("10.0.%d.%d", random.IntN(256), random.IntN(256)), Launched: time.Unix(1e9+int64(random.IntN(1e6)), 0).UTC(),
				Checks: []Check{{Provider: "Amazon", Health: Up, Reason: "EC2: running"},
					{Provider: "AutoScaling", Health: Up, Reason: "Auto Scaling: InService"}, {Provider: "TargetGroup", Health: Up}}})
		}
		inventory.ServerGroups = append(inventory.ServerGroups, g)
	}
	return inventory
}

func TestAVastInventoryFits(t *testing.T) {
	for _, c := range []struct {
		name              string
		groups, instances int
		whole             bool
		leftOut           string
	}{
		{"a few", 2, 3, true, ""},
		{"twenty thousand instances", 2000, 10, true, ""},
		{"a hundred thousand instances", 2000, 50, false, "all of the 100000 instances but their health: narrow the list to see more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := vast(c.groups, c.instances)
			fit, err := in.Fit()
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(fit)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d instances travel as %d bytes", c.groups*c.instances, len(data))
			if len(data) > MaxInventory || fit.LeftOut != c.leftOut {
				t.Errorf("it travels as %d bytes and says that it leaves out %q, want %d at most and %q", len(data), fit.LeftOut, MaxInventory, c.leftOut)
			}
			var out Inventory
			if err := json.Unmarshal(data, &out); err != nil {
				t.Fatal(err)
			}
			last := out.ServerGroups[c.groups-1]
			if len(out.ServerGroups) != c.groups || last.Count(Up) != c.instances || (last.Instances[0].Address != "") != c.whole {
				t.Errorf("the last of %d server groups arrives as %+v", len(out.ServerGroups), last)
			}
			if in.ServerGroups[0].Instances[0].Address == "" {
				t.Error("what was too much was taken out of the server groups themselves")
			}
		})
	}
}

func TestAnInventoryThatIsTooVastSaysSo(t *testing.T) {
	in := vast(100, 1)
	for n := range in.ServerGroups {
		random := rand.New(rand.NewPCG(uint64(n), 0))
		marks := map[string]string{}
		for k := range 1500 {
			marks[fmt.Sprint(k)] = fmt.Sprintf("%x", random.Uint64())
		}
		in.ServerGroups[n].Marks = marks
	}
	if _, err := in.Fit(); !errors.Is(err, ErrInvalid) {
		t.Errorf("Fit = %v, want ErrInvalid", err)
	}
}
