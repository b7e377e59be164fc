package google

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/impersonate"
	"google.golang.org/api/option"
	transport "google.golang.org/api/transport/http"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/ratelimit"
)

// A request is answered within requestLimit, or is made again; Google answers
// within two minutes who waits for the end of an operation.
const (
	requestLimit = 20 * time.Second
	waitLimit    = 2*time.Minute + requestLimit
)

// New takes the configuration of an account. It reads the files of credentials
// and does not call the cloud.
func New(c Config) (*Cloud, error) {
	if err := c.Check("https://compute.googleapis.com/compute/v1/"); err != nil {
		return nil, fmt.Errorf("account %s: gce: %w", c.Account, err)
	}
	carrier, err := c.Carrier(compute.ComputeScope, func(r *http.Request) ratelimit.Key {
		return ratelimit.Key{Account: c.Account, Family: family(r)}
	})
	if err != nil {
		return nil, fmt.Errorf("account %s: gce: %w: %w", c.Account, gennaker.ErrInvalid, err)
	}
	cloud := &Cloud{Config: c}
	for _, s := range []struct {
		service **compute.Service
		limit   time.Duration
	}{{&cloud.api, requestLimit}, {&cloud.waits, waitLimit}} {
		options := []option.ClientOption{option.WithHTTPClient(&http.Client{Transport: carrier, Timeout: s.limit})}
		if c.Endpoint != "" {
			options = append(options, option.WithEndpoint(c.Endpoint))
		}
		if *s.service, err = compute.NewService(context.Background(), options...); err != nil {
			return nil, fmt.Errorf("account %s: gce: %w: %w", c.Account, gennaker.ErrInvalid, err)
		}
	}
	return cloud, nil
}

var (
	projectName = regexp.MustCompile(`^([a-z0-9.-]+:)?[a-z][a-z0-9-]{1,61}[a-z0-9]$`)
	regionName  = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+$`)
)

// Check says what is wrong with the configuration, and what would be right; an
// endpoint looks like the given one.
func (c Config) Check(endpoint string) error {
	for _, at := range []struct {
		wrong       bool
		field, what string
	}{
		{c.Account == "", "name", "is missing"},
		{!projectName.MatchString(c.Project), "project", fmt.Sprintf("is the id of a project, like shop-prod: %q is not", c.Project)},
		{len(c.Regions) == 0, "regions", "is missing: name at least one, like us-central1"},
		{c.Endpoint != "" && !strings.HasPrefix(c.Endpoint, "http"), "endpoint", fmt.Sprintf("is a URL, like %s: %q is not", endpoint, c.Endpoint)},
		{c.Anonymous && c.Endpoint == "", "anonymous", "belongs to an endpoint, which is missing"},
		{c.Anonymous && (c.CredentialsFile != "" || c.Impersonate != ""), "anonymous", "stands beside credentials: give one of them"},
		{c.LookEvery < 0, "lookEvery", "is negative: write how long to wait between two looks, like 5s"},
		{c.Lag < 0, "lag", "is negative: write how long answers may be old, like 2s"},
	} {
		if at.wrong {
			return fmt.Errorf("%s: %w: it %s", at.field, gennaker.ErrInvalid, at.what)
		}
	}
	for i, name := range c.Regions {
		if !regionName.MatchString(name) {
			return fmt.Errorf("regions[%d]: %w: %q is not a region, like us-central1", i, gennaker.ErrInvalid, name)
		}
	}
	return nil
}

// Carrier carries requests: with credentials for a scope, each when its turn
// has come among those of its key.
func (c Config) Carrier(scope string, key func(*http.Request) ratelimit.Key) (http.RoundTripper, error) {
	base := c.HTTP
	if base == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxIdleConnsPerHost = 32
		base = own
	}
	base = paced{base: base, limits: c.Limits, key: key}
	if c.Anonymous {
		return base, nil
	}
	options, err := c.credentials(scope)
	if err != nil {
		return nil, err
	}
	return transport.NewTransport(context.Background(), base, options...)
}

func (c Config) credentials(scope string) ([]option.ClientOption, error) {
	options := []option.ClientOption{option.WithScopes(scope)}
	if c.Impersonate != "" {
		options = []option.ClientOption{option.WithScopes(compute.CloudPlatformScope)}
	}
	if c.CredentialsFile != "" {
		kind, err := kindOfCredentials(c.CredentialsFile)
		if err != nil {
			return nil, err
		}
		options = append(options, option.WithAuthCredentialsFile(kind, c.CredentialsFile))
	}
	if c.Impersonate == "" {
		return options, nil
	}
	source, err := impersonate.CredentialsTokenSource(context.Background(),
		impersonate.CredentialsConfig{TargetPrincipal: c.Impersonate, Scopes: []string{scope}}, options...)
	if err != nil {
		return nil, err
	}
	return []option.ClientOption{option.WithTokenSource(source)}, nil
}

// identities are the kinds of credentials that a file may hold.
var identities = []option.CredentialsType{option.ServiceAccount, option.AuthorizedUser, option.ImpersonatedServiceAccount, option.ExternalAccount}

func kindOfCredentials(file string) (option.CredentialsType, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var says struct {
		Type option.CredentialsType `json:"type"`
	}
	if err := json.Unmarshal(data, &says); err != nil || !slices.Contains(identities, says.Type) {
		return "", fmt.Errorf("%s: it holds no credentials of a type among %v", file, identities)
	}
	return says.Type, nil
}
