package discord

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/discord/discordtest/rest"
)

// deliver does what the outbox does: it repeats what certainly did not happen, or is
// still remembered, and asks after all else. Now and then Ponte is started anew.
func (r *rig) deliver(rnd *rand.Rand, key string, a act.Act, at act.Place) (act.Receipt, error) {
	first, maybe := r.clock.now(), false
	for range 60 {
		got, err := r.Carry(r.t.Context(), key, a, at)
		if err == nil {
			return got, nil
		}
		e, ok := bot.Asked(err)
		if ok && e.Kind.Final() {
			return got, err
		}
		certain := ok && (e.Kind == bot.RateLimited || e.Kind == bot.Unavailable)
		if r.clock.pass(3 * time.Second); certain {
			r.clock.pass(e.RetryAfter)
		}
		if rnd.IntN(4) == 0 {
			*r = *r.again()
		}
		maybe = maybe || !certain
		if !maybe || r.clock.now().Sub(first) < r.Traits(at).Honours {
			continue
		}
		if ref, found := r.inquire(key, a, at); found == act.Found {
			return act.Receipt{Ref: ref}, nil
		}
		first, maybe = r.clock.now(), false
	}
	return act.Receipt{}, errors.New("it never went out")
}

func (r *rig) inquire(key string, a act.Act, at act.Place) (string, act.Finding) {
	for range 60 {
		ref, found, err := r.asks(key, a, at)
		if found != act.Unsure {
			return ref, found
		}
		r.clock.pass(time.Second)
		if e, ok := bot.Asked(err); ok {
			r.clock.pass(e.RetryAfter)
		}
	}
	return "", act.Unsure
}

// Whatever goes wrong on the way, each message is there once, and shows what was last
// to be shown.
func TestAStormOfFaultsLosesAndDoublesNothing(t *testing.T) {
	faults := []rest.Fault{
		rest.Lost(), rest.Dropped(), rest.Broken(500), rest.Broken(503), rest.BrokenAfter(502), rest.BrokenAfter(504), rest.Limited(2 * time.Second),
		rest.LimitedShared(time.Second), rest.LimitedGlobal(time.Second), rest.Cloudflare(),
	}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // a test's
			r := newRig(t, func(o *Options) { o.Unpaced = true })
			r.discord.API.Unlimited(true)
			for i := range 12 {
				for range rnd.IntN(4) {
					r.discord.API.Fail("*", faults[rnd.IntN(len(faults))])
				}
				if rnd.IntN(3) == 0 {
					r.discord.API.Fail(creates, rest.Doubled())
				}
				at := r.place()
				if i%3 == 0 {
					at = r.ideas()
				}
				c := talk(fmt.Sprintf("item %d.", i))
				top, err := r.deliver(rnd, fmt.Sprint("k", i), act.Send{Card: c}, at)
				if err != nil {
					t.Fatal(err)
				}
				under, err := r.deliver(rnd, fmt.Sprint("u", i), act.Send{Thread: top.Ref, Card: say(fmt.Sprintf("note %d.", i))}, at)
				if err != nil {
					t.Fatal(err)
				}
				c.Title.Text = "Anew"
				if _, err := r.deliver(rnd, fmt.Sprint("e", i), act.Edit{Ref: top.Ref, Card: c}, at); err != nil {
					t.Fatal(err)
				}
				if _, err := r.deliver(rnd, fmt.Sprint("f", i), act.Edit{Ref: under.Ref, Thread: top.Ref, Card: say(fmt.Sprintf("note %d anew.", i))}, at); err != nil {
					t.Fatal(err)
				}
			}
			r.discord.API.Heal()
			counts := map[string]int{}
			for _, m := range r.everything() {
				counts[m]++
			}
			for i := range 12 {
				for _, want := range []string{fmt.Sprintf("item %d.", i), fmt.Sprintf("note %d anew.", i)} {
					if counts[want] != 1 {
						t.Errorf("%q is there %d times", want, counts[want])
					}
				}
			}
			if len(counts) != 24 {
				t.Errorf("there are %d messages: %v", len(counts), counts)
			}
		})
	}
}

// everything is what all messages say, in the inbox, in the forum, and in threads.
func (r *rig) everything() (out []string) {
	rooms := append(r.inbox.Threads(), r.forum.Threads()...)
	for _, room := range append(rooms, r.inbox) {
		for _, m := range room.Messages() {
			if len(m.Lines) > 1 {
				out = append(out, m.Lines[1])
			}
		}
	}
	return out
}
