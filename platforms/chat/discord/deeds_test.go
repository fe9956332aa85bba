package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/discordtest"
)

var replying = card.Form{
	Verb: "reply", Subject: "conversation/7", Revision: 3, Token: "tok1", Title: card.Literal("Reply to Maria"), Submit: card.Literal("Send"),
	Fields: []card.Field{{Name: "text", Label: card.Literal("Your reply"), Kind: card.TextField, Required: true}},
}

// A form of one window opens at once, and keeps what was written when it is refused.
func TestAFormIsFilledIn(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	refuses := true
	p.answers = func(e act.Event) (act.Answer, error) {
		switch e.(type) {
		case act.Clicked:
			return act.Answer{Form: &replying}, nil
		case act.Submitted:
			if refuses {
				ans := notice("Somebody else replied meanwhile.")
				ans.Refused = true
				return ans, nil
			}
		}
		return notice("It is on its way."), nil
	}
	r.ana.Presses(r.message(r.inbox, got.Ref), "Take")
	r.ana.Modal().Fill("Your reply", "Sorry, *Maria*").Submit()
	r.sees("Somebody else replied meanwhile.")
	refuses = false
	step := r.whispered("Sorry")
	r.ana.Presses(step, "Send")
	r.sees("It is on its way.")
	r.hears(p, "Ana Ruiz clicks take conversation/7 3", `Ana Ruiz submits reply conversation/7 tok1 {"text":"Sorry, *Maria*"}`, `Ana Ruiz submits reply conversation/7 tok1 {"text":"Sorry, *Maria*"}`)
	if n := r.discord.Failed(); n != 0 {
		t.Errorf("%d were not answered in time", n)
	}
}

// sees waits until only Ana sees something.
func (r *rig) sees(text string) {
	r.t.Helper()
	r.until("she sees "+text, func() bool { return strings.Contains(r.whispers(), text) })
}

// whispered finds the newest message that only Ana sees which says something.
func (r *rig) whispered(text string) discordtest.Message {
	r.t.Helper()
	var found discordtest.Message
	for _, m := range r.ana.Ephemerals() {
		if m.Says(text) {
			found = m
		}
	}
	if found.ID == "" {
		r.t.Fatalf("nothing that she sees says %q:\n%s", text, r.whispers())
	}
	return found
}

// A form with menus and several windows is a step, in which all comes together.
func TestALongFormIsAStep(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	f := card.Form{Verb: "post", Subject: "brand/aurora", Token: "tok2", Title: card.Literal("Write a post"), Submit: card.Literal("Save"), Closed: "leave", Fields: []card.Field{
		{Name: "on", Label: card.Literal("On the square"), Kind: card.CheckField, Value: "true"},
		{Name: "saved", Label: card.Literal("Saved"), Kind: card.ChoiceField, Fills: "text", Choices: []card.Choice{{Value: "hi", Label: card.Literal("Hi"), Text: "Hello there"}}},
		{Name: "text", Label: card.Literal("Text"), Kind: card.TextField},
	}}
	for i := range 6 {
		f.Fields = append(f.Fields, card.Field{Name: fmt.Sprint("more", i), Label: card.Literal(fmt.Sprint("More ", i)), Kind: card.LineField})
	}
	p.answers = func(e act.Event) (act.Answer, error) {
		switch e.(type) {
		case act.Commanded:
			return act.Answer{Form: &f}, nil
		case act.Submitted:
			return notice("Draft 12 is there."), nil
		}
		return act.Answer{}, nil
	}
	r.offered()
	r.ana.In("#inbox").Commands("/ponte inbox")
	step := r.whispered("Write a post")
	r.ana.Picks(step, "Saved", "Hi")
	step = r.whispered("Hello there")
	r.ana.Presses(step, "Write (1/2)")
	r.ana.Modal().Fill("More 1", "first").Submit()
	r.ana.Presses(r.whispered("first"), "Write (2/2)")
	r.ana.Modal().Fill("More 5", "last").Submit()
	r.ana.Presses(r.whispered("last"), "Save")
	r.sees("Draft 12 is there.")
	submitted, ok := p.events()[len(p.events())-1].(act.Submitted)
	if !ok || submitted.Values["text"] != "Hello there" || submitted.Values["on"] != "true" || submitted.Values["more1"] != "first" || submitted.Values["more5"] != "last" || submitted.Values["saved"] != "hi" {
		t.Errorf("what comes is %+v", submitted.Values)
	}
	r.ana.In("#inbox").Commands("/ponte inbox")
	r.ana.Presses(r.whispered("Write a post"), "Cancel")
	r.until("it is told that it is closed", func() bool {
		click, ok := p.events()[len(p.events())-1].(act.Clicked)
		return ok && click.Verb == "leave"
	})
}

// In a form with more choices than Discord's menus take, they are found by their names.
func TestChoicesAreLookedFor(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	f := card.Form{Verb: "post", Subject: "brand/aurora", Token: "tok3", Title: card.Literal("Write a post"), Submit: card.Literal("Save"), Fields: []card.Field{
		{Name: "saved", Label: card.Literal("Saved"), Kind: card.ChoiceField}, {Name: "text", Label: card.Literal("Text"), Kind: card.TextField},
	}}
	for i := range 150 {
		f.Fields[0].Choices = append(f.Fields[0].Choices, card.Choice{Value: fmt.Sprint("v", i), Label: card.Literal(fmt.Sprintf("Answer %03d", i))})
	}
	p.answers = func(e act.Event) (act.Answer, error) {
		if _, ok := e.(act.Submitted); ok {
			return notice("Draft 12 is there."), nil
		}
		return act.Answer{Form: &f}, nil
	}
	r.offered()
	r.ana.In("#inbox").Commands("/ponte inbox")
	r.ana.Presses(r.whispered("100 of 150 are here"), "Search choices")
	r.ana.Modal().Fill("Saved", "answer 14").Submit()
	r.ana.Picks(r.whispered("Write a post"), "Saved", "Answer 149")
	r.ana.Presses(r.whispered("Write a post"), "Save")
	r.sees("Draft 12 is there.")
	if e, ok := p.events()[len(p.events())-1].(act.Submitted); !ok || e.Values["saved"] != "v149" {
		t.Errorf("what comes is %+v", p.events()[len(p.events())-1])
	}
}

// A window that was open over a restart is taken in all the same.
func TestAWindowOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		p := &ponte{answers: func(act.Event) (act.Answer, error) { return act.Answer{Form: &replying}, nil }}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- r.Listen(ctx, p.handle) }()
		got := r.carries("k1", act.Send{Card: acting}, r.place())
		r.until("it listens", func() bool { return r.discord.Gateway.Listening() > 0 })
		r.ana.Presses(r.message(r.inbox, got.Ref), "Take")
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		r.Discord = r.again().Discord
		p = r.listens()
		p.answers = func(act.Event) (act.Answer, error) { return notice("It is on its way."), nil }
		r.ana.Modal().Fill("Your reply", "Hello").Submit()
		r.hears(p, `Ana Ruiz submits reply conversation/7 tok1 {"text":"Hello"}`)
	})
}

// However long it takes, people are not told that it failed.
func TestSlowAnswersComeLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		p := r.listens()
		got := r.carries("k1", act.Send{Card: acting}, r.place())
		p.answers = func(e act.Event) (act.Answer, error) {
			time.Sleep(10 * time.Second)
			if e.(act.Clicked).Verb == "take" {
				return notice("You have it now."), nil
			}
			return act.Answer{Form: &replying}, nil
		}
		m := r.message(r.inbox, got.Ref)
		r.ana.Presses(m, "Take")
		r.ana.Picks(m, "Priority", "High")
		time.Sleep(11 * time.Second)
		if !strings.Contains(r.whispers(), "You have it now.") {
			t.Errorf("she sees %s", r.whispers())
		}
		p.answers = nil
		r.ana.Presses(r.whispered("Reply to Maria"), "Write")
		r.ana.Modal().Fill("Your reply", "Hello").Submit()
		time.Sleep(time.Second)
		r.hears(p, "Ana Ruiz clicks take conversation/7 3", "Ana Ruiz clicks priority conversation/7 3 high", `Ana Ruiz submits reply conversation/7 tok1 {"text":"Hello"}`)
		if n := r.discord.Failed(); n != 0 {
			t.Errorf("%d were not answered in time", n)
		}
	})
}

func TestRefusalsAndFaultsAreSaid(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	for want, err := range map[string]error{
		"discord.no_role":            nil,
		"something went wrong here":  errors.New("a secret of ours"),
		"Discord cannot do that":     bot.Errorf(bot.Denied, "discord.cannot"),
		"Ponte is busy. Try again i": context.DeadlineExceeded,
	} {
		if err == nil {
			continue
		}
		p.mu.Lock()
		p.answers = func(act.Event) (act.Answer, error) { return act.Answer{}, err }
		p.mu.Unlock()
		r.ana.Presses(r.message(r.inbox, got.Ref), "Take")
		if !strings.Contains(r.whispers(), want) || strings.Contains(r.whispers(), "secret") {
			t.Errorf("%v: she sees %s", err, r.whispers())
		}
	}
}

func TestReactionsAreHeard(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	m := r.message(r.inbox, got.Ref)
	r.ana.Reacts(m, "✅")
	r.ana.Unreacts(m, "✅")
	party := r.discord.Emoji("party")
	r.ana.Reacts(m, party)
	r.hears(p, "Ana Ruiz reacts ✅ removed false", "Ana Ruiz reacts ✅ removed true", "Ana Ruiz reacts :party: removed false")
	if e, ok := p.events()[0].(act.Reacted); !ok || e.Ref != got.Ref || e.Thread != got.Ref || e.At != r.place() {
		t.Errorf("it is %+v", p.events()[0])
	}
}

func TestDirectMessagesAreRefusedOnce(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	r.ana.Tells("hello?")
	r.ana.Tells("are you there?")
	r.until("she is answered", func() bool { return len(r.ana.Direct()) >= 3 })
	r.discord.Quiet()
	if all := r.ana.Direct(); len(all) != 3 || !strings.Contains(all[1].Text()+all[2].Text(), "takes no direct messages") {
		t.Errorf("they talk in %d messages", len(all))
	}
	r.hears(p)
}

// What somebody wrote is answered where only they read it.
func TestAnswersToWhatIsWritten(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	p.answers = func(act.Event) (act.Answer, error) { return notice("Nothing waits."), nil }
	r.ana.Says("#inbox", "<@"+r.discord.World.App().User+"> inbox")
	r.until("she is answered", func() bool { return len(r.ana.Direct()) == 1 })
	if text := r.ana.Direct()[0].Text(); !strings.Contains(text, "Nothing waits.") {
		t.Errorf("she is told %q", text)
	}
	if all := r.inbox.Messages(); len(all) != 1 {
		t.Errorf("%d messages are in the channel", len(all))
	}
}

func TestLosses(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	one := r.carries("k1", act.Send{Card: acting}, r.place())
	post := r.carries("k2", act.Send{Card: acting}, r.ideas())
	r.ana.Deletes(r.message(r.inbox, one.Ref))
	r.hears(p, "lost true ")
	for _, thread := range r.forum.Threads() {
		thread.Delete()
	}
	r.hears(p, "lost true ", "lost true ")
	if e, ok := p.events()[1].(act.Lost); !ok || e.Ref != post.Ref || e.At != r.ideas() {
		t.Errorf("it is %+v", p.events()[1])
	}
	r.forum.Delete()
	r.hears(p, "lost true ", "lost true ", "lost false discord.gone_deleted")
	r.inbox.DenyApp(1 << 11)
	r.hears(p, "lost true ", "lost true ", "lost false discord.gone_deleted", "lost false discord.gone_denied")
	if e, ok := p.events()[3].(act.Lost); !ok || e.At != r.place() || !strings.Contains(fmt.Sprint(e.Why.Args), "Send Messages") {
		t.Errorf("it is %+v", p.events()[3])
	}
	r.discord.KickApp()
	r.until("it is told", func() bool { return len(p.events()) >= 5 })
	if e, ok := p.events()[4].(act.Lost); !ok || e.Why.Key != "discord.gone_left" {
		t.Errorf("it is %+v", p.events()[4])
	}
}

// A role is told before the first deed, and when it is another.
func TestRolesAreTold(t *testing.T) {
	r := newRig(t)
	team := r.discord.Role("Team")
	brands := r.brands.All()
	brands[0].Groups = []bot.Group{{ID: "discord/" + r.discord.ID + "/" + team.ID, Roles: []bot.Role{bot.Manager}}}
	r.brands = bot.NewBrands(brands...)
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	m := r.message(r.inbox, got.Ref)
	r.ana.Presses(m, "Take")
	r.ana.Presses(m, "Take")
	team.Gives(r.ana)
	r.ana.Presses(m, "Take")
	click := "Ana Ruiz clicks take conversation/7 3"
	r.hears(p, "met Ana Ruiz in 0 groups", click, "met Ana Ruiz in 0 groups", click, "met Ana Ruiz in 1 groups", click)
}

// What was said while nobody listened is heard when somebody does, also when the
// session is gone, and nothing twice.
func TestWhatWasMissedIsHeard(t *testing.T) {
	for name, forgets := range map[string]bool{"the session goes on": false, "the session is gone": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				missed := 0
				r := newRig(t, func(o *Options) {
					was := o.Bot
					o.Bot = func() Bot { b := was(); b.Content = true; return b }
					o.Missed = func(context.Context) { missed++ }
				})
				p := &ponte{}
				listen := func() (stop func()) {
					ctx, cancel := context.WithCancel(t.Context())
					ended := make(chan error)
					go func() { ended <- r.Listen(ctx, p.handle) }()
					time.Sleep(30 * time.Second)
					return func() { cancel(); <-ended }
				}
				stop := listen()
				got := r.carries("k1", act.Send{Card: acting}, r.place())
				thread := r.ana.InThread(r.message(r.inbox, got.Ref))
				thread.Says("first")
				time.Sleep(5 * time.Second)
				stop()
				before := missed
				thread.Says("second")
				r.ana.Says("#inbox", "<@"+r.discord.World.App().User+"> take")
				if forgets {
					r.discord.Gateway.Forget()
				}
				next := r.again()
				r.Discord = next.Discord
				stop = listen()
				time.Sleep(time.Minute)
				stop()
				got2 := map[string]int{}
				for _, line := range p.heard() {
					got2[line]++
				}
				want := map[string]int{`Ana Ruiz notes "first" with 0 pictures`: 1, `Ana Ruiz notes "second" with 0 pictures`: 1, `Ana Ruiz commands "take" with 0 pictures`: 1}
				if forgets { // told again to one that has forgotten it: whoever listens knows that it is the same
					want[`Ana Ruiz notes "first" with 0 pictures`] = 2
				}
				if diff := cmp.Diff(want, got2); diff != "" {
					t.Error(diff)
				}
				if forgets != (missed > before) {
					t.Errorf("it is told %d times that something was missed", missed-before)
				}
			})
		})
	}
}

func TestFatalCodesEndWithASentence(t *testing.T) {
	for code, key := range map[int]string{4004: "discord.deaf_token", 4011: "discord.deaf_sharding", 4014: "discord.deaf_intent", 4013: "discord.deaf"} {
		r := newRig(t)
		ended := make(chan error, 1)
		go func() {
			ended <- r.Listen(t.Context(), func(context.Context, act.Event) (act.Answer, error) { return act.Answer{}, nil })
		}()
		r.until("it listens", func() bool { return r.discord.Gateway.Listening() > 0 })
		r.discord.Gateway.Close(code)
		var e *bot.Error
		if err := <-ended; !errors.As(err, &e) || e.Kind != bot.Denied || e.Key != key {
			t.Errorf("%d ends with %v", code, err)
		}
	}
}

func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		if _, err := r.Health(); err != nil {
			t.Errorf("before it listens it is %v", err)
		}
		r.listens()
		if _, err := r.Health(); err != nil {
			t.Errorf("it is %v", err)
		}
		r.discord.Gateway.Refuse(1000, 503)
		r.discord.Gateway.Drop()
		time.Sleep(20 * time.Second)
		if _, err := r.Health(); bot.KindOf(err) != bot.Unavailable {
			t.Errorf("out of reach it is %v", err)
		}
	})
}

// What breaks its handler is dealt with as an error: what comes after it is heard.
func TestWhatBreaksItsHandler(t *testing.T) {
	r := newRig(t)
	p := r.listens()
	got := r.carries("k1", act.Send{Card: acting}, r.place())
	p.mu.Lock()
	p.answers = func(e act.Event) (act.Answer, error) {
		if _, ok := e.(act.Clicked); !ok {
			panic("broken")
		}
		return notice("You have it now."), nil
	}
	p.mu.Unlock()
	thread := r.ana.InThread(r.message(r.inbox, got.Ref))
	thread.Says("<@" + r.discord.World.App().User + "> one")
	thread.Says("<@" + r.discord.World.App().User + "> two")
	r.ana.Presses(r.message(r.inbox, got.Ref), "Take")
	r.sees("You have it now.")
	r.until("all are heard", func() bool { return len(p.heard()) == 3 })
	r.until("it is logged", func() bool { return strings.Count(r.log.String(), "happened broke its handler") == 2 })
}
