package reply_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/bot/reply"
	"ponte/internal/coretest"
	"ponte/storage"
)

func TestUndoWindow(t *testing.T) {
	in(t, func(h *house) {
		if err := h.sends("1", " We are sorry.\n", "t1"); err != nil {
			t.Fatal(err)
		}
		if got := h.shows(h.reply()); got != "public reply.goes_out [undo] [now]" {
			t.Errorf("in the window it shows %s", got)
		}
		h.Pass(19 * time.Second)
		if got := h.public(); len(got) != 0 {
			t.Errorf("in the window the public reads %q", got)
		}
		h.Pass(2 * time.Second)
		if diff := cmp.Diff([]string{"We are sorry."}, h.public()); diff != "" {
			t.Error(diff)
		}
		m, r := h.Net.All()[0], h.reply()
		if want := (act.Reply{To: "1", Text: "We are sorry.", Author: "id-maria"}); m.Reply != want || m.At != (act.Place{Platform: "net", Space: "net:aurora"}) {
			t.Errorf("it went out as %+v at %v", m.Reply, m.At)
		}
		if r.State != bot.Published || r.Remote != m.Ref || r.URL == "" || h.shows(r) != "out reply.out [open] [edit] [delete]" {
			t.Errorf("it is %s as %q and shows %s", r.State, r.Remote, h.shows(r))
		}
		if diff := cmp.Diff([]string{"bo reply.sent_off", "ponte reply.publishing", "ponte reply.published"}, coretest.Audit(h.World, "reply/"+string(r.ID))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUndo(t *testing.T) {
	in(t, func(h *house) {
		h.sends("1", "too quick", "t1")
		r := h.reply()
		h.do(func(tx *storage.Tx) error { return h.desk.Undo(tx, "ana", r) })
		h.Pass(time.Hour / 2)
		if r = h.reply(); r.State != bot.Cancelled || len(h.public()) != 0 || h.shows(r) != "note reply.undone [reply]" {
			t.Errorf("it is %s, shows %s, and the public reads %q", r.State, h.shows(r), h.public())
		}
		for name, f := range map[string]func(*storage.Tx) error{
			"undo": func(tx *storage.Tx) error { return h.desk.Undo(tx, "ana", r) },
			"now":  func(tx *storage.Tx) error { return h.desk.Now(tx, "ana", r) },
		} {
			if err := h.try(f); key(err) != "error.too_late" {
				t.Errorf("%s afterwards: %v", name, err)
			}
		}
	})
}

func TestNow(t *testing.T) {
	in(t, func(h *house) {
		h.sends("1", "at once", "t1")
		h.do(func(tx *storage.Tx) error { return h.desk.Now(tx, "ana", h.reply()) })
		if len(h.public()) != 1 || h.reply().State != bot.Published {
			t.Errorf("it is %s", h.reply().State)
		}
	})
}

// One form makes one reply, however often it is submitted.
func TestOneFormOneReply(t *testing.T) {
	in(t, func(h *house) {
		for range 3 {
			if err := h.sends("1", "once", "t1"); err != nil {
				t.Error(err)
			}
		}
		h.Pass(time.Minute)
		if err := h.sends("1", "once", "t1"); err != nil {
			t.Error(err)
		}
		h.Pass(time.Minute)
		if len(h.public()) != 1 {
			t.Errorf("the public reads %q", h.public())
		}
		for range 2 { // what has no name is a deed of its own each time
			if err := h.sends("1", "nameless", ""); err != nil {
				t.Error(err)
			}
		}
		if n := len(h.replies()); n != 3 {
			t.Errorf("%d replies, want 3", n)
		}
	})
}

// Whatever happens between the form and its submission is shown before anything is sent.
func TestCollision(t *testing.T) {
	for name, c := range map[string]struct {
		moves func(h *house)
		news  string
	}{
		"a further item": {func(h *house) { h.comes(answer("2", "maria", "still cold")) }, "still cold"},
		"an edit":        {func(h *house) { h.comes(act.Incoming{Remote: "1", Text: "warm, really", Edited: true}) }, "warm, really"},
		"a reply sent":   {func(h *house) { h.sends("1", "Bo was first", "other") }, "Bo was first"},
		"a reply out":    {func(h *house) { h.sends("1", "Bo was first", "other"); h.Pass(time.Minute) }, "Bo was first"},
		"nothing":        {func(h *house) { h.Pass(time.Minute) }, ""},
		"care and a form": {func(h *house) {
			h.do(func(tx *storage.Tx) error {
				c, _ := of(tx, "1")
				_, err := h.desk.Form(tx, bot.Person{ID: "bo"}, c, "")
				return err
			})
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				var f card.Form
				ana := bot.Person{ID: "ana", Roles: []bot.Role{bot.Manager}}
				h.do(func(tx *storage.Tx) (err error) {
					conv, err := of(tx, "1")
					if err == nil {
						f, err = h.desk.Form(tx, ana, conv, "")
					}
					return err
				})
				c.moves(h)
				before := len(h.replies())
				err := h.try(func(tx *storage.Tx) error {
					conv, err := of(tx, "1")
					if err == nil {
						_, err = h.desk.Send(tx, reply.Order{Conversation: conv, By: "ana", Text: "mine", Token: f.Token, Seen: f.Revision})
					}
					return err
				})
				if moved := key(err) == "error.moved"; moved != (c.news != "") || len(h.replies()) != before+map[bool]int{true: 0, false: 1}[moved] {
					t.Fatalf("sending says %v", err)
				}
				if c.news == "" {
					return
				}
				h.do(func(tx *storage.Tx) error {
					conv, err := of(tx, "1")
					if err != nil {
						return err
					}
					again, err := h.desk.Moved(tx, ana, conv, "mine", f.Revision)
					if err != nil {
						return err
					}
					var quoted []string
					for _, b := range again.Blocks {
						if b.Quote != nil {
							quoted = append(quoted, string(b.Quote.Text))
						}
					}
					if !strings.Contains(strings.Join(quoted, "|"), c.news) || again.Fields[len(again.Fields)-1].Value != "mine" || again.Token == f.Token {
						t.Errorf("the form shows %q with %+v", quoted, again.Fields)
					}
					_, err = h.desk.Send(tx, reply.Order{Conversation: conv, By: "ana", Text: "mine", Token: again.Token, Seen: again.Revision})
					return err
				})
			})
		})
	}
}

func answer(remote, who, text string) act.Incoming {
	in := said(remote, who, text)
	in.InReplyTo = "1"
	return in
}

func TestForm(t *testing.T) {
	in(t, func(h *house) {
		bo := bot.Person{ID: "bo", Roles: []bot.Role{bot.Manager}}
		ask := func(remote string) (f card.Form, err error) {
			err = h.try(func(tx *storage.Tx) error {
				c, err := of(tx, remote)
				if err == nil {
					f, err = h.desk.Form(tx, bo, c, "as before")
				}
				return err
			})
			return f, err
		}
		h.do(func(tx *storage.Tx) error {
			c, err := of(tx, "1")
			if err != nil {
				return err
			}
			if err := h.desk.Save(tx, aurora, "ana", "Sorry", "Sorry, {name}. Yours, {brand} {other}"); err != nil {
				return err
			}
			return h.relay.Writes(tx, "ana", c, true)
		})
		f, err := ask("1")
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, b := range f.Blocks {
			if b.Words != nil {
				words = append(words, b.Words.String())
			}
			for _, w := range b.Facts {
				words = append(words, w.String())
			}
		}
		if diff := cmp.Diff([]string{"reply.as Account=Aurora Coffee Network=the net", "reply.seen_by_all", "relay.writing Name=Ana"}, words); diff != "" {
			t.Error(diff)
		}
		if f.Fields[0].Choices[0].Text != "Sorry, maria. Yours, Aurora {other}" || f.Fields[1].Value != "as before" || f.Fields[1].Max != 500 || !f.Public || f.Closed != "leave" {
			t.Errorf("the form is %+v", f)
		}
		dm := said("dm", "zoe", "in private")
		dm.Kind = bot.Direct
		h.comes(dm)
		if f, err := ask("dm"); err != nil || f.Blocks[1].Facts[1].Key != "reply.seen_by_one" {
			t.Errorf("in private: %v %+v", err, f.Blocks)
		}
		h.comes(act.Incoming{Remote: "1", Deleted: true})
		if _, err := ask("1"); key(err) != "error.comment_deleted" {
			t.Errorf("to nobody: %v", err)
		}
		h.Net.Can.CanReply = false
		if _, err := ask("dm"); key(err) != "error.cannot_reply" {
			t.Errorf("where the network cannot: %v", err)
		}
	})
}

// The reply to a direct message is private, whatever else happens.
func TestPrivate(t *testing.T) {
	in(t, func(h *house) {
		dm := said("dm", "maria", "in private")
		dm.Kind = bot.Direct
		h.comes(dm)
		h.sends("dm", "between us", "t1")
		h.sends("1", "to all", "t2")
		h.Pass(time.Minute)
		for _, m := range h.Net.All() {
			if m.Reply.Private != (m.Text == "between us") {
				t.Errorf("%q is private: %v", m.Text, m.Reply.Private)
			}
		}
		var told []act.Act
		h.Net.Fails(func(_ string, a act.Act) *coretest.Fault { told = append(told, a); return nil })
		want := []act.Act{}
		for _, r := range h.replies() {
			private := r.Text == "between us"
			h.do(func(tx *storage.Tx) error { return h.desk.Rewrite(tx, "ana", r, "better") })
			h.do(func(tx *storage.Tx) error {
				changed, err := records.Replies.Get(tx, storage.K(r.Brand, r.ID))
				if err != nil {
					return err
				}
				return h.desk.Remove(tx, "ana", changed)
			})
			want = append(want, act.Change{Ref: r.Remote, Text: "better", Private: private}, act.Remove{Ref: r.Remote, Private: private})
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}

// Who is gone is not answered: not at the form, not when it is sent, not at the last moment.
func TestTargetGone(t *testing.T) {
	in(t, func(h *house) {
		h.comes(answer("2", "ugo", "mine too"))
		h.sends("1", "to the newest", "t1")
		h.comes(act.Incoming{Remote: "2", Deleted: true})
		h.Pass(time.Minute)
		if r := h.reply(); r.To != "2" || r.State != bot.Failed || h.shows(r) != "failed reply.failed error.comment_deleted [reply]" || len(h.public()) != 0 {
			t.Errorf("it is %s to %s, shows %s, and the public reads %q", r.State, r.To, h.shows(r), h.public())
		}
		h.sends("1", "to who is there", "t2")
		if r := h.reply(); r.To != "1" {
			t.Errorf("it answers %s", r.To)
		}
		h.comes(act.Incoming{Remote: "1", Deleted: true})
		if err := h.sends("1", "to nobody", "t3"); key(err) != "error.comment_deleted" {
			t.Errorf("to nobody: %v", err)
		}
	})
}

func TestLength(t *testing.T) {
	for _, c := range []struct {
		count     act.Counting
		max       int
		fits, not string
	}{
		{act.Runes, 3, "ééé", "éééé"}, {act.Bytes, 6, "ééé", "éééa"}, {act.UTF16, 4, "😀😀", "😀😀a"}, {act.Graphemes, 1, "ab", "abcd"},
		{act.Runes, 0, strings.Repeat("é", 30_000), strings.Repeat("é", 33_000)}, {act.Runes, 5, "\n é \xff\t", " \n "},
	} {
		in(t, func(h *house) {
			h.Net.Can.Count, h.Net.Can.MaxText = c.count, c.max
			if err := h.sends("1", c.fits, "t1"); err != nil {
				t.Errorf("%s: %.20q: %v", c.count, c.fits, err)
			}
			if err := h.sends("1", c.not, "t2"); bot.KindOf(err) != bot.Invalid {
				t.Errorf("%s: %.20q: %v", c.count, c.not, err)
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	refused, busy, lost := bot.Errorf(bot.Denied, "net.refused"), &bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: time.Minute}, bot.Errorf(bot.Ambiguous, "error.unknown_outcome")
	for name, c := range map[string]struct {
		faults []*coretest.Fault
		honour bool
		after  time.Duration
		state  bot.PostState
		shows  string
		public int
	}{
		"refused":          {[]*coretest.Fault{{Err: refused}}, false, 0, bot.Failed, "failed reply.failed net.refused [reply]", 0},
		"told to wait":     {[]*coretest.Fault{{Err: busy}}, false, 0, bot.Scheduled, "public reply.tries_again error.unavailable [undo]", 0},
		"told to wait, on": {[]*coretest.Fault{{Err: busy}}, false, 2 * time.Minute, bot.Published, "out reply.out [open] [edit] [delete]", 1},
		"lost":             {[]*coretest.Fault{{Err: lost}}, false, 0, bot.Uncertain, "unknown reply.unknown [is-out] [send-again]", 0},
		"taken, not told":  {[]*coretest.Fault{{Err: lost, Taken: true}}, false, time.Hour, bot.Uncertain, "unknown reply.unknown [is-out] [send-again]", 1},
		"lost, honoured":   {[]*coretest.Fault{{Err: lost, Taken: true}}, true, time.Minute, bot.Published, "out reply.out [edit] [delete]", 1},
		"lost for long":    {many(&coretest.Fault{Err: lost}, 100), true, time.Hour, bot.Uncertain, "unknown reply.unknown [is-out] [send-again]", 0},
		"busy for long":    {many(&coretest.Fault{Err: busy}, 100), false, time.Hour, bot.Failed, "failed reply.failed error.grace [reply]", 0},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				h.Net.Asked = false
				if c.honour {
					h.Net.Can.Honours = 24 * time.Hour
				}
				h.Restart()
				faults := c.faults
				h.Net.Fails(func(string, act.Act) (f *coretest.Fault) {
					if len(faults) > 0 {
						f, faults = faults[0], faults[1:]
					}
					return f
				})
				h.sends("1", "hello", "t1")
				h.Pass(21 * time.Second)
				h.Pass(c.after)
				r := h.reply()
				if r.State != c.state || h.shows(r) != c.shows || len(h.public()) != c.public {
					t.Errorf("it is %s, shows %s, and the public reads %q", r.State, h.shows(r), h.public())
				}
			})
		})
	}
}

func many(f *coretest.Fault, n int) (out []*coretest.Fault) {
	for range n {
		out = append(out, f)
	}
	return out
}

// A person settles what nobody knows, once.
func TestSettle(t *testing.T) {
	for _, happened := range []bool{true, false} {
		in(t, func(h *house) {
			h.Net.Asked = false
			h.Restart()
			first := true
			h.Net.Fails(func(string, act.Act) *coretest.Fault {
				if !first {
					return nil
				}
				first = false
				return &coretest.Fault{Err: bot.Errorf(bot.Ambiguous, "error.unknown_outcome"), Taken: happened}
			})
			h.sends("1", "hello", "t1")
			h.Pass(time.Minute)
			r := h.reply()
			h.do(func(tx *storage.Tx) error { return h.desk.Settle(tx, "ana", r, happened) })
			if r = h.reply(); r.State != bot.Published || len(h.public()) != 1 || h.conversation("1").Status != bot.Pending {
				t.Errorf("happened %v: it is %s, the public reads %q", happened, r.State, h.public())
			}
			if err := h.try(func(tx *storage.Tx) error { return h.desk.Settle(tx, "ana", r, false) }); key(err) != "error.settled" {
				t.Errorf("settled twice: %v", err)
			}
			if err := h.try(func(tx *storage.Tx) error { return h.desk.Remove(tx, "ana", r) }); happened != (key(err) == "error.cannot_delete") {
				t.Errorf("happened %v: removing what has no name: %v", happened, err)
			}
		})
	}
}

func TestEditAndDelete(t *testing.T) {
	in(t, func(h *house) {
		h.sends("1", "Thnak you", "t1")
		if err := h.try(func(tx *storage.Tx) error { return h.desk.Rewrite(tx, "ana", h.reply(), "x") }); key(err) != "error.not_out" {
			t.Errorf("before it is out: %v", err)
		}
		h.Pass(time.Minute)
		r := h.reply()
		h.do(func(tx *storage.Tx) error { return h.desk.Rewrite(tx, "ana", r, "Thank you") })
		if r = h.reply(); r.Text != "Thank you" || !cmp.Equal(h.public(), []string{"Thank you"}) || h.shows(r) != "out reply.out [open] [edit] [delete]" {
			t.Errorf("it reads %q, the public %q, and shows %s", r.Text, h.public(), h.shows(r))
		}
		h.Net.Fails(func(string, act.Act) *coretest.Fault {
			return &coretest.Fault{Err: bot.Errorf(bot.Denied, "net.refused")}
		})
		h.do(func(tx *storage.Tx) error { return h.desk.Rewrite(tx, "ana", r, "Thanks") })
		if r = h.reply(); r.Text != "Thank you" || h.shows(r) != "public reply.change_failed net.refused [open] [edit] [delete]" {
			t.Errorf("after a refused edit it reads %q and shows %s", r.Text, h.shows(r))
		}
		h.Net.Fails(nil)
		h.do(func(tx *storage.Tx) error { return h.desk.Remove(tx, "ana", r) })
		if r = h.reply(); r.RemovedAt.IsZero() || len(h.public()) != 0 || h.shows(r) != "note reply.removed" {
			t.Errorf("after the deletion the public reads %q and it shows %s", h.public(), h.shows(r))
		}
		if err := h.try(func(tx *storage.Tx) error { return h.desk.Remove(tx, "ana", r) }); key(err) != "error.not_out" {
			t.Errorf("deleted twice: %v", err)
		}
		want := []string{"bo reply.sent_off", "ponte reply.publishing", "ponte reply.published", "ana reply.edit", "ponte reply.edit_done", "ana reply.edit", "ponte reply.edit_failed", "ana reply.delete", "ponte reply.delete_done"}
		if diff := cmp.Diff(want, coretest.Audit(h.World, "reply/"+string(r.ID))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestChangesNeedTheNetwork(t *testing.T) {
	in(t, func(h *house) {
		h.Net.Can.CanChange, h.Net.Can.CanRemove = false, false
		h.sends("1", "hello", "t1")
		h.Pass(time.Minute)
		r := h.reply()
		if h.shows(r) != "out reply.out [open]" {
			t.Errorf("it shows %s", h.shows(r))
		}
		for want, f := range map[string]func(*storage.Tx) error{
			"error.cannot_edit":   func(tx *storage.Tx) error { return h.desk.Rewrite(tx, "ana", r, "x") },
			"error.cannot_delete": func(tx *storage.Tx) error { return h.desk.Remove(tx, "ana", r) },
		} {
			if err := h.try(f); key(err) != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
		if err := h.try(func(tx *storage.Tx) error { _, err := h.desk.EditForm(tx, r); return err }); key(err) != "error.cannot_edit" {
			t.Errorf("the form: %v", err)
		}
	})
}

// A restart within the undo window changes nothing; a long one means it does not go out.
func TestRestart(t *testing.T) {
	in(t, func(h *house) {
		h.sends("1", "soon", "t1")
		h.Restart()
		h.Pass(time.Minute)
		if diff := cmp.Diff([]string{"soon"}, h.public()); diff != "" {
			t.Error(diff)
		}
		h.sends("1", "too late", "t2")
		h.Down(31 * time.Minute)
		r := h.reply()
		if r.State != bot.Failed || h.shows(r) != "failed reply.failed error.grace [reply]" || len(h.public()) != 1 {
			t.Errorf("it is %s, shows %s, and the public reads %q", r.State, h.shows(r), h.public())
		}
	})
}

// Where threads are joined while a reply is under way, it shows in both.
func TestJoinedUnderWay(t *testing.T) {
	in(t, func(h *house) {
		child := said("3", "ugo", "a child without its parent")
		child.InReplyTo = "2"
		h.comes(child)
		old := h.conversation("3")
		h.sends("3", "an answer", "t1")
		h.comes(answer("2", "eva", "the link"))
		if h.conversation("3").ID == old.ID {
			t.Fatal("they are not joined")
		}
		h.Pass(time.Minute)
		r := h.reply()
		mirror, _ := h.Chat.Find(coretest.Slot(h.World, records.ReplySlot(old.ID, r.ID)).Ref)
		if r.Conversation == old.ID || h.shows(r) != face(mirror.Card) || r.State != bot.Published || len(h.public()) != 1 {
			t.Errorf("it is %s; the new thread shows %s, the old one %s", r.State, h.shows(r), face(mirror.Card))
		}
	})
}

func TestSaved(t *testing.T) {
	in(t, func(h *house) {
		save := func(name, text string) error {
			return h.Try(func(tx *storage.Tx) error { return h.desk.Save(tx, aurora, "ana", name, text) })
		}
		for _, c := range []struct{ name, text, err string }{
			{" Thanks ", " Thank you ", ""}, {"", "x", "error.saved_name"}, {"two words", "x", "error.saved_name"}, {strings.Repeat("é", 40), "x", ""}, {strings.Repeat("é", 41), "x", "error.saved_name"},
			{"x", " ", "error.saved_text"}, {"long", strings.Repeat("é", 5000), ""}, {"long", strings.Repeat("é", 5001), "error.saved_text"},
		} {
			if err := save(c.name, c.text); key(err) != c.err {
				t.Errorf("%.10s: %v, want %q", c.name, err, c.err)
			}
		}
		get := func(brand bot.BrandID, name string) (s bot.Saved, err error) {
			err = h.Try(func(tx *storage.Tx) (err error) { s, err = h.desk.Saved(tx, brand, name); return err })
			return s, err
		}
		if s, err := get(aurora, "THANKS"); err != nil || s.Text != "Thank you" || s.By != "ana" {
			t.Errorf("%+v %v", s, err)
		}
		if _, err := get("boreal", "thanks"); key(err) != "error.saved_unknown" {
			t.Errorf("another brand has it: %v", err)
		}
		h.do(func(tx *storage.Tx) error {
			for i := range reply.MaxSaved - 3 {
				if err := h.desk.Save(tx, aurora, "ana", fmt.Sprint("n", i), "x"); err != nil {
					return err
				}
			}
			return nil
		})
		if err := save("one-more", "x"); key(err) != "error.saved_full" {
			t.Errorf("one more: %v", err)
		}
		if err := save("thanks", "changed"); err != nil {
			t.Errorf("a full list cannot be changed: %v", err)
		}
		h.do(func(tx *storage.Tx) error { return h.desk.Forget(tx, aurora, "ana", "Thanks") })
		if err := h.try(func(tx *storage.Tx) error { return h.desk.Forget(tx, aurora, "ana", "thanks") }); key(err) != "error.saved_unknown" {
			t.Errorf("removed twice: %v", err)
		}
		if diff := cmp.Diff([]string{"ana saved.put", "ana saved.put", "ana saved.removed"}, coretest.Audit(h.World, "saved/thanks")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFill(t *testing.T) {
	if got := reply.Fill("{name} {brand} {Name}", "{brand}", "{name}"); got != "{brand} {name} {Name}" {
		t.Error(got)
	}
}
