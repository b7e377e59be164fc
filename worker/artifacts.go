package worker

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker/activities"
)

// Artifacts are the accounts that artifacts may name, in Spinnaker's words.
type Artifacts struct {
	GitRepo ArtifactAccounts `yaml:"gitrepo"`
	HTTP    ArtifactAccounts `yaml:"http"`
	Helm    ArtifactAccounts `yaml:"helm"`
	// DockerRegistry has the accounts of charts in OCI registries.
	DockerRegistry ArtifactAccounts `yaml:"dockerRegistry"`
}

// ArtifactAccounts are those of a type.
type ArtifactAccounts struct {
	Enabled  bool              `yaml:"enabled"` // true unless the file says otherwise
	Accounts []ArtifactAccount `yaml:"accounts"`
}

func (a *ArtifactAccounts) read(r *report, n *yaml.Node, field string) {
	a.Enabled = true
	r.decodeStruct(n, reflect.ValueOf(a).Elem(), field)
}

// ArtifactAccount is a user and a password, or a token, and where they may go:
// AllowedHosts, or the Repository or the Address. Files are read whenever an
// artifact is.
type ArtifactAccount struct {
	Name                 string   `yaml:"name"`
	Username             string   `yaml:"username"`
	Password             Secret   `yaml:"password"`
	PasswordFile         string   `yaml:"passwordFile"`
	UsernamePasswordFile string   `yaml:"usernamePasswordFile"` // username:password
	Token                Secret   `yaml:"token"`
	TokenFile            string   `yaml:"tokenFile"`
	AllowedHosts         []string `yaml:"allowedHosts"`
	Repository           string   `yaml:"repository"` // of helm: the URL of a chart repository
	Address              string   `yaml:"address"`    // of dockerRegistry: https://ghcr.io
}

// sorts are the types of accounts, what each is for, and what its accounts say
// of where they are.
func (a Artifacts) sorts() []artifactSort {
	return []artifactSort{
		{"gitrepo", a.GitRepo, []string{"git/repo"}, "allowedHosts"},
		{"http", a.HTTP, []string{"http/file"}, "allowedHosts"},
		{"helm", a.Helm, []string{"helm/chart"}, "repository"},
		{"dockerRegistry", a.DockerRegistry, []string{"helm/image", "helm/chart"}, "address"},
	}
}

type artifactSort struct {
	name  string
	all   ArtifactAccounts
	types []string
	where string
}

// place is what an account says in a field about where it is.
func (a ArtifactAccount) place(field string) string {
	return map[string]string{"allowedHosts": strings.Join(a.AllowedHosts, " "), "repository": a.Repository, "address": a.Address}[field]
}

func (r *report) checkArtifacts(a Artifacts) {
	seen := map[string]bool{}
	for _, s := range a.sorts() {
		for i, account := range s.all.Accounts {
			field := fmt.Sprintf("artifacts.%s.accounts[%d]", s.name, i)
			r.unique(field+".name", account.Name, seen)
			r.checkArtifactAccount(field, s, account)
		}
	}
}

func (r *report) checkArtifactAccount(field string, s artifactSort, a ArtifactAccount) {
	for _, other := range []string{"allowedHosts", "repository", "address"} {
		if other != s.where && a.place(other) != "" {
			r.add(field+"."+other, "is not for %s: where it is, is its %s", s.name, s.where)
		}
	}
	if a.place(s.where) == "" {
		r.add(field+"."+s.where, "is missing: credentials go nowhere else")
	} else if u, err := url.Parse(a.home()); s.where != "allowedHosts" && (err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http") {
		r.add(field+"."+s.where, "is no URL without a password: write it like https://charts.example.com")
	}
	switch proofs := a.proofs(); {
	case len(proofs) > 1:
		r.add(field, "has more than one of password, passwordFile, usernamePasswordFile, token and tokenFile: give it one")
	case len(proofs) == 0 && a.Username != "":
		r.add(field+".username", "has no password: give it a password, a token, or a file of one")
	case a.Username == "" && (a.Password != "" || a.PasswordFile != ""):
		r.add(field+".username", "is missing: whose password is it?")
	case len(proofs) == 1:
		if _, _, err := a.credentials(); err != nil {
			r.add(field, "%v", err)
		}
	}
}

// proofs are the fields that prove who asks.
func (a ArtifactAccount) proofs() []string {
	return slices.DeleteFunc([]string{string(a.Password), a.PasswordFile, a.UsernamePasswordFile, string(a.Token), a.TokenFile},
		func(text string) bool { return text == "" })
}

// home is the URL of a repository, or of a registry: its address may be a host
// alone.
func (a ArtifactAccount) home() string {
	if a.Address != "" && !strings.Contains(a.Address, "://") {
		return "https://" + a.Address
	}
	return cmp.Or(a.Address, a.Repository)
}

// credentials are what proves who asks. A token has any user, as with
// Spinnaker.
func (a ArtifactAccount) credentials() (user, password string, err error) {
	if file := cmp.Or(a.UsernamePasswordFile, a.PasswordFile, a.TokenFile); file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", "", err
		}
		password = strings.TrimSpace(string(data))
	}
	switch {
	case a.UsernamePasswordFile != "":
		user, password, ok := strings.Cut(password, ":")
		if !ok {
			return "", "", fmt.Errorf("%s must have username:password", a.UsernamePasswordFile)
		}
		return user, password, nil
	case a.Token != "" || a.TokenFile != "":
		return cmp.Or(a.Username, "token"), cmp.Or(string(a.Token), password), nil
	}
	return a.Username, cmp.Or(string(a.Password), password), nil
}

// artifacts are what the activities are told.
func (c Config) artifacts() []activities.ArtifactAccount {
	var list []activities.ArtifactAccount
	for _, s := range c.Artifacts.sorts() {
		for _, a := range s.all.Accounts {
			if s.all.Enabled {
				list = append(list, a.opened(s))
			}
		}
	}
	return list
}

func (a ArtifactAccount) opened(s artifactSort) activities.ArtifactAccount {
	opened := activities.ArtifactAccount{Name: a.Name, Types: s.types, Hosts: a.AllowedHosts, Home: a.home()}
	if u, err := url.Parse(a.home()); err == nil && u.Host != "" {
		opened.Hosts = []string{u.Hostname()}
		if s.where == "address" {
			opened.Home = u.Host
		}
	}
	if len(a.proofs()) > 0 {
		opened.Credentials = a.credentials
	}
	return opened
}
