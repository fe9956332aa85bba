package slack

import (
	"cmp"
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/people"
	"ponte/platforms/chat/slack/web"
)

// space returns a workspace as it is configured now.
func (s *Slack) space(id string) (*web.Space, bool) {
	for _, w := range s.opt.Workspaces() {
		if w.ID != id || id == "" {
			continue
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		sp := s.spaces[id]
		if sp == nil || sp.Workspace != w {
			sp = web.Open(w, s.opt.Client, s.opt.APIURL)
			s.spaces[id] = sp
		}
		return sp, true
	}
	return nil, false
}

// actor is a person of a workspace.
func (s *Slack) actor(ctx context.Context, sp *web.Space, user string) bot.Actor {
	return bot.Actor{Platform: Platform, Space: sp.ID, User: user, Name: sp.Name(ctx, user, s.opt.Now())}
}

// presser is a person who waits for what they pressed: nobody is asked for their name.
func (s *Slack) presser(sp *web.Space, user, given string) bot.Actor {
	return bot.Actor{Platform: Platform, Space: sp.ID, User: user, Name: sp.Called(user, given)}
}

// called is how a person is named in a command: as the configuration does, where
// it knows them.
func (s *Slack) called(ctx context.Context, sp *web.Space, at act.Place) func(user string) string {
	return s.named(ctx, sp, at, func(p bot.Person) string { return string(p.ID) })
}

// named says how people are called: those of the brand as by, others as Slack does where
// it tells of all of them within a second.
func (s *Slack) named(ctx context.Context, sp *web.Space, at act.Place, by func(bot.Person) string) func(user string) string {
	until := time.Now().Add(time.Second)
	return func(user string) string {
		if b, _, ok := s.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
			if p, ok := b.PersonFor(bot.Actor{Platform: Platform, Space: sp.ID, User: user}); ok && by(p) != "" {
				return by(p)
			}
		}
		ctx, cancel := context.WithDeadline(ctx, until)
		defer cancel()
		return sp.Name(ctx, user, s.opt.Now())
	}
}

// commanded is a command that somebody typed, in Slack's markup.
func (s *Slack) commanded(ctx context.Context, sp *web.Space, scene act.Scene, typed string) act.Commanded {
	text, named := people.Spoken(ctx, sp, scene.At, typed, s.called(ctx, sp, scene.At), s.opt.Now())
	return act.Commanded{Scene: scene, Text: text, Named: named}
}

// pen draws for a channel in its brand's language; for a person, in theirs.
func (s *Slack) pen(ctx context.Context, sp *web.Space, at act.Place, who *bot.Actor) draw.Pen {
	lang, zone := bot.English, time.UTC
	if b, _, ok := s.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		lang, zone = cmp.Or(b.Language, bot.English), b.Location()
		if who != nil {
			p, _ := b.PersonFor(*who)
			lang = b.Speaks(p)
		}
	}
	return draw.Pen{Printer: printer{s, lang, zone}, Link: func(r card.Ref) string { return sp.Address(ctx, r.Channel, r.Message, "") }}
}

type printer struct {
	s    *Slack
	lang bot.Lang
	zone *time.Location
}

func (p printer) Print(w card.Words) string { return p.s.opt.Print(p.lang, p.zone, w) }
