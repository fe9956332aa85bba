package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
)

// outcome is what came back of an attempt, or of asking after one.
type outcome struct {
	id      bot.ID
	attempt int
	act     act.Act // before it was printed; nil: it is known from the store only
	asked   bool
	finding act.Finding // of asking
	receipt act.Receipt
	err     error
}

// stuck is how long after its time-out an adapter is believed to come back.
const stuck = 5 * time.Second

// errUnprinted is an attempt that ended before its first byte.
var errUnprinted = errors.New("outbox: the act could not be prepared")

// carry makes one attempt in its own goroutine.
func (r *run) carry(e act.Effect) {
	r.at(StepStarted)
	said, _ := e.Act.Open() // what cannot be opened is told of by printed
	r.within(outcome{id: e.ID, attempt: e.Attempt, act: said}, func(ctx context.Context, out *outcome) {
		a, err := r.printed(e)
		if out.err = err; err == nil {
			out.receipt, out.err = r.adapters[e.At.Platform].Carry(ctx, e.Key, a, e.At)
			r.at(StepAnswered)
			r.log.Debug("an attempt came back", "effect", e.ID, "trace", e.Trace, "attempt", e.Attempt, "at", e.At, "ref", out.receipt.Ref)
		}
	})
}

// settle asks a platform what became of an attempt, in its own goroutine.
func (r *run) settle(e act.Effect) {
	r.within(outcome{id: e.ID, attempt: e.Attempt, asked: true, finding: act.Unsure}, func(ctx context.Context, out *outcome) {
		a, err := r.printed(e)
		if out.err = err; err == nil {
			out.receipt, out.finding, out.err = r.adapters[e.At.Platform].(act.Settler).Settle(ctx, e.Key, a, e.At)
		}
	})
}

// within runs f within the time of one attempt and sends exactly one outcome,
// also when f panics or does not come back.
func (r *run) within(out outcome, f func(context.Context, *outcome)) {
	var once sync.Once
	send := func(out outcome) { once.Do(func() { r.outcomes <- out }) }
	late := out
	late.err = context.DeadlineExceeded
	timer := time.AfterFunc(r.timeout+stuck, func() { send(late) })
	defer timer.Stop()
	ctx, cancel := context.WithTimeout(r.work, r.timeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			out.finding, out.err = act.Unsure, fmt.Errorf("panic: %v", v)
			send(out)
		}
	}()
	f(ctx, &out)
	send(out)
}

// printed is the effect's act in the brand's language.
func (r *run) printed(e act.Effect) (a act.Act, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: panic: %v", errUnprinted, v)
		}
	}()
	if r.print == nil {
		return e.Act.Open()
	}
	if a, err = e.Act.Open(); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnprinted, err)
	}
	return r.print(e.Brand, a), nil
}
