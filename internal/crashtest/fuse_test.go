package crashtest

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// fuse kills the process it is in, at the step of its order.
type fuse struct {
	order
	store storage.Store
	read  atomic.Bool // the answer to an act at the place was read
	burns sync.Mutex  // held from the first step that blows it: two lanes may reach one
}

// alone is longer than the store collects updates for one commit: what waits this
// long in its update is committed before the next one begins.
const alone = 30 * time.Millisecond

// at is told of every step by the outbox. Before an attempt the first act is the
// one that is meant, for nothing else is under way; after it the place tells.
func (f *fuse) at(s outbox.Step) {
	switch wants := f.Step; {
	case s == outbox.StepEnqueue && (wants == outbox.StepEnqueued || wants == outbox.StepClaimed):
		time.Sleep(alone)
		return
	case wants == outbox.StepEnqueued && s == outbox.StepClaimed:
		select {} // enqueueing is committed, and whoever did it ends the process
	case wants == outbox.StepRefusedAfter && s == outbox.StepAnswered && f.read.Load():
	case wants != s:
		return
	case s == outbox.StepAnswered && !f.read.Load():
		return
	case s == outbox.StepDone && !f.done():
		return
	}
	f.blow()
}

// done reports whether an act at the place is done.
func (f *fuse) done() bool {
	found, _ := storage.Look(context.Background(), f.store, func(tx *storage.Tx) (bool, error) {
		for e, err := range records.Effects.Under(tx, nil) {
			if err != nil || e.At.Platform == f.Place && e.State == act.Done {
				return true, err
			}
		}
		return false, nil
	})
	return found
}

// blow says where it is and ends the process without another word.
func (f *fuse) blow() {
	f.burns.Lock()
	_ = os.WriteFile(f.Note, []byte(string(f.Step)+" at "+f.Place), 0o600)
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {}
}

// answered notes that the answer to an act at a place was read.
func (f *fuse) answered(place string) {
	if place == f.Place {
		f.read.Store(true)
	}
}
