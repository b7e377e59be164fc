package baking

import (
	"fmt"
	"io/fs"
	"path"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// disk is a folder as Kustomize reads it, at /. The one that Kustomize has for
// memory refuses most names that files of a repository may have.
type disk struct {
	filesys.FileSystem // empty
	all                folder
	dirs               map[string]bool
}

func newDisk(all folder) disk {
	d := disk{FileSystem: filesys.MakeFsInMemory(), all: all, dirs: map[string]bool{"": true}}
	for name := range all {
		for dir := path.Dir(name); dir != "." && !d.dirs[dir]; dir = path.Dir(dir) {
			d.dirs[dir] = true
		}
	}
	return d
}

// inFolder is a name as the folder has it.
func inFolder(name string) string { return path.Clean("/" + name)[1:] }

func (d disk) IsDir(name string) bool { return d.dirs[inFolder(name)] }

func (d disk) Exists(name string) bool {
	_, ok := d.all[inFolder(name)]
	return ok || d.IsDir(name)
}

func (d disk) ReadFile(name string) ([]byte, error) {
	data, ok := d.all[inFolder(name)]
	if !ok {
		return nil, fmt.Errorf("%s: %w", inFolder(name), fs.ErrNotExist)
	}
	return data, nil
}

// CleanedAbs is the folder that a name leads to, and the file in it if it is
// one.
func (d disk) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	clean := "/" + inFolder(name)
	switch {
	case d.IsDir(name):
		return filesys.ConfirmedDir(clean), "", nil
	case d.Exists(name):
		dir, file := path.Split(clean)
		return filesys.ConfirmedDir(path.Clean(dir)), file, nil
	}
	return "", "", fmt.Errorf("%s: %w", inFolder(name), fs.ErrNotExist)
}
