package discord

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/chattest"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/show"
)

// contract plays the platform's people for the suite of all chats.
type contract struct {
	*rig
	opens atomic.Pointer[card.Form] // what the next press is answered with, untold
	told  atomic.Int64              // things that were told
	last  discordtest.Message       // that Ana wrote
}

func (c *contract) Adapter() act.Adapter { return c }

// Listen hears, but for the press that only opens a form.
func (c *contract) Listen(ctx context.Context, h act.Handler) error {
	return any(c.Discord).(act.Listener).Listen(ctx, func(ctx context.Context, e act.Event) (act.Answer, error) {
		if _, pressed := e.(act.Clicked); pressed {
			if f := c.opens.Swap(nil); f != nil {
				return act.Answer{Form: f}, nil
			}
		}
		defer c.told.Add(1)
		return h(ctx, e)
	})
}

// Carry lets time pass before each message, as the outbox does.
func (c *contract) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	c.clock.pass(2 * time.Second)
	return c.Discord.Carry(ctx, key, a, at)
}

func (c *contract) At() (act.Place, bot.Actor) {
	return c.place(), bot.Actor{Platform: Platform, Space: c.discord.ID, User: c.ana.ID, Name: "Ana Ruiz"}
}

func (c *contract) Shown(testing.TB) (out []chattest.Message) {
	add := func(r *discordtest.Room, thread string) {
		for _, m := range r.Messages() {
			if m.To != "" {
				continue
			}
			marked := slices.DeleteFunc(slices.Clone(m.Marked), func(s string) bool { return s == "> " })
			calls := slices.DeleteFunc(marked, func(s string) bool { return strings.HasPrefix(s, "@") && len(m.Pinged()) > 0 })
			out = append(out, chattest.Message{Ref: m.ID, Thread: thread, Text: m.Text(), Pings: m.Pinged(), Markup: len(calls) > 0 || len(m.Links) > 0})
		}
	}
	add(c.inbox, "")
	for _, t := range c.inbox.Threads() {
		add(t, t.ID)
	}
	return out
}

func (c *contract) Do(t testing.TB, d chattest.Deed) chattest.Heard {
	t.Helper()
	c.reached()
	before, told := len(c.ana.Ephemerals()), c.told.Load()
	var at discordtest.Message
	for _, ref := range []string{d.Thread, d.Ref} {
		if ref != "" {
			at = c.inbox.Find(ref)
		}
	}
	switch {
	case c.done[d.ID]:
		m, err := c.discord.World.GetMessage(c.last.Channel, c.last.ID)
		if err != nil {
			t.Fatal(err)
		}
		m["guild_id"] = c.discord.ID
		c.discord.Gateway.Tells("MESSAGE_CREATE", m)
	case d.Say != "":
		c.last = c.ana.InThread(at).Says(d.Say)
	case d.Press != nil:
		c.press(at, d.Press.Verb)
	case d.Submit != nil:
		c.submit(at, *d.Submit)
	case d.Off:
		c.ana.Unreacts(at, d.React)
	default:
		c.ana.Reacts(at, d.React)
	}
	for until := time.Now().Add(10 * time.Second); !c.done[d.ID] && c.told.Load() == told && time.Now().Before(until); time.Sleep(time.Millisecond) {
		c.discord.Quiet() // what a person did is told a moment later
	}
	c.done[d.ID] = true
	c.discord.Quiet()
	h := c.heard(before)
	for until := time.Now().Add(10 * time.Second); d.Press != nil && h.Form && h.Notice == "" && time.Now().Before(until); time.Sleep(time.Millisecond) {
		h = c.heard(before) // what is said beside a form comes after it
	}
	return h
}

// heard is what Ana alone was shown since.
func (c *contract) heard(before int) (h chattest.Heard) {
	h.Form = c.ana.Opened() != nil
	for _, m := range c.ana.Ephemerals()[before:] {
		if slices.ContainsFunc(m.Controls, func(c show.Control) bool { return strings.HasPrefix(c.Action, "w|s|") }) {
			h.Form = true
		} else {
			h.Notice += m.Text()
		}
	}
	return h
}

// press presses a button for a verb, whether the message has one or had one once.
func (c *contract) press(at discordtest.Message, verb string) {
	c.t.Helper()
	for _, control := range at.Controls {
		if strings.HasPrefix(control.Action, "d|"+verb+"|") {
			c.ana.Presses(at, control.Action)
			return
		}
	}
	came, err := c.discord.World.Presses(c.ana.ID, at.Channel, at.ID, "d|"+verb+"|conversation/1|1|0", 2, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	<-came
}

// submit opens a form by a press of which nobody is told, and sends it.
func (c *contract) submit(at discordtest.Message, f card.Form) {
	c.t.Helper()
	f.Title, f.Submit, f.Fields = card.Literal("A form"), card.Literal("Send"), slices.Clone(f.Fields)
	for i := range f.Fields {
		f.Fields[i].Label, f.Fields[i].Kind = card.Literal(f.Fields[i].Name), card.TextField
	}
	c.opens.Store(&f)
	c.ana.Presses(at, at.Controls[0].Action)
	if h := c.ana.Modal().Submit(); !h.OK {
		c.t.Fatalf("the form was not sent: %s", h.Why)
	}
}

// reached waits until Discord has its way to whoever listens.
func (c *contract) reached() {
	c.t.Helper()
	for until := time.Now().Add(10 * time.Second); c.discord.Gateway.Listening() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			c.t.Fatal("no connection comes to be")
		}
	}
}

func TestContract(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Rig {
		return &contract{rig: newRig(t, func(o *Options) {
			was := o.Bot
			o.Bot = func() Bot { b := was(); b.Content = true; return b }
			o.Unpaced = true
		})}
	})
}
