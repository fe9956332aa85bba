package bolt

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	bbolt "go.etcd.io/bbolt"

	"ponte/storage"
)

// A job is one call of Update.
type job struct {
	ctx     context.Context
	fn      func(*storage.Tx) error
	urgent  bool
	claimed atomic.Bool
	done    chan struct{}

	// Written in the job's turn, and read by the writer and the caller behind it.
	tx    *storage.Tx
	err   error
	left  bool // the closure ended its goroutine
	again bool // found no room beside the others of its group
	grew  bool // needed room
	roomy bool // and left room for what was refused last
}

// claim decides between the writer, who is about to run the job, and a caller
// who no longer waits.
func (j *job) claim() bool { return j.claimed.CompareAndSwap(false, true) }

var errLeft = errors.New("storage: the goroutine ended inside its transaction")

// errBroken is for the case in which the disk took a commit but did not
// confirm it.
var errBroken = errors.New("storage: the disk failed in the middle of a commit; what was written last is only known after a restart")

// Update runs fn in the writer's turn and returns when its changes are on disk,
// or when fn failed and left nothing. A panic of fn becomes an error. When ctx
// ends before fn's turn has come, fn is not run. The error is storage.ErrFull
// when there is no room; a full store takes updates that make it no bigger.
func (s *Store) Update(ctx context.Context, fn func(*storage.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, fn: fn, urgent: storage.IsUrgent(ctx), done: make(chan struct{})}
	if !s.queue.add(j) {
		return storage.ErrClosed
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.claim() {
			return ctx.Err()
		}
		<-j.done // it has begun, and its end decides
	}
	if j.err != nil {
		return j.err
	}
	j.tx.Committed()
	return nil
}

// A call is a job and the keys that it may use now.
type call struct {
	*job
	*keys
}

// work runs the closures, one after another, in one goroutine, whose stack has
// grown as large as they need. One that ends the goroutine, as a failing test
// does, is followed by another goroutine.
func (s *Store) work() {
	left := true
	defer func() {
		if left {
			go s.work()
			s.ran <- struct{}{}
		}
	}()
	for c := range s.calls {
		s.run(c.job, c.keys)
		s.ran <- struct{}{}
	}
	left = false
}

// run runs the closure.
func (s *Store) run(j *job, k *keys) {
	j.err, j.left = errLeft, true
	defer k.end()
	if s.opt.RunTwice {
		_ = guard(j.fn, storage.NewTx(k, s.opt.Now(), s.cat, true))
		if j.err = k.undo(); j.err != nil {
			j.left = false
			return
		}
		j.err = errLeft
	}
	j.tx = storage.NewTx(k, s.opt.Now(), s.cat, true)
	j.err = guard(j.fn, j.tx)
	j.left = false
}

// write is the writer: it makes a group of what waits, again and again.
func (s *Store) write() {
	defer close(s.ended)
	defer close(s.calls)
	for j := s.queue.wait(); j != nil; j = s.queue.wait() {
		s.group(j)
	}
}

// group runs j and those that come after it in one transaction. When that
// cannot be committed, every one of them runs again in a transaction of its
// own, also those that failed or wrote nothing: they may have judged by
// something that was lost. Nobody is answered before.
func (s *Store) group(j *job) {
	end := time.Now().Add(s.opt.GroupFor)
	jobs, err := s.attempt(j, func(n int) *job {
		if n >= s.opt.Group || time.Now().After(end) {
			return nil
		}
		next, _ := s.queue.take()
		return next
	})
	single := len(jobs) > 1 && err != nil && !s.broken
	for _, j := range jobs {
		err := err
		if single || j.again {
			_, err = s.attempt(j, nil)
		}
		if err != nil {
			j.err = err
		}
		s.noteRoom(j)
		close(j.done)
	}
}

// noteRoom remembers whether the last update that needed room found some, and would
// have if it had been as large as the last that did not. Those that go into the
// reserve, or make the store no bigger, do not tell.
func (s *Store) noteRoom(j *job) {
	switch {
	case errors.Is(j.err, storage.ErrFull):
		s.count.full.Store(true)
	case j.err == nil && j.grew && j.roomy && !j.urgent:
		s.count.full.Store(false)
	}
}

// attempt runs the job, and those that more adds, in one transaction, and
// commits it if anything was written. The error is about the transaction; each
// job has its own.
func (s *Store) attempt(first *job, more func(n int) *job) (jobs []*job, err error) {
	jobs = []*job{first}
	if s.broken {
		return jobs, errBroken
	}
	btx, err := s.db.Begin(true)
	if err != nil {
		return jobs, plain(err)
	}
	buckets, left, wrote := make(map[string]*bbolt.Bucket), s.room(btx), false
	for i := 0; i < len(jobs); i++ {
		k := &keys{tx: btx, buckets: buckets}
		if err := s.take(jobs[i], k, &left, wrote); err != nil {
			return jobs, errors.Join(err, btx.Rollback())
		}
		wrote = wrote || len(k.log) > 0
		if more == nil {
			break
		}
		if j := more(len(jobs)); j != nil {
			jobs = append(jobs, j)
		}
	}
	if !wrote {
		return jobs, btx.Rollback()
	}
	return jobs, s.finish(btx)
}

// take gives one job its turn, and undoes it when it failed or found no room.
// The error is about the transaction, which a failed undo has spoiled.
func (s *Store) take(j *job, k *keys, left *room, beside bool) error {
	j.again = false
	if j.left {
		return nil
	}
	if j.err = j.ctx.Err(); j.err == nil {
		s.count.updates.Add(1)
		s.calls <- call{j, k}
		<-s.ran
	}
	j.grew = k.grown > 0
	n := left.need(k, j.urgent)
	if j.err == nil && !left.has(n) {
		j.err, j.again = s.errFull(), beside
		if !beside {
			s.lacks = n
		}
	}
	if j.err != nil {
		return k.undo()
	}
	left.left -= n.cost
	j.roomy = left.has(s.lacks)
	return nil
}

// finish commits. A commit that failed but can be seen is neither done nor
// undone, and the store takes no more updates.
func (s *Store) finish(btx *bbolt.Tx) error {
	id := btx.ID()
	err := s.commit(btx)
	if err == nil {
		s.count.commits.Add(1)
		return nil
	}
	s.count.failed.Add(1)
	_ = btx.Rollback() // usually done already
	seen, verr := s.db.Begin(false)
	if verr == nil {
		s.broken = seen.ID() >= id
		verr = seen.Rollback()
	}
	if s.broken = s.broken || verr != nil; s.broken {
		close(s.lost)
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	if refuses(err) {
		s.rest = time.Now().Add(restFor)
	}
	return plain(err)
}
