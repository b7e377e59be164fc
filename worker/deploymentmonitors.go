package worker

import (
	"fmt"
	"net/url"
	"reflect"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker/activities"
)

// DeploymentMonitor is a service that judges the deployments whose strategy is
// monitored, and that name it by its id.
type DeploymentMonitor struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	// BaseURL is what deployment/starting, deployment/evaluateHealth and
	// deployment/completed are below. webhooks.allow counts for it too.
	BaseURL string            `yaml:"baseUrl"`
	Headers map[string]string `yaml:"customHeaders"` // secret://NAME as in webhooks
	// FailOnError fails a deployment when the monitor does not answer or does
	// not decide in time; true unless the file says otherwise.
	FailOnError        bool   `yaml:"failOnError"`
	MaxAnalysisMinutes int    `yaml:"maxAnalysisMinutes"` // 30 when zero
	SupportContact     string `yaml:"supportContact"`
}

func (m *DeploymentMonitor) read(r *report, n *yaml.Node, field string) {
	m.FailOnError = true
	r.decodeStruct(n, reflect.ValueOf(m).Elem(), field)
}

func (r *report) checkDeploymentMonitors(all []DeploymentMonitor) {
	seen := map[string]bool{}
	for i, m := range all {
		field := fmt.Sprintf("deploymentMonitors[%d]", i)
		r.unique(field+".id", m.ID, seen)
		u, err := url.Parse(m.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.User != nil {
			r.add(field+".baseUrl", "%q is not the beginning of a URL: write it like https://monitor.example.com/v1", m.BaseURL)
		}
		if m.MaxAnalysisMinutes < 0 {
			r.add(field+".maxAnalysisMinutes", "is negative: give a positive value or leave it out")
		}
	}
}

// monitors are what the activities are told.
func (c Config) monitors() []activities.Monitor {
	var list []activities.Monitor
	for _, m := range c.DeploymentMonitors {
		list = append(list, activities.Monitor(m))
	}
	return list
}
