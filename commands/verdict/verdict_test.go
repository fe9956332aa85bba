package verdict_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/inbox"
	"ponte/bot/judge"
	"ponte/bot/records"
	"ponte/bot/relay"
	"ponte/bot/reply"
	"ponte/bot/verdict"
	"ponte/commands"
	spoken "ponte/commands/verdict"
	"ponte/internal/coretest"
	"ponte/storage"
)

type house struct {
	*coretest.World
	relay *relay.Relay
	book  *commands.Book
	deeds int
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.relay = relay.New(w.Store, w.Out, w.Brands, w.Log)
		h.relay.Judged(judge.New(w.Store, w.Brands, w.Log).Came)
		desk := reply.New(w.Out, w.Brands, w.Traits, h.relay, func(s string) int { return len([]rune(s)) })
		h.book = commands.New(w.Store, w.Brands, inbox.New(w.Out, w.Brands, w.Traits), h.relay, desk, w.Out, func() []commands.Health { return nil }, w.Log)
		h.book.Add(nil, spoken.New(h.relay).Specs()...)
		return []func(context.Context) error{h.relay.Run}
	}, func(w *coretest.World) {
		w.Run()
		f(h)
	})
}

// comes is a comment, which may answer another.
func (h *house) comes(remote, above, text string, more ...func(*act.Incoming)) {
	h.Helper()
	it := act.Incoming{Kind: bot.Comment, Remote: remote, InReplyTo: above, Author: bot.Author{ID: "m", Name: "Maria"}, Text: text, CreatedAt: time.Now()}
	for _, m := range more {
		m(&it)
	}
	if _, err := h.relay.Hear(context.Background(), act.Arrived{Account: "net:aurora", Items: []act.Incoming{it}}); err != nil {
		h.Fatal(err)
	}
	h.Idle()
}

func edited(in *act.Incoming) { in.Edited = true }
func gone(in *act.Incoming)   { in.Deleted = true }

func (h *house) of(remote string) (c bot.Conversation, it bot.Item) {
	h.Helper()
	h.Update(func(tx *storage.Tx) (err error) {
		if it, err = records.ItemByRemote.First(tx, storage.K(bot.AccountID("net:aurora"), remote)); err == nil {
			c, err = records.ConversationOf(tx, it.Brand, it.Conversation)
		}
		return err
	})
	return c, it
}

func (h *house) slot(c bot.Conversation) act.Slot {
	return coretest.Slot(h.World, records.CardSlot(c.ID))
}

// facts are those of a conversation's card, and those in its thread.
func (h *house) facts(c bot.Conversation) string {
	h.Helper()
	ref := h.slot(c).Ref
	var out []string
	for _, m := range h.Chat.All() {
		for _, b := range m.Card.Blocks {
			for _, f := range b.Facts {
				if (m.Ref == ref || m.Thread == ref) && strings.HasPrefix(f.Key, "verdict.") {
					out = append(out, f.String())
				}
			}
		}
	}
	return strings.Join(out, " · ")
}

func (h *house) scene(who, thread string) act.Scene {
	h.deeds++
	return act.Scene{ID: fmt.Sprint("deed", h.deeds), Who: bot.Actor{Platform: "chat", Space: "team", User: "u-" + who}, At: act.Place{Platform: "chat", Space: "team", Channel: "a-inbox"}, Thread: thread}
}

func (h *house) hears(e act.Event) act.Answer {
	h.Helper()
	ans, err := h.book.Hear(context.Background(), e)
	if err != nil {
		h.Fatal(err)
	}
	h.Idle()
	return ans
}

// chooses takes a choice of a menu of the card, as it stands or stood.
func (h *house) chooses(who string, c bot.Conversation, value string, revision int) act.Answer {
	h.Helper()
	m, _ := h.Chat.Find(h.slot(c).Ref)
	there := slices.ContainsFunc(m.Card.Actions, func(a card.Action) bool {
		return slices.ContainsFunc(a.Choices, func(c card.Choice) bool { return c.Value == value })
	})
	if !there {
		h.Fatalf("no menu of the card has %q", value)
	}
	return h.hears(act.Clicked{Scene: h.scene(who, ""), Verb: "verdict", Subject: "conversation/" + string(c.ID), Revision: revision, Value: value})
}

func key(ans act.Answer) string {
	if ans.Notice == nil {
		return ""
	}
	return ans.Notice.Blocks[0].Words.Key
}

func TestACardSaysWhatItIs(t *testing.T) {
	in(t, func(h *house) {
		h.comes("1", "", "¿A qué hora abrís mañana por la mañana?")
		c, _ := h.of("1")
		if got := h.facts(c); !strings.HasPrefix(got, "verdict.intent.question") || !strings.Contains(got, "verdict.language.es") {
			t.Errorf("the card says %q", got)
		}
		m, _ := h.Chat.Find(h.slot(c).Ref)
		var tags []string
		for _, w := range m.Card.Tags {
			tags = append(tags, w.String())
		}
		if got := strings.Join(tags, " "); got != "choice.open verdict.intent.question verdict.language.es" {
			t.Errorf("its tags are %q", got)
		}
		h.comes("2", "1", "ok")
		if c, _ = h.of("2"); c.Verdict == nil || c.Verdict.Surely(verdict.Intent) == "question" {
			t.Errorf("the newest is %+v", c.Verdict)
		}
		h.comes("2", "1", "", gone)
		if c, _ = h.of("2"); c.Verdict != nil {
			t.Error("what is gone has a verdict on the card")
		}
	})
}

func TestUrgencyRaisesThePriorityNobodySet(t *testing.T) {
	in(t, func(h *house) {
		h.comes("1", "", "My daughter had an allergic reaction to your muffin")
		c, _ := h.of("1")
		if c.Priority != bot.High || c.Raised != "allergy" || !strings.HasPrefix(h.facts(c), "verdict.raised Priority=relay.priority.high Why=verdict.why.allergy") {
			t.Errorf("it has %s for %s, and says %s", c.Priority, c.Raised, h.facts(c))
		}
		if ans := h.chooses("pia", c, "intent complaint", c.Revision); ans.Refused {
			t.Fatal(key(ans))
		}
		h.hears(act.Commanded{Scene: h.scene("ana", h.slot(c).Ref), Text: "verdict urgency normal"})
		if c, _ = h.of("1"); c.Priority != bot.Normal || c.Raised != "" || strings.Contains(h.facts(c), "allergy") {
			t.Errorf("it is not urgent, says somebody, and has %s, and says %s", c.Priority, h.facts(c))
		}
		h.comes("2", "", "there is a gas leak in your shop")
		c, _ = h.of("2")
		h.hears(act.Commanded{Scene: h.scene("ana", h.slot(c).Ref), Text: "priority low"})
		h.comes("3", "2", "I am in hospital now")
		if c, _ = h.of("3"); c.Priority != bot.Low || c.Raised != "" || !strings.Contains(h.facts(c), "verdict.urgent Why=verdict.why.injury") {
			t.Errorf("somebody set it low, and it has %s, and says %s", c.Priority, h.facts(c))
		}
	})
}

func TestACorrectionInOneClick(t *testing.T) {
	in(t, func(h *house) {
		h.comes("1", "", "my order never arrived and nobody answers")
		c, _ := h.of("1")
		if ans := h.chooses("olga", c, "intent praise", c.Revision); key(ans) != "error.role" {
			t.Errorf("an observer is told %q", key(ans))
		}
		if ans := h.chooses("bo", c, "intent praise", c.Revision); ans.Refused {
			t.Fatal(key(ans))
		}
		if got := h.facts(c); !strings.Contains(got, "verdict.by Name=Bo What=verdict.intent.praise") && !strings.Contains(got, "verdict.by What=verdict.intent.praise Name=Bo") {
			t.Errorf("the card says %q", got)
		}
		stood := c.Revision
		h.comes("2", "1", "hello??")
		if ans := h.chooses("bo", c, "intent spam", stood); key(ans) != "error.move" {
			t.Errorf("who saw the card before is told %q", key(ans))
		}
		h.comes("1", "", "it came, thank you, you are wonderful", edited)
		if _, it := h.of("1"); it.Verdict.Intent.By != "bo" {
			t.Errorf("edited at the source it is %+v", it.Verdict.Intent)
		}
		ref := h.slot(c).Ref
		for line, want := range map[string]string{
			"verdict intent anger": "error.choice", "verdict mood good": "error.choice", "verdict intent": "error.choice",
		} {
			if ans := h.hears(act.Commanded{Scene: h.scene("ana", ref), Text: line}); key(ans) != want {
				t.Errorf("%q: told %q, want %q", line, key(ans), want)
			}
		}
		if ans := h.hears(act.Commanded{Scene: h.scene("ana", ""), Text: "verdict intent praise"}); key(ans) != "error.no_thread" {
			t.Errorf("in no thread: told %q", key(ans))
		}
	})
}

// All that a verdict can answer is offered while somebody types, and taken.
func TestEveryAnswerIsOffered(t *testing.T) {
	in(t, func(h *house) {
		h.comes("1", "", "my order never arrived and nobody answers")
		c, _ := h.of("1")
		ans := h.hears(act.Suggest{Scene: h.scene("bo", ""), Command: "verdict", Option: "answer"})
		for _, head := range verdict.Heads {
			for _, is := range head.Labels() {
				if !slices.ContainsFunc(ans.Choices, func(c card.Choice) bool { return c.Value == is && c.Label.Key == "choice."+verdict.Word(is) }) {
					t.Errorf("%s %s is not offered among %+v", head, is, ans.Choices)
				}
			}
		}
		if ans := h.hears(act.Commanded{Scene: h.scene("bo", h.slot(c).Ref), Text: "verdict intent other"}); ans.Refused {
			t.Fatal(key(ans))
		}
		if _, it := h.of("1"); it.Verdict.Surely(verdict.Intent) != verdict.Other {
			t.Errorf("it is %+v", it.Verdict.Intent)
		}
	})
}

func TestTheForm(t *testing.T) {
	in(t, func(h *house) {
		h.comes("1", "", "my order never arrived and nobody answers")
		c, _ := h.of("1")
		f := h.hears(act.Clicked{Scene: h.scene("ana", ""), Verb: "verdict", Subject: "conversation/" + string(c.ID), Revision: c.Revision}).Form
		if f == nil || len(f.Fields) != 4 {
			t.Fatalf("the form is %+v", f)
		}
		values := map[string]string{}
		for _, d := range f.Fields {
			values[d.Name] = d.Value
		}
		values["language"], values["urgency"] = "pt", "high"
		if ans := h.hears(act.Submitted{Scene: h.scene("ana", ""), Verb: f.Verb, Subject: f.Subject, Revision: f.Revision, Token: f.Token, Values: values}); ans.Refused {
			t.Fatal(key(ans))
		}
		c, it := h.of("1")
		v := it.Verdict
		if v.Language.By != "ana" || v.Surely(verdict.Language) != "pt" || v.Intent.By != "" || c.Priority != bot.High || c.Raised != verdict.Tone {
			t.Errorf("it is %+v, and has %s for %s", v, c.Priority, c.Raised)
		}
		h.Update(func(tx *storage.Tx) error {
			n := 0
			for _, err := range records.Corrections.Under(tx, storage.K("aurora")) {
				if n++; err != nil {
					return err
				}
			}
			if n != 2 {
				t.Errorf("%d corrections are kept, want 2", n)
			}
			return nil
		})
	})
}

// What a comment raised stays raised while others are corrected, and until somebody
// says that it is not urgent.
func TestAnotherCommentsPriorityStays(t *testing.T) {
	in(t, func(h *house) {
		h.comes("1", "", "My daughter had an allergic reaction to your muffin")
		h.comes("2", "1", "thanks for your answer, lovely team")
		says := func(text string) bot.Conversation {
			c, _ := h.of("2")
			if ans := h.hears(act.Commanded{Scene: h.scene("ana", h.slot(c).Ref), Text: "verdict " + text}); ans.Refused {
				t.Fatal(key(ans))
			}
			c, _ = h.of("2")
			return c
		}
		for _, text := range []string{"intent praise", "urgency high", "urgency normal"} {
			if c := says(text); c.Priority != bot.High || c.Raised != "allergy" {
				t.Errorf("%s: it has %s for %q", text, c.Priority, c.Raised)
			}
		}
		h.comes("3", "", "thanks for your answer, lovely team")
		c, _ := h.of("3")
		for _, want := range []bot.Priority{bot.High, bot.Normal} {
			h.hears(act.Commanded{Scene: h.scene("ana", h.slot(c).Ref), Text: "verdict urgency " + string(want)})
			if c, _ = h.of("3"); c.Priority != want || (c.RaisedBy != "") != (want == bot.High) {
				t.Errorf("told %s, it has %s for %q of %q", want, c.Priority, c.Raised, c.RaisedBy)
			}
		}
	})
}

func TestFindingByVerdict(t *testing.T) {
	in(t, func(h *house) {
		h.comes("1", "", "¿A qué hora abrís mañana por la mañana?")
		h.comes("2", "", "there is a gas leak in your shop")
		h.comes("3", "", "I love this place, best coffee ever, thank you")
		for line, want := range map[string]int{
			"find --intent question":                1,
			"find --language es":                    1,
			"find --urgent yes leak":                1,
			"find --intent praise --language en":    1,
			"find --intent praise hora":             0,
			"inbox --language en":                   2,
			"inbox open --urgent yes":               1,
			"inbox --intent question --language es": 1,
			"inbox mine --intent praise":            0,
		} {
			ans := h.hears(act.Commanded{Scene: h.scene("olga", ""), Text: line})
			got := 0
			for _, b := range ans.Notice.Blocks {
				got += len(b.List)
			}
			if ans.Refused || got != want {
				t.Errorf("%q finds %d, want %d; refused: %v", line, got, want, ans.Refused)
			}
		}
		for _, line := range []string{"find --intent anger", "inbox --urgent no", "inbox --language klingon"} {
			if ans := h.hears(act.Commanded{Scene: h.scene("olga", ""), Text: line}); key(ans) != "error.choice" {
				t.Errorf("%q is answered with %q", line, key(ans))
			}
		}
	})
}
