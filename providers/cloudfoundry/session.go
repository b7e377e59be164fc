package cloudfoundry

import (
	"context"
	"crypto/tls"
	"net/http"
	"sync"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/config"
)

// session is who we are to a Cloud Foundry. To find out where its UAA is, and
// to get a token, takes requests, so that it begins with the first call.
type session struct {
	config Config

	mu     sync.Mutex // guards client
	client *client.Client
}

// requestLimit is how long a request may take, the upload of a package too.
const requestLimit = 100 * time.Second

// open returns the client, which gets new tokens by itself.
func (s *session) open(ctx context.Context) (*client.Client, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil {
		return s.client, nil
	}
	options := []config.Option{s.who(), config.HttpClient(&http.Client{Transport: s.transport()}), config.UserAgent("gennaker"), config.RequestTimeout(requestLimit)}
	if s.config.SkipSSLValidation { // else the client turns off what a plain transport says
		options = append(options, config.SkipTLSValidation())
	}
	made, err := config.New(s.config.API, options...)
	if err != nil {
		return nil, kinded(err)
	}
	s.client, err = client.New(made)
	return s.client, err
}

func (s *session) who() config.Option {
	switch c := s.config; {
	case c.Username != "":
		return config.UserPassword(c.Username, c.Password)
	case c.ClientID != "":
		return config.ClientCredentials(c.ClientID, c.ClientSecret)
	}
	return config.Token(s.config.Token, "")
}

// transport sends requests when it is our turn.
func (s *session) transport() http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone()
	if s.config.SkipSSLValidation {
		base.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // people ask for it by name
	}
	if s.config.Limits == nil {
		return base
	}
	return s.config.Limits.Around(base, s.config.Account)
}
