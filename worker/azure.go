package worker

import (
	"time"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/azure"
)

func openAzure(s *section) (providers.Provider, error) {
	f := struct {
		Subscription   string        `yaml:"subscriptionId"`
		Regions        []string      `yaml:"regions"`
		ResourceGroups []string      `yaml:"resourceGroups"`
		Tenant         string        `yaml:"tenantId"`
		ClientID       string        `yaml:"clientId"`
		ClientSecret   Secret        `yaml:"clientSecret"`
		AccessToken    Secret        `yaml:"accessToken"`
		Cloud          string        `yaml:"cloud"`
		Endpoint       string        `yaml:"endpoint"`
		AdminUser      string        `yaml:"adminUserName"`
		SSHKey         string        `yaml:"sshPublicKey"`
		Lag            time.Duration `yaml:"lag"`
		LookEvery      time.Duration `yaml:"lookEvery"`
	}{Lag: 2 * time.Second, LookEvery: 5 * time.Second}
	if !s.decode(&f) {
		return nil, nil
	}
	return azure.New(azure.Config{
		Account:        s.account,
		Subscription:   f.Subscription,
		Regions:        f.Regions,
		ResourceGroups: f.ResourceGroups,
		Tenant:         f.Tenant,
		ClientID:       f.ClientID,
		ClientSecret:   string(f.ClientSecret),
		AccessToken:    string(f.AccessToken),
		Cloud:          f.Cloud,
		Endpoint:       f.Endpoint,
		AdminUser:      f.AdminUser,
		SSHKey:         f.SSHKey,
		Lag:            f.Lag,
		LookEvery:      f.LookEvery,
		Limits:         s.report.requests,
	})
}
