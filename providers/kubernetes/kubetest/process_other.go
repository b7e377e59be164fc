//go:build unix && !linux

package kubetest

import "syscall"

// attributes leave Ctrl-C to us. This system cannot end a program with the one
// that started it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
