//go:build !linux

package korifitest

import (
	"errors"
	"os/exec"
)

func isolate(*exec.Cmd) error {
	return errors.New("a network of its own, where Korifi is started, is Linux's alone")
}

func raiseLoopback() error { return errors.ErrUnsupported }
