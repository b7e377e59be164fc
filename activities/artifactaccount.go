package activities

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// ArtifactAccount is what an operator knows of where artifacts are. Its
// credentials go by https alone, to its hosts alone, and neither into a history
// nor into an error.
type ArtifactAccount struct {
	Name  string
	Types []string // of the artifacts that name it
	// Home is where an artifact is whose reference does not say it: the URL of
	// a chart repository, or the host of a registry.
	Home string
	// Hosts are those that the credentials are for, and what is below them.
	Hosts []string
	// Credentials are asked for whenever an artifact is read; nil has none.
	Credentials func() (user, password string, err error)
}

// accountOf is the account that an artifact names. One that the configuration
// does not have is the zero value: without credentials.
func (a *Artifacts) accountOf(x gennaker.Artifact) ArtifactAccount {
	i := slices.IndexFunc(a.accounts, func(c ArtifactAccount) bool { return c.Name == x.Account && slices.Contains(c.Types, x.Type) })
	if i < 0 {
		return ArtifactAccount{}
	}
	return a.accounts[i]
}

// check reports why an account is not for a URL, which an artifact has.
func (c ArtifactAccount) check(address string) error {
	u, err := url.Parse(address)
	if err != nil || c.Credentials == nil || c.covers(u) {
		return nil // who reads it says what is wrong with a URL
	}
	return fmt.Errorf("%w: the account %s of the worker's configuration is not for %s: its credentials go by https, and to %s",
		gennaker.ErrDenied, c.Name, u.Redacted(), strings.Join(c.Hosts, ", "))
}

// covers reports whether the credentials may go to a URL.
func (c ArtifactAccount) covers(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	return c.Credentials != nil && u.Scheme == "https" && slices.ContainsFunc(c.Hosts, func(mine string) bool {
		mine = strings.ToLower(mine)
		return host == mine || strings.HasSuffix(host, "."+mine)
	})
}

// reveal is what proves to a URL who asks: nothing if it is not for it.
func (c ArtifactAccount) reveal(u *url.URL) (user, password string, err error) {
	if !c.covers(u) {
		return "", "", nil
	}
	user, password, err = c.Credentials()
	if err != nil {
		err = fmt.Errorf("%w: the account %s of the worker's configuration: %w", gennaker.ErrUnavailable, c.Name, err)
	}
	return user, password, err
}

// headers are those of a request to a URL. A redirect elsewhere loses them.
func (c ArtifactAccount) headers(address string) (map[string]string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil // who reads it says what is wrong with a URL
	}
	user, password, err := c.reveal(u)
	if user+password == "" || err != nil {
		return nil, err
	}
	return map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}, nil
}

// signing is a client whose requests prove who asks, where that may be known.
func (c ArtifactAccount) signing(client *http.Client) *http.Client {
	client.Transport = signed{account: c, next: client.Transport}
	return client
}

type signed struct {
	account ArtifactAccount
	next    http.RoundTripper
}

func (s signed) RoundTrip(r *http.Request) (*http.Response, error) {
	user, password, err := s.account.reveal(r.URL)
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	if user+password != "" {
		r = r.Clone(r.Context())
		r.SetBasicAuth(user, password)
	}
	return s.next.RoundTrip(r)
}
