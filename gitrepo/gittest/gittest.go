// Package gittest serves real git repositories over HTTP, as git does it.
package gittest

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Repository is a repository with a branch master, and its server.
type Repository struct {
	URL string // to clone from
	Dir string
	t   *testing.T
}

// Serve makes a repository of files by their paths, and serves it until the
// test ends.
func Serve(t *testing.T, files map[string]string) *Repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git is wanted: apt-get install git")
	}
	r := &Repository{Dir: t.TempDir(), t: t}
	r.Git("init", "--quiet", "--initial-branch=master")
	r.Commit(files)
	s := httptest.NewServer(r.Handler())
	t.Cleanup(s.Close)
	r.URL = s.URL + "/.git"
	return r
}

// Handler is what serves the repository, as /.git.
func (r *Repository) Handler() http.Handler {
	return &cgi.Handler{Path: filepath.Join(r.Git("--exec-path"), "git-http-backend"),
		Env: append(environment(), "GIT_PROJECT_ROOT="+r.Dir, "GIT_HTTP_EXPORT_ALL=1")}
}

// Commit adds files, or changes them, and returns the commit's id.
func (r *Repository) Commit(files map[string]string) string {
	r.t.Helper()
	for name, text := range files {
		path := filepath.Join(r.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	r.Git("add", "--all")
	r.Git("commit", "--quiet", "--message", "a change")
	return r.Git("rev-parse", "HEAD")
}

// Git runs git in the repository, and returns what it prints.
func (r *Repository) Git(args ...string) string {
	r.t.Helper()
	return r.GitWith("", args...)
}

// GitWith is Git with an input.
func (r *Repository) GitWith(input string, args ...string) string {
	r.t.Helper()
	c := exec.Command("git", args...)
	c.Dir, c.Env, c.Stdin = r.Dir, append(os.Environ(), environment()...), strings.NewReader(input)
	out, err := c.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// environment keeps what this machine has configured out of it.
func environment() []string {
	return []string{"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "HOME=" + os.DevNull,
		"GIT_AUTHOR_NAME=ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=ada", "GIT_COMMITTER_EMAIL=ada@example.com"}
}

// Moved redirects every request to another server.
func Moved(t *testing.T, to string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to+r.URL.RequestURI(), http.StatusFound)
	}))
	t.Cleanup(s.Close)
	return s
}
