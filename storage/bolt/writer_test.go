package bolt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	bbolt "go.etcd.io/bbolt"

	"ponte/storage"
)

type card struct{ ID, Text string }

func newCards() *storage.Collection[card] {
	return storage.Define("cards", func(c *card) storage.Key { return storage.K(c.ID) })
}

func openAt(t testing.TB, path string, opt Options, defs ...storage.Definition) *Store {
	t.Helper()
	s, err := Open(context.Background(), path, opt, defs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openNew(t testing.TB, opt Options, defs ...storage.Definition) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "data.db"), opt, defs...)
}

// A line holds the writer in a transaction while updates are lined up behind
// it, so that they make one group with it.
type line struct {
	t    *testing.T
	s    *Store
	open chan struct{}
	wg   sync.WaitGroup
	n    int
}

func newLine(t *testing.T, s *Store) *line {
	l := &line{t: t, s: s, open: make(chan struct{})}
	inside := make(chan struct{})
	l.wg.Go(func() {
		var once sync.Once
		_ = s.Update(context.Background(), func(*storage.Tx) error {
			once.Do(func() { close(inside) })
			<-l.open
			return nil
		})
	})
	<-inside
	return l
}

// add returns once the update is in the queue.
func (l *line) add(ctx context.Context, fn func(*storage.Tx) error, answer func(error)) {
	l.n++
	l.wg.Go(func() { answer(l.s.Update(ctx, fn)) })
	for {
		l.s.queue.mu.Lock()
		n := len(l.s.queue.urgent) + len(l.s.queue.other)
		l.s.queue.mu.Unlock()
		if n == l.n {
			return
		}
		runtime.Gosched()
	}
}

func (l *line) run() {
	close(l.open)
	l.wg.Wait()
}

func into(err *error) func(error) { return func(e error) { *err = e } }

func insert(c *storage.Collection[card], id string) func(*storage.Tx) error {
	return func(tx *storage.Tx) error { return c.Insert(tx, card{ID: id}) }
}

func has(t *testing.T, s *Store, c *storage.Collection[card], id string) bool {
	t.Helper()
	ok, err := storage.Look(t.Context(), s, func(tx *storage.Tx) (bool, error) { return c.Has(tx, storage.K(id)) })
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

var errDisk = errors.New("the disk is tired")

// failing lets the numbered commits fail and the others pass.
func failing(numbers ...int) func(*bbolt.Tx) error {
	n := 0
	return func(tx *bbolt.Tx) error {
		n++
		for _, bad := range numbers {
			if n == bad {
				return errors.Join(errDisk, tx.Rollback())
			}
		}
		return tx.Commit()
	}
}

// TestFailedCommit: in the group the second insert is a duplicate of the first.
// The first is lost with the group's commit and once more on its own, so the
// second one was no duplicate at all.
func TestFailedCommit(t *testing.T) {
	c := newCards()
	s := openNew(t, Options{GroupFor: time.Minute}, c)
	s.commit = failing(1, 2)
	var first, second, read, third error
	seen := true
	l := newLine(t, s)
	l.add(t.Context(), insert(c, "a"), into(&first))
	l.add(t.Context(), func(tx *storage.Tx) (err error) { seen, err = c.Has(tx, storage.K("a")); return err }, into(&read))
	l.add(t.Context(), insert(c, "a"), into(&second))
	l.add(t.Context(), insert(c, "b"), into(&third))
	l.run()
	if !errors.Is(first, errDisk) {
		t.Errorf("the first: %v, want %v", first, errDisk)
	}
	if read != nil || seen {
		t.Errorf("the reader saw what was lost: %v, %v", seen, read)
	}
	if second != nil || third != nil {
		t.Errorf("the others: %v, %v", second, third)
	}
	if !has(t, s, c, "a") || !has(t, s, c, "b") {
		t.Error("what was acknowledged is not there")
	}
	if n := s.Stats().Failed; n != 2 {
		t.Errorf("%d failed commits were counted", n)
	}
}

// TestUnconfirmedCommit: the commit can be seen, but the disk did not confirm
// it. To run the group again would do everything twice.
func TestUnconfirmedCommit(t *testing.T) {
	c := newCards()
	path := filepath.Join(t.TempDir(), "data.db")
	s := openAt(t, path, Options{GroupFor: time.Minute}, c)
	s.commit = func(tx *bbolt.Tx) error { return errors.Join(tx.Commit(), errDisk) }
	var first, second error
	runs := 0
	l := newLine(t, s)
	l.add(t.Context(), func(tx *storage.Tx) error { runs++; return c.Put(tx, card{ID: "a"}) }, into(&first))
	l.add(t.Context(), insert(c, "b"), into(&second))
	l.run()
	for _, err := range []error{first, second, s.Update(t.Context(), insert(c, "c")), s.Close()} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%v, want %v", err, errBroken)
		}
	}
	if runs != 1 {
		t.Errorf("it ran %d times", runs)
	}
	if !gone(s.Broken()) {
		t.Error("nobody was told")
	}
	s = openAt(t, path, Options{}, c)
	if !has(t, s, c, "a") || has(t, s, c, "c") {
		t.Error("the file has something else than what the disk took")
	}
}

func gone(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestDiskFull: a disk that is full is told apart from a broken one, in all of
// its words, is not asked again at once, and is as soon as it may have room.
func TestDiskFull(t *testing.T) {
	for _, fault := range []error{
		&os.PathError{Op: "write", Err: syscall.ENOSPC},
		&os.PathError{Op: "write", Err: syscall.EDQUOT},
		errors.New("file resize error: truncate data.db: " + syscall.EFBIG.Error()),
	} {
		path := filepath.Join(t.TempDir(), "data.db")
		synctest.Test(t, func(t *testing.T) {
			c := newCards()
			s := openAt(t, path, Options{}, c)
			full, asked := true, 0
			s.commit = func(tx *bbolt.Tx) error {
				if asked++; full {
					return errors.Join(tx.Rollback(), fault)
				}
				return tx.Commit()
			}
			for range 3 {
				if err := s.Update(t.Context(), insert(c, "a")); !errors.Is(err, storage.ErrFull) {
					t.Errorf("%v, want %v", err, storage.ErrFull)
				}
			}
			if gone(s.Broken()) || !s.Stats().Full || asked != 1 {
				t.Errorf("%v: broken %t, full %t, asked %d times", fault, gone(s.Broken()), s.Stats().Full, asked)
			}
			full = false
			time.Sleep(restFor)
			if err := s.Update(t.Context(), insert(c, "a")); err != nil || s.Stats().Full {
				t.Errorf("with room: full %t, %v", s.Stats().Full, err)
			}
		})
	}
}

func TestGroup(t *testing.T) {
	c := newCards()
	s := openNew(t, Options{GroupFor: time.Minute}, c)
	before := s.Stats()
	l := newLine(t, s)
	boom := errors.New("boom")
	errs := make([]error, 60)
	for i := range errs {
		l.add(t.Context(), func(tx *storage.Tx) error {
			if err := c.Insert(tx, card{ID: string(rune('A' + i))}); err != nil {
				return err
			}
			switch i % 3 {
			case 1:
				return boom
			case 2:
				panic(boom)
			}
			return nil
		}, into(&errs[i]))
	}
	l.run()
	after := s.Stats()
	if n := after.Commits - before.Commits; n != 1 {
		t.Errorf("%d commits for one group", n)
	}
	if n := after.Updates - before.Updates; n != 61 {
		t.Errorf("%d updates were run", n)
	}
	for i, err := range errs {
		if (err == nil) != (i%3 == 0) || has(t, s, c, string(rune('A'+i))) != (err == nil) {
			t.Errorf("update %d: %v", i, err)
		}
	}
}

func TestUrgentFirst(t *testing.T) {
	s := openNew(t, Options{})
	l := newLine(t, s)
	var order []string
	as := func(name string) func(*storage.Tx) error {
		return func(*storage.Tx) error { order = append(order, name); return nil }
	}
	fine := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	l.add(t.Context(), as("a"), fine)
	l.add(t.Context(), as("b"), fine)
	l.add(storage.Urgent(t.Context()), as("person"), fine)
	l.run()
	if got := strings.Join(order, " "); got != "person a b" {
		t.Errorf("the order was %s", got)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	c := newCards()
	s := openNew(t, Options{}, c)
	l := newLine(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error)
	l.add(ctx, insert(c, "a"), func(err error) { answered <- err })
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) { // the writer is still held
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	l.run()
	if err := s.Update(t.Context(), insert(c, "b")); err != nil {
		t.Fatal(err)
	}
	if has(t, s, c, "a") {
		t.Error("it ran all the same")
	}
}

// TestCloseRunsTheQueue: who was in the queue is answered with the truth.
func TestCloseRunsTheQueue(t *testing.T) {
	c := newCards()
	path := filepath.Join(t.TempDir(), "data.db")
	s := openAt(t, path, Options{}, c)
	l := newLine(t, s)
	var err error
	l.add(t.Context(), insert(c, "a"), into(&err))
	var closing sync.WaitGroup
	closing.Go(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	l.run()
	closing.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if !has(t, openAt(t, path, Options{}, c), c, "a") {
		t.Error("what was acknowledged is not there")
	}
}

// TestBubble: a store opened in a bubble keeps the bubble's time.
func TestBubble(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	synctest.Test(t, func(t *testing.T) {
		c := newCards()
		s := openAt(t, path, Options{}, c)
		begun := time.Now()
		time.Sleep(time.Hour)
		err := s.Update(t.Context(), func(tx *storage.Tx) error {
			if d := tx.Now().Sub(begun); d != time.Hour {
				t.Errorf("%v passed", d)
			}
			return c.Put(tx, card{ID: "a"})
		})
		if err != nil {
			t.Error(err)
		}
	})
}
