package worker

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/ecs"
	"github.com/gennaker/gennaker/providers/local"
)

// drivers opens the accounts of each provider. To add a provider, add a line
// and a function that decodes the fields of its accounts. What decode has
// reported needs no error.
var drivers = map[string]func(*section) (providers.Provider, error){
	"aws":          openAWS,
	"azure":        openAzure,
	"cloudfoundry": openCloudFoundry,
	"cloudrun":     openCloudRun,
	"ecs":          openECS,
	"gce":          openGoogle,
	"kubernetes":   openKubernetes,
	"local":        openLocal,
}

func openLocal(s *section) (providers.Provider, error) {
	var f struct {
		StateDir  string `yaml:"stateDir"`
		Endpoint  string `yaml:"endpoint"`
		Token     Secret `yaml:"token"`
		TokenFile string `yaml:"tokenFile"`
	}
	if !s.decode(&f) {
		return nil, nil
	}
	return local.New(local.Config{
		Account:   s.account,
		StateDir:  f.StateDir,
		Endpoint:  f.Endpoint,
		Token:     string(f.Token),
		TokenFile: f.TokenFile,
		Limits:    s.report.requests,
	})
}

// amazonFields are the fields of all accounts that are one of Amazon's.
type amazonFields struct {
	AccountID       string            `yaml:"accountId"`
	Regions         []string          `yaml:"regions"`
	Profile         string            `yaml:"profile"`
	AccessKeyID     string            `yaml:"accessKeyId"`
	SecretAccessKey Secret            `yaml:"secretAccessKey"`
	AssumeRole      string            `yaml:"assumeRole"`
	ExternalID      string            `yaml:"externalId"`
	SessionName     string            `yaml:"sessionName"`
	Endpoint        string            `yaml:"endpoint"`
	Endpoints       map[string]string `yaml:"endpoints"`
	Lag             time.Duration     `yaml:"lag"`
	LookEvery       time.Duration     `yaml:"lookEvery"`
}

// amazon are the fields as they are where the file does not mention them.
func amazon() amazonFields { return amazonFields{Lag: 2 * time.Second, LookEvery: 5 * time.Second} }

func (f amazonFields) config(s *section) aws.Config {
	return aws.Config{
		Account:         s.account,
		AccountID:       f.AccountID,
		Regions:         f.Regions,
		Profile:         f.Profile,
		AccessKeyID:     f.AccessKeyID,
		SecretAccessKey: string(f.SecretAccessKey),
		AssumeRole:      f.AssumeRole,
		ExternalID:      f.ExternalID,
		SessionName:     f.SessionName,
		Endpoint:        f.Endpoint,
		Endpoints:       f.Endpoints,
		Lag:             f.Lag,
		LookEvery:       f.LookEvery,
		Limits:          s.report.requests,
	}
}

func openAWS(s *section) (providers.Provider, error) {
	f := amazon()
	if !s.decode(&f) {
		return nil, nil
	}
	return aws.New(f.config(s))
}

func openECS(s *section) (providers.Provider, error) {
	f := struct {
		amazonFields
		Clusters []string `yaml:"clusters"`
	}{amazonFields: amazon()}
	if !s.decode(&f) {
		return nil, nil
	}
	return ecs.New(ecs.Config{Config: f.config(s), Clusters: f.Clusters})
}

// section is an account in the file: what drivers read their fields from.
type section struct {
	account string
	report  *report
	node    *yaml.Node // without the fields that all accounts have
	field   string
}

// decode reads the account's own fields into a struct with yaml tags. It
// reports what does not fit and returns false if there was any.
func (s *section) decode(fields any) bool {
	before := len(s.report.problems)
	s.report.decode(s.node, reflect.ValueOf(fields).Elem(), s.field)
	return len(s.report.problems) == before
}

// read opens the account. Its name and provider are in every account; the
// rest belongs to the driver.
func (a *Account) read(r *report, n *yaml.Node, field string) {
	if n.Kind != yaml.MappingNode {
		r.add(field, "must be a map of fields, not a %s", kind(n))
		return
	}
	var provider string
	common := map[string]*string{"name": &a.Name, "provider": &provider}
	own := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line}
	for key, value := range r.entries(n, field) {
		if target, ok := common[key.Value]; ok {
			r.decode(value, reflect.ValueOf(target).Elem(), join(field, key.Value))
			continue
		}
		own.Content = append(own.Content, key, value)
	}
	if a.Name == "" {
		r.add(field+".name", "is missing: give each account its own name")
		return
	}
	a.open(provider, &section{account: a.Name, report: r, node: own, field: field})
}

func (a *Account) open(provider string, s *section) {
	driver, ok := drivers[provider]
	if !ok {
		names := slices.Collect(maps.Keys(drivers))
		if provider == "" {
			s.report.add(s.field+".provider", "is missing: %s", suggest("", names))
			return
		}
		s.report.add(s.field+".provider", "there is no provider %q: %s", provider, suggest(provider, names))
		return
	}
	opened, err := driver(s)
	if err != nil {
		s.report.add(s.field, "%v", err)
		return
	}
	a.Provider = opened
}
