package timeline_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/timeline"
)

// Reactions tells who put which emoji on a message.
func (h *house) Reactions(ctx context.Context, _ act.Place, ref string) ([]act.Reaction, error) {
	if _, bounded := ctx.Deadline(); !bounded {
		h.Error("a question without an end")
	}
	h.looked[ref]++
	if h.while != nil {
		h.while()
	}
	if all := h.fails[ref]; len(all) > 0 {
		h.fails[ref] = all[1:]
		return nil, all[0]
	}
	return h.shown[ref], nil
}

func pin(who string) act.Reaction {
	return act.Reaction{Who: bot.Actor{Platform: "chat", Space: "team", User: "u-" + who}, Emoji: act.Pin}
}

// missed looks for what was not heard, and returns who holds what by then.
func (h *house) missed() map[string][]bot.PersonID {
	h.Helper()
	if err := h.desk.Missed(h.Context()); err != nil {
		h.Error(err)
	}
	h.Pass(time.Minute)
	out := map[string][]bot.PersonID{}
	for _, m := range h.moments() {
		out[m.Ref] = m.By
	}
	return out
}

// TestMissed: marks that came and went while nobody heard of them are found on Ponte's own
// messages and on what is kept. What was kept in another way stays.
func TestMissed(t *testing.T) {
	in(t, func(h *house) {
		_, thread := h.comes("net:aurora", comment("1", "It was cold."))
		top := timeline.Message{At: thread.At, Ref: thread.Ref, Thread: thread.Ref}
		note, chosen := h.notes(thread, "n1", "The machine was off."), h.notes(thread, "n2", "It is on.")
		note.Pin = true
		for _, who := range []bot.PersonID{"ana", "bo"} {
			if _, err := h.marks("aurora", who, note); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.marks("aurora", "pia", chosen); err != nil {
			t.Fatal(err)
		}
		h.shown[top.Ref] = []act.Reaction{pin("pia"), pin("olga"), pin("nobody"), {Who: pin("bo").Who, Emoji: "👀"}}
		h.shown["n1"] = []act.Reaction{pin("bo")}
		h.fails[top.Ref] = []error{&bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: 5 * time.Second}}
		want := map[string][]bot.PersonID{top.Ref: {"pia"}, "n1": {"bo"}, "n2": {"pia"}}
		for range 2 {
			if diff := cmp.Diff(want, h.missed()); diff != "" {
				t.Error(diff)
			}
		}
		h.shown[top.Ref], h.shown["n1"] = nil, nil
		h.fails["n1"] = []error{bot.Errorf(bot.NotFound, "error.gone")}
		if diff := cmp.Diff(map[string][]bot.PersonID{"n1": {"bo"}, "n2": {"pia"}}, h.missed()); diff != "" {
			t.Error("of what was deleted, and what was taken off:", diff)
		}
	})
}

// TestMissedIsOlder: what somebody marks while a look is under way is newer than it.
func TestMissedIsOlder(t *testing.T) {
	in(t, func(h *house) {
		_, thread := h.comes("net:aurora", comment("1", "It was cold."))
		top := timeline.Message{At: thread.At, Ref: thread.Ref, Thread: thread.Ref, Pin: true}
		h.while = func() {
			h.while = nil
			if _, err := h.marks("aurora", "ana", top); err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff(map[string][]bot.PersonID{top.Ref: {"ana"}}, h.missed()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestMissedIsBounded: however many conversations there are, a hundred messages are looked
// at, those of the newest ones.
func TestMissedIsBounded(t *testing.T) {
	in(t, func(h *house) {
		first, last := "", ""
		for i := range 60 {
			_, thread := h.comes("net:aurora", comment(string(rune('A'+i)), "It was cold."))
			h.Pass(time.Second)
			if last = thread.Ref; i == 0 {
				first = thread.Ref
			}
			for _, n := range []string{"a", "b"} {
				if _, err := h.marks("aurora", "ana", h.notes(thread, thread.Ref+n, "talk")); err != nil {
					t.Fatal(err)
				}
			}
		}
		h.missed()
		if len(h.looked) != 100 || h.looked[last] != 1 || h.looked[first] != 0 {
			t.Errorf("%d messages are looked at; the newest %d times, the oldest %d", len(h.looked), h.looked[last], h.looked[first])
		}
	})
}
