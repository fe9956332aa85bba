//go:build unix

package loadtest_test

import "syscall"

// holdTo lets this process write at most so many bytes into a file. The limit
// can be raised again from outside.
func holdTo(bytes uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		return err
	}
	l.Cur = bytes
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
}
