package gitrepo

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/gitrepo/gittest"
)

// unpacked are the files of a .tgz.
func unpacked(t *testing.T, data []byte) map[string]string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for archive := tar.NewReader(zip); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(text)
	}
}

func TestARevisionIsRead(t *testing.T) {
	t.Parallel()
	r := gittest.Serve(t, map[string]string{"base/a.yaml": "one", "prod/b.yaml": "one", "prod/deep/c.yaml": "c", "production/d.yaml": "d"})
	first := r.Git("rev-parse", "HEAD")
	r.Git("tag", "v1")
	r.Git("tag", "--annotate", "--message", "a tag", "v1-signed")
	r.Git("tag", "--annotate", "--message", "a tag of a tag", "v1-twice", "v1-signed")
	second := r.Commit(map[string]string{"base/a.yaml": "two"})
	r.Git("branch", "feature/x", "v1")
	third := r.Commit(map[string]string{"base/a.yaml": "three"})
	for _, c := range []struct {
		name, version, path string
		want                map[string]string
	}{
		{"master, unless another is named", "", "base", map[string]string{"base/a.yaml": "three"}},
		{"a branch", "feature/x", "base", map[string]string{"base/a.yaml": "one"}},
		{"a branch by its whole name", "refs/heads/feature/x", "base", map[string]string{"base/a.yaml": "one"}},
		{"a tag", "v1", "base", map[string]string{"base/a.yaml": "one"}},
		{"an annotated tag", "v1-signed", "base", map[string]string{"base/a.yaml": "one"}},
		{"a tag of a tag", "v1-twice", "base", map[string]string{"base/a.yaml": "one"}},
		{"the last commit", third, "base", map[string]string{"base/a.yaml": "three"}},
		{"a commit that has a tag", first, "base", map[string]string{"base/a.yaml": "one"}},
		{"a commit that the server does not hand out", second, "base", map[string]string{"base/a.yaml": "two"}},
		{"a short commit", second[:7], "base", map[string]string{"base/a.yaml": "two"}},
		{"a file", "v1", "prod/b.yaml", map[string]string{"prod/b.yaml": "one"}},
		{"a folder below another", "v1", "/prod/deep/", map[string]string{"prod/deep/c.yaml": "c"}},
		{"no folder that another begins like", "v1", "prod", map[string]string{"prod/b.yaml": "one", "prod/deep/c.yaml": "c"}},
		{"all", "v1", "", map[string]string{"base/a.yaml": "one", "prod/b.yaml": "one", "prod/deep/c.yaml": "c", "production/d.yaml": "d"}},
		{"all, as a dot says", "v1", ".", map[string]string{"base/a.yaml": "one", "prod/b.yaml": "one", "prod/deep/c.yaml": "c", "production/d.yaml": "d"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data, err := Read(t.Context(), http.DefaultClient, Folder{URL: r.URL, Version: c.version, Path: c.path})
			if err != nil {
				t.Fatalf("Read = %v", err)
			}
			if got := unpacked(t, data); !maps.Equal(got, c.want) {
				t.Errorf("Read = %v, want %v", got, c.want)
			}
		})
	}
}

// asked are the lines of the requests for packs that a client sends.
type asked struct{ lines []string }

func (a *asked) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(data))
		a.lines = append(a.lines, strings.Split(string(data), "\n")...)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// has reports whether a line has a text.
func (a *asked) has(text string) bool {
	return slices.ContainsFunc(a.lines, func(line string) bool { return strings.Contains(line, text) })
}

func TestAHistoryIsFetchedOnlyForACommitThatTheServerDoesNotHandOut(t *testing.T) {
	r := gittest.Serve(t, map[string]string{"a": "one"})
	first := r.Git("rev-parse", "HEAD")
	r.Commit(map[string]string{"a": "two"})
	read := func(version string) *asked {
		a := &asked{}
		if _, err := Read(t.Context(), &http.Client{Transport: a}, Folder{URL: r.URL, Version: version}); err != nil {
			t.Fatalf("Read of %s = %v", version, err)
		}
		return a
	}
	if a := read("master"); !a.has("deepen 1") {
		t.Errorf("for a branch it asks %q, want one commit", a.lines)
	}
	if a := read(first); a.has("deepen") || a.has("want "+first) {
		t.Errorf("for a commit that is not handed out it asks %q, want the history", a.lines)
	}
	r.Git("config", "uploadpack.allowReachableSHA1InWant", "true")
	if a := read(first); !a.has("deepen 1") || !a.has("want "+first) {
		t.Errorf("for a commit that is handed out it asks %q, want it alone", a.lines)
	}
}

func TestWhatIsNoFileIsLeftOut(t *testing.T) {
	r := gittest.Serve(t, map[string]string{"a.yaml": "a", "big.png": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"})
	if err := os.Symlink("/etc/passwd", filepath.Join(r.Dir, "link")); err != nil {
		t.Fatal(err)
	}
	r.Git("add", "link")
	r.Git("update-index", "--add", "--cacheinfo", "160000,"+r.Git("rev-parse", "HEAD")+",module")
	r.Git("commit", "--quiet", "--message", "a link and a submodule")
	data, err := Read(t.Context(), http.DefaultClient, Folder{URL: r.URL})
	if err != nil {
		t.Fatal(err)
	}
	if got := unpacked(t, data); !maps.Equal(got, map[string]string{"a.yaml": "a"}) {
		t.Errorf("Read = %v, want a.yaml alone", got)
	}
}

// answering is a server that answers everything in one way.
func answering(t *testing.T, code int, text string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		fmt.Fprint(w, text)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/repo.git"
}

func TestWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := gittest.Serve(t, map[string]string{"a.yaml": "a"})
	empty := gittest.Serve(t, map[string]string{"a.yaml": "a"})
	empty.Git("update-ref", "-d", "refs/heads/master")
	loose := gittest.Serve(t, map[string]string{"a.yaml": "a"})
	loose.Git("config", "uploadpack.allowReachableSHA1InWant", "true")
	for _, c := range []struct {
		name  string
		from  Folder
		fails error
		want  string
	}{
		{"no branch", Folder{URL: r.URL, Version: "main"}, gennaker.ErrNotFound, `it has no branch and no tag "main"`},
		{"no folder", Folder{URL: r.URL, Path: "prod"}, gennaker.ErrNotFound, "master has no prod"},
		{"no commit", Folder{URL: r.URL, Version: "1234567"}, gennaker.ErrNotFound, `no tag "1234567", and 0 commits that begin so`},
		{"no commit where commits are handed out", Folder{URL: loose.URL, Version: strings.Repeat("12", 20)}, gennaker.ErrNotFound, "the server has no such commit"},
		{"no repository", Folder{URL: strings.TrimSuffix(r.URL, "/.git") + "/other"}, gennaker.ErrNotFound, "the server has no such repository"},
		{"nothing in it", Folder{URL: empty.URL}, gennaker.ErrNotFound, "the repository is empty"},
		{"a password that is wanted", Folder{URL: answering(t, 401, "<html>")}, gennaker.ErrDenied, "the server wants to know who asks"},
		{"a server that is busy", Folder{URL: answering(t, 503, "<html>")}, gennaker.ErrUnavailable, "it answered 503 Service Unavailable"},
		{"a request that is refused", Folder{URL: answering(t, 418, "<html>")}, gennaker.ErrInvalid, "it answered 418"},
		{"a page", Folder{URL: answering(t, 200, "<html>some page</html>")}, gennaker.ErrInvalid, "it does not answer as a git server does"},
		{"nobody there", Folder{URL: "http://127.0.0.1:1/repo"}, gennaker.ErrUnavailable, "connection refused"},
		{"ssh", Folder{URL: "git@github.com:org/repo.git"}, gennaker.ErrInvalid, "by its https or http URL, and not by ssh"},
		{"a folder of this machine", Folder{URL: r.Dir}, gennaker.ErrInvalid, "by its https or http URL"},
		{"a file of this machine", Folder{URL: "file://" + r.Dir}, gennaker.ErrInvalid, "by its https or http URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(t.Context(), http.DefaultClient, c.from)
			if !errors.Is(err, c.fails) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Read = %v, want %v with %q", err, c.fails, c.want)
			}
		})
	}
}

// A tree of ten trees of ten trees and so on is small to send.
func TestATreeThatGrowsIsRefused(t *testing.T) {
	r := gittest.Serve(t, map[string]string{"a.yaml": "a"})
	tree := r.Git("rev-parse", "HEAD^{tree}")
	for range 6 {
		var b strings.Builder
		for i := range 10 {
			fmt.Fprintf(&b, "040000 tree %s\tf%d\n", tree, i)
		}
		tree = r.GitWith(b.String(), "mktree")
	}
	r.Git("update-ref", "refs/heads/bomb", r.Git("commit-tree", "-m", "a bomb", tree))
	_, err := Read(t.Context(), http.DefaultClient, Folder{URL: r.URL, Version: "bomb"})
	if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "it has more than 20000 files and folders") {
		t.Errorf("Read = %v, want that it is refused", err)
	}
	if _, err := Read(t.Context(), http.DefaultClient, Folder{URL: r.URL, Version: "bomb", Path: "f0/f0/f0/f0/f0"}); err != nil {
		t.Errorf("Read of a folder in it = %v", err)
	}
}

func TestAFileThatIsTooLargeIsRefused(t *testing.T) {
	r := gittest.Serve(t, map[string]string{"large": strings.Repeat("x", maxFolder+1), "small/a.yaml": "a"})
	_, err := Read(t.Context(), http.DefaultClient, Folder{URL: r.URL})
	if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "its files have more than 20971520 bytes") {
		t.Errorf("Read = %v, want that it is refused", err)
	}
	if _, err := Read(t.Context(), http.DefaultClient, Folder{URL: r.URL, Path: "small"}); err != nil {
		t.Errorf("Read of a folder beside it = %v", err)
	}
}

// packOf is a pack with objects that say of themselves how long they are.
func packOf(t *testing.T, objects ...[]byte) []byte {
	t.Helper()
	b := bytes.NewBufferString("PACK")
	for _, n := range []uint32{2, uint32(len(objects))} {
		_ = binary.Write(b, binary.BigEndian, n) // a buffer takes everything
	}
	for _, o := range objects {
		b.Write(o)
	}
	return b.Bytes()
}

// object is one of a kind, 3 for a file and 7 for a delta of what has an id.
func object(kind byte, length int, id, content []byte) []byte {
	head := []byte{kind<<4 | byte(length&15)}
	for rest := length >> 4; rest > 0; rest >>= 7 {
		head[len(head)-1] |= 0x80
		head = append(head, byte(rest&127))
	}
	var zipped bytes.Buffer
	w := zlib.NewWriter(&zipped)
	w.Write(content)
	w.Close()
	return slices.Concat(head, id, zipped.Bytes())
}

func TestAPackIsWeighedBeforeItIsUnpacked(t *testing.T) {
	delta := func(becomes uint64) []byte {
		return binary.AppendUvarint(binary.AppendUvarint(nil, 1), becomes)
	}
	file := object(3, 4, nil, []byte("text"))
	half := object(7, len(delta(maxObjects/2)), make([]byte, 20), delta(maxObjects/2))
	for _, c := range []struct {
		name string
		pack []byte
		want string // of the error; none when empty
	}{
		{"a file", packOf(t, file), ""},
		{"a file that says that it is large", packOf(t, object(3, maxObjects, nil, []byte("text"))), "more than 128 MiB"},
		{"a file that does not say so", packOf(t, object(3, 1, nil, []byte("text"))), "exceeds declared size"},
		{"a delta that becomes large", packOf(t, object(7, len(delta(1<<40)), make([]byte, 20), delta(1<<40))), "more than 128 MiB"},
		{"deltas that become large together", packOf(t, half, half), "more than 128 MiB"},
		{"one of them", packOf(t, half), ""},
		{"a broken delta", packOf(t, object(7, 1, make([]byte, 20), []byte{0x80})), "more than 128 MiB"},
		{"no pack", []byte("<html>"), "malformed pack file signature"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := weigh(c.pack)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("weigh = %v, want %q", err, c.want)
			}
		})
	}
}
