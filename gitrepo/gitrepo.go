// Package gitrepo reads folders of git repositories over HTTP: one revision,
// in memory, and within bounds. It knows no ssh, fetches no submodules and
// nothing that Git LFS keeps, and runs no program.
package gitrepo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/gennaker/gennaker"
)

// Folder says what to read.
type Folder struct {
	URL string
	// Version is a branch, a tag or a commit, which may be short by seven
	// digits or more; master when empty, as with Spinnaker.
	Version string
	// Path is a folder or a file; all of the revision when empty.
	Path string
}

// Read returns the folder as a .tgz, in which files have their paths in the
// repository. Links, submodules and what is a pointer of Git LFS are not in it.
// Where client may go, and how long its answers may be, is client's to say.
func Read(ctx context.Context, client *http.Client, f Folder) ([]byte, error) {
	session, err := open(client, f.URL)
	if err != nil {
		return nil, err
	}
	refs, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return nil, kind(err)
	}
	if f.Version == "" {
		f.Version = "master"
	}
	w, err := find(refs, f.Version)
	if err != nil {
		return nil, err
	}
	pack, err := w.fetch(ctx, session, refs.Capabilities)
	if err != nil {
		return nil, kind(err)
	}
	all, err := unpack(pack)
	if err != nil {
		return nil, err
	}
	return all.folder(w, f)
}

func open(client *http.Client, address string) (transport.UploadPackSession, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%w: a repository is read by its https or http URL, and not by ssh", gennaker.ErrInvalid)
	}
	endpoint, err := transport.NewEndpoint(address)
	if err != nil {
		return nil, fmt.Errorf("%w: its URL cannot be read", gennaker.ErrInvalid)
	}
	return githttp.NewClient(client).NewUploadPackSession(endpoint, nil)
}

// wanted is a revision, and what to fetch so as to have it.
type wanted struct {
	version string
	from    []plumbing.Hash
	all     bool // with the history: the version is a commit somewhere in it
}

var commitID = regexp.MustCompile(`^[0-9a-f]{7,40}$`)

// find looks for a version among what the server has. A commit that is no
// branch's or tag's last, and that the server does not hand out by itself, is
// fetched with the histories of all of them.
func find(refs *packp.AdvRefs, version string) (wanted, error) {
	for _, name := range []string{"refs/heads/" + version, "refs/tags/" + version, version} {
		if hash, ok := refs.References[name]; ok {
			return wanted{version: version, from: []plumbing.Hash{hash}}, nil
		}
	}
	if !commitID.MatchString(version) {
		return wanted{}, fmt.Errorf("%w: it has no branch and no tag %q", gennaker.ErrNotFound, version)
	}
	if len(version) == 40 && refs.Capabilities.Supports(capability.AllowReachableSHA1InWant) {
		return wanted{version: version, from: []plumbing.Hash{plumbing.NewHash(version)}}, nil
	}
	w := wanted{version: version, all: true}
	for _, name := range gennaker.SortedKeys(refs.References) {
		switch hash := refs.References[name]; {
		case hash.String() == version:
			return wanted{version: version, from: []plumbing.Hash{hash}}, nil
		case strings.HasPrefix(name, "refs/heads/"), strings.HasPrefix(name, "refs/tags/"):
			w.from = append(w.from, hash)
		}
	}
	return w, nil
}
