package post_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// verbs is what people can do about a post, and what the clock does.
var verbs = []struct {
	name string
	do   func(*house, bot.Draft, bot.Post) error
}{
	{"edit", func(h *house, d bot.Draft, _ bot.Post) error {
		return h.edits(d, says("another text", time.Time{}), -1)
	}},
	{"retry", func(h *house, d bot.Draft, _ bot.Post) error {
		return h.try(func(tx *storage.Tx) error {
			_, _, err := h.desk.Retry(tx, h.brand(), "ana", d)
			return err
		})
	}},
	{"cancel", func(h *house, d bot.Draft, _ bot.Post) error {
		return h.try(func(tx *storage.Tx) error { return h.desk.Cancel(tx, h.brand(), "ana", d) })
	}},
	{"hold", func(h *house, _ bot.Draft, p bot.Post) error {
		return h.try(func(tx *storage.Tx) error { return h.desk.Hold(tx, h.brand(), "ana", p, "wait", time.Time{}) })
	}},
	{"release", func(h *house, _ bot.Draft, p bot.Post) error {
		return h.try(func(tx *storage.Tx) error { return h.desk.Release(tx, h.brand(), "ana", p) })
	}},
	{"is out", func(h *house, _ bot.Draft, p bot.Post) error {
		return h.try(func(tx *storage.Tx) error { return h.desk.Settle(tx, h.brand(), "ana", p, true) })
	}},
	{"is not", func(h *house, _ bot.Draft, p bot.Post) error {
		return h.try(func(tx *storage.Tx) error { return h.desk.Settle(tx, h.brand(), "ana", p, false) })
	}},
	{"yes", func(h *house, d bot.Draft, _ bot.Post) error { return h.decides(d, "yes", "pia") }},
	{"no", func(h *house, d bot.Draft, _ bot.Post) error { return h.decides(d, "no", "pia") }},
	{"return", func(h *house, d bot.Draft, _ bot.Post) error { return h.decides(d, "return", "pia") }},
	{"clock", func(h *house, _ bot.Draft, _ bot.Post) error {
		time.Sleep(time.Hour + time.Minute)
		h.Idle()
		return nil
	}},
}

// walk is where each verb leaves a post that is asked about for in an hour, by the
// state it was put in; what is refused says why. Nobody had agreed on what stands
// as approved or scheduled here, and nothing was sent of what stands as unknown.
var walk = map[bot.PostState]string{
	bot.Approved: "edit: in review; retry: error.draft_no_retry; cancel: cancelled; hold: held; release: error.draft_not_held; " +
		"is out: error.draft_settled; is not: error.draft_settled; yes: approved; no: rejected; return: draft; clock: approved",
	bot.Cancelled: "edit: error.draft_cancelled; retry: error.draft_no_retry; cancel: error.draft_cancelled; hold: error.draft_no_hold; " +
		"release: error.draft_not_held; is out: error.draft_settled; is not: error.draft_settled; yes: no word counts any more; " +
		"no: no word counts any more; return: no word counts any more; clock: cancelled",
	bot.Drafted: "edit: in review; retry: in review; cancel: cancelled; hold: error.draft_no_hold; release: error.draft_not_held; " +
		"is out: error.draft_settled; is not: error.draft_settled; yes: draft; no: draft; return: draft; clock: draft",
	bot.Expired: "edit: in review; retry: in review; cancel: cancelled; hold: error.draft_no_hold; release: error.draft_not_held; " +
		"is out: error.draft_settled; is not: error.draft_settled; yes: expired; no: expired; return: expired; clock: expired",
	bot.Failed: "edit: in review; retry: in review; cancel: cancelled; hold: error.draft_no_hold; release: error.draft_not_held; " +
		"is out: error.draft_settled; is not: error.draft_settled; yes: failed; no: failed; return: failed; clock: failed",
	bot.Held: "edit: held; retry: error.draft_no_retry; cancel: cancelled; hold: error.draft_no_hold; release: in review; " +
		"is out: error.draft_settled; is not: error.draft_settled; yes: held; no: held; return: held; clock: held",
	bot.InReview: "edit: in review; retry: error.draft_no_retry; cancel: cancelled; hold: held; release: error.draft_not_held; " +
		"is out: error.draft_settled; is not: error.draft_settled; yes: scheduled; no: rejected; return: draft; clock: expired",
	bot.Published: "edit: error.draft_is_out; retry: error.draft_no_retry; cancel: error.draft_is_out; hold: error.draft_no_hold; " +
		"release: error.draft_not_held; is out: error.draft_settled; is not: error.draft_settled; yes: no word counts any more; " +
		"no: no word counts any more; return: no word counts any more; clock: published",
	bot.Publishing: "edit: error.draft_going; retry: error.draft_no_retry; cancel: error.draft_going; hold: error.draft_going; " +
		"release: error.draft_not_held; is out: error.draft_settled; is not: error.draft_settled; yes: no word counts any more; " +
		"no: no word counts any more; return: no word counts any more; clock: publishing",
	bot.Rejected: "edit: in review; retry: in review; cancel: cancelled; hold: error.draft_no_hold; release: error.draft_not_held; " +
		"is out: error.draft_settled; is not: error.draft_settled; yes: rejected; no: rejected; return: rejected; clock: rejected",
	bot.Scheduled: "edit: in review; retry: error.draft_no_retry; cancel: cancelled; hold: held; release: error.draft_not_held; " +
		"is out: error.draft_settled; is not: error.draft_settled; yes: scheduled; no: rejected; return: draft; clock: failed",
	bot.Uncertain: "edit: error.draft_unsettled; retry: error.draft_no_retry; cancel: error.draft_unsettled; hold: error.draft_no_hold; " +
		"release: error.draft_not_held; is out: error.not_found; is not: error.not_found; yes: no word counts any more; " +
		"no: no word counts any more; return: no word counts any more; clock: unknown",
}

func TestEveryVerbInEveryState(t *testing.T) {
	for _, from := range slices.Sorted(maps.Keys(bot.PostMoves)) {
		in(t, func(h *house) {
			var got []string
			for _, v := range verbs {
				d := h.writes(says("hello", time.Now().Add(time.Hour)))
				p := h.posts(d)[0]
				h.do(func(tx *storage.Tx) error {
					p.State, p.Revision = from, p.Revision+1
					if from == bot.Held {
						p.Held = &bot.Hold{By: "ana", At: tx.Now()}
					}
					return records.Posts.Put(tx, p)
				})
				err := v.do(h, d, p)
				to := h.posts(d)[0].State
				if err != nil && to != from {
					t.Errorf("%s, %s: refused, and yet it became %s", from, v.name, to)
				}
				if to != from && !leads(from, to) {
					t.Errorf("%s, %s: became %s, which the table does not allow", from, v.name, to)
				}
				got = append(got, v.name+": "+cmp.Or(key(err), string(to)))
			}
			if all := strings.Join(got, "; "); all != walk[from] {
				t.Errorf("%s:\n got %q\nwant %q", from, all, walk[from])
			}
		})
	}
}

// leads tells whether moves of the table lead from one state to another.
func leads(from, to bot.PostState) bool {
	seen := map[bot.PostState]bool{from: true}
	for at := []bot.PostState{from}; len(at) > 0; at = at[1:] {
		for _, next := range bot.PostMoves[at[0]] {
			if next == to {
				return true
			}
			if !seen[next] {
				seen[next] = true
				at = append(at, next)
			}
		}
	}
	return false
}
