package bolt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// asChild is the environment variable that makes the test binary a process which
// writes to the store in its working folder until it is killed.
const asChild = "STORAGE_TEST_CHILD"

const dataFile = "data.db"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		if err := writeForever(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForever says a card's id once the store has acknowledged it.
func writeForever() error {
	c := newCards()
	s, err := Open(context.Background(), dataFile, Options{}, c)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	errs := make(chan error)
	for w := range 8 {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, n)
				if err := s.Update(context.Background(), insert(c, id)); err != nil {
					errs <- err
					return
				}
				mu.Lock()
				fmt.Fprintln(os.Stdout, id)
				mu.Unlock()
			}
		}()
	}
	return <-errs
}

type child struct {
	cmd *exec.Cmd
	out *bufio.Reader
}

// startChild returns when the child has its first card on disk.
func startChild(t *testing.T, folder string) (child, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), asChild+"=1")
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	c := child{cmd, bufio.NewReader(pipe)}
	t.Cleanup(func() { c.kill() })
	return c, c.read(t)
}

func (c child) read(t *testing.T) string {
	t.Helper()
	id, err := c.out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(id)
}

// kill kills the child as it is, and returns what else it had acknowledged.
func (c child) kill() []string {
	_ = c.cmd.Process.Kill()
	rest, _ := io.ReadAll(c.out)
	_ = c.cmd.Wait()
	lines := strings.Split(string(rest), "\n")
	return lines[:len(lines)-1] // the last line has no end, and may be half an id
}

// TestKill: a child that is killed while it commits loses nothing that it
// acknowledged.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), dataFile)
	var acknowledged []string
	for round := range 4 {
		c, id := startChild(t, filepath.Dir(path))
		acknowledged = append(acknowledged, id)
		for range 10 + 7*round {
			acknowledged = append(acknowledged, c.read(t))
		}
		acknowledged = append(acknowledged, c.kill()...)
	}
	if listed, err := header(path); listed || err != nil {
		t.Errorf("nothing tells of the crash: %v", err)
	}
	c := newCards()
	s := openAt(t, path, Options{}, c)
	for _, id := range acknowledged {
		if !has(t, s, c, id) {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	if err := s.Update(t.Context(), insert(c, "afterwards")); err != nil {
		t.Error(err)
	}
}

func holder(t *testing.T, path string) *LockedError {
	t.Helper()
	_, err := Open(t.Context(), path, Options{})
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("%v does not say that the file is in use", err)
	}
	return locked
}

// TestLocked: the error names the process that has the file, and not one that
// had it before.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), dataFile)
	first, _ := startChild(t, filepath.Dir(path))
	first.kill()
	second, _ := startChild(t, filepath.Dir(path))
	locked := holder(t, path)
	if pid := second.cmd.Process.Pid; locked.PID != pid || !strings.Contains(locked.Error(), fmt.Sprintf("process %d (", pid)) {
		t.Errorf("%v, want process %d", locked, pid)
	}
	// As it is in the moment before a process that follows a dead one has
	// left its own mark.
	stale := fmt.Appendf(nil, "%d ponte\n", first.cmd.Process.Pid)
	if err := os.WriteFile(markOf(path), stale, 0o600); err != nil {
		t.Fatal(err)
	}
	if locked := holder(t, path); locked.PID == first.cmd.Process.Pid {
		t.Errorf("%v, but that process is dead", locked)
	}
	second.kill()
	openAt(t, path, Options{})
	if locked := holder(t, path); locked.PID != os.Getpid() {
		t.Errorf("%v, want this process, %d", locked, os.Getpid())
	}
}
