package bolt

import (
	"fmt"
	"math"
	"os"

	bbolt "go.etcd.io/bbolt"

	"ponte/storage"
)

// smallest is the least MaxSize a store works with, in bytes.
const smallest = 1 << 20

// room is what may still be written, in bytes. The file itself refuses to grow
// beyond its limit, but only at the commit and at the price of looking for the
// free pages again; so updates are refused while a reserve is left, which those
// that delete can draw on.
type room struct{ left, reserve, page int64 }

func (s *Store) room(btx *bbolt.Tx) room {
	if s.opt.MaxSize == 0 {
		return room{left: math.MaxInt64 / 2}
	}
	stats, page := s.db.Stats(), int64(os.Getpagesize())
	free := int64(stats.FreePageN+stats.PendingPageN) * page
	limit := s.opt.MaxSize - int64(s.db.AllocSize) // the file grows by that much at once
	return room{
		left:    limit - btx.Size() + free,
		reserve: max(s.opt.MaxSize/16, 64*page),
		page:    page,
	}
}

// take makes room for what a run wrote, reckoning a page for each key, and
// tells whether there was enough. Urgent runs may use most of the reserve;
// those that leave the store no bigger may use all of it.
func (r *room) take(k *keys, urgent bool) bool {
	cost := int64(max(k.grown, 0)) + int64(len(k.log))*r.page
	keep := r.reserve
	if urgent {
		keep /= 4
	}
	if k.grown > 0 && r.left-cost < keep {
		return false
	}
	r.left -= cost
	return true
}

func (s *Store) errFull() error {
	return fmt.Errorf("%w: %s may have %d bytes", storage.ErrFull, s.path, s.opt.MaxSize)
}
