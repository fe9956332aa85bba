package approval_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

func TestReact(t *testing.T) {
	in(t, func(h *house) {
		h.quorum(2)
		r := h.asks("d1", "hello")
		for _, step := range []struct {
			who     bot.PersonID
			emoji   string
			removed bool
			told    string
			words   string
			stands  bool
		}{
			{"pia", "🎉", false, "-", "", false},
			{"pia", "✅", false, "", "pia yes", false},
			{"pia", "✅", false, "", "pia yes", false},
			{"pia", "❌", true, "", "pia yes", false}, // she never said no
			{"bo", "✅", true, "", "pia yes", false},
			{"rex", "✅", false, "", "pia yes, rex yes", true},
			{"rex", "✅", true, "", "pia yes, rex (yes)", false},
			{"rex", "✅", true, "", "pia yes, rex (yes)", false},
			{"rex", "✅", false, "", "pia yes, rex yes", true},
			{"pia", "❌", false, "", "rex yes, pia no", false},
			{"pia", "✅", true, "", "rex yes, pia no", false}, // her no came later
			{"pia", "❌", true, "error.request_decided", "rex yes, pia no", false},
			{"ugo", "✅", false, "error.request_decided", "rex yes, pia no", false},
		} {
			told := h.reacts(step.who, r, step.emoji, step.removed)
			if told != step.told || h.words(r) != step.words || h.stands(r) != step.stands {
				t.Errorf("%s %s, removed %v: told %q, the words are %q, it stands: %v; want %+v", step.who, step.emoji, step.removed, told, h.words(r), h.stands(r), step)
			}
		}
		late := h.asks("d2", "hello")
		h.reacts("pia", late, "✅", false)
		h.reacts("rex", late, "✅", false)
		h.out["d2"] = true
		if got := h.reacts("pia", late, "✅", true); got != "error.request_out" || !h.stands(late) {
			t.Errorf("taken off when it is going out: %q, and it stands: %v", got, h.stands(late))
		}
	})
}

// A brand reads its own signs, and no others.
func TestOwnSigns(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Yes, b.Approvals.No = []string{"👍", "👌"}, []string{"👎"} })
		r := h.asks("d1", "hello")
		if got := h.reacts("pia", r, "✅", false); got != "-" || h.stands(r) {
			t.Errorf("the usual sign: %q", got)
		}
		if got := h.message(r).Card.Foot.String(); got != "approval.needs Of=1 Yes=👍 No=👎" {
			t.Errorf("it says %s", got)
		}
		if got := h.reacts("pia", r, "👌", false); got != "" || !h.stands(r) {
			t.Errorf("its second sign: %q", got)
		}
		if h.reacts("pia", r, "👎", false); h.now(r).State != bot.Refused {
			t.Errorf("its no: it is %s", h.now(r).State)
		}
	})
}

// Only the message that asks takes reactions, and only in its own brand.
func TestOtherMessagesTakeNoWord(t *testing.T) {
	in(t, func(h *house) {
		r := h.asks("d1", "hello")
		ask := slotOf(h, r)
		boreal, _ := h.Brands().Brand("boreal")
		for name, c := range map[string]struct {
			brand  *bot.Brand
			change func(*act.Slot)
		}{
			"a line in its thread": {h.brand(), func(s *act.Slot) { s.ID, s.Parent = "told/1", ask.ID }},
			"a conversation":       {h.brand(), func(s *act.Slot) { s.Subject.Kind = act.OnConversation }},
			"another brand":        {boreal, func(*act.Slot) {}},
			"nothing":              {h.brand(), func(s *act.Slot) { *s = act.Slot{} }},
		} {
			slot := ask
			c.change(&slot)
			h.do(func(tx *storage.Tx) error {
				handled, _, err := h.desk.React(tx, c.brand, h.person("pia"), slot, "✅", false)
				if handled {
					t.Errorf("%s takes a word", name)
				}
				return err
			})
		}
		if h.words(r) != "" {
			t.Errorf("the words are %q", h.words(r))
		}
	})
}

func TestReconcile(t *testing.T) {
	yes := func(who ...bot.PersonID) func(*house, bot.Request) {
		return func(h *house, r bot.Request) {
			for _, w := range who {
				h.reacts(w, r, "✅", false)
			}
		}
	}
	for name, c := range map[string]struct {
		before func(*house, bot.Request)
		shown  []string
		words  string
		state  bot.RequestState
	}{
		"nothing":               {yes(), nil, "", bot.Awaiting},
		"nothing new":           {yes("pia"), list("pia ✅"), "pia yes", bot.Awaiting},
		"one is new":            {yes("pia"), list("pia ✅", "rex ✅"), "pia yes, rex yes", bot.Agreed},
		"both are new":          {yes(), list("rex ✅", "pia ✅", "pia 🎉"), "pia yes, rex yes", bot.Agreed},
		"one is gone":           {yes("pia", "rex"), list("rex ✅"), "rex yes, pia (yes)", bot.Awaiting},
		"one gone, one new":     {yes("pia", "rex"), list("rex ✅", "ugo ✅"), "rex yes, pia (yes), ugo yes", bot.Agreed},
		"a no is new":           {yes("pia"), list("pia ✅", "rex ❌"), "pia yes, rex no", bot.Refused},
		"a no and a further":    {yes(), list("pia ❌", "rex ❌", "ugo ✅"), "ugo yes, pia no", bot.Refused},
		"both signs":            {yes("pia"), list("pia ✅", "pia ❌"), "pia no", bot.Refused},
		"the author's":          {yes("pia"), list("pia ✅", "ana ✅"), "pia yes", bot.Awaiting},
		"who may not":           {yes("pia"), list("pia ✅", "bo ✅", "eve ✅", "carl ✅"), "pia yes", bot.Awaiting},
		"a no of who may not":   {yes("pia", "rex"), list("pia ✅", "rex ✅", "bo ❌", "ana ❌"), "pia yes, rex yes", bot.Agreed},
		"by a button":           {func(h *house, r bot.Request) { h.decides("pia", r, true) }, nil, "pia yes", bot.Awaiting},
		"by a button, and seen": {func(h *house, r bot.Request) { h.decides("pia", r, true) }, list("pia ✅", "rex ✅"), "pia yes, rex yes", bot.Agreed},
		"taken back, still shown": {func(h *house, r bot.Request) { yes("pia", "rex")(h, r); h.withdraws("pia", r) },
			list("pia ✅", "rex ✅"), "rex yes, pia (yes)", bot.Awaiting},
		"taken back, then a no": {func(h *house, r bot.Request) { yes("pia", "rex")(h, r); h.withdraws("pia", r) },
			list("pia ✅", "pia ❌", "rex ✅"), "rex yes, pia no", bot.Refused},
		"taken off and put on": {func(h *house, r bot.Request) { yes("pia", "rex")(h, r); h.reacts("pia", r, "✅", true) },
			list("pia ✅", "rex ✅"), "rex yes, pia yes", bot.Agreed},
		"by a button, then by a sign that is gone": {func(h *house, r bot.Request) { h.decides("pia", r, true); yes("pia", "rex")(h, r) },
			list("rex ✅"), "rex yes, pia (yes)", bot.Awaiting},
		"superseded": {func(h *house, r bot.Request) { h.asks("d1", "hello again") }, list("pia ✅", "rex ✅"), "", bot.Superseded},
		"moved":      {func(h *house, r bot.Request) { h.content["d1"] = bot.Content{Text: "other"} }, list("pia ✅", "rex ✅"), "", bot.Awaiting},
		"going out":  {func(h *house, r bot.Request) { yes("pia", "rex")(h, r); h.out["d1"] = true }, list("ugo ❌"), "pia yes, rex yes", bot.Agreed},
		"rejected":   {func(h *house, r bot.Request) { h.reacts("ugo", r, "❌", false) }, list("pia ✅", "rex ✅"), "ugo no", bot.Refused},
		"too late":   {func(h *house, r bot.Request) { h.Down(hours(80)) }, list("pia ✅", "rex ✅"), "", bot.Lapsed},
		"voided": {func(h *house, r bot.Request) {
			h.do(func(tx *storage.Tx) error { return h.desk.Void(tx, aurora, "d1", bot.Void) })
		}, list("pia ✅", "rex ✅"), "", bot.Void},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				h.quorum(2)
				r := h.asks("d1", "hello")
				c.before(h, r)
				h.sees(r, c.shown...)
				if h.words(r) != c.words || h.now(r).State != c.state {
					t.Errorf("it is %s with %q, want %s with %q", h.now(r).State, h.words(r), c.state, c.words)
				}
				once, lines := h.now(r), h.thread(r)
				h.sees(r, c.shown...)
				if diff := cmp.Diff(once, h.now(r)); diff != "" {
					t.Errorf("the second time: %s", diff)
				}
				if diff := cmp.Diff(lines, h.thread(r)); diff != "" {
					t.Errorf("the second time: %s", diff)
				}
			})
		})
	}
}

// What one gives and another takes in the same look is one move, or none.
func TestReconcileMovesOnce(t *testing.T) {
	in(t, func(h *house) {
		r := h.asks("d1", "hello")
		h.reacts("pia", r, "✅", false)
		h.sees(r, "rex ✅")
		if diff := cmp.Diff(list("approved"), h.told("d1")); diff != "" || !h.stands(r) {
			t.Error(diff)
		}
		want := list("approval.approves Name=Pia N=1 Of=1 u-ana", "approval.takes_back Name=Pia N=0 Of=1", "approval.approves Name=Rex N=1 Of=1")
		if diff := cmp.Diff(want, h.thread(r)); diff != "" {
			t.Error(diff)
		}
	})
}

// A look at the message tells nothing of what was heard since.
func TestReconcileWithAnOldLook(t *testing.T) {
	in(t, func(h *house) {
		off, on := h.asks("d1", "hello"), h.asks("d2", "hello")
		h.reacts("pia", off, "✅", false)
		time.Sleep(time.Minute)
		looked := time.Now()
		time.Sleep(time.Second)
		h.reacts("pia", off, "✅", true)
		h.saw(off, looked, "pia ✅")
		if h.stands(off) {
			t.Error("what was taken off since stands again")
		}
		h.reacts("pia", on, "✅", false)
		h.saw(on, looked)
		if !h.stands(on) {
			t.Error("what was put on since does not stand")
		}
		h.sees(on)
		if h.stands(on) {
			t.Error("what is gone stands")
		}
	})
}

// Nobody decides about an answer who may not read what it answers, in whatever way.
func TestWhoMayNotReadIt(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.ReplyMatter: 1} })
		content := bot.Content{Text: "sorry"}
		h.content["r1"] = content
		var r bot.Request
		h.do(func(tx *storage.Tx) (err error) {
			c := bot.Conversation{ID: "c1", Brand: aurora, Account: "net:shop", Root: "1", Channel: "messages", Status: bot.Open}
			if err := records.Conversations.Insert(tx, c); err != nil {
				return err
			}
			r, err = h.desk.Ask(tx, bot.Request{Brand: aurora, Matter: bot.ReplyMatter, Subject: "r1", Hash: content.Hash(), By: "bo", Text: "sorry", Trace: "c1"})
			return err
		})
		if got := h.reacts("pia", r, "✅", false); got != "error.gone" || h.words(r) != "" {
			t.Errorf("a reaction of somebody who may not read it: told %q, the words are %q", got, h.words(r))
		}
		shown := []approval.Seen{{Who: bot.Actor{Platform: "chat", Space: "team", User: "u-pia"}, Emoji: "✅"}}
		if p, _ := h.brand().PersonFor(shown[0].Who); p.ID != "pia" {
			t.Errorf("who reacts is %q", p.ID)
		}
		ask := slotOf(h, r)
		h.do(func(tx *storage.Tx) error {
			return h.desk.Reconcile(tx, h.brand(), ask, time.Now().Add(time.Minute), shown)
		})
		if h.words(r) != "" {
			t.Errorf("found afterwards, it counts: %q", h.words(r))
		}
		if got := h.reacts("ana", r, "✅", false); got != "" || h.words(r) != "ana yes" {
			t.Errorf("of somebody who reads it: told %q, the words are %q", got, h.words(r))
		}
	})
}

// The message that asks is shown anew where somebody took it away: what was said on the
// one before stays said, until the person says otherwise.
func TestReconcileTheNextMessage(t *testing.T) {
	in(t, func(h *house) {
		h.quorum(2)
		r := h.asks("d1", "hello")
		h.reacts("pia", r, "✅", false)
		h.reacts("rex", r, "✅", false)
		h.reacts("ugo", r, "✅", false)
		h.withdraws("ugo", r)
		anew := func(r bot.Request) {
			slot := slotOf(h, r)
			slot.Ref, slot.Again, slot.AgainAt = "", true, time.Now()
			h.do(func(tx *storage.Tx) error {
				if err := records.Slots.Put(tx, slot); err != nil {
					return err
				}
				return h.Out.Touch(tx, outbox.Shown{Slot: slot, Lane: "request/" + string(r.ID)})
			})
		}
		anew(r)
		for i, step := range []struct {
			shown  []string
			words  string
			stands bool
		}{
			{nil, "pia yes, rex yes, ugo (yes)", true},
			{list("pia ✅"), "pia yes, rex yes, ugo (yes)", true},
			{nil, "rex yes, ugo (yes), pia (yes)", false}, // she put it on this one too, and took it off
			{list("ugo ✅"), "rex yes, pia (yes), ugo yes", true},
			{list("ugo ✅", "rex ❌"), "pia (yes), ugo yes, rex no", false},
		} {
			h.sees(r, step.shown...)
			if h.words(r) != step.words || h.stands(r) != step.stands {
				t.Errorf("%d: with %v the words are %q, it stands: %v; want %+v", i, step.shown, h.words(r), h.stands(r), step)
			}
		}
		other := h.asks("d2", "hello")
		h.reacts("pia", other, "✅", false)
		h.reacts("rex", other, "✅", false)
		before := slotOf(h, other)
		anew(other)
		time.Sleep(time.Second)
		h.do(func(tx *storage.Tx) error { return h.desk.Reconcile(tx, h.brand(), before, time.Now(), nil) })
		if !h.stands(other) {
			t.Error("what is not on a message that is gone was taken back")
		}
	})
}
