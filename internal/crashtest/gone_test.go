package crashtest

import (
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/outbox"
)

// TestWordIsGone: Ponte dies between the decision on a post and its going out, and
// what spoke for it has gone when Ponte is started again. Then it does not go out.
func TestWordIsGone(t *testing.T) {
	base := prepare(t).agreed(t, onAsked)
	for _, step := range []outbox.Step{outbox.StepEnqueue, outbox.StepEnqueued, outbox.StepClaimed} {
		for _, c := range []struct {
			what  string
			gone  func(*order)
			leave bot.PostState
		}{
			{"the approver is none any more", func(o *order) { o.Dismissed = true }, bot.Failed},
			{"its time is over", func(o *order) { o.Grace = time.Millisecond }, bot.Expired},
		} {
			t.Run(string(step)+": "+c.what, func(t *testing.T) {
				t.Parallel()
				d := death{world: base.after(t), base: base, step: step, place: onAsked}
				post := *base.draft
				post.left = c.leave
				d.drafts = []*draft{&post}
				d.comes(t)
				c.gone(&d.order)
				p := d.opens(t)
				f := d.closes(t, p, "error.draft_unapproved", "error.grace")
				if n := len(d.sink.all(onAsked)); n != 0 || f.tally[c.leave] != 1 {
					t.Errorf("the post is %v and went out %d times, want %s", f.tally, n, c.leave)
				}
			})
		}
	}
}
