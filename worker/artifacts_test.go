package worker

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/activities"
)

// opened are the accounts of a configuration by their names.
func opened(t *testing.T, text string, environment map[string]string) map[string]activities.ArtifactAccount {
	t.Helper()
	c, err := load(t, text, environment)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]activities.ArtifactAccount{}
	for _, a := range c.artifacts() {
		byName[a.Name] = a
	}
	return byName
}

func TestLoadOpensTheAccountsOfArtifacts(t *testing.T) {
	both, token := t.TempDir()+"/both", t.TempDir()+"/token"
	for name, text := range map[string]string{both: "ada:a:b\n", token: "from-a-file\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all := opened(t, `
artifacts:
  gitrepo:
    enabled: true
    accounts:
      - {name: git, token: secret://GIT, allowedHosts: [git.lan, code.lan]}
      - {name: bot, username: bot, tokenFile: `+token+`, allowedHosts: [git.lan]}
  http:
    accounts:
      - {name: files, usernamePasswordFile: `+both+`, allowedHosts: [files.lan]}
  helm:
    accounts:
      - {name: charts, repository: "https://charts.lan/stable", username: ada, password: s3cret}
      - {name: open, repository: "https://charts.lan"}
  dockerRegistry:
    accounts:
      - {name: images, address: "https://ghcr.io", username: ada, passwordFile: `+token+`}
      - {name: local, address: "registry.lan:5000"}
`, map[string]string{"GENNAKER_SECRET_GIT": "from-the-environment"})
	for _, c := range []struct{ name, types, home, hosts, user, password string }{
		{"git", "git/repo", "", "git.lan code.lan", "token", "from-the-environment"},
		{"bot", "git/repo", "", "git.lan", "bot", "from-a-file"},
		{"files", "http/file", "", "files.lan", "ada", "a:b"},
		{"charts", "helm/chart", "https://charts.lan/stable", "charts.lan", "ada", "s3cret"},
		{"open", "helm/chart", "https://charts.lan", "charts.lan", "", ""},
		{"images", "helm/image helm/chart", "ghcr.io", "ghcr.io", "ada", "from-a-file"},
		{"local", "helm/image helm/chart", "registry.lan:5000", "registry.lan", "", ""},
	} {
		a, user, password := all[c.name], "", ""
		if a.Credentials != nil {
			user, password, _ = a.Credentials()
		}
		got := []string{a.Name, strings.Join(a.Types, " "), a.Home, strings.Join(a.Hosts, " "), user, password}
		if want := []string{c.name, c.types, c.home, c.hosts, c.user, c.password}; !slices.Equal(got, want) {
			t.Errorf("account = %q, want %q", got, want)
		}
	}
	if err := os.WriteFile(token, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, password, err := all["bot"].Credentials(); password != "another" || err != nil {
		t.Errorf("after the file has changed the token is %q, %v", password, err)
	}
}

func TestAccountsOfArtifactsThatAreNotEnabledAreNone(t *testing.T) {
	if all := opened(t, "artifacts:\n  http:\n    enabled: false\n    accounts: [{name: a, allowedHosts: [b]}]\n", nil); len(all) > 0 {
		t.Errorf("accounts = %v, want none", all)
	}
}

func TestLoadSaysWhatIsWrongWithAnAccountOfArtifacts(t *testing.T) {
	colonless := t.TempDir() + "/file"
	if err := os.WriteFile(colonless, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := load(t, `
artifacts:
  gitrepo:
    accounts:
      - {token: a, allowedHosts: [git.lan]}
      - {name: git, token: a}
      - {name: git, token: a, tokenFile: b, allowedHosts: [git.lan]}
      - {name: repo, token: a, repository: "https://git.lan"}
      - {name: ssh, sshPrivateKeyFilePath: key, allowedHosts: [git.lan]}
  http:
    accounts:
      - {name: user, username: ada, allowedHosts: [a]}
      - {name: password, password: b, allowedHosts: [a]}
      - {name: gone, tokenFile: gone, allowedHosts: [a]}
      - {name: env, token: secret://NONE, allowedHosts: [a]}
  helm:
    accounts:
      - {name: helm, repository: charts}
      - {name: with, repository: "https://ada:b@charts.lan"}
      - {name: file, repository: "https://charts.lan", usernamePasswordFile: `+colonless+`}
`, nil)
	if err == nil {
		t.Fatal("Load = nil, want the mistakes")
	}
	for _, want := range []string{
		"worker.yaml:5: artifacts.gitrepo.accounts[0].name: is missing",
		"worker.yaml:6: artifacts.gitrepo.accounts[1].allowedHosts: is missing: credentials go nowhere else",
		`worker.yaml:7: artifacts.gitrepo.accounts[2].name: "git" is taken`,
		"worker.yaml:7: artifacts.gitrepo.accounts[2]: has more than one of password, passwordFile, usernamePasswordFile, token and tokenFile",
		"worker.yaml:8: artifacts.gitrepo.accounts[3].repository: is not for gitrepo: where it is, is its allowedHosts",
		"worker.yaml:9: artifacts.gitrepo.accounts[4].sshPrivateKeyFilePath: there is no such field",
		"worker.yaml:12: artifacts.http.accounts[0].username: has no password",
		"worker.yaml:13: artifacts.http.accounts[1].username: is missing: whose password is it?",
		"worker.yaml:14: artifacts.http.accounts[2]: open gone: no such file or directory",
		"worker.yaml:15: artifacts.http.accounts[3].token: the environment has no GENNAKER_SECRET_NONE",
		"worker.yaml:18: artifacts.helm.accounts[0].repository: is no URL without a password",
		"worker.yaml:19: artifacts.helm.accounts[1].repository: is no URL without a password",
		"worker.yaml:20: artifacts.helm.accounts[2]: " + colonless + " must have username:password",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Load says\n%v\nwant %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "ada:b@") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("Load says a password: %v", err)
	}
}
