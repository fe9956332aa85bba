package gate

import (
	"context"
	"encoding/json"
	"time"
)

const (
	daily   = 300             // sessions begun in 24 hours; Discord takes 1,000 from all who have the token
	reserve = 100             // that Discord still takes: they are left to a person
	apart   = 5 * time.Second // Discord takes one in that time
	slowest = 5 * time.Minute // between two, where sessions do not last
	day     = 24 * time.Hour
	hurried = 10 * time.Minute // sessions begun closer together than that did not last
)

const beginnings = "identifies"

// budget is how often a session may be begun. It is kept in the notes.
type budget struct {
	notes Notes
	now   func() time.Time
	begun []int64 // in Unix seconds, oldest first
	read  bool
}

// until is when the next session may be begun: later and later while they do not last.
func (b *budget) until(ctx context.Context) time.Time {
	b.load(ctx)
	if len(b.begun) == 0 {
		return time.Time{}
	}
	if len(b.begun) >= daily {
		return time.Unix(b.begun[len(b.begun)-daily], 0).Add(day)
	}
	last, wait := len(b.begun)-1, apart
	for i := last; i > 0 && wait < slowest && time.Duration(b.begun[i]-b.begun[i-1])*time.Second < hurried; i-- {
		wait *= 2
	}
	return time.Unix(b.begun[last], 0).Add(min(wait, slowest) + time.Second)
}

// spend notes that a session is begun now.
func (b *budget) spend(ctx context.Context) error {
	b.load(ctx)
	b.begun = append(b.begun, b.now().Unix())
	value, err := json.Marshal(b.begun)
	if err != nil {
		return err
	}
	return b.notes.Write(ctx, beginnings, value)
}

// load reads what was spent, once, and forgets what is older than a day.
func (b *budget) load(ctx context.Context) {
	if !b.read {
		value, err := b.notes.Read(ctx, beginnings)
		if err == nil {
			b.read = true
			_ = json.Unmarshal(value, &b.begun) // what cannot be read is nothing
		}
	}
	for len(b.begun) > 0 && b.now().Sub(time.Unix(b.begun[0], 0)) >= day {
		b.begun = b.begun[1:]
	}
}
