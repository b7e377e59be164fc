package devtest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// OwnPorts has gennaker-dev begin with ports of their own on a new state: so
// many above the usual ones. Tests that kill it need them. It is to come back
// on the same ports, and packages of tests run at the same time: another
// gennaker-dev may take usual ports that are free for a moment.
func OwnPorts[Port ~string](state string, usual map[Port]int, above int) error {
	file := filepath.Join(state, "ports.json")
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	own := map[Port]int{}
	for port, n := range usual {
		own[port] = n + above
	}
	text, err := json.Marshal(own)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
