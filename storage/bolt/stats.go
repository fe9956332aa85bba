package bolt

import (
	"os"
	"sync/atomic"
)

type counters struct {
	updates, commits, failed atomic.Int64
	full                     atomic.Bool
}

// Stats say what the store has done since it was opened, and how big it is.
type Stats struct {
	Updates int64 // closures that were run
	Commits int64 // commits they shared
	Failed  int64 // commits that failed, and whose updates ran again singly
	Size    int64 // bytes the file has
	Free    int64 // bytes of it that can be used again
	Full    bool  // there was no room for what came last
}

// Stats may be called at any time, also after Close.
func (s *Store) Stats() Stats {
	out := Stats{
		Updates: s.count.updates.Load(),
		Commits: s.count.commits.Load(),
		Failed:  s.count.failed.Load(),
		Free:    int64(s.db.Stats().FreeAlloc),
		Full:    s.count.full.Load(),
	}
	if info, err := os.Stat(s.path); err == nil {
		out.Size = info.Size()
	}
	return out
}
