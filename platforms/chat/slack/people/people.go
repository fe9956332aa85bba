// Package people is who in Slack is meant: by a command that mentions somebody, and by
// a user group that gives roles. It knows the Web API, and not what a role allows.
package people

import (
	"cmp"
	"context"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/said"
	"ponte/platforms/chat/slack/web"
)

// patience is how long a command waits until it is known who those are that it
// mentions: Slack itself waits for three seconds.
const patience = time.Second

// Spoken returns a command as people read it, and whom it mentions; of whom Slack does
// not tell soon who they are, that it is not known.
func Spoken(ctx context.Context, sp *web.Space, at act.Place, text string, names said.Names, now time.Time) (plain string, named []act.Named) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	plain = said.Plain(text, func(user string) string {
		name := names(user)
		p, err := sp.Person(ctx, user, now)
		p.ID = user
		named = append(named, act.Named{As: "@" + cmp.Or(name, user), Who: actor(at.Platform, sp.ID, p), Outside: p.Outside, Unknown: err != nil})
		return name
	})
	return plain, named
}

// Members lists who is in a group, "slack/WORKSPACE/GROUP", and a member of its
// workspace.
func Members(ctx context.Context, group string, space func(string) (*web.Space, bool), now func() time.Time) (out []bot.Actor, err error) {
	platform, in, _ := strings.Cut(group, "/")
	team, id, _ := strings.Cut(in, "/")
	sp, ok := space(team)
	if !ok {
		return nil, bot.Errorf(bot.NotFound, "slack.no_workspace", "Space", team)
	}
	all, err := sp.Group(ctx, id, now)
	if web.Refused(err) {
		sp.Doubt()
	}
	for _, p := range all {
		out = append(out, actor(platform, team, p))
	}
	return out, err
}

func actor(platform, space string, p web.Person) bot.Actor {
	return bot.Actor{Platform: platform, Space: space, User: p.ID, Name: p.Name}
}
