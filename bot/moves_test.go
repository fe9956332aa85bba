package bot

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestConversationMoves(t *testing.T) {
	want := map[string]Status{
		"open, an item came": Open, "open, we replied": Pending, "open, resolve": Resolved, "open, snooze": Snoozed, "open, reopen": Open,
		"pending, an item came": Open, "pending, we replied": Pending, "pending, resolve": Resolved, "pending, snooze": Snoozed, "pending, reopen": Open,
		"snoozed, an item came": Open, "snoozed, we replied": Pending, "snoozed, resolve": Resolved, "snoozed, snooze": Snoozed, "snoozed, reopen": Open,
		"snoozed, the snooze ended": Open,
		"resolved, an item came":    Open, "resolved, we replied": Resolved, "resolved, resolve": Resolved, "resolved, reopen": Open,
	}
	until := time.Date(2026, 11, 27, 18, 30, 0, 0, time.UTC)
	for _, from := range append(slices.Clone(Statuses), "") {
		for _, cause := range []Cause{ItemCame, WeReplied, ByResolve, ByReopen, BySnooze, SnoozeEnd, ""} {
			c := Conversation{Status: from, SnoozedUntil: until}
			err := c.Move(cause)
			to, allowed := want[fmt.Sprintf("%s, %s", from, cause)]
			switch {
			case allowed && (err != nil || c.Status != to):
				t.Errorf("%s, %s: got %s, %v, want %s", from, cause, c.Status, err, to)
			case allowed && c.SnoozedUntil.IsZero() != (to != Snoozed):
				t.Errorf("%s, %s: snoozed until %v", from, cause, c.SnoozedUntil)
			case !allowed && (KindOf(err) != Conflict || c.Status != from || c.SnoozedUntil != until):
				t.Errorf("%s, %s: got %s, %v, want a refusal that changes nothing", from, cause, c.Status, err)
			}
		}
	}
}

func TestPostMoves(t *testing.T) {
	want := map[PostState]string{
		Drafted:    "approved cancelled in review scheduled",
		InReview:   "approved cancelled draft expired held rejected",
		Approved:   "cancelled draft expired held in review publishing scheduled",
		Scheduled:  "approved cancelled draft expired failed held in review publishing",
		Publishing: "expired failed published scheduled unknown",
		Uncertain:  "failed published scheduled",
		Held:       "approved cancelled draft expired in review rejected scheduled",
		Failed:     "cancelled draft scheduled",
		Expired:    "cancelled draft scheduled",
		Rejected:   "cancelled draft",
		Published:  "",
		Cancelled:  "",
	}
	states := slices.Sorted(maps.Keys(PostMoves))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), states); diff != "" {
		t.Fatal(diff)
	}
	for _, from := range states {
		allowed := ""
		for _, to := range states {
			r := Reply{State: from}
			err := r.Move(to)
			if err == nil && r.State == to && r.Revision == 1 {
				allowed += " " + string(to)
			} else if KindOf(err) != Conflict || r.State != from || r.Revision != 0 {
				t.Errorf("%s to %s: got %s, revision %d, %v", from, to, r.State, r.Revision, err)
			}
		}
		if len(allowed) > 0 {
			allowed = allowed[1:]
		}
		if allowed != want[from] {
			t.Errorf("%s: may become %q, want %q", from, allowed, want[from])
		}
	}
}

// What was published is never sent again, and what may have been is not until it is settled.
func TestPublishingIsEnteredFromWaitingStatesOnly(t *testing.T) {
	for from, moves := range PostMoves {
		if slices.Contains(moves, Publishing) != (from == Approved || from == Scheduled) {
			t.Errorf("%s to publishing", from)
		}
	}
}

func TestLabel(t *testing.T) {
	var c Conversation
	for _, step := range []struct {
		name    string
		on      bool
		changed bool
		want    []string
	}{
		{"refund", true, true, []string{"refund"}},
		{"bug", true, true, []string{"bug", "refund"}},
		{"refund", true, false, []string{"bug", "refund"}},
		{"vip", true, true, []string{"bug", "refund", "vip"}},
		{"other", false, false, []string{"bug", "refund", "vip"}},
		{"bug", false, true, []string{"refund", "vip"}},
		{"vip", false, true, []string{"refund"}},
	} {
		if got := c.Label(step.name, step.on); got != step.changed {
			t.Errorf("%v: got %v", step, got)
		}
		if diff := cmp.Diff(step.want, c.Labels); diff != "" {
			t.Errorf("%v: %s", step, diff)
		}
	}
}

func TestWriters(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 30, 0, 0, time.UTC)
	in := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	var c Conversation
	c.Starts("ana", now, in(10))
	c.Starts("leo", in(1), in(11))
	c.Starts("ana", in(2), in(12))
	if diff := cmp.Diff([]Writer{{"leo", in(11)}, {"ana", in(12)}}, c.Writing); diff != "" {
		t.Errorf("opened again: %s", diff)
	}
	c.Stops("nobody", in(11))
	if diff := cmp.Diff([]Writer{{"ana", in(12)}}, c.Writing); diff != "" {
		t.Errorf("left open too long: %s", diff)
	}
	if c.Stops("ana", in(11)); len(c.Writing) != 0 {
		t.Errorf("closed: %v", c.Writing)
	}
}

func TestItemEvents(t *testing.T) {
	at := time.Date(2026, 11, 27, 18, 30, 0, 0, time.UTC)
	it := Item{Text: "first"}
	for _, step := range []struct {
		name    string
		event   ItemEvent
		changes bool
		reads   string
		gone    bool
	}{
		{"nothing new", ItemEvent{Text: "first"}, false, "first", false},
		{"edited", ItemEvent{Text: "second"}, true, "second", false},
		{"the same edit", ItemEvent{Text: "second"}, false, "second", false},
		{"edited back", ItemEvent{Text: "first"}, true, "first", false},
		{"emptied", ItemEvent{}, true, "", false},
		{"deleted", ItemEvent{Deleted: true}, true, "", true},
		{"deleted again", ItemEvent{Deleted: true}, false, "", true},
		{"edited after it was deleted", ItemEvent{Text: "third"}, false, "", true},
	} {
		step.event.At = at
		if got := it.Happened(step.event); got != step.changes || it.Reads() != step.reads || it.Deleted() != step.gone {
			t.Errorf("%s: changes %v, reads %q, deleted %v", step.name, got, it.Reads(), it.Deleted())
		}
	}
	if it.Text != "first" || len(it.Events) != 4 {
		t.Errorf("what was said was altered: %q, %d events", it.Text, len(it.Events))
	}

	busy := Item{Text: "0"}
	for n := range MaxItemEvents + 10 {
		busy.Happened(ItemEvent{At: at, Text: fmt.Sprint(n + 1)})
	}
	if len(busy.Events) != MaxItemEvents || busy.Reads() != fmt.Sprint(MaxItemEvents+10) || busy.Events[0].Text != "11" {
		t.Errorf("%d events from %q, reads %q", len(busy.Events), busy.Events[0].Text, busy.Reads())
	}
	if busy.Happened(ItemEvent{At: at, Deleted: true}); !busy.Deleted() || busy.Reads() != fmt.Sprint(MaxItemEvents+10) {
		t.Errorf("deleted: reads %q", busy.Reads())
	}
}

func TestErrors(t *testing.T) {
	cause := errors.New("refused")
	err := fmt.Errorf("carry: %w", Errorf(Unavailable, "error.away", "name", "plaza", "odd").Because(cause))
	if KindOf(err) != Unavailable || !errors.Is(err, cause) {
		t.Errorf("got %v, kind %s", err, KindOf(err))
	}
	if e, ok := Asked(err); !ok || e.Key != "error.away" || len(e.Args) != 1 || e.Args["name"] != "plaza" {
		t.Errorf("got %v, %v", e, ok)
	}
	if want := "carry: unavailable: error.away map[name:plaza]: refused"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if _, ok := Asked(cause); ok || KindOf(cause) != Internal {
		t.Error("an untyped error is for people")
	}
	if _, ok := Asked(Errorf(Internal, "error.ours")); ok {
		t.Error("an internal error is for people")
	}
}
