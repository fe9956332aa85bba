package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/guild"
)

// losses are what Ponte was told to be lost.
func (p *ponte) losses() (out []act.Lost) {
	for _, e := range p.events() {
		if e, ok := e.(act.Lost); ok {
			out = append(out, e)
		}
	}
	return out
}

// A card whose thread was deleted is lost with all that stood in it; the card that is
// shown in its place is the only one.
func TestACardWhoseThreadWasDeleted(t *testing.T) {
	for name, buttons := range map[string]bool{"with buttons": true, "with nothing left to do": false} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c := talk("x")
			if !buttons {
				c.Actions = nil
			}
			p := r.listens()
			top := r.carries("k1", act.Send{Card: talk("x")}, r.place())
			other := r.carries("k2", act.Send{Card: acting}, r.place())
			if !buttons {
				r.carries("e1", act.Edit{Ref: top.Ref, Card: c}, r.place())
			}
			r.inbox.ThreadOf(r.inbox.Find(top.Ref)).Delete()
			r.until("it is told", func() bool { return len(p.losses()) == 1 })
			if e := p.losses()[0]; e.Ref != top.Ref || e.At != r.place() || !e.Under {
				t.Errorf("it is %+v", e)
			}
			next := r.carries("k3", act.Send{Card: c}, r.place())
			if thread := r.inbox.ThreadOf(r.inbox.Find(next.Ref)); thread == nil {
				t.Error("the next one has no thread")
			}
			var stand []string
			for _, m := range r.inbox.Messages() {
				stand = append(stand, m.ID)
			}
			if len(stand) != 2 || stand[0] != other.Ref || stand[1] != next.Ref {
				t.Errorf("there stand %v, and should %s and %s", stand, other.Ref, next.Ref)
			}
		})
	}
}

// A thread that was deleted while Ponte was off is found out when something is to go
// into it: that waits for the next thread, and not for ever.
func TestAThreadThatWasDeletedMeanwhileIsFoundOut(t *testing.T) {
	r := newRig(t)
	top := r.carries("k1", act.Send{Card: talk("x")}, r.place())
	under := r.carries("k2", act.Send{Thread: top.Ref, Card: say("under")}, r.place())
	r.inbox.ThreadOf(r.inbox.Find(top.Ref)).Delete()
	p := r.listens()
	r.discord.Quiet()
	first := len(p.losses())
	try := func() *bot.Error {
		_, err := r.Carry(t.Context(), "k3", act.Send{Thread: top.Ref, Card: say("more")}, r.place())
		e, ok := bot.Asked(err)
		if !ok || e.Key != "discord.thread_gone" {
			t.Fatalf("it is %v", err)
		}
		return e
	}
	if e := try(); e.Kind != bot.Unavailable || e.RetryAfter <= 0 {
		t.Errorf("at first it is %v", e)
	}
	r.clock.pass(time.Minute)
	if e := try(); e.Kind != bot.NotFound {
		t.Errorf("when nothing stands in its place it is %v", e)
	}
	for range 2 {
		if _, err := r.Carry(t.Context(), "k4", act.Edit{Ref: under.Ref, Thread: top.Ref, Card: say("anew")}, r.place()); bot.KindOf(err) != bot.NotFound {
			t.Errorf("what stood in it: %v", err)
		}
	}
	var told []string
	for _, e := range p.losses() {
		told = append(told, e.Ref)
	}
	if got, want := strings.Join(told[first:], " "), top.Ref+" "+under.Ref; got != want {
		t.Errorf("what is lost is %s and should be %s", got, want)
	}
}

// What is for a locked thread waits, is asked for seldom, and goes out when the thread
// is unlocked. That is said once, where people read it.
func TestALockedThreadIsToldOnce(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	top := r.carries("k1", act.Send{Card: talk("x")}, r.place())
	thread := r.inbox.ThreadOf(r.inbox.Find(top.Ref))
	r.discord.EverybodyMay(everything &^ guild.ManageThreads)
	r.discord.AppMay(0)
	for round := 1; round <= 2; round++ {
		thread.Lock()
		r.discord.Quiet()
		asked := len(r.discord.API.Requests())
		for range 3 {
			_, err := r.Carry(t.Context(), fmt.Sprint("k", round), act.Send{Thread: top.Ref, Card: say("waits")}, r.place())
			if e, ok := bot.Asked(err); !ok || e.Kind != bot.Unavailable || e.Key != "discord.locked" || e.RetryAfter <= 0 {
				t.Fatalf("it is %v", err)
			}
		}
		posts := 0
		for _, q := range r.discord.API.Requests()[asked:] {
			if q.Method == http.MethodPost && strings.Contains(q.Path, top.Ref) {
				posts++
			}
		}
		if posts != 1 {
			t.Errorf("it is tried %d times", posts)
		}
		told := 0
		for _, m := range r.inbox.Messages() {
			if m.Says("manages threads") && m.Says(top.Ref) || m.Says("manages threads") && m.Says("#") {
				told++
			}
		}
		if told != round {
			t.Errorf("after %d times it is told %d times", round, told)
		}
		thread.Unlock()
		r.until("it goes out", func() bool {
			_, err := r.Carry(t.Context(), fmt.Sprint("k", round), act.Send{Thread: top.Ref, Card: say("waits")}, r.place())
			return err == nil
		})
		r.clock.pass(time.Minute)
	}
	if n := len(p.losses()); n != 0 {
		t.Errorf("%d things are lost", n)
	}
}

// A forum has no messages of its own: that one of its posts is locked is said elsewhere.
func TestALockedPostIsToldElsewhere(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	top := r.carries("k1", act.Send{Card: talk("x")}, r.ideas())
	r.discord.AppMay(0)
	r.discord.EverybodyMay(everything &^ guild.ManageThreads)
	r.forum.Threads()[0].Lock()
	for range 2 {
		if _, err := r.Carry(t.Context(), "k2", act.Send{Thread: top.Ref, Card: say("waits")}, r.ideas()); bot.KindOf(err) != bot.Unavailable {
			t.Errorf("it is %v", err)
		}
	}
	if all := p.losses(); len(all) != 1 || all[0].Ref != "" || all[0].Why.Key != "discord.locked_post" {
		t.Errorf("told is %+v", all)
	}
}

// A channel that was lost while Ponte was off is told of once, when something is to go there.
func TestAChannelThatWasLostMeanwhileIsFoundOut(t *testing.T) {
	for name, c := range map[string]struct {
		lose func(r *rig)
		why  string
	}{
		"deleted":   {func(r *rig) { r.inbox.Delete() }, "discord.gone_unseen"},
		"hidden":    {func(r *rig) { r.inbox.KickApp() }, "discord.gone_unseen"},
		"forbidden": {func(r *rig) { r.inbox.DenyApp(guild.EmbedLinks | guild.SendMessages) }, "discord.gone_denied"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.lose(r)
			r = r.again()
			p := r.listens()
			for range 2 {
				if _, err := r.Carry(t.Context(), "k", act.Send{Card: say("x")}, r.place()); !bot.KindOf(err).Final() {
					t.Errorf("it is %v", err)
				}
			}
			if all := p.losses(); len(all) != 1 || all[0].Why.Key != c.why || all[0].At != r.place() {
				t.Errorf("told is %+v", all)
			}
		})
	}
}

// joined lists the channels that Ponte was told to have come into.
func (r *rig) joined(p *ponte) (out []string) {
	r.discord.Quiet()
	for _, line := range p.heard() {
		if id, ok := strings.CutPrefix(line, "joined "); ok {
			switch id {
			case r.inbox.ID:
				id = "inbox"
			case r.forum.ID:
				id = "ideas"
			}
			out = append(out, id)
		}
	}
	return out
}

// Ponte tells that it came into a server, and not that it was there all the time.
func TestComingIntoAServer(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	if got := r.joined(p); len(got) != 0 {
		t.Errorf("as it starts it came into %v", got)
	}
	r.discord.Outage(true)
	r.discord.Outage(false)
	if got := r.joined(p); len(got) != 0 {
		t.Errorf("after an outage it came into %v", got)
	}
	r.discord.KickApp()
	r.discord.InviteApp()
	r.until("it came into both", func() bool { return strings.Join(r.joined(p), " ") == "inbox ideas" })
}

// After a restart Ponte knows in which servers it was.
func TestComingIntoAServerOverARestart(t *testing.T) {
	r := newRig(t)
	first := &ponte{}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Listen(ctx, first.handle) }()
	r.until("it is noted", func() bool { note, _ := r.notes.Read(ctx, "servers"); return string(note) == r.discord.ID })
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	r = r.again()
	p := r.listens()
	if got := r.joined(p); len(got) != 0 {
		t.Errorf("after a restart it came into %v", got)
	}
}

// Of a server in which no brand has a channel, it is told of the one where all are.
func TestComingIntoAServerOfNobody(t *testing.T) {
	var other atomic.Pointer[discordtest.Place]
	r := newRig(t, func(o *Options) {
		was := o.Bot
		o.Bot = func() Bot {
			b := was()
			if place := other.Load(); place != nil {
				b.Guilds = append(b.Guilds, place.ID)
			}
			return b
		}
	})
	p := r.listens()
	r.discord.Quiet()
	place := r.discord.Guild("Other")
	hall := place.Channel("#general")
	other.Store(place)
	place.KickApp()
	place.InviteApp()
	r.until("it came into the hall", func() bool { return strings.Join(r.joined(p), " ") == hall.ID })
}

// Who lets Ponte into a channel by name is told what it does there; one that everybody
// sees is not.
func TestComingIntoAChannel(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	r.discord.Channel("#lunch").Rename("dinner")
	if got := r.joined(p); len(got) != 0 {
		t.Errorf("it came into %v", got)
	}
	press := r.discord.Channel("#press")
	press.Deny(r.discord.ID, guild.ViewChannel)
	press.InviteApp()
	press.Rename("the-press")
	r.until("it came into the channel", func() bool { return strings.Join(r.joined(p), " ") == press.ID })
	r.inbox.KickApp()
	r.until("it is told", func() bool { return len(p.losses()) == 1 })
	r.inbox.InviteApp()
	r.inbox.Rename("in")
	r.until("it came into the inbox", func() bool { return strings.Join(r.joined(p), " ") == press.ID+" inbox" })
}
