package loadtest_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// TestFullByQuota: the system lets the process write only so much into a file;
// then it lets it write more. The process goes on.
func TestFullByQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.opens(t, fmt.Sprint(maxFile, "=", 20<<20))
	w.fillsUp(t, 12<<20, false, func() {
		l := syscall.Rlimit{Cur: 4 << 30, Max: ^uint64(0)}
		if _, _, no := syscall.Syscall6(syscall.SYS_PRLIMIT64, uintptr(p.cmd.Process.Pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&l)), 0, 0, 0); no != 0 {
			t.Fatal(no)
		}
	})
	if w.now() != p {
		t.Error("it was another process in the end")
	}
}

// TestFullByDisk: the disk is full; then it is larger. The process goes on.
func TestFullByDisk(t *testing.T) {
	if watched {
		t.Skip("it is not that fast; TestFullByQuota goes the same way")
	}
	t.Parallel()
	w := newWorld(t)
	if err := os.Mkdir(w.data(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", w.data(), "tmpfs", 0, "size=20m"); err != nil {
		t.Skipf("a small disk cannot be made here, which takes root: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(w.data(), syscall.MNT_DETACH) })
	p := w.opens(t)
	w.fillsUp(t, 12<<20, false, func() {
		if err := syscall.Mount("tmpfs", w.data(), "tmpfs", syscall.MS_REMOUNT, "size=4g"); err != nil {
			t.Fatal(err)
		}
	})
	if w.now() != p {
		t.Error("it was another process in the end")
	}
}
