package bolt

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A LockedError says which process has the store's file open.
type LockedError struct {
	Path    string
	PID     int    // 0 when it is not known
	Command string // may be empty
}

func (e *LockedError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	if e.Command != "" {
		who += " (" + e.Command + ")"
	}
	return fmt.Sprintf("open %s: the file is in use by %s", e.Path, who)
}

// markOf is the file that says who has the store open. One that is still there
// without a process is left from a crash.
func markOf(path string) string { return path + ".open" }

func mark(path string) error {
	return os.WriteFile(markOf(path), fmt.Appendf(nil, "%d %s\n", os.Getpid(), filepath.Base(os.Args[0])), 0o600)
}

func marked(path string) (pid int, command string, found bool) {
	raw, err := os.ReadFile(markOf(path))
	if err != nil {
		return 0, "", !errors.Is(err, os.ErrNotExist)
	}
	number, command, _ := strings.Cut(strings.TrimSpace(string(raw)), " ")
	pid, _ = strconv.Atoi(number)
	return pid, command, true
}

func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// lockedBy asks the system who holds the file, and where it does not say,
// believes the mark if its process lives.
func lockedBy(path string) error {
	e := &LockedError{Path: path}
	pid, command, _ := marked(path)
	if e.PID = lockHolder(path); e.PID == 0 && alive(pid) {
		e.PID = pid
	}
	switch {
	case e.PID == 0:
	case e.PID == pid:
		e.Command = command
	default:
		raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", e.PID))
		e.Command = strings.TrimSpace(string(raw))
	}
	return e
}

// lockHolder looks the file up in the system's list of locks, where there is
// one; 0 means that it does not say.
func lockHolder(path string) int {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	inode := inodeOf(info)
	f, err := os.Open("/proc/locks")
	if err != nil || inode == 0 {
		return 0
	}
	defer f.Close()
	suffix := fmt.Sprintf(":%d", inode)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		// 1: FLOCK  ADVISORY  WRITE 4242 08:01:1234567 0 EOF
		w := strings.Fields(lines.Text())
		if len(w) >= 6 && w[1] == "FLOCK" && strings.HasSuffix(w[5], suffix) {
			if pid, err := strconv.Atoi(w[4]); err == nil && alive(pid) {
				return pid
			}
		}
	}
	return 0
}
