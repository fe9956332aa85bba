package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

var nowhere = bot.Conversation{}

// What a command needs: the role, the place, the subject. Everything else is
// refused, only to the one who asked, and nothing happens.
func TestRights(t *testing.T) {
	for _, c := range []struct {
		text   string
		room   bool // it does without a thread
		reads  bool // an observer may
		answer string
	}{
		{"help", true, true, "help.title"},
		{"", true, true, "help.title"},
		{"inbox", true, true, "inbox.title.open"},
		{"find coffee", true, true, "find.title"},
		{"who maria", true, true, "maria"},
		{"status", true, true, "status.title"},
		{"saved", true, true, "saved.none"},
		{"take", false, false, ""},
		{"assign bo", false, false, ""},
		{"unassign", false, false, ""},
		{"resolve", false, false, ""},
		{"snooze 2h", false, false, "snooze.done"},
		{"label refund", false, false, ""},
		{"priority high", false, false, ""},
		{"spam", false, false, ""},
		{"reply Thank you", false, false, ""},
	} {
		t.Run(c.text, func(t *testing.T) {
			in(t, func(h *house) {
				h.comes(said("1", "maria", "cold coffee"))
				h.comesTo("net:boreal", said("b1", "nora", "other brand"))
				h.comes(said("dm", "zoe", "SECRET", direct))
				conv := h.of("1")
				before := h.of("1")
				refusals := map[string]string{"stranger": "error.stranger", "carl": "error.stranger"}
				if !c.reads {
					refusals["olga"], refusals["sven"], refusals["pia"] = "error.role", "error.role", "error.role"
				}
				for who, want := range refusals {
					if ans := h.says(who, c.text, conv); notice(ans) != want || !ans.Refused {
						t.Errorf("%s is told %q, want %q", who, notice(ans), want)
					}
				}
				if !c.room {
					if ans := h.says("ana", c.text, nowhere); notice(ans) != "error.no_thread" {
						t.Errorf("outside of a thread: %q", notice(ans))
					}
					for _, subject := range []string{"conversation/" + string(h.of("b1").ID), "conversation/none", "item/none", "storm/none", "reply/none", "x/y"} {
						verb, _, _ := strings.Cut(c.text, " ")
						ans := h.hears(act.Clicked{Scene: h.scene("ana", "a-inbox", ""), Verb: verb, Subject: subject})
						if notice(ans) != "error.gone" {
							t.Errorf("about %s: %q", subject, notice(ans))
						}
					}
					dm := h.of("dm")
					h.Configure(func(b *bot.Brand) { b.People = append(b.People, coretest.Person("mo", "Mo", bot.Manager)) })
					h.Configure(func(b *bot.Brand) {
						b.Channels = append([]bot.Channel{}, b.Channels...)
						b.Channels[1].Restricted = []bot.Role{bot.Strategist}
					})
					verb, _, _ := strings.Cut(c.text, " ")
					if ans := h.hears(act.Clicked{Scene: h.scene("mo", "a-inbox", ""), Verb: verb, Subject: "conversation/" + string(dm.ID)}); notice(ans) != "error.gone" {
						t.Errorf("about what is not theirs to see: %q", notice(ans))
					}
				}
				if diff := cmp.Diff(before, h.of("1")); diff != "" {
					t.Errorf("a refused command changed something: %s", diff)
				}
				if ans := h.says("ana", c.text, conv); notice(ans) != c.answer || ans.Refused {
					t.Errorf("who may is told %q, want %q", notice(ans), c.answer)
				}
				if c.reads {
					if ans := h.says("olga", c.text, conv); notice(ans) != c.answer {
						t.Errorf("an observer is told %q, want %q", notice(ans), c.answer)
					}
				}
			})
		})
	}
}

// Restricted rooms are closed to those without the role, whatever they ask.
func TestRestrictedRooms(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("dm", "maria", "SECRET", direct), said("1", "maria", "in public"))
		if ans := h.says("olga", "help", h.of("dm")); notice(ans) != "error.room" {
			t.Errorf("in the room: %q", notice(ans))
		}
		for _, text := range []string{"inbox", "find secret", "who maria", "find --author maria"} {
			ans := h.says("olga", text, nowhere)
			if got := everything(*ans.Notice); strings.Contains(got, "SECRET") {
				t.Errorf("%s tells an observer: %s", text, got)
			}
			if got := everything(*h.says("ana", text, nowhere).Notice); !strings.Contains(got, "SECRET") && text != "find x" {
				t.Errorf("%s does not tell a manager: %s", text, got)
			}
		}
		h.Configure(func(b *bot.Brand) { // the room gets another name: what was in it stays among the same people
			b.Channels = append([]bot.Channel{}, b.Channels...)
			b.Channels[1].ID = "whispers"
		})
		if got := everything(*h.says("olga", "inbox", nowhere).Notice); strings.Contains(got, "SECRET") {
			t.Errorf("after a change of rooms an observer reads %s", got)
		}
		other := h.hears(act.Commanded{Scene: h.scene("ana", "nowhere", ""), Text: "inbox"})
		if notice(other) != "error.room" {
			t.Errorf("in a room of nobody: %q", notice(other))
		}
	})
}

func TestWhatCommandsDo(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "cold coffee"))
		c := h.of("1")
		for _, s := range []struct {
			text string
			ok   func(bot.Conversation) bool
		}{
			{"take", func(c bot.Conversation) bool { return c.Assignee == "ana" }},
			{"assign @Bo", func(c bot.Conversation) bool { return c.Assignee == "bo" }},
			{"assign me", func(c bot.Conversation) bool { return c.Assignee == "ana" }},
			{"unassign", func(c bot.Conversation) bool { return c.Assignee == "" }},
			{"label Refund late", func(c bot.Conversation) bool { return cmp.Equal(c.Labels, []string{"late", "refund"}) }},
			{"label -late", func(c bot.Conversation) bool { return cmp.Equal(c.Labels, []string{"refund"}) }},
			{"priority URGENT", func(c bot.Conversation) bool { return c.Priority == bot.Urgent }},
			{"snooze 2h", func(c bot.Conversation) bool {
				return c.Status == bot.Snoozed && time.Until(c.SnoozedUntil) == 2*time.Hour
			}},
			{"resolve", func(c bot.Conversation) bool { return c.Status == bot.Resolved }},
			{"reopen", func(c bot.Conversation) bool { return c.Status == bot.Open }},
			{"spam", func(c bot.Conversation) bool { return c.Status == bot.Resolved && len(c.Labels) == 2 }},
		} {
			if ans := h.says("ana", s.text, c); ans.Refused || !s.ok(h.of("1")) {
				t.Errorf("%s: told %q, it is %+v", s.text, notice(ans), h.of("1"))
			}
		}
		for text, want := range map[string]string{
			"assign nobody": "error.person", "assign olga": "error.cannot_have", "snooze yesterday": "error.time", "label <b>": "error.label",
			"priority soon": "error.choice", "inbox soon": "error.choice", "find --status soon x": "error.choice", "find --from soon x": "error.date",
			"who nobody": "error.nobody", "resolvee": "error.command_near", "xyzzy": "error.command", "leave": "error.command", "help xyzzy": "error.command",
			"saved change x": "error.choice", "assign \"bo": "error.quote", "take it": "error.too_many", "undo": "error.no_reply", strings.Repeat("x", 20<<10): "error.too_long_command",
		} {
			if ans := h.says("ana", text, c); notice(ans) != want || !ans.Refused {
				t.Errorf("%.20s: told %q, want %q", text, notice(ans), want)
			}
		}
	})
}

// What is missing is asked for, and the form does the same as the command.
func TestForms(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "cold coffee"))
		c := h.of("1")
		for verb, values := range map[string]map[string]string{
			"assign": {"person": "bo"}, "snooze": {"until": "2h"}, "label": {"labels": "refund"}, "priority": {"priority": "high"}, "reply": {"text": "Thank you"}, "find": {"words": "coffee"},
		} {
			ans := h.says("ana", verb, c)
			if ans.Form == nil || ans.Form.Verb != verb {
				t.Errorf("%s does not ask: %q", verb, notice(ans))
				continue
			}
			for i, f := range ans.Form.Fields {
				if _, ok := values[f.Name]; f.Required != ok && f.Name != "saved" {
					t.Errorf("%s: field %d is %+v", verb, i, f)
				}
			}
			if done := h.fills("ana", ans.Form, values); done.Refused {
				t.Errorf("%s: the form is refused: %q", verb, notice(done))
			}
			again := h.of("1")
			if twice := h.fills("ana", ans.Form, values); twice.Refused || !cmp.Equal(again, h.of("1")) {
				t.Errorf("%s: the same form twice does something", verb)
			}
		}
		got := h.of("1")
		if got.Assignee != "bo" || got.Status != bot.Snoozed || len(got.Labels) != 1 || got.Priority != bot.High || len(h.replies("aurora")) != 1 {
			t.Errorf("the forms did %+v", got)
		}
		if ans := h.says("ana", "saved add", nowhere); ans.Form == nil || ans.Form.Fields[0].Value != "add" {
			t.Errorf("saved add does not ask")
		}
	})
}

// The same deed twice is one; a refused one may be tried again.
func TestDeeds(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "cold coffee"))
		c := h.of("1")
		slot := coretest.Slot(h.World, records.CardSlot(c.ID))
		reply := act.Commanded{Scene: h.scene("ana", "a-inbox", slot.Ref), Text: "reply Thank you"}
		h.hears(reply)
		h.hears(reply)
		other := reply
		other.Scene.Who.User = "u-bo" // another person's deed may have the same name
		other.Text = "reply From Bo"
		h.hears(other)
		if n := len(h.replies("aurora")); n != 2 {
			t.Errorf("%d replies, want one of each", n)
		}
		take := act.Clicked{Scene: h.scene("olga", "a-inbox", ""), Verb: "take", Subject: "conversation/" + string(c.ID)}
		if ans := h.hears(take); !ans.Refused {
			t.Fatal("an observer takes it")
		}
		h.Configure(func(b *bot.Brand) {
			b.People = append([]bot.Person{}, b.People...)
			b.People[4].Roles = []bot.Role{bot.Manager}
		})
		if ans := h.hears(take); ans.Refused || h.of("1").Assignee != "olga" {
			t.Errorf("with the role it is refused still: %q", notice(ans))
		}
	})
}

// Nobody puts away what they have not seen.
func TestUnseen(t *testing.T) {
	for _, verb := range []string{"resolve", "spam", "snooze"} {
		in(t, func(h *house) {
			h.comes(said("1", "maria", "cold coffee"))
			c := h.of("1")
			seen := coretest.Slot(h.World, records.CardSlot(c.ID)).Shown
			h.comes(said("2", "maria", "I am ill of it", to("1")))
			ans := h.hears(act.Clicked{Scene: h.scene("ana", "a-inbox", ""), Verb: verb, Subject: "conversation/" + string(c.ID), Revision: seen})
			if ans.Form != nil {
				ans = h.fills("ana", ans.Form, map[string]string{"until": "2h"})
			}
			if notice(ans) != "error.move" || h.of("1").Status != bot.Open {
				t.Errorf("%s: told %q, it is %s", verb, notice(ans), h.of("1").Status)
			}
			h.says("bo", "label refund", c) // what is no news to anybody
			ans = h.clicks("ana", verb, c)
			if ans.Form != nil {
				ans = h.fills("ana", ans.Form, map[string]string{"until": "2h"})
			}
			if ans.Refused || h.of("1").Status == bot.Open {
				t.Errorf("%s: having seen it: %q", verb, notice(ans))
			}
		})
	}
}

// The first note is answered once, only to them; strangers are left in peace.
func TestNotes(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "cold coffee"), said("2", "ugo", "too hot"))
		note := func(who, remote string) string {
			slot := coretest.Slot(h.World, records.CardSlot(h.of(remote).ID))
			return notice(h.hears(act.Noted{Scene: h.scene(who, "a-inbox", slot.Ref), Text: "what do we say?"}))
		}
		got := []string{note("ana", "1"), note("ana", "1"), note("ana", "2"), note("olga", "1"), note("stranger", "1")}
		if diff := cmp.Diff([]string{"note.internal", "", "", "note.internal", ""}, got); diff != "" {
			t.Error(diff)
		}
		if ans := h.hears(act.Noted{Scene: h.scene("bo", "a-inbox", "no such message"), Text: "x"}); ans.Notice != nil {
			t.Error("a note in a thread of others is answered")
		}
		if ans := h.hears(act.Noted{Scene: h.scene("bo", "a-inbox", ""), Text: "x"}); ans.Notice != nil {
			t.Error("a note in the room is answered")
		}
		h.Idle()
		if len(h.public()) != 0 || len(h.Chat.All()) != 2 {
			t.Error("a note did something")
		}
	})
}

func TestHelp(t *testing.T) {
	in(t, func(h *house) {
		names := func(who string) []string {
			var out []string
			for _, l := range h.says(who, "help", nowhere).Notice.Blocks[1].List {
				name, _, _ := strings.Cut(l.Words.Args[0].Text, " ")
				out = append(out, name)
			}
			return out
		}
		if diff := cmp.Diff([]string{"help", "saved", "find", "who", "inbox", "status"}, names("olga")); diff != "" {
			t.Error(diff)
		}
		var all []string
		for _, c := range h.book.List() {
			all = append(all, c.Name)
		}
		if diff := cmp.Diff(all, names("ana")); diff != "" {
			t.Error(diff)
		}
		for _, name := range all {
			if ans := h.says("olga", "help "+name, nowhere); !strings.HasPrefix(notice(ans), "/ponte "+name) {
				t.Errorf("help %s: %q", name, notice(ans))
			}
		}
		if got := notice(h.says("ana", "help find", nowhere)); got != "/ponte find [--intent …] [--sentiment …] [--language …] [--urgent …] [--author …] [--label …] [--status …] [--from …] [--to …] <words>" {
			t.Error(got)
		}
	})
}

func TestInbox(t *testing.T) {
	in(t, func(h *house) {
		for i, who := range []string{"a", "b", "c", "d"} {
			h.comes(said(who, who, "text of "+who))
			if i == 0 {
				h.Down(2 * time.Hour)
			}
		}
		h.says("ana", "take", h.of("b"))
		h.says("ana", "resolve", h.of("c"))
		h.says("ana", "take", h.of("d"))
		h.says("ana", "snooze 1h", h.of("d"))
		for filter, want := range map[string][]string{"": {"a", "b"}, "open": {"a", "b"}, "mine": {"b", "d"}, "unowned": {"a"}, "overdue": {"a"}} {
			var got []string
			for _, l := range h.says("ana", "inbox "+filter, nowhere).Notice.Blocks[0].List {
				got = append(got, string(l.Text)[:1])
				if m, ok := h.Chat.Find(l.Thread.Message); !ok || !strings.Contains(quotes(m.Card), "text of "+string(l.Text)[:1]) {
					t.Errorf("inbox %s: the line of %s opens another thread", filter, l.Text)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(filter, diff)
			}
		}
		if got := notice(h.says("bo", "inbox mine", nowhere)); got != "inbox.none.mine" {
			t.Error(got)
		}
		facts := h.says("ana", "status", nowhere).Notice.Blocks[0].Facts
		var counts []int
		for _, f := range facts {
			counts = append(counts, *f.Args[0].Count)
		}
		if diff := cmp.Diff([]int{2, 1, 1, 0, 1}, counts); diff != "" {
			t.Error("open, unowned, overdue, pending, snoozed", diff)
		}
	})
}

func TestFind(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "Maria", "The coffee was cold"), said("2", "Ugo", "Cold, cold coffee!"), said("3", "Ugo", "nice tea"))
		h.Down(48 * time.Hour)
		h.comes(said("4", "Ugo", "coffee again"))
		h.says("ana", "label refund", h.of("1"))
		h.says("ana", "resolve", h.of("2"))
		for text, want := range map[string][]string{
			"coffee": {"4", "2", "1"}, "cold coffee": {"2", "1"}, "cof": {"4", "2", "1"}, "offee": nil, "--author @ugo coffee": {"4", "2"}, "--author ugo": {"4", "3", "2"},
			"--label refund": {"1"}, "--status resolved coffee": {"2"}, "--to 2000-01-01 coffee": {"2", "1"}, "--from 2000-01-02 coffee": {"4"}, "Maria": {"1"}, "(coffee)": {"4", "2", "1"},
		} {
			ans := h.says("olga", "find "+text, nowhere)
			var got []string
			if len(ans.Notice.Blocks) > 0 {
				for _, l := range ans.Notice.Blocks[0].List {
					for _, remote := range []string{"1", "2", "3", "4"} {
						if slot := coretest.Slot(h.World, records.CardSlot(h.of(remote).ID)); slot.Ref == l.Thread.Message {
							got = append(got, remote)
						}
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(text, diff)
			}
		}
	})
}

func TestWho(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "Maria", "one"), said("2", "Maria", "two"), said("3", "Ugo", "three"))
		for _, text := range []string{"who maria", "who @MARIA", "who id-maria", `who "Maria"`} {
			if got := h.says("ana", text, nowhere); notice(got) != "Maria" || *got.Notice.Blocks[0].Facts[0].Args[0].Count != 2 {
				t.Errorf("%s: %q", text, notice(got))
			}
		}
		if got := h.clicks("olga", "who", h.of("3")); notice(got) != "Ugo" {
			t.Errorf("the button: %q", notice(got))
		}
		if got := h.says("ana", "who", nowhere); notice(got) != "error.who" {
			t.Errorf("whom: %q", notice(got))
		}
	})
}

func TestTakenFirst(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		c := h.of("1")
		stale := coretest.Slot(h.World, records.CardSlot(c.ID)).Shown
		h.clicks("bo", "take", c)
		ans := h.hears(act.Clicked{Scene: h.scene("ana", "a-inbox", ""), Verb: "take", Subject: "conversation/" + string(c.ID), Revision: stale})
		if notice(ans) != "error.taken" || h.of("1").Assignee != "bo" {
			t.Errorf("told %q, it is with %s", notice(ans), h.of("1").Assignee)
		}
	})
}

func TestSuggestions(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		h.says("ana", "label refund", h.of("1"))
		h.says("ana", "saved add thanks Thank you", nowhere)
		values := func(who, command, option, prefix string) (out []string) {
			for _, c := range h.hears(act.Suggest{Scene: h.scene(who, "a-inbox", ""), Command: command, Option: option, Prefix: prefix}).Choices {
				out = append(out, c.Value)
			}
			return out
		}
		for _, c := range []struct {
			who, command, option, prefix string
			want                         []string
		}{
			{"ana", "assign", "person", "@A", []string{"ana"}}, {"ana", "inbox", "filter", "m", []string{"mine"}}, {"ana", "label", "labels", "", []string{"refund"}},
			{"ana", "saved", "name", "t", []string{"thanks"}}, {"ana", "help", "command", "re", []string{"reply", "resolve", "reopen"}},
			{"stranger", "assign", "person", "", nil}, {"carl", "label", "labels", "", nil}, {"ana", "nothing", "person", "", nil},
		} {
			if diff := cmp.Diff(c.want, values(c.who, c.command, c.option, c.prefix)); diff != "" {
				t.Error(c, diff)
			}
		}
	})
}

// A storm's card runs the commands for all of it.
func TestStormCommands(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Folding = bot.Folding{After: 2, Within: time.Hour} })
		under := func(in *act.Incoming) { in.Post = "p" }
		for _, r := range []string{"1", "2", "3", "4"} {
			h.comes(said(r, "author"+r, "text "+r, under))
		}
		storm := h.of("3").Storm
		subject := "storm/" + string(storm)
		slot := coretest.Slot(h.World, records.StormSlot(storm))
		in := func(who, text string) act.Answer {
			return h.hears(act.Commanded{Scene: h.scene(who, "a-inbox", slot.Ref), Text: text})
		}
		if got := notice(in("ana", "take")); got != "error.not_here" {
			t.Errorf("take: %q", got)
		}
		if got := notice(in("ana", "who author3")); got != "author3" {
			t.Errorf("who: %q", got)
		}
		form := h.hears(act.Clicked{Scene: h.scene("ana", "a-inbox", ""), Verb: "pull", Subject: subject}).Form
		if form == nil || len(form.Fields[0].Choices) != 2 {
			t.Fatalf("the form is %+v", form)
		}
		if got := h.fills("ana", form, map[string]string{"conversation": string(h.of("1").ID)}); notice(got) != "error.gone" {
			t.Errorf("one of another storm: %q", notice(got))
		}
		form = h.hears(act.Clicked{Scene: h.scene("ana", "a-inbox", ""), Verb: "pull", Subject: subject}).Form
		for words, want := range map[string]int{"author3": 1, "TEXT": 2, "nothing": 0} {
			found := h.fills("ana", form, map[string]string{"words": words}).Form
			if found == nil {
				t.Fatalf("%s: no form", words)
			}
			if d := found.Fields[0]; len(d.Choices) != want || (want == 0) == d.Fault.Zero() {
				t.Errorf("%s: offered %+v", words, d)
			}
			form = found
		}
		h.fills("ana", form, map[string]string{"conversation": string(h.of("4").ID)})
		if h.of("4").Storm != "" {
			t.Error("it is not pulled out")
		}
		if got := notice(in("olga", "spam")); got != "error.role" {
			t.Errorf("an observer: %q", got)
		}
		h.hears(act.Clicked{Scene: h.scene("ana", "a-inbox", ""), Verb: "resolve", Subject: subject, Revision: coretest.Slot(h.World, slot.ID).Shown})
		h.Pass(time.Second)
		if h.of("3").Status != bot.Resolved || h.of("4").Status != bot.Open {
			t.Error("all of it is not what was resolved")
		}
	})
}

// What is ours to mend gets a number, and the store's want of room a word.
func TestInternalErrors(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		h.Update(func(tx *storage.Tx) error {
			it, err := records.ItemByRemote.First(tx, storage.K(bot.AccountID("net:aurora"), "1"))
			if err != nil {
				return err
			}
			return records.Items.Delete(tx, storage.K(it.Brand, it.ID))
		})
		ans := h.says("ana", "inbox", nowhere)
		if notice(ans) != "error.internal" || len(ans.Notice.Blocks[0].Words.Args[0].Text) != 26 {
			t.Errorf("told %q", notice(ans))
		}
	})
}
