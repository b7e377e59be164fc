package activities

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestAPolicyAllowsWhatBeginsAsItSays(t *testing.T) {
	p := WebhookPolicy{Allow: []string{"https://ci.lan/hooks", "http://127.0.0.1:80"}}
	for _, c := range []struct {
		name, url string
		want      bool
	}{
		{"the beginning itself", "https://ci.lan/hooks", true},
		{"what is below it, with the port spelled out", "https://CI.lan:443/hooks/7?a=b", true},
		{"a longer word", "https://ci.lan/hooksmith", false},
		{"a way out of the folder", "https://ci.lan/hooks/../admin", false},
		{"a hidden way out of the folder", "https://ci.lan/hooks/%2e%2e/admin", false},
		{"another scheme", "http://ci.lan/hooks", false},
		{"another port", "http://127.0.0.1:8080/", false},
		{"a host that poses as a user", "http://127.0.0.1:80@evil.example/", false},
		{"a host that begins alike", "https://ci.lan.evil.example/hooks", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := url.Parse(c.url)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.check("POST", u); (err == nil) != c.want || err != nil && !errors.Is(err, gennaker.ErrDenied) {
				t.Errorf("check(%s) = %v, want allowed %t", c.url, err, c.want)
			}
		})
	}
}

func TestAPolicyAllowsMethods(t *testing.T) {
	p := WebhookPolicy{Allow: []string{"get,HEAD https://ci.lan/", "POST https://ci.lan/hooks"}}
	for request, want := range map[string]bool{"GET /a": true, "HEAD /hooks/1": true, "POST /hooks/1": true, "POST /a": false, "DELETE /hooks": false} {
		method, path, _ := strings.Cut(request, " ")
		u := &url.URL{Scheme: "https", Host: "ci.lan", Path: path}
		if err := p.check(method, u); (err == nil) != want {
			t.Errorf("check(%s) = %v, want allowed %t", request, err, want)
		}
	}
}

func TestAddressesOfThisMachineAndItsLinkAreRefused(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:80": false, "127.9.9.9:80": false, "[::1]:80": false, "[::ffff:127.0.0.1]:80": false, "0.0.0.0:80": false,
		"0.1.2.3:80": false, "[::]:80": false, "169.254.169.254:80": false, "[fe80::1%eth0]:80": false, "224.0.0.1:80": false,
		"100.100.100.200:80": false, "[fd00:ec2::254]:80": false, "10.0.0.7:80": true, "192.0.2.1:443": true, "[2001:db8::1]:443": true,
	} {
		if err := refuseLocal("tcp", address, nil); (err == nil) != want {
			t.Errorf("refuseLocal(%s) = %v, want allowed %t", address, err, want)
		}
	}
}
