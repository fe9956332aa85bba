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

// Roster tells who is in a user group, and who is a member of a workspace. Space
// returns a workspace by its id, while Ponte is in it.
type Roster struct {
	Space func(string) (*web.Space, bool)
	Now   func() time.Time
}

// Members lists who is in a group, "slack/WORKSPACE/GROUP", and a member of its
// workspace.
func (r Roster) Members(ctx context.Context, group string) (out []bot.Actor, err error) {
	platform, in, _ := strings.Cut(group, "/")
	team, id, _ := strings.Cut(in, "/")
	sp, ok := r.Space(team)
	if !ok {
		return nil, bot.Errorf(bot.NotFound, "slack.no_workspace", "Space", team)
	}
	all, err := sp.Group(ctx, id, r.Now)
	if web.Refused(err) {
		sp.Doubt()
	}
	for _, p := range all {
		out = append(out, actor(platform, team, p))
	}
	return out, err
}

// Outside reports whether somebody, "slack/WORKSPACE/USER", is no member of the
// workspace, as Slack told within the last ten minutes.
func (r Roster) Outside(ctx context.Context, user string) (bool, error) {
	_, in, _ := strings.Cut(user, "/")
	team, id, _ := strings.Cut(in, "/")
	sp, ok := r.Space(team)
	if !ok {
		return false, bot.Errorf(bot.NotFound, "slack.no_workspace", "Space", team)
	}
	p, err := sp.LookUp(ctx, id, r.Now)
	if web.Refused(err) {
		sp.Doubt()
	}
	return p.Outside, err
}

func actor(platform, space string, p web.Person) bot.Actor {
	return bot.Actor{Platform: platform, Space: space, User: p.ID, Name: p.Name}
}
