package discord

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/discordtest/rest"
)

// asks settles, and says what is found.
func (r *rig) asks(key string, a act.Act, at act.Place) (string, act.Finding, error) {
	r.t.Helper()
	got, found, err := r.Settle(r.t.Context(), key, a, at)
	return got.Ref, found, err
}

func TestWhatWasLostIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		card   card.Card
		forum  bool
		thread bool
	}{
		"with buttons":    {card: talk("hello <@1> *x*")},
		"without buttons": {card: say("hello <@1> *x*\n\n> y")},
		"in a thread":     {card: say("hello"), thread: true},
		"in a forum":      {card: talk("hello"), forum: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			at, send, route := r.place(), act.Send{Card: c.card}, creates
			if c.forum {
				at, route = r.ideas(), "POST /channels/{channel}/threads"
			}
			if c.thread {
				send.Thread = r.carries("top", act.Send{Card: talk("top")}, at).Ref
			}
			r.discord.API.Fail(route, rest.Lost())
			if _, err := r.Carry(t.Context(), "k1", send, at); bot.KindOf(err) != bot.Ambiguous {
				t.Fatal(err)
			}
			r.clock.pass(2 * time.Minute)
			for _, r := range []*rig{r, r.again()} {
				if _, found, err := r.asks("k2", act.Send{Thread: send.Thread, Card: say("another")}, at); found != act.Absent && err == nil {
					t.Errorf("another card is %s, %v", found, err)
				}
				ref, found, err := r.asks("k1", send, at)
				if err != nil || found != act.Found || ref == "" {
					t.Errorf("it is %s as %q, %v", found, ref, err)
				}
			}
		})
	}
}

func TestOneLikeItIsNotIt(t *testing.T) {
	r := newRig(t)
	for _, c := range []card.Card{talk("hello"), say("hello")} {
		r.carries("k1"+c.Subject, act.Send{Card: c}, r.place())
		r.clock.pass(2 * time.Minute)
		if _, found, err := r.asks("k2"+c.Subject, act.Send{Card: c}, r.place()); found != act.Absent || err != nil {
			t.Errorf("another of the same look is %s, %v", found, err)
		}
	}
	if _, found, err := r.again().asks("k2", act.Send{Card: talk("hello")}, r.place()); found != act.Unsure || err == nil {
		t.Errorf("right after a restart it is %s, %v", found, err)
	}
}

// Two messages that look the same are told apart after a restart as well: one that was
// sent before is not taken for the one that never came to be.
func TestTwoThatLookTheSame(t *testing.T) {
	by := func(name string) card.Card {
		c := say("hello")
		c.Author = &card.Author{Name: card.Outside(name), Network: "Square"}
		return c
	}
	for name, c := range map[string]struct{ first, second card.Card }{
		"all the same":        {say("hello"), say("hello")},
		"of other people":     {by("Max"), by("Zoe")},
		"of one and the same": {by("Max"), by("Max")},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			top := r.carries("top", act.Send{Card: talk("top")}, r.place()).Ref
			first := r.carries("first", act.Send{Thread: top, Card: c.first}, r.place())
			r = r.again()
			r.discord.API.Fail(creates, rest.Broken(502))
			send := act.Send{Thread: top, Card: c.second}
			if _, err := r.Carry(t.Context(), "second", send, r.place()); bot.KindOf(err) != bot.Ambiguous {
				t.Fatal(err)
			}
			r.clock.pass(5 * time.Minute)
			for range 2 {
				if ref, found, err := r.asks("second", send, r.place()); found != act.Absent || err != nil {
					t.Errorf("the first is %s, and the second is %s as %s, %v", first.Ref, found, ref, err)
				}
				r = r.again()
				r.clock.pass(5 * time.Minute)
			}
			if ref, found, err := r.asks("first", act.Send{Thread: top, Card: c.first}, r.place()); found != act.Found || ref != first.Ref || err != nil {
				t.Errorf("the first is %s as %s, %v", found, ref, err)
			}
		})
	}
}

func TestAbsentIsAProof(t *testing.T) {
	r := newRig(t)
	r.discord.API.Fail(creates, rest.Broken(502))
	send := act.Send{Card: say("hello")}
	if _, err := r.Carry(t.Context(), "k1", send, r.place()); bot.KindOf(err) != bot.Ambiguous {
		t.Fatal(err)
	}
	unsure := func(why string) {
		t.Helper()
		_, found, err := r.asks("k1", send, r.place())
		var e *bot.Error
		if found != act.Unsure || !errors.As(err, &e) || e.RetryAfter <= 0 {
			t.Errorf("%s: it is %s, %v", why, found, err)
		}
	}
	unsure("so soon")
	r.clock.pass(time.Minute)
	r.discord.API.Fail("GET /channels/{channel}/messages", rest.Broken(500))
	unsure("without an answer")
	if _, found, err := r.asks("k1", send, r.place()); found != act.Absent || err != nil {
		t.Errorf("it is %s, %v", found, err)
	}
	if _, found, _ := r.asks("k", act.Edit{Ref: "1"}, r.place()); found != act.Unsure {
		t.Errorf("an edit is %s", found)
	}
}

func TestManyMessagesAreLookedThrough(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Unpaced = true })
	r.discord.API.Unlimited(true)
	r.discord.API.Fail(creates, rest.Lost())
	send := act.Send{Card: say("hello")}
	_, _ = r.Carry(t.Context(), "k1", send, r.place())
	for i := range 250 {
		r.ana.Says("#inbox", fmt.Sprint("talk ", i))
	}
	r.clock.pass(2 * time.Minute)
	if _, found, err := r.asks("k1", send, r.place()); found != act.Found || err != nil {
		t.Errorf("it is %s, %v", found, err)
	}
	r.discord.API.Fail("GET /channels/{channel}/messages", rest.Limited(5*time.Millisecond), rest.LimitedShared(5*time.Millisecond))
	if _, found, err := r.asks("k2", act.Send{Card: say("other")}, r.place()); found != act.Absent || err != nil {
		t.Errorf("another is %s, %v", found, err)
	}
}

func TestWhatDiscordTellsOfSettlesIt(t *testing.T) {
	r := newRig(t)
	r.saw(nonceOf("k1"), r.inbox.ID, "77")
	r.saw("", r.inbox.ID, "78")
	asked := len(r.discord.API.Requests())
	if ref, found, err := r.asks("k1", act.Send{Card: say("x")}, r.place()); ref != "77" || found != act.Found || err != nil || len(r.discord.API.Requests()) != asked {
		t.Errorf("it is %s as %q, %v", found, ref, err)
	}
}

func TestTheSameKeyAgain(t *testing.T) {
	r := newRig(t)
	if r.Traits(r.place()).Honours != 0 {
		t.Error("it promises something of a channel that it does not know")
	}
	r.discord.API.Fail(creates, rest.Lost())
	_, _ = r.Carry(t.Context(), "k1", act.Send{Card: talk("x")}, r.place())
	first := r.carries("k1", act.Send{Card: talk("x")}, r.place())
	r.carries("k2", act.Send{Card: talk("x")}, r.ideas())
	if n := len(r.inbox.Messages()); n != 1 || first.Ref != r.inbox.Messages()[0].ID {
		t.Errorf("there are %d messages", n)
	}
	if got := r.Traits(r.place()).Honours; got != honours {
		t.Errorf("a text channel remembers for %s", got)
	}
	if got := r.Traits(r.ideas()).Honours; got != 0 {
		t.Errorf("a forum remembers for %s", got)
	}
}

func TestReactions(t *testing.T) {
	r := newRig(t)
	top := r.carries("k1", act.Send{Card: talk("top")}, r.place())
	under := r.carries("k2", act.Send{Thread: top.Ref, Card: say("under")}, r.place())
	post := r.carries("k3", act.Send{Card: talk("post")}, r.ideas())
	own := r.discord.Emoji("aurora")
	thread := r.inbox.ThreadOf(r.inbox.Find(top.Ref))
	r.ana.Reacts(r.inbox.Find(top.Ref), "✅")
	r.ana.Reacts(r.inbox.Find(top.Ref), own)
	r.ana.Reacts(thread.Find(under.Ref), "❌")
	r.ana.Reacts(r.forum.Threads()[0].Find(post.Ref), "👍🏽")
	for _, r := range []*rig{r, r.again()} {
		for ref, c := range map[string]struct {
			at   act.Place
			want []string
		}{
			top.Ref: {r.place(), []string{"✅", ":aurora:"}}, under.Ref: {r.place(), []string{"❌"}}, post.Ref: {r.ideas(), []string{"👍🏽"}},
		} {
			got, err := r.Reactions(t.Context(), c.at, ref)
			var signs []string
			for _, s := range got {
				signs = append(signs, s.Emoji)
				if s.Who.User != r.ana.ID || s.Who.Space != r.discord.ID {
					t.Errorf("%+v put it", s.Who)
				}
			}
			if diff := cmp.Diff(c.want, signs); diff != "" || err != nil {
				t.Errorf("%s %v", diff, err)
			}
		}
		for _, at := range []act.Place{r.place(), r.ideas()} {
			if _, err := r.Reactions(t.Context(), at, "999"); bot.KindOf(err) != bot.NotFound {
				t.Errorf("of nothing: %v", err)
			}
		}
	}
}

func TestManyPeopleReact(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Unpaced = true })
	r.discord.API.Unlimited(true)
	top := r.carries("k1", act.Send{Card: say("top")}, r.place())
	for i := range 201 {
		r.discord.User(fmt.Sprint("P", i)).Reacts(r.inbox.Find(top.Ref), "✅")
	}
	got, err := r.Reactions(context.Background(), r.place(), top.Ref)
	if err != nil || len(got) != 201 {
		t.Errorf("%d people, %v", len(got), err)
	}
}

// However many posts of a forum were archived, what is not there is found not to be.
func TestManyPostsAreLookedThrough(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Unpaced = true })
	r.discord.API.Unlimited(true)
	for i := range 60 {
		r.ana.Posts("#ideas", fmt.Sprint("p", i), "text")
	}
	for i := range 60 {
		r.carries(fmt.Sprint("own", i), act.Send{Card: say(fmt.Sprint("own ", i))}, r.ideas())
	}
	r.discord.API.Fail("POST /channels/{channel}/threads", rest.Lost())
	lost, send := act.Send{Card: say("lost")}, act.Send{Card: say("hello")}
	if _, err := r.Carry(t.Context(), "lost", lost, r.ideas()); bot.KindOf(err) != bot.Ambiguous {
		t.Fatal(err)
	}
	for range 2 {
		for i, th := range r.forum.Threads() {
			r.clock.pass(time.Duration(i%3) * time.Second)
			th.Archive()
		}
		r.discord.API.Fail("POST /channels/{channel}/threads", rest.Broken(502))
		if _, err := r.Carry(t.Context(), "k1", send, r.ideas()); bot.KindOf(err) != bot.Ambiguous {
			t.Fatal(err)
		}
		r.clock.pass(5 * time.Minute)
		if _, found, err := r.asks("k1", send, r.ideas()); found != act.Absent || err != nil {
			t.Errorf("it is %s, %v", found, err)
		}
		r = r.again()
		r.clock.pass(5 * time.Minute)
		if ref, found, err := r.asks("lost", lost, r.ideas()); found != act.Found || ref == "" || err != nil {
			t.Errorf("what was lost is %s, %v", found, err)
		}
	}
}
