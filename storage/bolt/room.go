package bolt

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	bbolt "go.etcd.io/bbolt"

	"ponte/storage"
)

// smallest is the least MaxSize a store works with, in bytes.
const smallest = 1 << 20

// restFor is for how long a disk that refused a commit is not asked again by
// those that make the store bigger: the engine looks for all free pages anew
// after every refusal. People's own actions are tried meanwhile.
const restFor = 5 * time.Second

// room is what may still be written, in bytes. The file itself refuses to grow
// beyond its limit, but only at the commit and at the price of looking for the
// free pages again; so updates are refused while a reserve is left, which those
// that delete can draw on.
type room struct{ left, reserve, page int64 }

func (s *Store) room(btx *bbolt.Tx) room {
	rests := time.Now().Before(s.rest)
	if s.opt.MaxSize == 0 && !rests {
		return room{left: math.MaxInt64 / 2}
	}
	stats, page := s.db.Stats(), int64(os.Getpagesize())
	free := int64(stats.FreePageN+stats.PendingPageN) * page
	if rests {
		return room{left: free, reserve: max(free, 64*page), page: page}
	}
	limit := s.opt.MaxSize - int64(s.db.AllocSize) // the file grows by that much at once
	return room{
		left:    limit - btx.Size() + free,
		reserve: max(s.opt.MaxSize/16, 64*page),
		page:    page,
	}
}

// need is what a run takes of the room, and what must be left then.
type need struct{ cost, keep int64 }

// need reckons a page for each key that a run wrote. Urgent runs may use most of the
// reserve; those that leave the store no bigger may use all of it.
func (r *room) need(k *keys, urgent bool) need {
	n := need{int64(max(k.grown, 0)) + int64(len(k.log))*r.page, r.reserve}
	switch {
	case k.grown <= 0:
		n.keep = math.MinInt64 / 2
	case urgent:
		n.keep /= 4
	}
	return n
}

func (r *room) has(n need) bool { return r.left-n.cost >= n.keep }

func (s *Store) errFull() error {
	if time.Now().Before(s.rest) {
		return fmt.Errorf("%w: the disk of %s refused to take more a moment ago", storage.ErrFull, s.path)
	}
	return fmt.Errorf("%w: %s may have %d bytes", storage.ErrFull, s.path, s.opt.MaxSize)
}

// refuses tells whether an error is a system's word for a file that may not
// grow. The engine keeps only the words of some.
func refuses(err error) bool {
	return slices.ContainsFunc([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}, func(no syscall.Errno) bool {
		return errors.Is(err, no) || strings.HasSuffix(err.Error(), no.Error())
	})
}
