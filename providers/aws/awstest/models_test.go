package awstest_test

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gennaker/gennaker/providers/aws/awstest/targets"
)

// model is AWS's own description of a service, from its Python SDK.
type model struct {
	Metadata struct {
		APIVersion   string `json:"apiVersion"`
		Protocol     string `json:"protocol"`
		XMLNamespace string `json:"xmlNamespace"`
	} `json:"metadata"`
	Operations map[string]operation `json:"operations"`
	Shapes     map[string]shape     `json:"shapes"`
}

type operation struct {
	Input, Output *member
	Errors        []member
}

type member struct {
	Shape         string `json:"shape"`
	LocationName  string `json:"locationName"`
	QueryName     string `json:"queryName"`
	ResultWrapper string `json:"resultWrapper"`
}

type shape struct {
	Type     string            `json:"type"`
	Members  map[string]member `json:"members"`
	Member   member            `json:"member"`
	Required []string          `json:"required"`
	Enum     []string          `json:"enum"`
	Error    struct {
		Code string `json:"code"`
	} `json:"error"`
}

// modelNames are the folders of the models, by the version of their API.
var modelNames = []string{"autoscaling", "ec2", "elb", "elbv2", "sts"}

// models reads the models of the services, by version.
var models = sync.OnceValues(func() (map[string]*model, error) {
	server, err := targets.Install("moto")
	if err != nil {
		return nil, err
	}
	all := map[string]*model{}
	for _, name := range modelNames {
		m, err := readModel(filepath.Join(filepath.Dir(server), "..", "lib", "python3*", "site-packages", "botocore", "data", name, "*", "service-2.json.gz"))
		if err != nil {
			return nil, err
		}
		all[m.Metadata.APIVersion] = m
	}
	return all, nil
})

func readModel(pattern string) (*model, error) {
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return nil, &os.PathError{Op: "find", Path: pattern, Err: os.ErrNotExist}
	}
	file, err := os.Open(found[len(found)-1])
	if err != nil {
		return nil, err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	m := &model{}
	return m, json.NewDecoder(plain).Decode(m)
}

func needModels(t *testing.T) map[string]*model {
	t.Helper()
	m, err := models()
	if err != nil {
		t.Fatal(err)
	}
	return m
}
