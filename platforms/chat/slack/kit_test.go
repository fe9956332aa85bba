package slack

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/chattest"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/draw/drawtest"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// clock is the test's time, which passes faster when it is told to.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// lockedLog is a log that a test may read while it is written.
type lockedLog struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// rig is an adapter with a Slack in front of it.
type rig struct {
	*Slack
	t     testing.TB
	slack *slacktest.Server
	clock *clock
	log   *lockedLog
	ana   *slacktest.Person
	inbox *slacktest.Room
	done  map[string]bool
}

func newRig(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{}, log: &lockedLog{}, done: map[string]bool{}}
	r.slack = slacktest.NewAt(t, r.clock.now)
	r.ana = r.slack.User("Ana Ruiz")
	r.inbox = r.slack.Channel("#inbox")
	team := r.slack.Workspace.ID
	speak := map[bot.Lang]drawtest.Printer{}
	for _, l := range bot.Langs {
		speak[l] = drawtest.New(t, "../../..", l)
	}
	brands := bot.NewBrands(bot.Brand{ID: "aurora", Name: "Café Aurora", Language: bot.English, Zone: "Europe/Madrid",
		Channels: []bot.Channel{{ID: "inbox", Platform: Platform, Space: team, Remote: r.inbox.ID, Default: true}},
		People:   []bot.Person{{ID: "ana", Name: "Ana Ruiz", Roles: []bot.Role{bot.Manager}, Users: []string{Platform + "/" + team + "/" + r.ana.ID}}},
	})
	opt := Options{
		Workspaces: func() []Workspace {
			return []Workspace{{ID: team, BotToken: slacktest.BotToken, AppToken: slacktest.AppToken}}
		},
		Brands: func() *bot.Brands { return brands },
		Commands: func() []act.Command {
			return []act.Command{{Name: "inbox", Summary: card.Literal("What waits")}, {Name: "approvals", Summary: card.Literal("What you decide")}}
		},
		Print:  func(l bot.Lang, zone *time.Location, w card.Words) string { return speak[l].In(zone).Print(w) },
		APIURL: r.slack.APIURL(), Client: r.slack.Client(), Dial: r.slack.Dial, Now: r.clock.now,
		Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&opt)
	}
	r.Slack = New(opt)
	t.Cleanup(func() {
		for _, secret := range []string{slacktest.BotToken, slacktest.AppToken, slacktest.Secret, "/hooks/", "/link/"} {
			if strings.Contains(r.log.String(), secret) {
				t.Errorf("the log has a secret: %s\n%s", secret, r.log)
			}
		}
	})
	r.clock.pass(2 * time.Minute)
	return r
}

func (r *rig) place() act.Place {
	return act.Place{Platform: Platform, Space: r.slack.Workspace.ID, Channel: r.inbox.ID}
}

// hears listens, and returns what it hears; each event is answered by answer.
func (r *rig) hears(answer func(act.Event) (act.Answer, error)) func() []act.Event {
	r.t.Helper()
	var mu sync.Mutex
	var all []act.Event
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- r.Listen(ctx, func(_ context.Context, e act.Event) (act.Answer, error) {
			mu.Lock()
			all = append(all, e)
			mu.Unlock()
			if answer == nil {
				return act.Answer{}, nil
			}
			return answer(e)
		})
	}()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("listen: %v", err)
		}
	})
	r.reached()
	return func() []act.Event {
		r.quiet()
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// reached waits until Slack has its ways to whoever listens.
func (r *rig) reached() {
	r.t.Helper()
	apps, _ := r.apps()
	for until := time.Now().Add(10 * time.Second); r.listener() == nil || len(apps) > 0 && r.slack.Sockets.Open() < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			r.t.Fatal("no connection comes to be")
		}
	}
}

// quiet waits until nothing is on its way, in either direction.
func (r *rig) quiet() {
	r.t.Helper()
	r.slack.Quiet()
	r.desk.Quiet()
}

// Carry lets time pass before each message, as the outbox does.
func (r *rig) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	r.clock.pass(2 * time.Second)
	return r.Slack.Carry(ctx, key, a, at)
}

// send shows a card, or ends the test.
func (r *rig) send(key string, a act.Act) slacktest.Message {
	r.t.Helper()
	got, err := r.Carry(context.Background(), key, a, r.place())
	if err != nil {
		r.t.Fatal(err)
	}
	return r.inbox.Find(got.Ref)
}

func say(text string, verbs ...string) card.Card {
	k := card.Card{Blocks: []card.Block{card.Say(card.Literal(text))}, Subject: "conversation/1", Revision: 3}
	for _, v := range verbs {
		k.Actions = append(k.Actions, card.Action{Verb: v, Label: card.Literal(v)})
	}
	return k
}

// contract plays the platform's people for the suite of all chats.
type contract struct{ *rig }

func (c contract) Adapter() act.Adapter { return c.rig }

func (c contract) At() (act.Place, bot.Actor) {
	return c.place(), bot.Actor{Platform: Platform, Space: c.slack.Workspace.ID, User: c.ana.ID, Name: "ana.ruiz"}
}

func (c contract) Shown(testing.TB) (out []chattest.Message) {
	for _, m := range c.inbox.All() {
		thread := m.ThreadTS
		if thread == m.TS {
			thread = ""
		}
		out = append(out, chattest.Message{
			Ref: m.TS, Thread: thread, Text: m.Text(), Pings: append(m.Pings, m.Fallback.Pings...),
			Markup: len(m.Marked) > 0 || len(m.Links) > 0 || m.Unfurls,
		})
	}
	return out
}

var signs = map[string]string{"✅": "white_check_mark", "❌": "x"}

func (c contract) Do(t testing.TB, d chattest.Deed) chattest.Heard {
	t.Helper()
	c.reached()
	before := len(c.ana.Whispers("#inbox"))
	var at slacktest.Message
	if ref := d.Ref + d.Thread; ref != "" {
		at = c.inbox.Find(ref[:len("1234567890.123456")])
	}
	switch {
	case c.done[d.ID]:
		c.redeliver()
	case d.Say != "":
		c.ana.InThread(at).Says(d.Say)
	case d.Press != nil:
		c.press(at, draw.ByPress+"0", strings.Join([]string{d.Press.Verb, "conversation/1", "1", ""}, "\n"))
	case d.Submit != nil:
		c.submit(at, *d.Submit)
	case d.Off:
		c.ana.Unreacts(at, signs[d.React])
	default:
		c.ana.Reacts(at, signs[d.React])
	}
	c.done[d.ID] = true
	c.quiet()
	var h chattest.Heard
	for _, m := range c.ana.Whispers("#inbox")[before:] {
		h.Notice += m.Text()
	}
	h.Form = c.ana.Opened() != nil
	return h
}

// redeliver brings the last event again.
func (c contract) redeliver() {
	all := c.slack.Carrier.Sent()
	last := all[len(all)-1]
	c.slack.Carrier.Deliver(workspace.Delivery{Kind: last.Kind, Payload: last.Payload})
}

func (c contract) press(at slacktest.Message, action, value string) {
	c.t.Helper()
	_, err := c.slack.Workspace.Presses(workspace.Press{User: c.ana.ID, Channel: at.Channel, TS: at.TS,
		Control: blocks.Control{Kind: "button", Action: action, Block: "b", Value: value}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.quiet()
}

// submit opens a form and sends it. The press that opens it is on a button with an
// address, which is no deed.
func (c contract) submit(at slacktest.Message, f card.Form) {
	c.t.Helper()
	c.press(at, "link:0", "")
	all := c.slack.Carrier.Sent()
	sp, _ := c.space(c.slack.Workspace.ID)
	scene := act.Scene{Who: bot.Actor{Platform: Platform, Space: sp.ID, User: c.ana.ID}, At: c.place(), Thread: at.TS}
	for i := range f.Fields {
		f.Fields[i].Label, f.Fields[i].Kind = card.Literal(f.Fields[i].Name), card.TextField
	}
	f.Title, f.Submit = card.Literal("A form"), card.Literal("Send")
	c.open(c.t.Context(), sp, asked{scene: scene, trigger: fmt.Sprint(all[len(all)-1].Payload["trigger_id"])}, f)
	if h := c.ana.Modal().Submit(); !h.OK {
		c.t.Fatalf("the form was not sent: %s", h.Why)
	}
}

func TestContract(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Rig {
		r := newRig(t)
		return contract{r}
	})
}

// modal is the id of the form in front of the person.
func (r *rig) modal() string {
	v, _ := r.slack.Workspace.Modal(r.ana.ID)
	return v.ID
}
