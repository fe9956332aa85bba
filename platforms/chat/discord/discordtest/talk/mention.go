package talk

import (
	"regexp"
	"slices"
	"strings"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

var (
	calls    = regexp.MustCompile(`<@(&|!)?(\d+)>`)
	everyone = regexp.MustCompile(`@(everyone|here)`)
)

// PingsOf is who a text calls, as far as allowed_mentions lets it: without it, all
// whom it names; in the answers to interactions, people only. Discord takes code
// for code and calls nobody from it; here it calls, since nothing that others
// wrote may rest on that.
func (w *Talk) PingsOf(c *guild.Channel, by, content string, body guild.Obj, hook bool) guild.Pings {
	allowed, said := body["allowed_mentions"].(guild.Obj)
	parse := shape.Strings(allowed, "parse")
	if !said {
		parse = []string{"users", "roles", "everyone"}
		if hook {
			parse = []string{"users"}
		}
	}
	p := guild.Pings{Unsaid: !said}
	lets := func(kind, id string) bool {
		return slices.Contains(parse, kind) || slices.Contains(shape.Strings(allowed, kind), id)
	}
	wide := by != w.Self.User || hook || w.Perms(by, c)&guild.MentionEveryone != 0
	for _, m := range calls.FindAllStringSubmatch(content, -1) {
		id := m[2]
		switch {
		case m[1] != "&" && w.Users[id] != nil && lets("users", id) && !slices.Contains(p.Users, id):
			p.Users = append(p.Users, id)
		case m[1] == "&" && c.Guild != "" && lets("roles", id) && !slices.Contains(p.Roles, id):
			if r := w.Server(c.Guild).Role(id); r != nil && (r.Mentionable || wide) {
				p.Roles = append(p.Roles, id)
			}
		}
	}
	p.Everyone = wide && everyone.MatchString(content) && slices.Contains(parse, "everyone")
	return p
}

// Named writes the names of people and roles into a text, for "@Ana" as
// somebody types it: the text as it is sent.
func (w *Talk) Named(c *guild.Channel, text string) string {
	if c.Guild == "" {
		return text
	}
	g := w.Server(c.Guild)
	for _, m := range g.Members {
		if u := w.Users[m.User]; u != nil && u.Name != "" {
			text = strings.ReplaceAll(text, "@"+u.Name, "<@"+u.ID+">")
		}
	}
	for _, r := range g.Roles {
		if r.ID != g.ID {
			text = strings.ReplaceAll(text, "@"+r.Name, "<@&"+r.ID+">")
		}
	}
	return text
}
