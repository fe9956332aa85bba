// Package socialtest is the suite that every adapter of a social platform
// passes: what was said arrives in order and is not lost, and an act is carried
// out once under its key. It knows the contracts in bot/act and nothing of any
// platform; the adapter's test plays the public through World.
package socialtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
)

// World is the public's side of a platform. Each call returns when the platform
// has acknowledged it, however often it has to ask, or fails the test.
type World interface {
	Say(author, text, inReplyTo string) (remote string)
	Edit(remote, text string)
	Delete(remote string)
	// Published lists the brand's replies that stand in public, oldest first.
	Published() []Published
	// Posted lists what the brand said by itself, through the adapter, oldest first.
	Posted() []Posted
}

// Published is a reply of the brand as the public sees it.
type Published struct{ Ref, To, Text string }

// Posted is a post of the brand as the public sees it, with what its pictures are
// said to show.
type Posted struct {
	Ref, Text string
	Alts      []string
}

// Rig is an adapter with nothing on it yet, and its public.
type Rig struct {
	Adapter interface {
		act.Adapter
		act.Listener
	}
	At    act.Place // of the account under test
	World World
}

// patience is how long the suite waits for what must come; it never waits it out
// when the adapter works.
const patience = 20 * time.Second

// Run holds the adapter to the contract. Open makes a new rig for each case.
func Run(t *testing.T, open func(t *testing.T) Rig) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Rig)
	}{
		{"in order", inOrder},
		{"again until it is durable", again},
		{"what nobody heard comes later", later},
		{"a reply goes out once", replyOnce},
		{"a change goes out once", changeOnce},
		{"a removal goes out once", removeOnce},
		{"a post goes out once", postOnce},
		{"settles by key", settles},
		{"refusals", refusals},
		{"length", length},
		{"numbers of a post", numbers},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

// hear makes the adapter listen and returns what comes, item by item. The first
// arrivals are refused as often as refuse says. The returned func ends it.
func hear(t *testing.T, r Rig, refuse int) (<-chan act.Incoming, context.CancelFunc) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	items, ended := make(chan act.Incoming, 1000), make(chan error, 1)
	go func() {
		ended <- r.Adapter.Listen(ctx, func(_ context.Context, e act.Event) (act.Answer, error) {
			a, ok := e.(act.Arrived)
			if !ok {
				return act.Answer{}, errors.New("socialtest: not an arrival")
			}
			if string(a.Account) != r.At.Space {
				t.Errorf("an item of account %q came as of %q", r.At.Space, a.Account)
			}
			for _, it := range a.Items {
				items <- it
			}
			if refuse > 0 {
				refuse--
				return act.Answer{}, errors.New("socialtest: not durable yet")
			}
			return act.Answer{Results: make([]act.Result, len(a.Items))}, nil
		})
	}()
	end := func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Listen ended with %v", err)
		}
		ended <- nil
	}
	t.Cleanup(end)
	return items, end
}

func next(t *testing.T, items <-chan act.Incoming) act.Incoming {
	t.Helper()
	select {
	case it := <-items:
		return it
	case <-time.After(patience):
		t.Fatal("an item that was said never came")
		return act.Incoming{}
	}
}

func inOrder(t *testing.T, r Rig) {
	items, _ := hear(t, r, 0)
	one := r.World.Say("Ada", "first", "")
	two := r.World.Say("Bob <b>", "second\nline", one)
	r.World.Edit(one, "first, mended")
	r.World.Delete(two)
	three := r.World.Say("Ada", "third", "")
	type seen struct {
		Remote, To, Author, Text string
		Kind                     bot.ItemKind
		Edited, Deleted          bool
	}
	want := []seen{
		{one, "", "Ada", "first", bot.Comment, false, false},
		{two, one, "Bob <b>", "second\nline", bot.Answer, false, false},
		{one, "", "Ada", "first, mended", bot.Comment, true, false},
		{two, "", "", "", "", false, true},
		{three, "", "Ada", "third", bot.Comment, false, false},
	}
	var got []seen
	for range want {
		it := next(t, items)
		s := seen{it.Remote, it.InReplyTo, it.Author.Name, it.Text, it.Kind, it.Edited, it.Deleted}
		if it.Deleted { // of what is gone, only the name counts
			s = seen{Remote: it.Remote, Deleted: true}
		} else if it.Author.ID == "" || it.CreatedAt.IsZero() {
			t.Errorf("%s has author id %q and time %v", it.Remote, it.Author.ID, it.CreatedAt)
		}
		got = append(got, s)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func again(t *testing.T, r Rig) {
	items, _ := hear(t, r, 2)
	one := r.World.Say("Ada", "hello", "")
	for range 3 {
		if it := next(t, items); it.Remote != one {
			t.Fatalf("got %s before %s was durable", it.Remote, one)
		}
	}
}

func later(t *testing.T, r Rig) {
	items, end := hear(t, r, 0)
	r.World.Say("Ada", "heard", "")
	next(t, items)
	end()
	said := make(chan string, 1)
	go func() { said <- r.World.Say("Ada", "missed", "") }()
	items, _ = hear(t, r, 0)
	if it := next(t, items); it.Text != "missed" {
		t.Errorf("got %q, want what was said while nobody listened, and not again what was heard", it.Text)
	}
	<-said
}

// comment says something and waits until it was heard.
func comment(t *testing.T, r Rig) string {
	t.Helper()
	items, end := hear(t, r, 0)
	remote := r.World.Say("Ada", "a question", "")
	next(t, items)
	end()
	return remote
}

func carry(t *testing.T, r Rig, key string, a act.Act) act.Receipt {
	t.Helper()
	got, err := r.Adapter.Carry(t.Context(), key, a, r.At)
	if err != nil {
		t.Fatal(err)
	}
	if got.Ref == "" {
		t.Fatal("a receipt without a name")
	}
	return got
}

func published(t *testing.T, r Rig, want ...Published) {
	t.Helper()
	if d := cmp.Diff(want, r.World.Published()); d != "" {
		t.Error(d)
	}
}

func replyOnce(t *testing.T, r Rig) {
	if !r.Adapter.Traits(r.At).CanReply {
		t.Fatal("the account cannot reply")
	}
	to := comment(t, r)
	text := "an <answer> & 👋🏽"
	first := carry(t, r, "key-1", act.Reply{To: to, Text: text})
	if second := carry(t, r, "key-1", act.Reply{To: to, Text: text}); second != first {
		t.Errorf("the same key gave %+v and %+v", first, second)
	}
	published(t, r, Published{first.Ref, to, text})
	other := carry(t, r, "key-2", act.Reply{To: to, Text: text})
	published(t, r, Published{first.Ref, to, text}, Published{other.Ref, to, text})
}

func changeOnce(t *testing.T, r Rig) {
	if !r.Adapter.Traits(r.At).CanChange {
		t.Skip("the account cannot change replies")
	}
	to := comment(t, r)
	ref := carry(t, r, "key-1", act.Reply{To: to, Text: "before"}).Ref
	carry(t, r, "key-2", act.Change{Ref: ref, Text: "between"})
	carry(t, r, "key-3", act.Change{Ref: ref, Text: "after"})
	carry(t, r, "key-2", act.Change{Ref: ref, Text: "between"}) // a late attempt at what is long done
	published(t, r, Published{ref, to, "after"})
}

func removeOnce(t *testing.T, r Rig) {
	if !r.Adapter.Traits(r.At).CanRemove {
		t.Skip("the account cannot remove replies")
	}
	to := comment(t, r)
	ref := carry(t, r, "key-1", act.Reply{To: to, Text: "a slip"}).Ref
	kept := carry(t, r, "key-2", act.Reply{To: to, Text: "stays"}).Ref
	carry(t, r, "key-3", act.Remove{Ref: ref})
	carry(t, r, "key-3", act.Remove{Ref: ref})
	carry(t, r, "key-1", act.Reply{To: to, Text: "a slip"}) // and it does not come back
	published(t, r, Published{kept, to, "stays"})
}

func postOnce(t *testing.T, r Rig) {
	if !r.Adapter.Traits(r.At).CanPost {
		t.Skip("nothing can be posted on the account")
	}
	a := act.Publish{Text: "a <post> & 👋🏽", Pictures: []act.Picture{{URL: "https://ponte.example/m/1", Type: "image/png", Alt: "a \"red\" cup"}}}
	first := carry(t, r, "key-1", a)
	if second := carry(t, r, "key-1", a); second != first {
		t.Errorf("the same key gave %+v and %+v", first, second)
	}
	other := carry(t, r, "key-2", act.Publish{Text: "another"})
	want := []Posted{{first.Ref, a.Text, []string{a.Pictures[0].Alt}}, {Ref: other.Ref, Text: "another"}}
	if d := cmp.Diff(want, r.World.Posted()); d != "" {
		t.Error(d)
	}
	published(t, r)
	if first.URL == "" {
		t.Error("nobody is told where the post is")
	}
}

func settles(t *testing.T, r Rig) {
	s, ok := r.Adapter.(act.Settler)
	if !ok {
		if r.Adapter.Traits(r.At).Honours == 0 {
			t.Error("the adapter neither settles nor honours a key")
		}
		t.Skip("the adapter cannot be asked")
	}
	said := []act.Act{act.Reply{To: comment(t, r), Text: "an answer"}}
	if r.Adapter.Traits(r.At).CanPost {
		said = append(said, act.Publish{Text: "a post"})
	}
	for _, a := range said {
		key := act.Seal(a).Kind()
		if _, f, err := s.Settle(t.Context(), key, a, r.At); f != act.Absent || err != nil {
			t.Errorf("%s, before: %s, %v", key, f, err)
		}
		want := carry(t, r, key, a)
		if got, f, err := s.Settle(t.Context(), key, a, r.At); got != want || f != act.Found || err != nil {
			t.Errorf("%s, after: %+v, %s, %v; want %+v", key, got, f, err, want)
		}
	}
}

func refusals(t *testing.T, r Rig) {
	to := comment(t, r)
	items, _ := hear(t, r, 0)
	gone := r.World.Say("Ada", "soon gone", "")
	r.World.Delete(gone)
	next(t, items)
	next(t, items)
	for i, c := range []struct {
		name string
		act  act.Act
		want bot.Kind
	}{
		{"reply to what was deleted", act.Reply{To: gone, Text: "hello"}, bot.NotFound},
		{"reply to what never was", act.Reply{To: "nothing", Text: "hello"}, bot.NotFound},
		{"change of what never was", act.Change{Ref: "nothing", Text: "hello"}, bot.NotFound},
		{"removal of what never was", act.Remove{Ref: "nothing"}, bot.NotFound},
		{"empty reply", act.Reply{To: to, Text: " \n"}, bot.Invalid},
		{"empty post", act.Publish{Text: " \n"}, bot.Invalid},
		{"an act of team chat", act.Send{}, bot.Invalid},
	} {
		_, err := r.Adapter.Carry(t.Context(), "refused-"+string(rune('a'+i)), c.act, r.At)
		if got := bot.KindOf(err); err == nil || got != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	published(t, r)
	if posts := r.World.Posted(); len(posts) > 0 {
		t.Errorf("posted %+v", posts)
	}
}

func length(t *testing.T, r Rig) {
	traits := r.Adapter.Traits(r.At)
	if traits.MaxText == 0 {
		t.Skip("a text has no limit")
	}
	unit := map[act.Counting]string{act.Runes: "é", act.Graphemes: "e\u0301", act.Bytes: "e", act.UTF16: "é"}[traits.Count]
	if unit == "" {
		t.Fatalf("the adapter counts %q", traits.Count)
	}
	to, full := comment(t, r), strings.Repeat(unit, traits.MaxText)
	ref := carry(t, r, "full", act.Reply{To: to, Text: full}).Ref
	over := []act.Act{act.Reply{To: to, Text: full + unit}, act.Change{Ref: ref, Text: full + unit}}
	var posts []Posted
	if traits.CanPost {
		full := strings.Repeat(unit, traits.MaxPost)
		posts = []Posted{{Ref: carry(t, r, "full-2", act.Publish{Text: full}).Ref, Text: full}}
		if traits.MaxPost > 0 {
			over = append(over, act.Publish{Text: full + unit})
		}
	}
	for _, a := range over {
		if _, err := r.Adapter.Carry(t.Context(), "over-"+act.Seal(a).Kind(), a, r.At); bot.KindOf(err) != bot.Invalid {
			t.Errorf("%T just over the limit: %v, want %s", a, err, bot.Invalid)
		}
	}
	published(t, r, Published{ref, to, full})
	if d := cmp.Diff(posts, r.World.Posted()); d != "" {
		t.Error(d)
	}
}
