package gitrepo

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/gennaker/gennaker"
)

// Bounds of a folder. A tree may name another, or a file, many times.
const (
	maxEntries = 20_000
	maxFolder  = 20 << 20 // bytes
)

// folder packs what is at a path of the revision.
func (all objects) folder(w wanted, f Folder) ([]byte, error) {
	commit, err := all.commit(w)
	if err != nil {
		return nil, err
	}
	data, err := all.content(plumbing.CommitObject, commit)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed) // the level is a known one
	p := packer{all: all, within: path.Clean("/" + f.Path)[1:], to: tar.NewWriter(zip), entries: maxEntries, bytes: maxFolder}
	if err := p.tree(named(data, "tree"), ""); err != nil {
		return nil, err
	}
	if p.files == 0 && p.within != "" {
		return nil, fmt.Errorf("%w: %s has no %s", gennaker.ErrNotFound, w.version, p.within)
	}
	err = errors.Join(p.to.Close(), zip.Close())
	return out.Bytes(), err
}

// commit is the one that is wanted: what was fetched, what a tag leads to, or
// the one whose id begins like the version.
func (all objects) commit(w wanted) (plumbing.Hash, error) {
	if !w.all {
		hash := w.from[0]
		for tag, ok := all.Tags[hash]; ok; tag, ok = all.Tags[hash] {
			data, err := all.content(plumbing.TagObject, tag.Hash())
			if err != nil {
				return hash, err
			}
			hash = named(data, "object")
		}
		return hash, nil
	}
	var found []plumbing.Hash
	for hash := range all.Commits {
		if strings.HasPrefix(hash.String(), w.version) {
			found = append(found, hash)
		}
	}
	if len(found) != 1 {
		return plumbing.ZeroHash, fmt.Errorf("%w: it has no branch and no tag %q, and %d commits that begin so", gennaker.ErrNotFound, w.version, len(found))
	}
	return found[0], nil
}

// named is an object that a commit or a tag names in its first line.
func named(data []byte, field string) plumbing.Hash {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return plumbing.NewHash(strings.TrimPrefix(string(line), field+" "))
}

// packer packs the files of trees that are within a path.
type packer struct {
	all            objects
	within         string // all when empty
	to             *tar.Writer
	entries, bytes int // that may still come
	files          int // that it has packed
}

func (p *packer) tree(hash plumbing.Hash, dir string) error {
	data, err := p.all.content(plumbing.TreeObject, hash)
	if err != nil {
		return err
	}
	for len(data) > 0 {
		var e entry
		if e, data, err = next(data); err != nil {
			return err
		}
		if err := p.entry(e, path.Join(dir, e.name)); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) entry(e entry, name string) error {
	if p.entries--; p.entries < 0 {
		return fmt.Errorf("%w: it has more than %d files and folders: location of the artifact can name one folder", gennaker.ErrInvalid, maxEntries)
	}
	above := strings.HasPrefix(p.within, name+"/")
	inside := p.within == "" || name == p.within || strings.HasPrefix(name, p.within+"/")
	switch {
	case e.mode == filemode.Dir && (above || inside):
		return p.tree(e.hash, name)
	case inside && (e.mode.IsRegular() || e.mode == filemode.Executable || e.mode == filemode.Deprecated):
		return p.file(e.hash, name)
	}
	return nil
}

func (p *packer) file(hash plumbing.Hash, name string) error {
	data, err := p.all.content(plumbing.BlobObject, hash)
	if err != nil || isPointer(data) {
		return err
	}
	if p.bytes -= len(data); p.bytes < 0 {
		return fmt.Errorf("%w: its files have more than %d bytes: location of the artifact can name one folder", gennaker.ErrInvalid, maxFolder)
	}
	p.files++
	if err := p.to.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
		return err
	}
	_, err = p.to.Write(data)
	return err
}

// isPointer reports whether a file is kept by Git LFS, and is but its address.
func isPointer(data []byte) bool {
	return len(data) < 1024 && bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/"))
}

// entry is a line of a tree.
type entry struct {
	mode filemode.FileMode
	name string
	hash plumbing.Hash
}

// next reads the first entry of a tree, and returns what follows.
func next(tree []byte) (e entry, rest []byte, err error) {
	line, rest, ok := bytes.Cut(tree, []byte{0})
	mode, name, named := strings.Cut(string(line), " ")
	if !ok || !named || name == "" || strings.Contains(name, "/") || name == "." || name == ".." || len(rest) < len(e.hash) {
		return e, nil, fmt.Errorf("what it sends: %w: a tree is broken", gennaker.ErrInvalid)
	}
	if e.mode, err = filemode.New(mode); err != nil {
		return e, nil, fmt.Errorf("what it sends: %w: a tree has the mode %q", gennaker.ErrInvalid, mode)
	}
	e.name = name
	return e, rest[copy(e.hash[:], rest):], nil
}
