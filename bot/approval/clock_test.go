package approval_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/approval"
	"ponte/storage"
)

// Approvers are reminded once, the author is told, and then it lapses.
func TestReminderAndLapse(t *testing.T) {
	in(t, func(h *house) {
		h.quorum(2)
		r := h.asks("d1", "hello")
		if want := r.At.Add(hours(72)); !r.Until.Equal(want) || !r.RemindAt.Equal(want.Add(-time.Hour)) {
			t.Errorf("it waits until %v, and reminds at %v", r.Until, r.RemindAt)
		}
		h.decides("rex", r, true)
		h.Down(hours(71) - time.Minute)
		if lines := h.thread(r); len(lines) != 1 {
			t.Errorf("before its time the thread says %q", lines)
		}
		h.Down(2 * time.Minute)
		until := r.Until.Format(time.RFC3339)
		want := list("approval.approves Name=Rex N=1 Of=2", "approval.reminds Until="+until+" u-pia u-ugo", "approval.reminds_author Until="+until+" u-ana")
		if diff := cmp.Diff(want, h.thread(r)); diff != "" {
			t.Error(diff)
		}
		h.Down(hours(1) - 2*time.Minute)
		if diff := cmp.Diff(want, h.thread(r)); diff != "" || h.now(r).State != bot.Awaiting {
			t.Errorf("reminded twice, or lapsed early as %s: %s", h.now(r).State, diff)
		}
		h.Down(2 * time.Minute)
		if h.now(r).State != bot.Lapsed || face(h.message(r).Card) != "overdue approval.title.lapsed approval.foot.lapsed" {
			t.Errorf("it is %s and shows %s", h.now(r).State, face(h.message(r).Card))
		}
		if diff := cmp.Diff(append(want, "approval.lapses u-ana"), h.thread(r)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(list("lapsed"), h.told("d1")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(list("ana request.asked", "rex request.decided", "ponte request.reminded", "ponte request.lapsed"), h.audit(r)); diff != "" {
			t.Error(diff)
		}
		if err := h.decides("pia", r, true); key(err) != "error.request_lapsed" || h.stands(r) {
			t.Errorf("decided afterwards: %v", err)
		}
	})
}

// An author who may decide is reminded with the others.
func TestReminderOfAnAuthorWhoMayDecide(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Self, b.Approvals.Lapse, b.Approvals.Remind = true, hours(4), hours(2) })
		r := h.asks("d1", "hello")
		h.Down(hours(2) + time.Minute)
		if diff := cmp.Diff(list("approval.reminds Until="+r.Until.Format(time.RFC3339)+" u-ana u-pia u-rex u-ugo"), h.thread(r)); diff != "" {
			t.Error(diff)
		}
	})
}

// What has a time is waited for until then; the moment itself is too late, whether
// the clock has come by or not.
func TestUntilItsTime(t *testing.T) {
	in(t, func(h *house) {
		at := time.Now().Add(hours(24 * 30))
		r := h.asksWith("d1", bot.Content{Text: "hello", When: at}, nil)
		soon := h.asksWith("d2", bot.Content{Text: "hello", When: time.Now().Add(30 * time.Minute)}, nil)
		if !r.Until.Equal(at) || !soon.RemindAt.IsZero() {
			t.Errorf("it waits until %v; what is asked late reminds at %v", r.Until, soon.RemindAt)
		}
		h.Halt()
		time.Sleep(30 * time.Minute)
		err := h.Try(func(tx *storage.Tx) error {
			_, err := h.desk.Decide(tx, h.brand(), h.person("pia"), soon.ID, approval.Word{Yes: true})
			return err
		})
		if key(err) != "error.request_lapsed" || h.stands(soon) {
			t.Errorf("at its time: %v", err)
		}
		h.Run()
		h.Idle()
		if h.now(soon).State != bot.Lapsed {
			t.Errorf("it is %s", h.now(soon).State)
		}
	})
}

// What was decided neither reminds nor lapses; taken back late, it does.
func TestDecidedWaitsForNobody(t *testing.T) {
	in(t, func(h *house) {
		r := h.asks("d1", "hello")
		h.decides("pia", r, true)
		h.Down(hours(80))
		if len(h.thread(r)) != 1 || !h.stands(r) {
			t.Errorf("it is %s, and the thread says %q", h.now(r).State, h.thread(r))
		}
		h.withdraws("pia", r)
		h.Pass(2 * time.Minute)
		if h.now(r).State != bot.Lapsed {
			t.Errorf("it is %s", h.now(r).State)
		}
	})
}

// One that cannot be looked at holds up no other, and is looked at again.
func TestPutOff(t *testing.T) {
	in(t, func(h *house) {
		lost, r := h.asks("d1", "hello"), h.asks("d2", "hello")
		h.refuses = true
		h.Down(hours(72) + time.Minute)
		if h.now(lost).State != bot.Awaiting || h.now(lost).RemindAt.IsZero() {
			t.Errorf("it is %s, to be looked at %v", h.now(lost).State, h.now(lost).RemindAt)
		}
		h.refuses = false
		h.Down(11 * time.Minute)
		for _, r := range []bot.Request{lost, r} {
			if lines := strings.Join(h.thread(r), "; "); h.now(r).State != bot.Lapsed || strings.Count(lines, "approval.lapses") != 1 {
				t.Errorf("it is %s, and the thread says %s", h.now(r).State, lines)
			}
		}
	})
}

// Whoever ends it first, the request's own clock or what it asks about, people read
// the same words, and once.
func TestLapseIsToldOnce(t *testing.T) {
	in(t, func(h *house) {
		r := h.asks("d1", "hello")
		h.do(func(tx *storage.Tx) error { return h.desk.Void(tx, aurora, "d1", bot.Lapsed) })
		h.Down(hours(72) + time.Minute)
		if got := h.thread(r); h.now(r).State != bot.Lapsed || !slices.Equal(got, []string{"approval.lapses u-ana"}) {
			t.Errorf("it is %s, and people read %q", h.now(r).State, got)
		}
	})
}
