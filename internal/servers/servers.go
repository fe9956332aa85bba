// Package servers reads what ponte.yaml says of Discord: the bot's token, the servers
// it serves, and what it reads there. It knows the form of a token and of an id, and
// asks Discord nothing.
package servers

import (
	"regexp"
	"slices"
	"strings"

	"ponte/internal/form"
	"ponte/platforms/chat/discord"
)

// Section is the part of the file that is about Discord.
type Section struct {
	form.Spot
	token, api, gateway form.Word
	guilds              []form.Word
	content             bool
}

// Called is what faults call the section.
func (*Section) Called() string { return "Discord" }

// Keys is the section's table.
func (s *Section) Keys() []form.Key {
	return []form.Key{
		form.Needed("token", "Secret: the bot's token, from the page Bot of the app in Discord's developer portal.", form.Secret(&s.token)),
		form.Needed("guilds", "The servers that the bot serves, by their ids. Discord's interface calls a server a guild.", form.Words(&s.guilds, "servers' ids", guild)),
		form.Usual("message_content", "false", "Whether Ponte reads what is said in its threads without naming it, and the pictures there. It needs the Message Content Intent, on the page Bot.", form.Truth(&s.content)),
		form.Free("api_url", "The REST interface of a proxy or of a compatible server. Usually Discord's own. A change needs a restart.", form.Server(&s.api, "https://discord.com/api/v10")),
		form.Free("gateway_url", "The gateway of a proxy or of a compatible server. Usually the one that Discord names. A change needs a restart.", form.Server(&s.gateway, "wss://gateway.discord.gg/")),
	}
}

// id is how Discord writes its ids.
const id = `[0-9]{17,20}`

// Room, User and Group are how a channel, a person and a role of Discord are written,
// SERVER/ID.
const (
	Room  = discord.Platform + `/` + id + `/` + id
	User  = Room
	Group = Room
)

var (
	idForm    = regexp.MustCompile(`^` + id + `$`)
	tokenForm = regexp.MustCompile(`^[\w-]{10,}\.[\w-]{4,}\.[\w-]{20,}$`)
)

// guild reads the id of a server.
func guild(into *form.Word) form.Reading {
	return form.Digits(into, "the id of a server, 17 to 20 digits", idForm)
}

// Check tells what is wrong between the section's values.
func (s *Section) Check(r *form.Reader) {
	seen := map[string]bool{}
	for _, g := range s.guilds {
		if seen[g.Text] {
			r.Fault(g.Spot, "the server "+form.Quote(g.Text)+" a second time", "each server once")
		}
		seen[g.Text] = true
	}
	if s.token.OK && s.api.Line == 0 && !tokenForm.MatchString(s.token.Text) {
		r.Fault(s.token.Spot, "a secret of another kind", "a bot's token, three parts with dots between them and nothing before")
	}
}

// Known lists the ids of the servers.
func (s *Section) Known() (ids []string) {
	for _, g := range s.guilds {
		if !slices.Contains(ids, g.Text) {
			ids = append(ids, g.Text)
		}
	}
	return ids
}

// Build is the bot of a section without faults, and the addresses of Discord's REST
// interface and gateway; empty: Discord's own.
func (s *Section) Build() (b discord.Bot, api, gateway string) {
	return discord.Bot{Token: s.token.Text, Guilds: s.Known(), Content: s.content}, strings.TrimRight(s.api.Text, "/"), s.gateway.Text
}

// API is where the address of the REST interface stands, or else the section.
func (s *Section) API() form.Spot { return s.at(s.api) }

// Gateway is where the address of the gateway stands, or else the section.
func (s *Section) Gateway() form.Spot { return s.at(s.gateway) }

func (s *Section) at(w form.Word) form.Spot {
	if w.Line != 0 {
		return w.Spot
	}
	return s.Spot
}
