package slack

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/web"
)

// asked is what somebody did, and by what ways they can be answered.
type asked struct {
	scene   act.Scene
	thread  string // where they see the answer
	trigger string // opens one window, within three seconds
	hook    string // takes answers for half an hour; empty: there is none
	typed   string // the command, where it was typed as a message, in Slack's markup
	fill    string // a text for the first empty field of a form
}

// answer shows an answer to the one it is for.
func (s *Slack) answer(ctx context.Context, sp *web.Space, q asked, ans act.Answer) {
	if ans.Form != nil { // first: what opens it does not wait
		s.open(ctx, sp, q, *ans.Form)
	}
	if ans.Notice != nil {
		s.notice(ctx, sp, q, *ans.Notice)
	}
}

// refuse says why nothing was done, and logs what is not the person's to know.
func (s *Slack) refuse(ctx context.Context, sp *web.Space, q asked, err error) {
	s.word(ctx, sp, q, s.reason(err))
}

func (s *Slack) reason(err error) card.Words {
	if e, ok := bot.Asked(err); ok {
		return card.Fault(e)
	}
	if errors.Is(err, errResting) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return card.W("slack.busy")
	}
	number := string(bot.NewID(s.opt.Now()))
	s.opt.Log.Error("slack: a deed failed", "reference", number, "err", err)
	return card.W("slack.failed", card.Text("Number", number[len(number)-8:]))
}

// word shows one sentence of Slack's own.
func (s *Slack) word(ctx context.Context, sp *web.Space, q asked, w card.Words) {
	s.notice(ctx, sp, q, card.Notice(w.Print(s.pen(ctx, sp, q.scene.At, &q.scene.Who))))
}

func (s *Slack) notice(ctx context.Context, sp *web.Space, q asked, c card.Card) {
	c.Actions = s.may(q.scene, c.Actions)
	s.whisper(ctx, sp, q, s.pen(ctx, sp, q.scene.At, &q.scene.Who).Card(c))
}

// may keeps the buttons that the person may press. The right is checked again on the press.
func (s *Slack) may(scene act.Scene, all []card.Action) (out []card.Action) {
	var p bot.Person
	if b, _, ok := s.opt.Brands().Room(scene.At.Platform, scene.At.Space, scene.At.Channel); ok {
		p, _ = b.PersonFor(scene.Who)
	}
	for _, a := range all {
		if len(a.Needs) == 0 || p.Has(a.Needs...) {
			out = append(out, a)
		}
	}
	return out
}

// whisper shows a message to one person only. In a thread Slack is asked to put it
// there; elsewhere the hook knows best where the person is.
func (s *Slack) whisper(ctx context.Context, sp *web.Space, q asked, m draw.Message) {
	ways := []func() error{
		func() error { return web.Answer(ctx, s.opt.Client, s.opt.APIURL, q.hook, m.Text, m.Blocks) },
		func() error { return s.ephemeral(ctx, sp, q, m) },
	}
	if q.thread != "" {
		slices.Reverse(ways)
	}
	var failed []error
	for _, way := range ways {
		err := way()
		if err == nil {
			return
		}
		failed = append(failed, err)
	}
	s.opt.Log.Warn("slack: somebody was not answered", "channel", q.scene.At.Channel, "err", errors.Join(failed...))
}

func (s *Slack) ephemeral(ctx context.Context, sp *web.Space, q asked, m draw.Message) error {
	opts := append(shown(m), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if q.thread != "" {
		opts = append(opts, slack.MsgOptionTS(q.thread))
	}
	if strings.HasPrefix(q.scene.At.Channel, "D") { // nobody else reads it
		_, _, err := sp.API.PostMessageContext(ctx, q.scene.At.Channel, opts...)
		return err
	}
	_, err := sp.API.PostEphemeralContext(ctx, q.scene.At.Channel, q.scene.Who.User, opts...)
	return err
}

// open opens a form. Slack opens one only after a press or a slash command: who
// typed a message is given a button for it.
func (s *Slack) open(ctx context.Context, sp *web.Space, q asked, f card.Form) {
	p := s.pen(ctx, sp, q.scene.At, &q.scene.Who)
	if q.trigger == "" {
		m, fits := p.Offer(p.Print(card.W("slack.form_typed")), p.Print(card.W("slack.open")), q.typed)
		if !fits {
			s.word(ctx, sp, q, card.W("slack.form_typed_long"))
			return
		}
		s.whisper(ctx, sp, q, m)
		return
	}
	fill(&f, q.fill)
	view, err := p.Form(f, q.scene.At.Channel, q.scene.Thread, nil)
	if err != nil {
		s.refuse(ctx, sp, q, err)
		return
	}
	s.forms.Put(f.Token, f)
	s.window(ctx, sp, q, func(ctx context.Context) error {
		_, err := sp.API.OpenViewContext(ctx, q.trigger, view)
		return err
	})
}

// window changes what stands in front of a person, and tells them where that failed.
func (s *Slack) window(ctx context.Context, sp *web.Space, q asked, change func(context.Context) error) {
	err := s.try(ctx, q.scene.At, change)
	switch code, _ := web.Code(err); {
	case err == nil, code == "hash_conflict": // it shows a later choice already
	case code == "expired_trigger_id" || code == "exchanged_trigger_id":
		s.word(ctx, sp, q, card.W("slack.expired"))
	case bot.KindOf(err) == bot.RateLimited:
		s.word(ctx, sp, q, card.W("slack.busy_window"))
	case bot.KindOf(err).Final():
		s.opt.Log.Warn("slack: a window was refused", "err", err)
		s.refuse(ctx, sp, q, err)
	default:
		s.word(ctx, sp, q, card.W("slack.no_window"))
	}
}

// fill puts a text into the first empty text field of a form.
func fill(f *card.Form, text string) {
	f.Fields = slices.Clone(f.Fields)
	for i, d := range f.Fields {
		if d.Kind == card.TextField && d.Value == "" && text != "" {
			f.Fields[i].Value = text
			return
		}
	}
}
