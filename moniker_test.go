package gennaker

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestMonikersReadAndWriteNames(t *testing.T) {
	for _, c := range []struct {
		name string
		want Moniker
	}{
		{"shop", Moniker{App: "shop", Sequence: -1}},
		{"shop-v003", Moniker{App: "shop", Sequence: 3}},
		{"shop-web-v010", Moniker{App: "shop", Stack: "web", Sequence: 10}},
		{"shop-web-eu-west-v999", Moniker{App: "shop", Stack: "web", Detail: "eu-west", Sequence: 999}},
		{"shop--canary-v000", Moniker{App: "shop", Detail: "canary"}},
		{"shop-v1", Moniker{App: "shop", Stack: "v1", Sequence: -1}},
	} {
		got := ParseMoniker(c.name)
		if got != c.want {
			t.Errorf("ParseMoniker(%s) = %+v, want %+v", c.name, got, c.want)
		}
		if got.Name() != c.name {
			t.Errorf("%+v.Name() = %s, want %s", got, got.Name(), c.name)
		}
	}
}

func TestTheNextNameFollowsTheNewestByCreation(t *testing.T) {
	at := func(minute int, name string) ServerGroup {
		return ServerGroup{Name: name, Created: time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC)}
	}
	for _, c := range []struct {
		name     string
		existing []ServerGroup
		want     string
	}{
		{"the first is v000", nil, "shop-v000"},
		{"one more than the newest", []ServerGroup{at(1, "shop-v004"), at(2, "shop-v002")}, "shop-v003"},
		{"what is taken is skipped", []ServerGroup{at(1, "shop-v003"), at(2, "shop-v002")}, "shop-v004"},
		{"after v999 comes v000", []ServerGroup{at(1, "shop-v999")}, "shop-v000"},
		{"and skips there too", []ServerGroup{at(1, "shop-v000"), at(2, "shop-v999")}, "shop-v001"},
		{"one without a sequence counts as before the first", []ServerGroup{at(1, "shop")}, "shop-v000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Moniker{App: "shop"}.Next(c.existing)
			if err != nil || m.Name() != c.want {
				t.Errorf("Next = %s, %v, want %s", m.Name(), err, c.want)
			}
		})
	}
	var all []ServerGroup
	for n := range 1000 {
		all = append(all, ServerGroup{Name: fmt.Sprintf("shop-v%03d", n)})
	}
	if m, err := (Moniker{App: "shop"}).Next(all); !errors.Is(err, ErrExists) {
		t.Errorf("Next of a full cluster = %s, %v, want ErrExists", m.Name(), err)
	}
}

func TestMonikersRefuseWhatNoCloudTakes(t *testing.T) {
	for _, c := range []struct {
		m  Moniker
		ok bool
	}{
		{Moniker{App: "shop", Stack: "web", Detail: "a-b~c"}, true},
		{Moniker{App: "shop", Stack: "my.web_1"}, true},
		{Moniker{}, false},
		{Moniker{App: "my-shop"}, false},
		{Moniker{App: "shop", Stack: "a b"}, false},
		{Moniker{App: "shop", Detail: "a/b"}, false},
	} {
		if err := c.m.Check(); (err == nil) != c.ok || (err != nil && !errors.Is(err, ErrInvalid)) {
			t.Errorf("%+v.Check() = %v, want ok %t", c.m, err, c.ok)
		}
	}
}
