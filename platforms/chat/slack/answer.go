package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
	typed   string // the command, where it was typed as a message
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
		func() error { return s.hook(ctx, q, m) },
		func() error { return s.ephemeral(ctx, sp, q, m) },
	}
	if q.thread != "" {
		slices.Reverse(ways)
	}
	var last error
	for _, way := range ways {
		if last = way(); last == nil {
			return
		}
	}
	s.opt.Log.Warn("slack: somebody was not answered", "channel", q.scene.At.Channel, "err", last)
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

// hook answers by the address that came with what the person did, if it is Slack's.
func (s *Slack) hook(ctx context.Context, q asked, m draw.Message) error {
	if !s.slacks(q.hook) {
		return fmt.Errorf("there is no address to answer to")
	}
	body, err := json.Marshal(map[string]any{
		"response_type": "ephemeral", "replace_original": false, "text": m.Text, "blocks": m.Blocks, "unfurl_links": false, "unfurl_media": false,
	})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, q.hook, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.opt.Client.Do(r)
	if err != nil {
		return fmt.Errorf("the answer did not reach Slack") // the cause has the address, which is a key
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection serves again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer was refused with %d", resp.StatusCode)
	}
	return nil
}

// slacks reports whether an address is one of Slack's, or of what stands in for it.
func (s *Slack) slacks(address string) bool {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return false
	}
	api, err := url.Parse(s.opt.APIURL)
	return err == nil && (u.Scheme == "https" && u.Host == "hooks.slack.com" || u.Scheme == api.Scheme && u.Host == api.Host)
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
	if err == nil {
		s.forms.Put(f.Token, f)
		_, err = sp.API.OpenViewContext(ctx, q.trigger, view)
	}
	if code, refused := web.Code(err); refused && (code == "expired_trigger_id" || code == "exchanged_trigger_id") {
		s.word(ctx, sp, q, card.W("slack.expired"))
		return
	}
	if err != nil {
		s.refuse(ctx, sp, q, err)
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
