package baking

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Bounds of a folder once it is unpacked.
const (
	maxUnpacked = 20 << 20 // bytes
	maxFiles    = 20_000
)

// folder has the content of files by their paths, such as templates/web.yaml.
type folder map[string][]byte

// open unpacks an archive.
func open(f File) (folder, error) {
	left := budget{bytes: maxUnpacked, files: maxFiles}
	return unpack(f.Data, &left)
}

// budget is what may still be unpacked.
type budget struct{ bytes, files int }

func unpack(data []byte, left *budget) (folder, error) {
	var r io.Reader = bytes.NewReader(data)
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = unzipped
	}
	all := folder{}
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) && len(all) > 0 {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("a folder that is packed as .tgz is wanted: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue // links lead out of the archive, or to what is in it by itself
		}
		if err := all.add(h.Name, archive, left); err != nil {
			return nil, err
		}
	}
}

func (all folder) add(name string, r io.Reader, left *budget) error {
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
		return fmt.Errorf("the archive has a file outside of itself: %s", name)
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(left.bytes)+1))
	if err != nil {
		return fmt.Errorf("%s: %w", clean, err)
	}
	left.bytes, left.files = left.bytes-len(data), left.files-1
	if left.bytes < 0 || left.files < 0 {
		return fmt.Errorf("the archive has more than %d files or %d bytes", maxFiles, maxUnpacked)
	}
	all[clean] = data
	return nil
}

// find is where a folder is that has one of the files: at the path or, if all
// is in one folder as in a packed chart, at the path in that.
func (all folder) find(dir string, files ...string) (string, error) {
	for _, dir := range []string{path.Clean("/" + dir)[1:], path.Join(all.top(), path.Clean("/"+dir))} {
		for _, name := range files {
			if _, ok := all[path.Join(dir, name)]; ok {
				return dir, nil
			}
		}
	}
	if dir == "" {
		return "", fmt.Errorf("it has no %s", files[0])
	}
	return "", fmt.Errorf("it has no %s", path.Join(dir, files[0]))
}

// top is the folder that everything is in; empty if there is none.
func (all folder) top() string {
	first := ""
	for name := range all {
		dir, _, nested := strings.Cut(name, "/")
		if !nested || first != "" && dir != first {
			return ""
		}
		first = dir
	}
	return first
}

// below is what is in a folder, by its path in there.
func (all folder) below(dir string) folder {
	if dir == "" {
		return all
	}
	below := folder{}
	for name, data := range all {
		if rest, ok := strings.CutPrefix(name, dir+"/"); ok {
			below[rest] = data
		}
	}
	return below
}
