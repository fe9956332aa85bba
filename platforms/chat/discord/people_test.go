package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/guild"
)

func TestMembersOfARole(t *testing.T) {
	r := newRig(t)
	team := r.discord.Role("Team")
	team.Gives(r.ana, r.discord.User("Bob"))
	r.discord.User("Carl")
	group := func(id string) string { return Platform + "/" + r.discord.ID + "/" + id }
	names := func(id string) (out []string, err error) {
		all, err := r.Members(t.Context(), group(id))
		for _, a := range all {
			if a.Platform != Platform || a.Space != r.discord.ID || a.User == "" {
				t.Errorf("somebody is %+v", a)
			}
			out = append(out, a.Name)
		}
		return out, err
	}
	r.discord.World.ChangeApp(func(a *guild.App) { a.Members = true })
	if got, err := names(team.ID); err != nil || cmp.Diff([]string{"Ana Ruiz", "Bob"}, got) != "" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := names(r.discord.ID); err != nil || len(got) != 4 { // with the owner, and without the bot
		t.Errorf("%v, %v", got, err)
	}
	r.discord.World.ChangeApp(func(a *guild.App) { a.Members = false })
	if _, err := names(team.ID); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("without the intent it is %v", err)
	}
	if _, err := names("12345678901234567"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("of no role it is %v", err)
	}
	if _, err := r.Members(t.Context(), Platform+"/1/2"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("of no server it is %v", err)
	}
}

func TestOutside(t *testing.T) {
	r := newRig(t)
	outside := func(user string) (bool, error) {
		return r.Outside(t.Context(), Platform+"/"+r.discord.ID+"/"+user)
	}
	if got, err := outside(r.ana.ID); err != nil || got {
		t.Errorf("a member is outside: %v, %v", got, err)
	}
	for what, user := range map[string]string{"a bot": r.discord.World.App().User, "nobody": "12345678901234567"} {
		if got, err := outside(user); err != nil || !got {
			t.Errorf("%s is outside: %v, %v", what, got, err)
		}
	}
	if got, err := r.Outside(t.Context(), Platform+"/12345678901234567/"+r.ana.ID); err == nil || got {
		t.Errorf("of a server where Ponte is not it says %v, %v", got, err)
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	r := newRig(t)
	for _, tried := range r.Check(t.Context()) {
		if tried.Found != "" {
			t.Errorf("%s: %s", tried.What, tried.Found)
		}
	}
	r.inbox.DenyApp(1 << 38)
	found := ""
	for _, tried := range r.Check(t.Context()) {
		found += tried.Found
	}
	if !strings.Contains(found, "Send Messages in Threads") {
		t.Errorf("it finds %q", found)
	}
	for _, q := range r.discord.API.Requests() {
		if q.Method != http.MethodGet {
			t.Errorf("it changes something: %s %s", q.Method, q.Path)
		}
	}
}

// Pictures that people send come along, and a command waits for all of them.
func TestPicturesAreTaken(t *testing.T) {
	r := newRig(t, func(o *Options) {
		was := o.Bot
		o.Bot = func() Bot { b := was(); b.Content = true; return b }
	})
	p := r.listens()
	p.answers = func(e act.Event) (act.Answer, error) {
		if _, ok := e.(act.Uploaded); ok {
			return act.Answer{Picture: &bot.Picture{Hash: "h1"}}, nil
		}
		return act.Answer{}, nil
	}
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	r.ana.InThread(r.message(r.inbox, got.Ref)).Uploads("look", discordtest.Uploaded{Name: "a.png", Type: "image/png", Data: []byte("picture")})
	r.hears(p, "uploaded 7 bytes", `Ana Ruiz notes "look" with 1 pictures`)
	r.ana.Uploads("#inbox", "<@"+r.discord.World.App().User+"> post Hello", discordtest.Uploaded{Name: "a.png", Type: "image/png", Data: []byte("picture")})
	r.hears(p, "uploaded 7 bytes", `Ana Ruiz notes "look" with 1 pictures`, "uploaded 7 bytes", `Ana Ruiz commands "post Hello" with 1 pictures`)
}

// What cannot be kept now is handed over again, in its order, and nothing is lost.
func TestAStoreThatStumbles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		p := r.listens()
		got := r.carries("k1", act.Send{Card: acting}, r.place())
		thread := r.ana.InThread(r.message(r.inbox, got.Ref))
		failures := 0
		p.mu.Lock()
		p.answers = func(act.Event) (act.Answer, error) {
			if failures++; failures <= 6 {
				return act.Answer{}, errors.New("the disk is full")
			}
			return act.Answer{}, nil
		}
		p.mu.Unlock()
		app := "<@" + r.discord.World.App().User + "> "
		thread.Says(app + "one")
		thread.Says(app + "two")
		time.Sleep(5 * time.Minute)
		all := p.heard()
		want := []string{`Ana Ruiz commands "one" with 0 pictures`, `Ana Ruiz commands "two" with 0 pictures`}
		if diff := cmp.Diff(want, all[len(all)-2:]); diff != "" {
			t.Error(diff)
		}
		if len(all) != 8 {
			t.Errorf("it is told %d times", len(all))
		}
	})
}

// However many press at once, each is answered in time.
func TestManyPressAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		p := r.listens()
		got := r.carries("k1", act.Send{Card: acting}, r.place())
		p.mu.Lock()
		p.answers = func(act.Event) (act.Answer, error) {
			time.Sleep(20 * time.Second)
			return notice("It is yours."), nil
		}
		p.mu.Unlock()
		m := r.message(r.inbox, got.Ref)
		var pressing sync.WaitGroup
		for range 300 {
			pressing.Go(func() { r.ana.Presses(m, "Take") })
		}
		pressing.Wait()
		time.Sleep(time.Minute)
		if n := r.discord.Failed(); n != 0 {
			t.Errorf("%d were not answered in time", n)
		}
		done, busy := strings.Count(r.whispers(), "It is yours."), strings.Count(r.whispers(), "Ponte is busy")
		if done < 200 || done+busy != 300 {
			t.Errorf("%d were answered and %d asked to try again", done, busy)
		}
	})
}

// What Discord tells twice is heard once.
func TestTwiceIsOnce(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	m := r.message(r.inbox, got.Ref)
	r.discord.Gateway.Double(20)
	r.ana.Reacts(m, "✅")
	r.ana.Presses(m, "Take")
	r.ana.InThread(m).Says("<@" + r.discord.World.App().User + "> take")
	r.until("it is heard", func() bool { return len(p.heard()) >= 3 })
	r.discord.Quiet()
	want := []string{"Ana Ruiz clicks take conversation/7 3", `Ana Ruiz commands "take" with 0 pictures`, "Ana Ruiz reacts ✅ removed false"}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(p.heard()))); diff != "" {
		t.Error(diff)
	}
}

// Emoji that somebody takes off for others are looked at again.
func TestClearedReactions(t *testing.T) {
	looked := make(chan bool, 10)
	r := newRig(t, func(o *Options) { o.Missed = func(context.Context) { looked <- true } })
	r.listens()
	<-looked // as the session began
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	m := r.message(r.inbox, got.Ref)
	r.ana.Reacts(m, "✅")
	r.discord.User("Bob").Clears(m, "")
	select {
	case <-looked:
	case <-time.After(5 * time.Second):
		t.Error("nobody looks")
	}
}

// What somebody said can be made a reply: its text goes into the form.
func TestAMessageIsMadeAReply(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Commands = func() []act.Command { return []act.Command{{Name: "reply", Summary: card.Literal("Reply")}} }
	})
	p := r.listens()
	p.answers = func(act.Event) (act.Answer, error) { return act.Answer{Form: &replying}, nil }
	r.offered()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	note := r.ana.InThread(r.message(r.inbox, got.Ref)).Says("Sorry, Maria")
	r.ana.Shortcut("Reply with this", note)
	if text := r.ana.Modal().Value("Your reply"); text != "Sorry, Maria" {
		t.Errorf("the form has %q", text)
	}
	if c, ok := p.events()[0].(act.Commanded); !ok || c.Text != "reply" || c.Thread != got.Ref || c.On != note.ID {
		t.Errorf("it is %+v", p.events()[0])
	}
}

// Nobody stands in the text that it begins with by an id, or so that an "@" calls
// somebody else.
func TestWhatMayBecomePublicNamesPeople(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Commands = func() []act.Command { return []act.Command{{Name: "reply", Summary: card.Literal("Reply")}} }
	})
	p := r.listens()
	p.answers = func(act.Event) (act.Answer, error) { return act.Answer{Form: &replying}, nil }
	r.offered()
	eve := r.discord.User("Eve Stranger")
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	note := r.ana.InThread(r.message(r.inbox, got.Ref)).Says("Tell them <@" + r.ana.ID + "> or <@" + eve.ID + "> of <#" + r.inbox.ID + "> will call, not <@1234567890123456>")
	r.ana.Shortcut("Reply with this", note)
	if text := r.ana.Modal().Value("Your reply"); text != "Tell them Ana Ruiz or Eve Stranger of #… will call, not …" {
		t.Errorf("the form has %q", text)
	}
}

// A message is read as people see it: who said it, and in which thread.
func TestAMessageIsRead(t *testing.T) {
	for name, content := range map[string]bool{"with its text": true, "without the intent": false} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(o *Options) {
				o.Commands = func() []act.Command { return []act.Command{{Name: "timeline", Summary: card.Literal("Keep")}} }
				was := o.Bot
				o.Bot = func() Bot { b := was(); b.Content = content; return b }
			})
			r.discord.World.ChangeApp(func(a *guild.App) { a.Content = content })
			p := r.listens()
			r.offered()
			top, post := r.carries("k1", act.Send{Card: acting}, r.place()), r.carries("k2", act.Send{Card: acting}, r.ideas())
			note := r.ana.InThread(r.message(r.inbox, top.Ref)).Says("Ask <@" + r.ana.ID + ">, she **knows**")
			want := act.Message{Who: bot.Actor{Platform: Platform, Space: r.discord.ID, User: r.ana.ID, Name: "Ana Ruiz"}, Thread: top.Ref}
			read := func(at act.Place, ref string) act.Message {
				t.Helper()
				got, err := r.Read(t.Context(), at, ref)
				if err != nil || got.At.IsZero() {
					t.Fatalf("%+v, %v", got, err)
				}
				got.At = time.Time{}
				return got
			}
			got := read(r.place(), note.ID)
			if (got.Text == "Ask @ana, she **knows**") != content {
				t.Errorf("it reads %q", got.Text)
			}
			if got.Text = ""; !cmp.Equal(want, got) {
				t.Error(cmp.Diff(want, got))
			}
			for ref, at := range map[string]act.Place{top.Ref: r.place(), post.Ref: r.ideas()} {
				if diff := cmp.Diff(act.Message{}, read(at, ref)); diff != "" {
					t.Error(diff)
				}
			}
			r.ana.Shortcut("Add to the timeline", note)
			r.ana.Reacts(note, act.Pin)
			r.until("both are heard", func() bool { return len(p.events()) >= 2 && strings.Contains(fmt.Sprint(p.heard()), act.Pin) })
			for _, e := range p.events() {
				switch e := e.(type) {
				case act.Commanded:
					if e.Text != "timeline add" || e.On != note.ID || e.Thread != top.Ref || e.At != r.place() {
						t.Errorf("picked is %+v", e)
					}
				case act.Reacted:
					if e.Ref != note.ID || e.Thread != top.Ref || e.At != r.place() {
						t.Errorf("the reaction is %+v", e)
					}
				}
			}
			want.Text = "Ask @ana, she **knows**"
			if diff := cmp.Diff(want, read(r.place(), note.ID)); diff != "" {
				t.Errorf("after it was picked: %s", diff)
			}
			if _, err := r.Read(t.Context(), r.place(), "1"); bot.KindOf(err) != bot.NotFound {
				t.Errorf("of none it is %v", err)
			}
		})
	}
}

// In a server that is not served nothing is heard.
func TestOtherServers(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	other := r.discord.Guild("Other")
	other.Channel("#inbox")
	other.User("Eve").Says("#inbox", "<@"+r.discord.World.App().User+"> inbox")
	r.ana.Says("#inbox", "<@"+r.discord.World.App().User+"> inbox")
	r.hears(p, `Ana Ruiz commands "inbox" with 0 pictures`)
}

// A command that Ponte names can be pressed once Discord has it; the message is known
// again by a Ponte that does not know yet what Discord calls it.
func TestCommandsThatAreNamedCanBePressed(t *testing.T) {
	r := newRig(t)
	before := r.carries("k1", act.Send{Card: say("Write /ponte inbox")}, r.place())
	r.listens()
	r.offered()
	a := act.Send{Card: say("Now write /ponte inbox")}
	after := r.carries("k2", a, r.place())
	for ref, want := range map[string]bool{before.Ref: false, after.Ref: true} {
		m := r.inbox.Find(ref)
		pressed := slices.ContainsFunc(m.Shown.Marked, func(s string) bool { return strings.HasPrefix(s, "/ponte inbox:") })
		if pressed != want || !strings.Contains(m.Text(), "rite /ponte inbox") {
			t.Errorf("it reads %q, pressed %v", m.Text(), m.Shown.Marked)
		}
	}
	r.clock.pass(5 * time.Minute)
	got, found, err := r.again().Settle(t.Context(), "k2", a, r.place())
	if err != nil || found != act.Found || got.Ref != after.Ref {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
}
