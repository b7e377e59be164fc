package activities

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gennaker/gennaker"
)

// WebhookPolicy is what an operator lets webhooks do. The zero value lets them
// call every address but those that only this machine and its link can reach,
// among them the metadata services of clouds, and knows no secrets.
type WebhookPolicy struct {
	// Allow lists the only URLs that may be called, by their beginnings:
	// scheme, host and whole segments of the path, and before them, if not by
	// every method, the methods ("GET,HEAD https://ci.lan/"). A beginning
	// without a host ("https://") allows all hosts. A host that is named may
	// also be on this machine or its link.
	Allow []string
	// SafeToRetry lists, in the same way, where a request that got no answer
	// in time may be sent again whatever its method.
	SafeToRetry []string
	// ConnectTimeout and ReadTimeout are 15 and 20 seconds when zero.
	ConnectTimeout, ReadTimeout time.Duration
	// Busy are the status codes, besides 5xx, that ask to come back later; 429
	// when nil.
	Busy []int
	// NoRedirects takes the answer that redirects for the answer.
	NoRedirects bool
	// Audit logs every exchange.
	Audit bool
	// MaxRequest and MaxResponse bound the bytes of a body; 1 MiB when zero.
	MaxRequest, MaxResponse int
	// TLS is how to know servers, and to be known to them; nil trusts what the
	// system trusts.
	TLS *tls.Config
	// Secret finds the value of secret://NAME; nil knows none.
	Secret func(name string) (string, bool)
	// Preconfigured are the webhooks that stages have by their type.
	Preconfigured []PreconfiguredWebhook
}

func (p WebhookPolicy) connectTimeout() time.Duration {
	if p.ConnectTimeout > 0 {
		return p.ConnectTimeout
	}
	return 15 * time.Second
}

func (p WebhookPolicy) readTimeout() time.Duration {
	if p.ReadTimeout > 0 {
		return p.ReadTimeout
	}
	return 20 * time.Second
}

// maxBody is the most that a body has unless the policy says otherwise.
const maxBody = 1 << 20

func (p WebhookPolicy) maxRequest() int  { return cmp.Or(p.MaxRequest, maxBody) }
func (p WebhookPolicy) maxResponse() int { return cmp.Or(p.MaxResponse, maxBody) }

// maxHeaders bounds the headers of a response, in bytes.
const maxHeaders = 64 << 10

// client is what calls webhooks. It goes through no proxy: the policy judges
// the address that is connected to.
func (p WebhookPolicy) client() *http.Client {
	return &http.Client{
		Timeout: p.connectTimeout() + p.readTimeout(),
		Transport: &http.Transport{
			DialContext:            p.dial,
			TLSClientConfig:        p.TLS.Clone(),
			TLSHandshakeTimeout:    p.connectTimeout(),
			ResponseHeaderTimeout:  p.readTimeout(),
			MaxResponseHeaderBytes: maxHeaders,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
		},
	}
}

// busy reports whether an answer says to come back later.
func (p WebhookPolicy) busy(code int) bool {
	if p.Busy == nil {
		return code >= 500 || code == http.StatusTooManyRequests
	}
	return code >= 500 || slices.Contains(p.Busy, code)
}

// check reports why a URL must not be called by a method.
func (p WebhookPolicy) check(method string, u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return fmt.Errorf("webhook %s: %w: an http or https URL is wanted", u.Redacted(), gennaker.ErrInvalid)
	case len(p.Allow) > 0 && !p.allows(method, u):
		return fmt.Errorf("webhook %s: %w: webhooks.allow of the worker's configuration does not have it for %s", u.Redacted(), gennaker.ErrDenied, method)
	}
	return nil
}

func (p WebhookPolicy) allows(method string, u *url.URL) bool {
	return slices.ContainsFunc(p.Allow, func(entry string) bool {
		methods, prefix := SplitAllowed(entry)
		return (len(methods) == 0 || slices.Contains(methods, method)) && covered([]string{prefix}, u)
	})
}

// SplitAllowed takes an entry of Allow apart: the methods, none for all, and
// the URL's beginning.
func SplitAllowed(entry string) (methods []string, prefix string) {
	before, after, ok := strings.Cut(strings.TrimSpace(entry), " ")
	if !ok {
		return nil, before
	}
	return strings.Split(strings.ToUpper(before), ","), strings.TrimSpace(after)
}

// dial connects to a host. What its name resolves to is judged, unless the
// policy names the host.
func (p WebhookPolicy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: p.connectTimeout()}
	if !p.names(address) {
		dialer.Control = refuseLocal
	}
	return dialer.DialContext(ctx, network, address)
}

// names reports whether an allowed beginning has this host and port.
func (p WebhookPolicy) names(address string) bool {
	return slices.ContainsFunc(p.Allow, func(entry string) bool {
		_, prefix := SplitAllowed(entry)
		u, err := url.Parse(prefix)
		return err == nil && u.Host != "" && strings.EqualFold(hostPort(u), address)
	})
}

// metadata are services of clouds that answer to whoever runs on a machine
// with its credentials, at addresses that look like any other.
var metadata = []netip.Addr{
	netip.MustParseAddr("100.100.100.200"),
	netip.MustParseAddr("168.63.129.16"),
	netip.MustParseAddr("192.0.0.192"),
	netip.MustParseAddr("fd00:ec2::254"),
}

func refuseLocal(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w: %w", address, gennaker.ErrDenied, err)
	}
	ip := to.Addr().Unmap().WithZone("")
	if ip.IsLoopback() || ip.IsUnspecified() || ip.IsMulticast() || ip.IsLinkLocalUnicast() || ip.Is4() && ip.As4()[0] == 0 ||
		slices.Contains(metadata, ip) {
		return fmt.Errorf("connect to %s: %w: only this machine and its link reach it; "+
			"webhooks.allow of the worker's configuration can name the host", address, gennaker.ErrDenied)
	}
	return nil
}

// covered reports whether a URL begins with one of the prefixes.
func covered(prefixes []string, u *url.URL) bool {
	return slices.ContainsFunc(prefixes, func(text string) bool {
		prefix, err := url.Parse(text)
		return err == nil && prefix.Scheme == u.Scheme &&
			(prefix.Host == "" || strings.EqualFold(hostPort(prefix), hostPort(u))) &&
			within(path.Clean("/"+prefix.Path), path.Clean("/"+u.Path))
	})
}

// within reports whether a path is the folder or below it.
func within(folder, p string) bool {
	return folder == "/" || p == folder || strings.HasPrefix(p, folder+"/")
}

// hostPort is where a URL's connection goes.
func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// sameOrigin reports whether two URLs have the same scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(hostPort(a), hostPort(b))
}
