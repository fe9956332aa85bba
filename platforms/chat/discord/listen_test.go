package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/rest"
)

// ponte is what listens: it notes what it is told, and answers as a test wants.
type ponte struct {
	mu      sync.Mutex
	told    []act.Event
	answers func(act.Event) (act.Answer, error)
}

func (p *ponte) handle(_ context.Context, e act.Event) (act.Answer, error) {
	p.mu.Lock()
	p.told = append(p.told, e)
	answers := p.answers
	p.mu.Unlock()
	if answers == nil {
		return act.Answer{}, nil
	}
	return answers(e)
}

func (p *ponte) events() []act.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.told)
}

// heard lists what was told, in short.
func (p *ponte) heard() (out []string) {
	for _, e := range p.events() {
		switch e := e.(type) {
		case act.Noted:
			out = append(out, fmt.Sprintf("%s notes %q with %d pictures", e.Who.Name, e.Text, len(e.Pictures)))
		case act.Commanded:
			out = append(out, fmt.Sprintf("%s commands %q with %d pictures", e.Who.Name, e.Text, len(e.Pictures)))
		case act.Clicked:
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s clicks %s %s %d %s", e.Who.Name, e.Verb, e.Subject, e.Revision, e.Value)))
		case act.Submitted:
			values, _ := json.Marshal(e.Values)
			out = append(out, fmt.Sprintf("%s submits %s %s %s %s", e.Who.Name, e.Verb, e.Subject, e.Token, values))
		case act.Reacted:
			out = append(out, fmt.Sprintf("%s reacts %s removed %v", e.Who.Name, e.Emoji, e.Removed))
		case act.Suggest:
			out = append(out, fmt.Sprintf("%s types %q in %s of %s", e.Who.Name, e.Prefix, e.Option, e.Command))
		case act.Lost:
			out = append(out, fmt.Sprintf("lost %v %s", e.Ref != "", e.Why.Key))
		case act.Joined:
			out = append(out, "joined "+e.At.Channel)
		case act.Met:
			out = append(out, fmt.Sprintf("met %s in %d groups", e.Who.Name, len(e.Groups)))
		case act.Uploaded:
			out = append(out, fmt.Sprintf("uploaded %d bytes", len(e.Data)))
		}
	}
	return out
}

// listens starts the adapter, and waits until Discord has it.
func (r *rig) listens() *ponte {
	r.t.Helper()
	p := &ponte{}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Listen(ctx, p.handle) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
	})
	r.until("Discord has it", func() bool {
		g := r.gate.Load()
		if g == nil {
			return false
		}
		state, _ := g.State()
		return state == "open"
	})
	return p
}

// until waits until something is so.
func (r *rig) until(what string, so func() bool) {
	r.t.Helper()
	for range 500 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatalf("it never came to be that %s: %s", what, r.log)
}

// hears waits until so much was told, and compares it.
func (r *rig) hears(p *ponte, want ...string) {
	r.t.Helper()
	r.until(fmt.Sprintf("%d things are told", len(want)), func() bool { return len(p.heard()) >= len(want) })
	r.discord.Quiet()
	if diff := cmp.Diff(want, p.heard()); diff != "" {
		r.t.Error(diff)
	}
}

func notice(text string) act.Answer {
	c := card.Notice(card.Literal(text))
	return act.Answer{Notice: &c}
}

// message finds a message by its id.
func (r *rig) message(room *discordtest.Room, id string) discordtest.Message {
	r.t.Helper()
	return room.Find(id)
}

var acting = card.Card{
	Mark: card.MarkOpen, Title: card.Literal("Maria"), Subject: "conversation/7", Revision: 3, Opens: true,
	Actions: []card.Action{
		{Verb: "take", Label: card.Literal("Take")},
		{Verb: "delete", Label: card.Literal("Delete"), Confirm: card.Literal("Delete it for good?")},
		{Verb: "priority", Label: card.Literal("Priority"), Choices: []card.Choice{{Value: "high", Label: card.Literal("High")}}},
	},
}

func TestTalkInAThreadIsHeard(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	thread := r.ana.InThread(r.message(r.inbox, got.Ref))
	bot := "<@" + r.discord.World.App().User + ">"
	thread.Says(bot + " take")
	r.hears(p, `Ana Ruiz commands "take" with 0 pictures`)
	at, ok := p.events()[0].(act.Commanded)
	if !ok || at.At != r.place() || at.Thread != got.Ref || at.ID == "" {
		t.Errorf("it happens at %+v", at.Scene)
	}
	r.ana.Says("#inbox", "nothing about us")
	thread.Says("what it says is not told")
	r.ana.Says("#inbox", bot+" inbox <@"+r.ana.ID+">")
	r.hears(p, `Ana Ruiz commands "take" with 0 pictures`, `Ana Ruiz commands "inbox @ana" with 0 pictures`)
}

// Discord tells of a message once: what could not be asked about it is asked again.
func TestTalkIsHeardThoughDiscordIsBusy(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	thread := r.ana.Starts(r.ana.Says("#other", "about it"), "about it")
	r.until("the thread is known", func() bool { _, known := r.rooms.Known(thread.Room.ID); return known })
	r.rooms.Forget(thread.Room.ID)
	r.discord.API.Fail("GET /channels/{channel}", rest.Limited(50*time.Millisecond), rest.LimitedShared(50*time.Millisecond))
	thread.Says("<@" + r.discord.World.App().User + "> take")
	r.hears(p, `Ana Ruiz commands "take" with 0 pictures`)
}

func TestNotesAreHeardWithTheIntent(t *testing.T) {
	r := newRig(t, func(o *Options) {
		was := o.Bot
		o.Bot = func() Bot { b := was(); b.Content = true; return b }
	})
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	thread := r.ana.InThread(r.message(r.inbox, got.Ref))
	said := thread.Says("I know her **well**")
	r.hears(p, `Ana Ruiz notes "I know her **well**" with 0 pictures`)
	if n, ok := p.events()[0].(act.Noted); !ok || n.Ref != said.ID || n.Thread != got.Ref {
		t.Errorf("it is %+v", p.events()[0])
	}
	r.ana.Says("#inbox", "talk that is about no card")
	r.hears(p, `Ana Ruiz notes "I know her **well**" with 0 pictures`)
}

func TestPressesAreHeardAndAnswered(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	m := r.message(r.inbox, got.Ref)
	p.answers = func(act.Event) (act.Answer, error) { return notice("You have it now."), nil }
	if heard := r.ana.Presses(m, "Take"); !strings.Contains(r.whispers(), "You have it now.") {
		t.Errorf("she sees %+v, and %s", heard, r.whispers())
	}
	if click, ok := p.events()[0].(act.Clicked); !ok || click.Thread != got.Ref || click.At != r.place() || click.ID == "" {
		t.Errorf("it is %+v", p.events()[0])
	}
	r.ana.Picks(m, "Priority", "High")
	r.ana.Presses(m, "Delete")
	sure := last(r.ana.Whispers("#inbox"))
	if !sure.Says("Delete it for good?") {
		t.Errorf("she is asked %q", sure.Text())
	}
	r.ana.Presses(sure, "Delete")
	r.hears(p, "Ana Ruiz clicks take conversation/7 3", "Ana Ruiz clicks priority conversation/7 3 high", "Ana Ruiz clicks delete conversation/7 3")
	if n := r.discord.Failed(); n != 0 {
		t.Errorf("%d were not answered in time", n)
	}
}

// offered waits until the commands are registered.
func (r *rig) offered() {
	r.t.Helper()
	r.until("the commands are registered", func() bool {
		known, _ := r.notes.Read(r.t.Context(), "commands."+r.discord.ID)
		return known != nil
	})
}

func last(all []discordtest.Message) discordtest.Message {
	if len(all) == 0 {
		return discordtest.Message{}
	}
	return all[len(all)-1]
}

// whispers is all that only Ana sees.
func (r *rig) whispers() (out string) {
	for _, m := range r.ana.Ephemerals() {
		out += m.Text() + "\n"
	}
	return out
}

func TestCommandsAreOfferedAndRun(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Commands = func() []act.Command {
			return []act.Command{
				{Name: "inbox", Summary: card.Literal("What waits"), Options: []act.Option{{Name: "filter", Summary: card.Literal("Which"), Kind: act.ChoiceOption, Choices: []string{"mine", "open"}}}},
				{Name: "assign", Summary: card.Literal("Give it"), Options: []act.Option{{Name: "person", Summary: card.Literal("To whom"), Kind: act.PersonOption, Required: true}}},
				{Name: "reply", Summary: card.Literal("Reply"), Options: []act.Option{{Name: "text", Summary: card.Literal("Text"), Kind: act.TextOption, Required: true, Rest: true}}},
			}
		}
	})
	p := r.listens()
	p.answers = func(e act.Event) (act.Answer, error) {
		if _, ok := e.(act.Suggest); ok {
			return act.Answer{Choices: []card.Choice{{Value: "ana", Label: card.Literal("Ana Ruiz")}}}, nil
		}
		return notice("Done: " + e.(act.Commanded).Text), nil
	}
	r.offered()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	thread := r.ana.InThread(r.message(r.inbox, got.Ref))
	thread.Commands(`/ponte reply text:Thank "you", <@` + r.ana.ID + `>`)
	r.ana.In("#inbox").Commands("/ponte inbox filter:mine")
	if choices := thread.Types("/ponte assign", "person", "an"); len(choices) != 1 || choices[0].Value != "ana" {
		t.Errorf("she is offered %+v", choices)
	}
	r.hears(p, `Ana Ruiz commands "reply Thank \"you\", @ana" with 0 pictures`, `Ana Ruiz commands "inbox --filter mine" with 0 pictures`, `Ana Ruiz types "an" in person of assign`)
	if c, ok := p.events()[0].(act.Commanded); !ok || c.Thread != got.Ref {
		t.Errorf("it is %+v", p.events()[0])
	}
	if n := r.discord.Failed(); n != 0 {
		t.Errorf("%d were not answered in time", n)
	}
}

// What Discord told somebody failed, as nobody heard it in time, is not done when it is
// heard after all; what Discord still waits for is.
func TestWhatIsHeardTooLateIsNotDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- r.Listen(ctx, (&ponte{}).handle) }()
		got := r.carries("k1", act.Send{Card: acting}, r.place())
		m := r.message(r.inbox, got.Ref)
		r.until("it listens", func() bool { return r.discord.Gateway.Listening() > 0 })
		r.ana.Presses(m, "Take")
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if heard := r.ana.Presses(m, "Take"); heard.OK {
			t.Errorf("nobody is there, and she sees %+v", heard)
		}
		time.Sleep(10 * time.Second)
		hears := make(chan discordtest.Heard, 1)
		go func() { hears <- r.ana.Picks(m, "Priority", "High") }()
		time.Sleep(time.Second)
		r.Discord = r.again().Discord
		p := r.listens()
		if heard := <-hears; !heard.OK {
			t.Errorf("she sees %+v", heard)
		}
		r.ana.Presses(m, "Take")
		r.hears(p, "Ana Ruiz clicks priority conversation/7 3 high", "Ana Ruiz clicks take conversation/7 3")
		if n := r.discord.Failed(); n != 1 {
			t.Errorf("she was told of %d that they failed", n)
		}
	})
}
