package worker

import (
	"time"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/google"
)

// openGoogle opens a project of Google's.
func openGoogle(s *section) (providers.Provider, error) {
	f := struct {
		Project         string        `yaml:"project"`
		Regions         []string      `yaml:"regions"`
		ImageProjects   []string      `yaml:"imageProjects"`
		CredentialsFile string        `yaml:"credentialsFile"`
		Impersonate     string        `yaml:"impersonate"`
		Endpoint        string        `yaml:"endpoint"`
		Anonymous       bool          `yaml:"anonymous"`
		Lag             time.Duration `yaml:"lag"`
		LookEvery       time.Duration `yaml:"lookEvery"`
	}{Lag: time.Second, LookEvery: 5 * time.Second}
	if !s.decode(&f) {
		return nil, nil
	}
	return google.New(google.Config{
		Account:         s.account,
		Project:         f.Project,
		Regions:         f.Regions,
		ImageProjects:   f.ImageProjects,
		CredentialsFile: f.CredentialsFile,
		Impersonate:     f.Impersonate,
		Endpoint:        f.Endpoint,
		Anonymous:       f.Anonymous,
		Lag:             f.Lag,
		LookEvery:       f.LookEvery,
		Limits:          s.report.requests,
	})
}
