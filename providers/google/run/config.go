package run

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

	"google.golang.org/api/impersonate"
	"google.golang.org/api/option"
	api "google.golang.org/api/run/v2"
	transport "google.golang.org/api/transport/http"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/ratelimit"
)

// Config is an account: a project of Google's. Its credentials are those that
// Google's client finds (GOOGLE_APPLICATION_CREDENTIALS, gcloud's, or those of
// the machine), unless a file names others.
type Config struct {
	Account string
	Project string
	// Regions are those that this account may use, at least one.
	Regions []string
	// CredentialsFile is a key file, or the description of another identity.
	CredentialsFile string
	// Impersonate is a service account to act as, by its address.
	Impersonate string
	// Endpoint is the address of the API, if it is not Google's, such as
	// https://run.example.com/; Anonymous sends it no credentials.
	Endpoint  string
	Anonymous bool
	// Lag is how long after a change the cloud's answers may be older than it.
	Lag time.Duration
	// LookEvery is how often to look at what is waited for, at most.
	LookEvery time.Duration
	// HTTP carries the requests, if not a transport of ours.
	HTTP http.RoundTripper
	// Limits, if any, say when a request may be made, and learn from throttles.
	Limits *ratelimit.Limits
}

// requestLimit is how long a request may take. It is longer than a wait for an
// operation.
const requestLimit = operationLimit + 20*time.Second

// New takes the configuration of an account. It reads the files of credentials
// and does not call the cloud.
func New(c Config) (*Cloud, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("account %s: cloudrun: %w", c.Account, err)
	}
	carrier, err := c.transport()
	if err != nil {
		return nil, fmt.Errorf("account %s: cloudrun: %w: %w", c.Account, gennaker.ErrInvalid, err)
	}
	options := []option.ClientOption{option.WithHTTPClient(&http.Client{Transport: carrier, Timeout: requestLimit})}
	if c.Endpoint != "" {
		options = append(options, option.WithEndpoint(c.Endpoint))
	}
	service, err := api.NewService(context.Background(), options...)
	if err != nil {
		return nil, fmt.Errorf("account %s: cloudrun: %w: %w", c.Account, gennaker.ErrInvalid, err)
	}
	all := service.Projects.Locations
	return &Cloud{Config: c, services: all.Services, revisions: all.Services.Revisions, operations: all.Operations}, nil
}

var (
	projectName = regexp.MustCompile(`^([a-z0-9.-]+:)?[a-z][a-z0-9-]{1,61}[a-z0-9]$`)
	regionName  = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+$`)
)

// check says what is wrong with the configuration, and what would be right.
func (c Config) check() error {
	for _, at := range []struct {
		wrong       bool
		field, what string
	}{
		{c.Account == "", "name", "is missing"},
		{!projectName.MatchString(c.Project), "project", fmt.Sprintf("is the id of a project, like shop-prod: %q is not", c.Project)},
		{len(c.Regions) == 0, "regions", "is missing: name at least one, like us-central1"},
		{c.Endpoint != "" && !strings.HasPrefix(c.Endpoint, "http"), "endpoint", fmt.Sprintf("is a URL, like https://run.googleapis.com/: %q is not", c.Endpoint)},
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

// transport carries requests: with credentials, each when its turn has come.
func (c Config) transport() (http.RoundTripper, error) {
	base := c.HTTP
	if base == nil {
		base = http.DefaultTransport.(*http.Transport).Clone()
	}
	base = paced{base: base, limits: c.Limits, account: c.Account}
	if c.Anonymous {
		return base, nil
	}
	options, err := c.credentials()
	if err != nil {
		return nil, err
	}
	return transport.NewTransport(context.Background(), base, options...)
}

func (c Config) credentials() ([]option.ClientOption, error) {
	options := []option.ClientOption{option.WithScopes(api.CloudPlatformScope)}
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
		impersonate.CredentialsConfig{TargetPrincipal: c.Impersonate, Scopes: []string{api.CloudPlatformScope}}, options...)
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
