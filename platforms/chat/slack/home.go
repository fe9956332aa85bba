package slack

import (
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/web"
)

// homely are the commands whose answers stand on a person's home, where there are such.
var homely = []struct{ name, text string }{
	{"inbox", "inbox mine"}, {"inbox", "inbox overdue"}, {"approvals", "approvals"}, {"calendar", "calendar"},
}

const (
	homeEvery = 5 * time.Second // and person
	maxBrands = 5               // on one home
)

// home draws what a person sees when they open Ponte by itself: for each brand they
// work for, what waits for them.
func (s *Slack) home(ctx context.Context, sp *web.Space, user string) {
	now := s.opt.Now()
	if last, ok := s.homes.Get(sp.ID + "/" + user); ok && now.Sub(last) < homeEvery {
		return
	}
	s.homes.Put(sp.ID+"/"+user, now)
	s.furnish(ctx, sp, user, nil)
}

// atHome runs what somebody pressed on their home, and shows there what came of it.
func (s *Slack) atHome(ctx context.Context, sp *web.Space, q asked, e act.Event) {
	ans, err := s.tell(ctx, e)
	if err != nil {
		why := card.Notice(s.reason(err).Print(s.pen(ctx, sp, q.scene.At, &q.scene.Who)))
		ans = act.Answer{Notice: &why}
	}
	if ans.Form != nil {
		s.open(ctx, sp, q, *ans.Form)
	}
	s.furnish(ctx, sp, q.scene.Who.User, ans.Notice)
}

// furnish publishes a person's home, with a notice above the rest where there is one.
func (s *Slack) furnish(ctx context.Context, sp *web.Space, user string, first *card.Card) {
	who := s.actor(ctx, sp, user)
	var parts []draw.Message
	brands := 0
	for _, b := range s.opt.Brands().All() {
		at, ok := s.seat(b, sp, who)
		if !ok || brands == maxBrands {
			continue
		}
		p := s.pen(ctx, sp, at, &who)
		p.Channel = at.Channel
		if brands++; first != nil && brands == 1 {
			parts = append(parts, p.Card(*first))
		}
		parts = append(parts, s.part(ctx, p, b, at, who)...)
	}
	if len(parts) == 0 {
		p := s.pen(ctx, sp, act.Place{}, nil)
		parts = append(parts, p.Card(card.Notice(card.W("slack.home_empty").Print(p))))
	}
	_, err := sp.API.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: draw.Home(parts...)})
	if err != nil {
		s.opt.Log.Warn("slack: a home was not drawn", "user", user, "err", err)
	}
}

// seat is the first channel of a brand in the workspace that a person sees.
func (s *Slack) seat(b bot.Brand, sp *web.Space, who bot.Actor) (act.Place, bool) {
	p, ok := b.PersonFor(who)
	i := slices.IndexFunc(b.Channels, func(c bot.Channel) bool { return c.Platform == Platform && c.Space == sp.ID && c.Sees(p) })
	if !ok || i < 0 {
		return act.Place{}, false
	}
	return act.Place{Platform: Platform, Space: sp.ID, Channel: b.Channels[i].Remote}, true
}

func (s *Slack) part(ctx context.Context, p draw.Pen, b bot.Brand, at act.Place, who bot.Actor) []draw.Message {
	out := []draw.Message{p.Card(card.Card{Title: card.Literal(b.Name)})}
	for _, c := range homely {
		if !slices.ContainsFunc(s.opt.Commands(), func(k act.Command) bool { return k.Name == c.name }) {
			continue
		}
		scene := act.Scene{ID: "home/" + string(bot.NewID(s.opt.Now())), Who: who, At: at}
		ans, err := s.tell(ctx, act.Commanded{Scene: scene, Text: c.text})
		if err != nil {
			s.opt.Log.Warn("slack: a part of a home was not drawn", "command", c.text, "err", err)
			continue
		}
		if ans.Notice != nil && !ans.Refused { // what is not theirs to ask for leaves no gap
			ans.Notice.Actions = s.may(scene, ans.Notice.Actions)
			out = append(out, p.Card(*ans.Notice))
		}
	}
	return out
}
