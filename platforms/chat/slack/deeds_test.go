package slack

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/chat"
	"ponte/platforms/chat/slack/slacktest/workspace"
	"ponte/platforms/chat/slack/web"
)

// ways runs a test over each way that Slack has to Ponte.
func ways(t *testing.T, test func(*testing.T, *rig)) {
	t.Run("by WebSocket", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, newRig(t)) })
	})
	t.Run("by HTTP", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, byHTTP)
			r.slack.DeliverTo(r.Handler())
			test(t, r)
		})
	})
}

func byHTTP(o *Options) {
	was := o.Workspaces
	o.Workspaces = func() []Workspace {
		w := was()[0]
		w.AppToken, w.SigningSecret = "", slacktest.Secret
		return []Workspace{w}
	}
}

func notice(text string, actions ...card.Action) act.Answer {
	k := card.Notice(card.Literal(text))
	k.Actions = actions
	return act.Answer{Notice: &k}
}

func replyForm(token string) card.Form {
	return card.Form{
		Verb: "reply", Subject: "conversation/1", Revision: 4, Token: token, Closed: "leave", Public: true,
		Title: card.Literal("Reply to Maria"), Submit: card.Literal("Send"),
		Fields: []card.Field{
			{Name: "saved", Label: card.Literal("Saved"), Kind: card.ChoiceField, Fills: "text", Choices: []card.Choice{
				{Value: "sorry", Label: card.Literal("Sorry"), Text: "We are sorry, Maria."}, {Value: "long", Label: card.Literal("Long"), Text: strings.Repeat("long ", 800)},
			}},
			{Name: "text", Label: card.Literal("Text"), Kind: card.TextField, Required: true, Max: 500, Count: "runes"},
		},
	}
}

// whispered is what the person was told alone, in order.
func (r *rig) whispered() string {
	r.quiet()
	var all []string
	for _, m := range r.ana.Whispers("#inbox") {
		all = append(all, m.Text())
	}
	return strings.Join(all, "|")
}

func last[T act.Event](t *testing.T, all []act.Event) T {
	t.Helper()
	var e T
	ok := len(all) > 0
	if ok {
		e, ok = all[len(all)-1].(T)
	}
	if !ok {
		t.Fatalf("the last of %+v is another", all)
	}
	return e
}

func TestASlashCommandIsAnsweredAlone(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		heard := r.hears(func(act.Event) (act.Answer, error) {
			return notice("nothing waits", card.Action{Verb: "a", Label: card.Literal("mine"), Needs: []bot.Role{bot.Manager}}, card.Action{Verb: "b", Label: card.Literal("not mine"), Needs: []bot.Role{bot.Approver}}), nil
		})
		if h := r.ana.Commands("/ponte assign @ana.ruiz a < b"); !h.OK {
			t.Fatal(h.Why)
		}
		got := last[act.Commanded](t, heard())
		if got.Text != "assign @ana a < b" || got.ID == "" || got.At != r.place() || got.Who.User != r.ana.ID {
			t.Errorf("it is %+v", got)
		}
		all := r.ana.Whispers("#inbox")
		if len(all) != 1 || !strings.Contains(all[0].Text(), "nothing waits") || !cmp.Equal(all[0].Buttons(), []string{"mine"}) {
			t.Errorf("they are told %v", all)
		}
		if len(r.inbox.All()) != 0 {
			t.Error("everybody sees it")
		}
	})
}

func TestAFormIsOpenedFilledInAndSent(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		answers := []act.Answer{}
		heard := r.hears(func(e act.Event) (act.Answer, error) {
			if _, pressed := e.(act.Clicked); pressed {
				f := replyForm("tok")
				return act.Answer{Form: &f}, nil
			}
			a := answers[0]
			answers = answers[1:]
			return a, nil
		})
		m := r.send("k", act.Send{Card: say("a card", "reply")})
		r.ana.Presses(m, "reply")
		r.quiet()
		form := r.ana.Modal()
		if text := form.Text(); !strings.Contains(text, "This will be public") {
			t.Errorf("it does not say that it is public: %s", text)
		}
		r.fills(form, "Sorry")
		if got := r.ana.Modal().Value("Text"); got != "We are sorry, Maria." {
			t.Errorf("the saved reply fills in %q", got)
		}
		r.ana.Modal().Fill("Text", "Dear Maria")

		refused := notice("Not sent: a word of yours is blocked.")
		refused.Refused = true
		moved := replyForm("tok2")
		moved.Revision, moved.Fields[1].Value = 9, "Dear Maria"
		moved.Blocks = []card.Block{card.Say(card.Literal("The conversation moved."))}
		answers = []act.Answer{refused, {Form: &moved, Refused: true}, notice("It goes out in 20 s.")}

		if h := r.ana.Modal().Submit(); !h.OK {
			t.Fatal(h.Why)
		}
		if got := r.ana.Modal().Errors(); !cmp.Equal(got, []string{"Text: Not sent: a word of yours is blocked."}) || r.ana.Modal().Value("Text") != "Dear Maria" {
			t.Errorf("a refusal says %v, and the text is %q", got, r.ana.Modal().Value("Text"))
		}
		r.ana.Modal().Submit()
		if form := r.ana.Modal(); !strings.Contains(form.Text(), "The conversation moved.") || form.Value("Text") != "Dear Maria" {
			t.Errorf("it asks again with %q in\n%s", form.Value("Text"), form.Text())
		}
		r.ana.Modal().Submit()
		got := last[act.Submitted](t, heard())
		if got.Revision != 9 || got.Token != "tok2" || got.Values["text"] != "Dear Maria" || got.Thread != m.TS || r.ana.Opened() != nil {
			t.Errorf("it is %+v", got)
		}
		if got := r.whispered(); !strings.Contains(got, "It goes out in 20 s.") {
			t.Errorf("they are told %q", got)
		}
	})
}

// fills chooses a saved reply.
func (r *rig) fills(v *slacktest.View, option string) {
	r.t.Helper()
	for _, c := range v.Shown().Controls {
		for _, o := range c.Options {
			if o.Label == option {
				v.Pick(c.Label, option)
				if _, err := r.slack.Workspace.Presses(workspace.Press{User: r.ana.ID, View: r.modal(), Control: c, Picks: []map[string]any{o.Sends}}); err != nil {
					r.t.Fatal(err)
				}
				r.quiet()
				return
			}
		}
	}
	r.t.Fatalf("there is no %s", option)
}

func TestAFormTooLongForAnAnswerOpensAnew(t *testing.T) {
	r := newRig(t)
	long := replyForm("tok2")
	for range 7 {
		long.Blocks = append(long.Blocks, card.Say(card.Literal(strings.Repeat("word ", 600))))
	}
	r.hears(func(e act.Event) (act.Answer, error) {
		f := replyForm("tok")
		if _, sent := e.(act.Submitted); sent {
			f = long
		}
		return act.Answer{Form: &f}, nil
	})
	r.ana.Presses(r.send("k", act.Send{Card: say("a card", "reply")}), "reply")
	r.quiet()
	if h := r.ana.Modal().Fill("Text", "x").Submit(); !h.OK {
		t.Fatal(h.Why)
	}
	r.quiet()
	if form := r.ana.Modal(); !strings.Contains(form.Text(), "word word") {
		t.Errorf("it shows %s", form.Text())
	}
}

func TestFaultsStandBesideTheirFields(t *testing.T) {
	r := newRig(t)
	r.hears(func(e act.Event) (act.Answer, error) {
		f := replyForm("tok")
		if _, sent := e.(act.Submitted); sent {
			f.Fields[1].Fault = card.Literal("Too long by 3.")
		}
		return act.Answer{Form: &f}, nil
	})
	r.ana.Presses(r.send("k", act.Send{Card: say("a card", "reply")}), "reply")
	r.quiet()
	r.ana.Modal().Fill("Text", "typed").Submit()
	if v := r.ana.Modal(); !cmp.Equal(v.Errors(), []string{"Text: Too long by 3."}) || v.Value("Text") != "typed" {
		t.Errorf("it says %v beside %q", v.Errors(), v.Value("Text"))
	}
}

func TestClosingAFormIsHeard(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		heard := r.hears(func(e act.Event) (act.Answer, error) {
			f := replyForm("tok")
			if c, ok := e.(act.Clicked); ok && c.Verb == "reply" {
				return act.Answer{Form: &f}, nil
			}
			return act.Answer{}, nil
		})
		r.ana.Presses(r.send("k", act.Send{Card: say("a card", "reply")}), "reply")
		r.quiet()
		r.ana.Modal().Close()
		if got := last[act.Clicked](t, heard()); got.Verb != "leave" || got.Subject != "conversation/1" || got.ID == "" || got.At != r.place() {
			t.Errorf("it is %+v", got)
		}
	})
}

// Slack opens no form for what is typed as a message.
func TestATypedCommandOffersItsForm(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		heard := r.hears(func(act.Event) (act.Answer, error) {
			f := replyForm("tok")
			return act.Answer{Form: &f}, nil
		})
		top := r.send("k", act.Send{Card: say("a card")})
		r.ana.InThread(top).Says("@ponte reply")
		r.quiet()
		offers := r.ana.Whispers("#inbox")
		if len(offers) != 1 || offers[0].ThreadTS != top.TS || r.ana.Opened() != nil {
			t.Fatalf("they are told %v", offers)
		}
		first := last[act.Commanded](t, heard())
		r.ana.Presses(offers[0], "Open")
		r.quiet()
		if r.ana.Opened() == nil {
			t.Error("the button opens nothing")
		}
		if again := last[act.Commanded](t, heard()); again.Text != first.Text || again.Thread != top.TS || again.ID == first.ID {
			t.Errorf("pressed it is %+v, not %+v", again, first)
		}
	})
}

func TestAMentionIsOneCommand(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		heard := r.hears(nil)
		r.slack.Carrier.Double(5)
		r.ana.Says("#inbox", "@ponte find oat milk")
		r.ana.Says("#inbox", "ask @ponte about it")
		got := heard()
		if len(got) != 2 {
			t.Fatalf("it is %+v", got)
		}
		var commands, notes int
		for _, e := range got {
			switch e := e.(type) {
			case act.Commanded:
				commands++
				if e.Text != "find oat milk" || e.Thread != "" {
					t.Errorf("it is %+v", e)
				}
			case act.Noted:
				notes++
			}
		}
		if commands != 1 || notes != 1 {
			t.Errorf("there are %d commands and %d notes", commands, notes)
		}
	})
}

func TestMoreIsPressedLikeAButton(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		heard := r.hears(nil)
		m := r.send("k", act.Send{Card: say("a card", "a", "b", "c", "d", "e", "f", "g", "h")})
		r.ana.Presses(m, "h")
		if got := last[act.Clicked](t, heard()); got.Verb != "h" || got.Subject != "conversation/1" || got.Revision != 3 || got.Thread != m.TS {
			t.Errorf("it is %+v", got)
		}
	})
}

func TestAShortcutPutsTheMessageIntoTheForm(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		heard := r.hears(func(e act.Event) (act.Answer, error) {
			f := replyForm("tok")
			if _, ok := e.(act.Commanded); ok {
				return act.Answer{Form: &f}, nil
			}
			return act.Answer{}, nil
		})
		top := r.send("k", act.Send{Card: say("a card")})
		note := r.ana.InThread(top).Says("We are <so> sorry & on it")
		r.quiet()
		r.ana.Shortcut("reply", note)
		r.quiet()
		if got := r.ana.Modal().Value("Text"); got != "We are <so> sorry & on it" {
			t.Errorf("the form has %q", got)
		}
		if got := last[act.Commanded](t, heard()); got.Text != "reply" || got.Thread != top.TS {
			t.Errorf("it is %+v", got)
		}
	})
}

func TestAShortcutNamesTheMessageThatIsKept(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		heard := r.hears(func(act.Event) (act.Answer, error) { return act.Answer{}, nil })
		top := r.send("k", act.Send{Card: say("a card")})
		note := r.ana.InThread(top).Says("Called the shop")
		r.quiet()
		r.ana.Shortcut("timeline_add", note)
		r.quiet()
		at := r.place()
		got := last[act.Commanded](t, heard())
		if got.Text != "timeline add" || got.Thread != top.TS || got.On != note.TS {
			t.Errorf("it is %+v", got)
		}
		said, err := r.Read(t.Context(), at, note.TS)
		want := act.Message{Who: bot.Actor{Platform: "slack", Space: at.Space, User: r.ana.ID, Name: "ana.ruiz"}, Text: "Called the shop", Thread: top.TS, At: web.Moment(note.TS)}
		if diff := cmp.Diff(want, said); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if said, err = r.Read(t.Context(), at, top.TS); err != nil || said.Who.User != "" || said.Thread != "" {
			t.Errorf("of Ponte's own: %+v, %v", said, err)
		}
		if _, err = r.Read(t.Context(), at, "1.000001"); bot.KindOf(err) != bot.NotFound {
			t.Errorf("of one that is not there: %v", err)
		}
	})
}

func TestAnExpiredTriggerIsSaid(t *testing.T) {
	r := newRig(t)
	r.hears(func(act.Event) (act.Answer, error) {
		r.clock.pass(4 * time.Second)
		f := replyForm("tok")
		return act.Answer{Form: &f}, nil
	})
	r.ana.Presses(r.send("k", act.Send{Card: say("a card", "reply")}), "reply")
	if got := r.whispered(); !strings.Contains(got, "Press again") {
		t.Errorf("they are told %q", got)
	}
}

func TestWhatFailsIsSaidWithoutItsCause(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		fault := errors.New("password=hunter2")
		r.hears(func(act.Event) (act.Answer, error) { return act.Answer{}, fault })
		r.ana.Commands("/ponte inbox")
		if got := r.whispered(); !strings.Contains(got, "the number") || strings.Contains(got, "hunter2") || !strings.Contains(r.log.String(), "hunter2") {
			t.Errorf("they are told %q", got)
		}
		fault = bot.Errorf(bot.Denied, "slack.cannot")
		r.ana.Commands("/ponte inbox")
		if got := r.whispered(); !strings.Contains(got, "Slack cannot do that") {
			t.Errorf("they are told %q", got)
		}
	})
}

// Slack may tell of two things that somebody did in the wrong order.
func TestReactionsKeepTheirOrder(t *testing.T) {
	r := newRig(t)
	heard := r.hears(nil)
	m := r.send("k", act.Send{Card: say("a card")})
	r.ana.Reacts(m, "+1::skin-tone-3")
	r.ana.Unreacts(m, "+1::skin-tone-3")
	heard()
	late := r.slack.Carrier.Sent()
	for _, sent := range late { // both again, as new events, from before the last
		event, _ := sent.Payload["event"].(map[string]any)
		if kind, _ := event["type"].(string); strings.HasPrefix(kind, "reaction_") {
			event["event_ts"] = "1000000000.000001"
			sent.Payload["event_id"] = "late " + kind
			r.slack.Carrier.Deliver(workspace.Delivery{Kind: sent.Kind, Payload: sent.Payload})
		}
	}
	all := slices.DeleteFunc(heard(), func(e act.Event) bool { _, ok := e.(act.Reacted); return !ok })
	if len(all) == 0 || len(all) > 2 {
		t.Fatalf("it is %+v", all)
	}
	if e := last[act.Reacted](t, all); !e.Removed || e.Emoji != "👍" || e.Ref != m.TS {
		t.Errorf("what is heard last is %+v", e)
	}
}

func TestNobodyIsHeardTwiceOrByMistake(t *testing.T) {
	r := newRig(t)
	heard := r.hears(nil)
	r.send("k", act.Send{Card: say("of our own")})
	r.inbox.Webhook("of a bot")
	note := r.ana.Says("#inbox", "a note")
	r.ana.Edits(note, "a note, changed")
	r.ana.Deletes(note)
	if got := heard(); len(got) != 1 || last[act.Noted](t, got).Text != "a note" {
		t.Errorf("it is %+v", got)
	}
}

func TestADirectMessageIsACommand(t *testing.T) {
	r := newRig(t)
	heard := r.hears(func(act.Event) (act.Answer, error) { return notice("not in a brand's channel"), nil })
	at, err := r.slack.Workspace.Open(r.ana.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.slack.Workspace.Says(r.ana.ID, at.ID, "", "inbox"); err != nil {
		t.Fatal(err)
	}
	if got := last[act.Commanded](t, heard()); got.Text != "inbox" || got.At.Channel != at.ID {
		t.Errorf("it is %+v", got)
	}
	said := r.ana.Direct()
	if len(said) != 2 || !strings.Contains(said[1].Text(), "not in a brand") {
		t.Errorf("they read %v", said)
	}
}

func TestAHomeShowsWhatWaits(t *testing.T) {
	r := newRig(t)
	heard := r.hears(func(e act.Event) (act.Answer, error) {
		if _, ok := e.(act.Clicked); ok {
			return notice("it is yours"), nil
		}
		if c, ok := e.(act.Commanded); ok && c.Text == "approvals" {
			no := notice("you may not decide")
			no.Refused = true
			return no, nil
		} else if ok {
			return notice("you have "+c.Text, card.Action{Verb: "take", Subject: "conversation/7", Label: card.Literal("Take")}), nil
		}
		return act.Answer{}, nil
	})
	r.ana.OpensHome()
	r.quiet()
	home := r.ana.Home()
	if home == nil || !strings.Contains(home.Text(), "Café Aurora") || !strings.Contains(home.Text(), "you have inbox mine") {
		t.Fatalf("the home is %v", home)
	}
	if strings.Contains(home.Text(), "you may not decide") {
		t.Errorf("the home shows what is not theirs: %s", home.Text())
	}
	home.Presses("Take")
	all := heard()
	if text := r.ana.Home().Text(); !strings.Contains(text, "it is yours") || !strings.Contains(text, "you have inbox mine") {
		t.Errorf("after the press it shows %s", text)
	}
	if got := last[act.Clicked](t, slices.DeleteFunc(all, func(e act.Event) bool { _, ok := e.(act.Commanded); return ok })); got.At != r.place() || got.Subject != "conversation/7" {
		t.Errorf("it is %+v", got)
	}
	joe := r.slack.User("Joe")
	joe.OpensHome()
	r.quiet()
	if home := joe.Home(); home == nil || !strings.Contains(home.Text(), "Nothing here is for you yet") {
		t.Errorf("a stranger's home is %v", home)
	}
}

func TestWhatIsLostIsTold(t *testing.T) {
	r := newRig(t)
	heard := r.hears(nil)
	m := r.send("k", act.Send{Card: say("a card")})
	talked := r.send("k2", act.Send{Card: say("another card")})
	r.ana.InThread(talked).Says("talk")
	r.ana.Deletes(m)
	r.ana.Deletes(talked)
	r.ana.Deletes(r.ana.Says("#inbox", "not Ponte's"))
	r.inbox.Rename("#mail")
	r.inbox.KickApp()
	lost := []string{}
	for _, e := range heard() {
		if e, ok := e.(act.Lost); ok {
			lost = append(lost, e.At.Channel+" "+e.Ref+e.Why.Key)
		}
	}
	slices.Sort(lost)
	if diff := cmp.Diff([]string{r.inbox.ID + " " + m.TS, r.inbox.ID + " " + talked.TS, r.inbox.ID + " slack.gone_left"}, lost); diff != "" {
		t.Errorf("what is lost: %s", diff)
	}
	for _, want := range []string{"deleted a message of Ponte's", "channel_rename", "channel_left"} {
		if !strings.Contains(r.log.String(), want) {
			t.Errorf("the log says nothing of %s", want)
		}
	}
}

func TestPicturesComeWithTheirCommand(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		var data []string
		refuse := false
		heard := r.hears(func(e act.Event) (act.Answer, error) {
			u, ok := e.(act.Uploaded)
			switch {
			case !ok:
				return act.Answer{}, nil
			case refuse:
				a := notice("Not kept: it is no picture.")
				a.Refused = true
				return a, nil
			}
			data = append(data, string(u.Data))
			return act.Answer{Picture: &bot.Picture{Hash: "hash" + string(u.Data)}}, nil
		})
		files := []chat.Uploaded{{Name: "one.png", Content: []byte("1")}, {Name: "notes.txt", Content: []byte("x")}, {Name: "two.jpg", Content: []byte("2")}}
		r.ana.Uploads("#inbox", "@ponte post Hello", files...)
		if got := last[act.Commanded](t, heard()); got.Text != "post Hello" || !cmp.Equal(got.Pictures, []string{"hash1", "hash2"}) || !cmp.Equal(data, []string{"1", "2"}) {
			t.Errorf("it is %+v with %v", got, data)
		}
		top := r.send("k", act.Send{Card: say("a draft")})
		r.ana.InThread(top).Uploads("this one?", files[0])
		if got := last[act.Noted](t, heard()); got.Text != "this one?" || !cmp.Equal(got.Pictures, []string{"hash1"}) {
			t.Errorf("it is %+v", got)
		}
		refuse = true
		before := len(heard())
		r.ana.Uploads("#inbox", "@ponte post Hello again", files[0])
		if got := heard(); len(got) != before+1 {
			t.Errorf("a command whose picture is refused is %+v", got[before:])
		}
		if got := r.whispered(); !strings.Contains(got, "it is no picture") {
			t.Errorf("they are told %q", got)
		}
	})
}
