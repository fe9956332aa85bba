package discord

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/setup"
	"ponte/platforms/chat/discord/web"
)

const (
	membersPage = 1000
	mostMembers = 100   // pages
	unknownUser = 10013 // what Discord calls the fault of an id that is nobody's
)

// Members lists who has a role in a server; in the group of the server itself is
// everybody. Discord lists nobody to an app without the Server Members Intent: then
// the error is Unavailable, and Ponte knows somebody's roles once they do something.
func (d *Discord) Members(ctx context.Context, group string) ([]bot.Actor, error) {
	guild, role, ok := strings.Cut(strings.TrimPrefix(group, Platform+"/"), "/")
	at := act.Place{Platform: Platform, Space: guild}
	if !ok || !slices.Contains(d.opt.Bot().Guilds, guild) {
		return nil, bot.Errorf(bot.NotFound, "discord.no_server", "Space", guild)
	}
	var roles []setup.Role
	if err := d.web.Do(ctx, http.MethodGet, "/guilds/"+guild+"/roles", nil, &roles); err != nil {
		return nil, d.fault(err, at)
	}
	if !slices.ContainsFunc(roles, func(r setup.Role) bool { return r.ID == role }) {
		return nil, bot.Errorf(bot.NotFound, "discord.no_role", "Role", role)
	}
	var out []bot.Actor
	after := "0"
	for range mostMembers {
		var page []said.Member
		if err := d.web.Do(ctx, http.MethodGet, fmt.Sprintf("/guilds/%s/members?limit=%d&after=%s", guild, membersPage, after), nil, &page); err != nil {
			e := d.fault(err, at)
			if bot.KindOf(e) == bot.Denied {
				e = bot.Errorf(bot.Unavailable, "discord.no_members").Because(err)
			}
			return nil, e
		}
		for _, m := range page {
			if m.User == nil {
				continue
			}
			if said.Older(after, m.User.ID) {
				after = m.User.ID
			}
			if !m.User.Bot && (role == guild || slices.Contains(m.Roles, role)) {
				out = append(out, bot.Actor{Platform: Platform, Space: guild, User: m.User.ID, Name: said.Called(*m.User, &m)})
			}
		}
		if len(page) < membersPage {
			return out, nil
		}
	}
	return nil, bot.Errorf(bot.Unavailable, "discord.no_members")
}

// Outside reports whether somebody, "discord/SERVER/USER", is no member of the server,
// or a bot.
func (d *Discord) Outside(ctx context.Context, user string) (bool, error) {
	guild, id, _ := strings.Cut(strings.TrimPrefix(user, Platform+"/"), "/")
	var m said.Member
	err := d.web.Do(ctx, http.MethodGet, "/guilds/"+url.PathEscape(guild)+"/members/"+url.PathEscape(id), nil, &m)
	if f, ok := web.FaultOf(err); ok && (f.Code == web.CodeUnknownMember || f.Code == unknownUser) {
		return true, nil
	}
	if err != nil {
		return false, d.fault(err, act.Place{Platform: Platform, Space: guild})
	}
	return m.User != nil && m.User.Bot, nil
}

// Check tries the bot, its servers and every channel that the configuration names,
// and posts nothing. Tags are what cards are sorted by.
func (d *Discord) Check(ctx context.Context, tags ...card.Words) []setup.Tried {
	b := d.opt.Bot()
	p := setup.Plan{Guilds: b.Guilds, Content: b.Content, Tags: map[string][]string{}}
	for _, brand := range d.opt.Brands().All() {
		for _, c := range brand.Channels {
			if c.Platform == Platform {
				p.Channels = append(p.Channels, c)
				for _, w := range tags {
					p.Tags[c.Remote] = append(p.Tags[c.Remote], d.opt.Print(cmp.Or(brand.Language, bot.English), brand.Location(), w))
				}
			}
		}
		p.Groups = p.Groups || slices.ContainsFunc(brand.Groups, func(g bot.Group) bool { return strings.HasPrefix(g.ID, Platform+"/") })
	}
	return setup.Check(ctx, d.web, p)
}
