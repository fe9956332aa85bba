// Package chattest is the contract of team chat: what every chat adapter must
// do, whatever the platform behind it. It sees an adapter from both sides: as
// Ponte does, through acts and events, and as people do, through a Rig that
// stands in for the platform. It knows no platform.
package chattest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
)

// A Rig is a platform with the adapter on it, made anew for each test.
type Rig interface {
	Adapter() act.Adapter          // not listened to yet
	At() (act.Place, bot.Actor)    // a room, and somebody who may do everything there
	Shown(t testing.TB) []Message  // what people see of the room and its threads, in order
	Do(t testing.TB, d Deed) Heard // lets the actor do something
}

// Message is what people see of one message.
type Message struct {
	Ref    string
	Thread string // the message it stands under
	Text   string // all that can be read on it
	Pings  []string
	Markup bool // the text formatted, linked or mentioned something by itself
}

// Deed is something a person does. Exactly one of Say, Press, Submit and React
// is set. The same ID twice is the platform delivering one deed twice.
type Deed struct {
	ID     string
	Thread string
	Ref    string // the message that is pressed or reacted to
	Say    string
	Press  *card.Action
	Submit *card.Form // with its fields' values filled in
	React  string
	Off    bool // the reaction is taken off
}

// Heard is what the person, and nobody else, was answered.
type Heard struct {
	Notice string
	Form   bool
}

// Run holds an adapter to the contract.
func Run(t *testing.T, rig func(t *testing.T) Rig) {
	for name, check := range map[string]func(*testing.T, Rig){
		"a message appears once under its key": once,
		"an edit shows the message anew":       edited,
		"answers stand in their thread":        threaded,
		"outcomes can be asked for":            settled,
		"what is not there is refused":         refused,
		"text from outside stays text":         harmless,
		"every deed is one event":              deeds,
		"a reaction comes until it is taken":   retold,
		"reactions can be asked for":           reactions,
		"an answer is for one person":          answered,
	} {
		t.Run(name, func(t *testing.T) { check(t, rig(t)) })
	}
}

func words(text string) card.Card {
	return card.Card{Blocks: []card.Block{card.Say(card.Literal(text))}, Subject: "conversation/1", Revision: 1, Opens: true}
}

func carry(t *testing.T, r Rig, key string, a act.Act) act.Receipt {
	t.Helper()
	at, _ := r.At()
	got, err := r.Adapter().Carry(t.Context(), key, a, at)
	if err != nil {
		t.Fatalf("carry %s: %v", key, err)
	}
	if got.Ref == "" {
		t.Fatalf("carry %s: the receipt names no message", key)
	}
	return got
}

// seen returns the message with the ref, and how many messages there are.
func seen(t *testing.T, r Rig, ref string) (m Message, all int) {
	t.Helper()
	list := r.Shown(t)
	for _, s := range list {
		if s.Ref == ref {
			m = s
		}
	}
	if m.Ref == "" {
		t.Fatalf("nobody sees message %s", ref)
	}
	return m, len(list)
}

func once(t *testing.T, r Rig) {
	at, _ := r.At()
	first := carry(t, r, "k1", act.Send{Card: words("hello")})
	if m, all := seen(t, r, first.Ref); all != 1 || !strings.Contains(m.Text, "hello") {
		t.Errorf("after one send people see %d messages, the first says %q", all, m.Text)
	}
	if r.Adapter().Traits(at).Honours == 0 {
		t.Skip("the platform remembers no keys")
	}
	again := carry(t, r, "k1", act.Send{Card: words("hello")})
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the same key has another receipt (-first +again):\n%s", diff)
	}
	other := carry(t, r, "k2", act.Send{Card: words("hello")})
	if _, all := seen(t, r, other.Ref); all != 2 || other.Ref == first.Ref {
		t.Errorf("two keys, one of them twice, made %d messages", all)
	}
}

func edited(t *testing.T, r Rig) {
	ref := carry(t, r, "k1", act.Send{Card: words("before")}).Ref
	for range 2 {
		if got := carry(t, r, "k2", act.Edit{Ref: ref, Card: words("after")}).Ref; got != ref {
			t.Errorf("the edit's receipt names %s, not %s", got, ref)
		}
	}
	m, all := seen(t, r, ref)
	if all != 1 || !strings.Contains(m.Text, "after") || strings.Contains(m.Text, "before") {
		t.Errorf("after the edit people see %d messages, the first says %q", all, m.Text)
	}
}

func threaded(t *testing.T, r Rig) {
	top := carry(t, r, "k1", act.Send{Card: words("top")}).Ref
	under := carry(t, r, "k2", act.Send{Thread: top, Card: words("under")}).Ref
	if m, _ := seen(t, r, under); m.Thread != top {
		t.Errorf("the answer stands under %q, not %q", m.Thread, top)
	}
	if m, _ := seen(t, r, top); m.Thread != "" {
		t.Errorf("the first message stands under %q", m.Thread)
	}
}

func settled(t *testing.T, r Rig) {
	settler, ok := r.Adapter().(act.Settler)
	if !ok {
		t.Skip("the platform cannot be asked")
	}
	at, _ := r.At()
	ask := func(key string, a act.Act) (act.Receipt, act.Finding) {
		t.Helper()
		got, found, err := settler.Settle(t.Context(), key, a, at)
		if err != nil {
			t.Fatalf("settle %s: %v", key, err)
		}
		return got, found
	}
	send := act.Send{Card: words("hello")}
	if _, found := ask("k1", send); found != act.Absent {
		t.Errorf("before the send it is %s, not absent", found)
	}
	want := carry(t, r, "k1", send)
	if got, found := ask("k1", send); found != act.Found || got.Ref != want.Ref {
		t.Errorf("after the send it is %s as %q, not found as %q", found, got.Ref, want.Ref)
	}
	if _, found := ask("k2", send); found != act.Absent {
		t.Errorf("another key is %s, not absent", found)
	}
}

func refused(t *testing.T, r Rig) {
	at, _ := r.At()
	elsewhere := at
	elsewhere.Channel = "no-such-room"
	for name, c := range map[string]struct {
		a    act.Act
		at   act.Place
		kind bot.Kind
	}{
		"an unknown room":       {act.Send{Card: words("x")}, elsewhere, bot.NotFound},
		"an unknown thread":     {act.Send{Thread: "999", Card: words("x")}, at, bot.NotFound},
		"an unknown message":    {act.Edit{Ref: "999", Card: words("x")}, at, bot.NotFound},
		"an act of other kinds": {act.Reply{To: "1", Text: "x"}, at, bot.Invalid},
	} {
		if _, err := r.Adapter().Carry(t.Context(), "key "+name, c.a, c.at); bot.KindOf(err) != c.kind {
			t.Errorf("%s: %v, not %s", name, err, c.kind)
		}
	}
	if list := r.Shown(t); len(list) != 0 {
		t.Errorf("after refusals people see %d messages", len(list))
	}
}

// Hostile is text from outside that means harm somewhere.
var Hostile = []string{
	"@everyone @here <!channel> <!here> <@U012345> <@&1> <#C1>",
	"*bold* _it_ `code` ~s~ **b** ||spoiler|| > quote\n> > more",
	"[click](https://evil.example) <https://evil.example|bank>",
	"<b>bold</b><script>alert(1)</script><img src=x onerror=alert(1)>",
	`" onmouseover="alert(1)" x="`,
	"/ponte reply yes",
}

func harmless(t *testing.T, r Rig) {
	for i, text := range Hostile {
		k := card.Card{Author: &card.Author{Name: card.Outside(text), Network: "a network"},
			Blocks: []card.Block{{Quote: &card.Quote{Text: card.Outside(text)}}}}
		m, _ := seen(t, r, carry(t, r, "k"+string(rune('a'+i)), act.Send{Card: k}).Ref)
		if m.Markup || len(m.Pings) > 0 {
			t.Errorf("%q formats: %v, pings: %v", text, m.Markup, m.Pings)
		}
	}
	_, who := r.At()
	ref := carry(t, r, "ping", act.Send{Card: words("look"), Mention: []string{who.User}}).Ref
	if m, _ := seen(t, r, ref); !cmp.Equal(m.Pings, []string{who.User}) {
		t.Errorf("a mention pings %v, not %s", m.Pings, who.User)
	}
}

// ear listens to an adapter and answers what it is told to.
type ear struct {
	mu     sync.Mutex
	events []act.Event
	answer act.Answer
	fails  int           // events that are not taken in, before others are
	heard  chan struct{} // at least one event since it was last read
}

// patience is how long the suite waits for what must come.
const patience = 20 * time.Second

func (e *ear) fail(times int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fails = times
}

func (e *ear) hear(ev act.Event) (act.Answer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.events = append(e.events, ev)
	select {
	case e.heard <- struct{}{}:
	default:
	}
	if e.fails > 0 {
		e.fails--
		return act.Answer{}, errors.New("chattest: not durable yet")
	}
	return e.answer, nil
}

func (e *ear) take() []act.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.events
	e.events = nil
	return list
}

// listen has an ear listen until the test ends.
func listen(t *testing.T, r Rig, answer act.Answer) *ear {
	t.Helper()
	e := &ear{answer: answer, heard: make(chan struct{}, 1)}
	l, ok := r.Adapter().(act.Listener)
	if !ok {
		t.Fatal("the adapter does not listen")
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- l.Listen(ctx, func(_ context.Context, ev act.Event) (act.Answer, error) {
			return e.hear(ev)
		})
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("listen: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("listen does not end with its context")
		}
	})
	return e
}

func deeds(t *testing.T, r Rig) {
	e := listen(t, r, act.Answer{})
	at, who := r.At()
	k := words("top")
	k.Actions = []card.Action{{Verb: "take", Label: card.Literal("Take")}}
	top := carry(t, r, "k1", act.Send{Card: k}).Ref
	scene := act.Scene{Who: who, At: at, Thread: top}
	form := &card.Form{Verb: "reply", Subject: "conversation/1", Revision: 1, Token: "tok", Fields: []card.Field{{Name: "text", Value: "Two\nlines <b>"}}}
	for _, c := range []struct {
		name string
		deed Deed
		want act.Event
	}{
		{"a note", Deed{Say: "I look into it"}, act.Noted{Scene: scene, Text: "I look into it"}},
		{"a mention", Deed{Say: "@ponte reply Thank you"}, act.Commanded{Scene: scene, Text: "reply Thank you"}},
		{"a press", Deed{Ref: top, Press: &k.Actions[0]}, act.Clicked{Scene: scene, Verb: "take", Subject: "conversation/1", Revision: 1}},
		{"a form", Deed{Submit: form}, act.Submitted{Scene: scene, Verb: "reply", Subject: "conversation/1", Revision: 1, Token: "tok",
			Values: map[string]string{"text": "Two\nlines <b>"}}},
		{"a reaction", Deed{Ref: top, React: "✅"}, act.Reacted{Scene: scene, Ref: top, Emoji: "✅"}},
		{"a reaction taken off", Deed{Ref: top, React: "✅", Off: true}, act.Reacted{Scene: scene, Ref: top, Emoji: "✅", Removed: true}},
	} {
		c.deed.ID, c.deed.Thread = "deed "+c.name, top
		r.Do(t, c.deed)
		got := e.take()
		if len(got) != 1 {
			t.Errorf("%s is %d events", c.name, len(got))
			continue
		}
		if id := sceneOf(got[0]).ID; id == "" {
			t.Errorf("%s has no id", c.name)
		}
		if diff := cmp.Diff(c.want, bare(got[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	before := len(r.Shown(t))
	r.Do(t, Deed{ID: "twice", Thread: top, Say: "once only"})
	r.Do(t, Deed{ID: "twice", Thread: top, Say: "once only"})
	got := e.take()
	if len(got) == 0 || sceneOf(got[0]).ID != sceneOf(got[len(got)-1]).ID {
		t.Errorf("a deed delivered twice has two ids: %v", got)
	}
	if now := len(r.Shown(t)); now != before+1 {
		t.Errorf("a note delivered twice is %d messages", now-before)
	}
}

// retold fails to take a reaction in at first.
func retold(t *testing.T, r Rig) {
	e := listen(t, r, act.Answer{})
	_, who := r.At()
	ref := carry(t, r, "k1", act.Send{Card: words("top")}).Ref
	e.fail(2)
	r.Do(t, Deed{ID: "1", Ref: ref, React: "✅"})
	var got []act.Event
	for len(got) < 3 {
		select {
		case <-e.heard:
		case <-time.After(patience):
			t.Fatalf("a reaction that was not taken in came %d times, and never again", len(got))
		}
		got = append(got, e.take()...)
	}
	for _, ev := range got {
		if diff := cmp.Diff(got[0], ev); diff != "" {
			t.Errorf("it comes another (-first +again):\n%s", diff)
		}
		if got, ok := ev.(act.Reacted); !ok || got.Who.User != who.User || got.ID == "" || got.Ref != ref {
			t.Errorf("it comes as %+v", ev)
		}
	}
}

// reactions asks what a message wears, where the platform can be asked.
func reactions(t *testing.T, r Rig) {
	asks, ok := r.Adapter().(act.Reacter)
	if !ok {
		t.Skip("the platform cannot be asked")
	}
	listen(t, r, act.Answer{})
	at, who := r.At()
	ref := carry(t, r, "k1", act.Send{Card: words("top")}).Ref
	other := carry(t, r, "k2", act.Send{Card: words("another")}).Ref
	wears := func(ref string, want ...string) {
		t.Helper()
		list, err := asks.Reactions(t.Context(), at, ref)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range list {
			if s.Who.String() != who.String() {
				t.Errorf("%s put %s", s.Who, s.Emoji)
			}
			got = append(got, s.Emoji)
		}
		if !slices.Equal(got, want) {
			t.Errorf("it wears %v, not %v", got, want)
		}
	}
	wears(ref)
	r.Do(t, Deed{ID: "1", Ref: ref, React: "✅"})
	r.Do(t, Deed{ID: "2", Ref: ref, React: "❌"})
	wears(ref, "✅", "❌")
	wears(other)
	r.Do(t, Deed{ID: "3", Ref: ref, React: "✅", Off: true})
	wears(ref, "❌")
	if _, err := asks.Reactions(t.Context(), at, "999"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("of a message that is not there: %v", err)
	}
}

// sceneOf returns where an event of team chat happened.
func sceneOf(e act.Event) act.Scene {
	switch e := e.(type) {
	case act.Noted:
		return e.Scene
	case act.Commanded:
		return e.Scene
	case act.Clicked:
		return e.Scene
	case act.Submitted:
		return e.Scene
	case act.Reacted:
		return e.Scene
	case act.Suggest:
		return e.Scene
	}
	return act.Scene{}
}

// bare returns the event without what the platform makes up: its id, and the
// ref of a note.
func bare(e act.Event) act.Event {
	switch e := e.(type) {
	case act.Noted:
		e.ID, e.Ref = "", ""
		return e
	case act.Commanded:
		e.ID = ""
		return e
	case act.Clicked:
		e.ID = ""
		return e
	case act.Submitted:
		e.ID = ""
		return e
	case act.Reacted:
		e.ID = ""
		return e
	}
	return e
}

func answered(t *testing.T, r Rig) {
	notice := card.Notice(card.Literal("only for you"))
	form := card.Form{Verb: "reply", Token: "tok", Title: card.Literal("Reply"), Submit: card.Literal("Send")}
	listen(t, r, act.Answer{Notice: &notice, Form: &form})
	ref := carry(t, r, "k1", act.Send{Card: words("top")}).Ref
	got := r.Do(t, Deed{ID: "1", Ref: ref, Thread: ref, Press: &card.Action{Verb: "reply"}})
	if !strings.Contains(got.Notice, "only for you") || !got.Form {
		t.Errorf("the person hears %+v", got)
	}
	for _, m := range r.Shown(t) {
		if strings.Contains(m.Text, "only for you") {
			t.Error("everybody sees what was for one person")
		}
	}
}
