package run

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/api/option"
	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/google"
	"github.com/gennaker/gennaker/ratelimit"
)

// Config is an account: a project of Google's, as that of Compute Engine is.
// Only its ImageProjects do not count.
type Config = google.Config

// requestLimit is how long a request may take. It is longer than a wait for an
// operation.
const requestLimit = operationLimit + 20*time.Second

// New takes the configuration of an account. It reads the files of credentials
// and does not call the cloud.
func New(c Config) (*Cloud, error) {
	if err := c.Check("https://run.googleapis.com/"); err != nil {
		return nil, fmt.Errorf("account %s: cloudrun: %w", c.Account, err)
	}
	carrier, err := c.Carrier(api.CloudPlatformScope, func(r *http.Request) ratelimit.Key { return key(c.Account, r) })
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
