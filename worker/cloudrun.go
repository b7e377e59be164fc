package worker

import (
	"time"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google/run"
)

func openCloudRun(s *section) (providers.Provider, error) {
	f := struct {
		Project         string        `yaml:"project"`
		Regions         []string      `yaml:"regions"`
		CredentialsFile string        `yaml:"credentialsFile"`
		Impersonate     string        `yaml:"impersonate"`
		Endpoint        string        `yaml:"endpoint"`
		Anonymous       bool          `yaml:"anonymous"`
		Lag             time.Duration `yaml:"lag"`
		LookEvery       time.Duration `yaml:"lookEvery"`
	}{Lag: 2 * time.Second, LookEvery: 5 * time.Second}
	if !s.decode(&f) {
		return nil, nil
	}
	return run.New(run.Config{
		Account:         s.account,
		Project:         f.Project,
		Regions:         f.Regions,
		CredentialsFile: f.CredentialsFile,
		Impersonate:     f.Impersonate,
		Endpoint:        f.Endpoint,
		Anonymous:       f.Anonymous,
		Lag:             f.Lag,
		LookEvery:       f.LookEvery,
		Limits:          s.report.requests,
	})
}
