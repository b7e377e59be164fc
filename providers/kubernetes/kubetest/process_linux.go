package kubetest

import "syscall"

// attributes have a program end with us, however we end, and leave Ctrl-C to us.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
