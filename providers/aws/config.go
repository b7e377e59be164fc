package aws

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/gennaker/gennaker"
)

var (
	regionName = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	accountID  = regexp.MustCompile(`^[0-9]{12}$`)
)

// check says what is wrong with the configuration, and what would be right.
func (c Config) check() error {
	for _, at := range []struct {
		wrong       bool
		field, what string
	}{
		{c.Account == "", "name", "is missing"},
		{len(c.Regions) == 0, "regions", "is missing: name at least one, like us-east-1"},
		{c.AccountID != "" && !accountID.MatchString(c.AccountID), "accountId", "is twelve digits, in quotes: " + quoted(c.AccountID) + " is not"},
		{c.Profile != "" && c.AccessKeyID != "", "profile", "stands beside accessKeyId: the credentials are in one place only"},
		{(c.AccessKeyID == "") != (c.SecretAccessKey == ""), "accessKeyId", "and secretAccessKey belong together"},
		{c.AssumeRole != "" && c.role() == "", "assumeRole", "is " + quoted(c.AssumeRole) +
			", which is no role: write its ARN, like arn:aws:iam::123456789012:role/gennaker, or role/gennaker beside an accountId"},
		{c.AssumeRole == "" && c.ExternalID != "", "externalId", "belongs to an assumeRole, which is missing"},
		{c.LookEvery < 0, "lookEvery", "is negative: write how long to wait between two looks, like 5s"},
		{c.Lag < 0, "lag", "is negative: write how long answers may be old, like 2s"},
		{c.AssumeRole == "" && c.SessionName != "", "sessionName", "belongs to an assumeRole, which is missing"},
	} {
		if at.wrong {
			return fmt.Errorf("%s: %w: it %s", at.field, gennaker.ErrInvalid, at.what)
		}
	}
	for i, name := range c.Regions {
		if !regionName.MatchString(name) {
			return fmt.Errorf("regions[%d]: %w: %s is not a region, like us-east-1", i, gennaker.ErrInvalid, quoted(name))
		}
	}
	return c.checkEndpoints()
}

func (c Config) checkEndpoints() error {
	if err := address("endpoint", c.Endpoint); err != nil {
		return err
	}
	for _, service := range gennaker.SortedKeys(c.Endpoints) {
		if !slices.Contains(Services, service) {
			return fmt.Errorf("endpoints.%s: %w: there is no such service: it can be %s", service, gennaker.ErrInvalid, strings.Join(Services, ", "))
		}
		if err := address("endpoints."+service, c.Endpoints[service]); err != nil {
			return err
		}
	}
	return nil
}

func address(field, url string) error {
	if url == "" || strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://") {
		return nil
	}
	return fmt.Errorf("%s: %w: %s is not a URL, like https://ec2.us-east-1.amazonaws.com", field, gennaker.ErrInvalid, quoted(url))
}

func quoted(text string) string { return fmt.Sprintf("%q", text) }

// partitions are Amazon's clouds beside the one that most use, by how the
// names of their regions begin.
var partitions = map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov"}

// role is the ARN of the role to take on, or empty if there is none.
func (c Config) role() string {
	switch {
	case strings.HasPrefix(c.AssumeRole, "arn:"):
		return c.AssumeRole
	case c.AccountID == "" || !strings.HasPrefix(c.AssumeRole, "role/") || len(c.Regions) == 0:
		return ""
	}
	partition := "aws"
	for prefix, name := range partitions {
		if strings.HasPrefix(c.Regions[0], prefix) {
			partition = name
		}
	}
	return fmt.Sprintf("arn:%s:iam::%s:%s", partition, c.AccountID, c.AssumeRole)
}

// requestLimit bounds one request. Whoever waits for longer asks again.
const requestLimit = 20 * time.Second

// keepConnections keeps as many connections to a service as a listing uses.
func keepConnections(t *http.Transport) { t.MaxIdleConnsPerHost = 4 * atOnce }

func (c Config) options() []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{
		config.WithRegion(c.Regions[0]),
		// Not a plain http.Client: AWS_CA_BUNDLE must be able to change it.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(requestLimit).WithTransportOptions(keepConnections)),
		config.WithRetryer(quick),
		config.WithLogger(logging.Nop{}), // it would write to standard error: what matters comes back as an error
	}
	if c.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(c.Profile))
	}
	if c.AccessKeyID != "" {
		options = append(options, config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, "")))
	}
	return options
}

// quick tries a request once more, soon. Retrying is the workflow's task.
func quick() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = 2
		o.MaxBackoff = 300 * time.Millisecond
		o.RateLimiter = ratelimit.None
	})
}

// assumed are the credentials of the role.
func (c Config) assumed(base aws.Config) aws.CredentialsProvider {
	client := sts.NewFromConfig(base, func(o *sts.Options) { o.BaseEndpoint = c.endpoint("sts") })
	return stscreds.NewAssumeRoleProvider(client, c.role(), func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = cmp.Or(c.SessionName, "gennaker")
		if c.ExternalID != "" {
			o.ExternalID = &c.ExternalID
		}
	})
}

// endpoint is a service's address, or nil for Amazon's.
func (c Config) endpoint(service string) *string {
	address := cmp.Or(c.Endpoints[service], c.Endpoint)
	if address == "" {
		return nil
	}
	return &address
}
