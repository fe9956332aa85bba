package approval_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/approval"
	"ponte/storage"
)

// Who may decide about what ana wrote, by the brand's people as they are now.
func TestWhoMayDecide(t *testing.T) {
	const stranger, role, own = "error.request_not_approver", "error.request_not_approver", "error.request_own"
	for name, c := range map[string]struct {
		who    bot.PersonID
		change func(*bot.Brand)
		err    string
	}{
		"an approver":               {"pia", nil, ""},
		"a manager":                 {"bo", nil, role},
		"a strategist":              {"sven", nil, role},
		"an observer":               {"olga", nil, role},
		"a stranger":                {"eve", nil, stranger},
		"nobody":                    {"", nil, stranger},
		"another brand's":           {"carl", nil, stranger},
		"its author":                {"ana", nil, own},
		"its author, allowed":       {"ana", func(b *bot.Brand) { b.Approvals.Self = true }, ""},
		"its author, no approver":   {"ana", func(b *bot.Brand) { b.Approvals.Self, b.People[0].Roles = true, []bot.Role{bot.Manager} }, role},
		"an approver no more":       {"pia", func(b *bot.Brand) { b.People[3].Roles = []bot.Role{bot.Observer} }, role},
		"one who left":              {"pia", func(b *bot.Brand) { b.People = b.People[:3] }, stranger},
		"a manager who is approver": {"bo", func(b *bot.Brand) { b.People[1].Roles = append(b.People[1].Roles, bot.Approver) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				r := h.asks("d1", "hello")
				if c.change != nil {
					h.Configure(c.change)
				}
				if err := h.decides(c.who, r, true); key(err) != c.err || h.stands(r) != (c.err == "") {
					t.Errorf("by word: %v, and it stands: %v", err, h.stands(r))
				}
				other := h.asks("d2", "hello")
				if got := h.reacts(c.who, other, "✅", false); got != c.err || h.stands(other) != (c.err == "") {
					t.Errorf("by reaction: %q, and it stands: %v", got, h.stands(other))
				}
				third := h.asks("d3", "hello")
				h.sees(third, string(c.who)+" ✅")
				if h.stands(third) != (c.err == "") {
					t.Errorf("by a reaction found later it stands: %v", h.stands(third))
				}
				if err := h.returns(c.who, h.asks("d4", "x"), "shorter"); key(err) != c.err {
					t.Errorf("asking for changes: %v", err)
				}
			})
		})
	}
}

func TestQuorum(t *testing.T) {
	in(t, func(h *house) {
		h.quorum(2)
		r := h.asks("d1", "hello")
		for range 3 { // one person counts once
			if err := h.decides("pia", r, true); err != nil {
				t.Error(err)
			}
		}
		if h.stands(r) || h.now(r).State != bot.Awaiting {
			t.Errorf("with one of two it is %s", h.now(r).State)
		}
		if err := h.decides("rex", r, true); err != nil || !h.stands(r) || h.now(r).State != bot.Agreed {
			t.Errorf("with two of two it is %s: %v", h.now(r).State, err)
		}
		if err := h.decides("ugo", r, true); err != nil {
			t.Error(err)
		}
		want := list("approval.approves Name=Pia N=1 Of=2", "approval.approves Name=Rex N=2 Of=2 u-ana", "approval.approves_too Name=Ugo")
		if diff := cmp.Diff(want, h.thread(r)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(list("approved"), h.told("d1")); diff != "" {
			t.Error(diff)
		}
		if err := h.withdraws("pia", r); err != nil || !h.stands(r) {
			t.Errorf("two are left and it stands: %v, %v", h.stands(r), err)
		}
		h.quorum(3)
		if h.stands(r) {
			t.Error("it stands with two of three")
		}
		if err := h.decides("ugo", r, true); err != nil || h.now(r).State != bot.Awaiting {
			t.Errorf("after the quorum rose it is %s: %v", h.now(r).State, err)
		}
		h.quorum(2)
		if err := h.decides("ugo", r, true); err != nil || !h.stands(r) {
			t.Errorf("after the quorum fell it is %s: %v", h.now(r).State, err)
		}
	})
}

// Where nobody's word is needed nobody is asked, and only that content stands.
func TestNobodyIsAsked(t *testing.T) {
	in(t, func(h *house) {
		h.quorum(0)
		r := h.asks("d1", "hello")
		if !h.stands(r) || len(h.Chat.All()) != 0 || len(h.told("d1")) != 0 {
			t.Errorf("it stands: %v; chat reads %v", h.stands(r), h.Chat.All())
		}
		other := r
		if other.Hash = "of something else"; h.stands(other) {
			t.Error("another content stands")
		}
		if other.Hash = ""; h.stands(other) {
			t.Error("nothing stands")
		}
		h.quorum(1)
		if h.stands(r) {
			t.Error("it stands although a word is needed now")
		}
	})
}

func TestReject(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*house, bot.Request)
		told   []string
	}{
		"at once":        {func(*house, bot.Request) {}, list("rejected")},
		"after a yes":    {func(h *house, r bot.Request) { h.decides("pia", r, true) }, list("approved", "asked", "rejected")},
		"after one's no": {func(h *house, r bot.Request) { h.decides("rex", r, true) }, list("approved", "asked", "rejected")},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				r := h.asks("d1", "hello")
				c.before(h, r)
				err := h.try(func(tx *storage.Tx) error {
					_, err := h.desk.Decide(tx, h.brand(), h.person("rex"), r.ID, approval.Word{Reason: " too \n loud ", How: approval.ByCommand, Seen: -1})
					return err
				})
				if err != nil || h.stands(r) || h.now(r).State != bot.Refused {
					t.Errorf("it is %s: %v", h.now(r).State, err)
				}
				if diff := cmp.Diff(c.told, h.told("d1")); diff != "" {
					t.Error(diff)
				}
				if got := face(h.message(r).Card); got != "failed approval.title.rejected approval.rejects_why" {
					t.Errorf("it shows %s", got)
				}
				lines := h.thread(r)
				if got := lines[len(lines)-1]; got != "approval.rejects_why Name=Rex Reason=too \n loud u-ana" {
					t.Errorf("the thread says %q", got)
				}
				if err := h.decides("pia", r, true); key(err) != "error.request_decided" || h.stands(r) {
					t.Errorf("a yes afterwards: %v", err)
				}
				if err := h.withdraws("rex", r); key(err) != "error.request_decided" {
					t.Errorf("taking it back: %v", err)
				}
			})
		})
	}
}

func TestReturn(t *testing.T) {
	in(t, func(h *house) {
		r := h.asks("d1", "hello")
		for why, want := range map[string]string{
			"": "error.request_why", "\t": "error.request_why", strings.Repeat("é", approval.MaxReason+1): "error.request_why_long",
		} {
			err := h.returns("pia", r, why)
			if e, ok := bot.Asked(err); !ok || e.Key != want || e.Field != "reason" {
				t.Errorf("%.10q: %v, want %s", why, err, want)
			}
		}
		if err := h.returns("pia", r, strings.Repeat("é", approval.MaxReason)); err != nil || h.now(r).State != bot.Returned {
			t.Errorf("it is %s: %v", h.now(r).State, err)
		}
		if got := face(h.message(r).Card); got != "open approval.title.returned approval.returns" {
			t.Errorf("it shows %s", got)
		}
		if diff := cmp.Diff(list("changes wanted"), h.told("d1")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(list("ana request.asked", "pia request.returned"), h.audit(r)); diff != "" {
			t.Error(diff)
		}
		agreed := h.asks("d2", "hello")
		h.decides("pia", agreed, true)
		if err := h.returns("pia", agreed, "shorter"); err != nil || h.stands(agreed) {
			t.Errorf("after a yes: %v", err)
		}
		if diff := cmp.Diff(list("approved", "asked", "changes wanted"), h.told("d2")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWithdraw(t *testing.T) {
	in(t, func(h *house) {
		r := h.asks("d1", "hello")
		if err := h.withdraws("pia", r); key(err) != "error.request_no_word" {
			t.Errorf("nothing: %v", err)
		}
		h.decides("pia", r, true)
		if err := h.withdraws("rex", r); key(err) != "error.request_no_word" || !h.stands(r) {
			t.Errorf("somebody else's: %v", err)
		}
		if err := h.withdraws("pia", r); err != nil || h.stands(r) || h.words(r) != "pia (yes)" {
			t.Errorf("it stands: %v, with %s: %v", h.stands(r), h.words(r), err)
		}
		if err := h.withdraws("pia", r); key(err) != "error.request_no_word" {
			t.Errorf("twice: %v", err)
		}
		if diff := cmp.Diff(list("approved", "asked"), h.told("d1")); diff != "" {
			t.Error(diff)
		}
		if got := face(h.message(r).Card); got != "pending approval.title.asked approval.needs [approve] [return] [reject] [edit] [cancel]" {
			t.Errorf("it shows %s", got)
		}
		h.decides("pia", r, true)
		h.out["d1"] = true
		if err := h.withdraws("pia", r); key(err) != "error.request_out" || !h.stands(r) {
			t.Errorf("when it is going out: %v", err)
		}
		if err := h.decides("rex", r, false); key(err) != "error.request_out" || !h.stands(r) {
			t.Errorf("a no when it is going out: %v", err)
		}
		want := list("approval.approves Name=Pia N=1 Of=1 u-ana", "approval.takes_back Name=Pia N=0 Of=1 u-ana", "approval.approves Name=Pia N=1 Of=1 u-ana")
		if diff := cmp.Diff(want, h.thread(r)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(list("ana request.asked", "pia request.decided", "pia request.withdrawn", "pia request.decided"), h.audit(r)); diff != "" {
			t.Error(diff)
		}
	})
}

// A word counts for the content it was asked about, and for no other.
func TestOnlyTheContentThatStands(t *testing.T) {
	in(t, func(h *house) {
		old := h.asks("d1", "hello")
		h.decides("pia", old, true)
		h.content["d1"] = bot.Content{Text: "changed behind its back"}
		if err := h.decides("rex", old, true); key(err) != "error.request_superseded" {
			t.Errorf("on what moved: %v", err)
		}
		r := h.asks("d1", "hello again")
		if h.stands(old) || h.stands(r) {
			t.Error("the old word counts")
		}
		if err := h.decides("pia", old, true); key(err) != "error.request_superseded" || h.stands(r) {
			t.Errorf("on the old message: %v", err)
		}
		if got := h.reacts("pia", old, "✅", false); got != "error.request_superseded" {
			t.Errorf("a reaction on the old message: %q", got)
		}
		if m := h.message(old); face(m.Card) != "note approval.title.superseded approval.foot.superseded" || m.Card.Blocks[1].Quote.Text != "hello" || h.now(old).Next != r.ID {
			t.Errorf("the old message shows %s and %q", face(m.Card), m.Card.Blocks[1].Quote.Text)
		}
		if err := h.decides("pia", r, true); err != nil || !h.stands(r) || h.stands(old) {
			t.Errorf("on the new message: %v", err)
		}
		h.asks("d1", "hello") // as it read at first: the word on that does not come back
		if h.stands(old) || h.stands(r) {
			t.Error("a superseded word stands again")
		}
		if err := h.decides("pia", bot.Request{ID: "none"}, true); key(err) != "error.request_gone" {
			t.Errorf("on nothing: %v", err)
		}
		boreal, _ := h.Brands().Brand("boreal")
		err := h.try(func(tx *storage.Tx) error {
			_, err := h.desk.Decide(tx, boreal, h.person("pia"), r.ID, approval.Word{Yes: true})
			return err
		})
		if key(err) != "error.request_gone" {
			t.Errorf("from another brand: %v", err)
		}
	})
}

func TestVoid(t *testing.T) {
	for as, err := range map[bot.RequestState]string{
		bot.Superseded: "error.request_superseded", bot.Lapsed: "error.request_lapsed", bot.Void: "error.request_void",
	} {
		in(t, func(h *house) {
			waits, agreed := h.asks("d1", "hello"), h.asks("d2", "hello")
			h.decides("pia", agreed, true)
			for _, r := range []bot.Request{waits, agreed} {
				h.do(func(tx *storage.Tx) error { return h.desk.Void(tx, aurora, r.Subject, as) })
				if got := key(h.decides("pia", r, true)); got != err || h.stands(r) || h.now(r).State != as {
					t.Errorf("%s: it says %s, and is %s", as, got, h.now(r).State)
				}
				h.do(func(tx *storage.Tx) error { return h.desk.Void(tx, aurora, r.Subject, bot.Void) })
				if h.now(r).State != as {
					t.Errorf("%s became %s", as, h.now(r).State)
				}
			}
			if diff := cmp.Diff(list("approved"), h.told("d2")); diff != "" {
				t.Error(diff)
			}
		})
	}
	in(t, func(h *house) {
		r := h.asks("d1", "hello")
		if err := h.try(func(tx *storage.Tx) error { return h.desk.Void(tx, aurora, "d1", bot.Agreed) }); err == nil || h.stands(r) {
			t.Errorf("voided into an approval: %v", err)
		}
	})
}

// What the asker refuses does not happen, in whole.
func TestNothingByHalves(t *testing.T) {
	in(t, func(h *house) {
		r := h.asks("d1", "hello")
		h.refuses = true
		if err := h.decides("pia", r, true); err == nil || h.words(r) != "" || h.now(r).State != bot.Awaiting {
			t.Errorf("it is %s with %q: %v", h.now(r).State, h.words(r), err)
		}
		slot := slotOf(h, r)
		err := h.try(func(tx *storage.Tx) error {
			_, notice, err := h.desk.React(tx, h.brand(), h.person("pia"), slot, "✅", false)
			if notice != nil {
				t.Error("the asker's own trouble is told to the person as theirs")
			}
			return err
		})
		if err == nil || h.words(r) != "" || len(h.thread(r)) != 0 {
			t.Errorf("by reaction it is %s with %q: %v", h.now(r).State, h.words(r), err)
		}
	})
}

func TestAskNeedsTheHashOfWhatItShows(t *testing.T) {
	in(t, func(h *house) {
		c := bot.Content{Text: "hello"}
		for _, hash := range []string{"", "of something else"} {
			err := h.Try(func(tx *storage.Tx) error {
				_, err := h.desk.Ask(tx, bot.Request{Brand: aurora, Matter: bot.PostMatter, Subject: "d1", Hash: hash, Content: &c})
				return err
			})
			if err == nil {
				t.Errorf("asked with the hash %q", hash)
			}
		}
		if err := h.decides("pia", h.asksWith("d1", bot.Content{Text: "x", When: time.Now().Add(-time.Hour)}, nil), true); key(err) != "error.request_lapsed" {
			t.Errorf("about what is past: %v", err)
		}
	})
}
