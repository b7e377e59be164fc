package worker

import (
	"time"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
)

func openCloudFoundry(s *section) (providers.Provider, error) {
	f := struct {
		API               string   `yaml:"api"`
		User              string   `yaml:"user"`
		Password          Secret   `yaml:"password"`
		ClientID          string   `yaml:"clientId"`
		ClientSecret      Secret   `yaml:"clientSecret"`
		Token             Secret   `yaml:"token"`
		SkipSSLValidation bool     `yaml:"skipSslValidation"`
		Spaces            []string `yaml:"spaces"`
		Registries        []struct {
			Host     string `yaml:"host"`
			User     string `yaml:"user"`
			Password Secret `yaml:"password"`
		} `yaml:"registries"`
		Lag       time.Duration `yaml:"lag"`
		LookEvery time.Duration `yaml:"lookEvery"`
	}{Lag: time.Second, LookEvery: 2 * time.Second}
	if !s.decode(&f) {
		return nil, nil
	}
	var registries []cloudfoundry.Registry
	for _, r := range f.Registries {
		registries = append(registries, cloudfoundry.Registry{Host: r.Host, Username: r.User, Password: string(r.Password)})
	}
	return cloudfoundry.New(cloudfoundry.Config{
		Account:           s.account,
		API:               f.API,
		Username:          f.User,
		Password:          string(f.Password),
		ClientID:          f.ClientID,
		ClientSecret:      string(f.ClientSecret),
		Token:             string(f.Token),
		SkipSSLValidation: f.SkipSSLValidation,
		Registries:        registries,
		Spaces:            f.Spaces,
		Lag:               f.Lag,
		LookEvery:         f.LookEvery,
		Download:          s.report.files.download,
		Limits:            s.report.requests,
	})
}
