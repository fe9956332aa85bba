// Package chats is the team chats that ponte.yaml can name: how a room, a person and a
// group of each are written, and whether one lies in a chat that is there. What a chat's
// own section says is read elsewhere.
package chats

import (
	"regexp"
	"strings"

	"ponte/internal/form"
	"ponte/internal/servers"
	"ponte/internal/workspaces"
	"ponte/platforms"
	"ponte/platforms/chat/discord"
	"ponte/platforms/chat/slack"
)

// Chats are the sections of a file that are about team chats.
type Chats struct {
	Slack   workspaces.Section
	Discord servers.Section
}

const inConsole = `console/[a-z0-9][a-z0-9._-]{0,63}/[a-z0-9][a-z0-9._-]{0,63}`

var (
	roomForm  = regexp.MustCompile(`^(` + inConsole + `|` + workspaces.Room + `|` + servers.Room + `)$`)
	userForm  = regexp.MustCompile(`^(` + inConsole + `|` + workspaces.User + `|` + servers.User + `)$`)
	groupForm = regexp.MustCompile(`^(` + workspaces.Group + `|` + servers.Group + `)$`)
)

// Room reads a room of team chat.
func Room(into *form.Word) form.Reading { return place(into, "ROOM", "CHANNEL", roomForm) }

// User reads a person of team chat.
func User(into *form.Word) form.Reading { return place(into, "USER", "USER", userForm) }

func place(into *form.Word, ours, theirs string, of *regexp.Regexp) form.Reading {
	return form.Matching(into, `"console/BRAND/`+ours+`" in small letters, digits, dots and dashes, "slack/WORKSPACE/`+theirs+`" by Slack's ids, or "discord/SERVER/`+theirs+`" by Discord's`, of)
}

// Group reads a group that team chat knows.
func Group(into *form.Word) form.Reading {
	return form.Matching(into, `"slack/WORKSPACE/GROUP" by Slack's ids, the group's beginning with S, or "discord/SERVER/ROLE" by Discord's`, groupForm)
}

// Check tells what is wrong within the sections.
func (c *Chats) Check(r *form.Reader) {
	c.Slack.Check(r)
	c.Discord.Check(r)
}

// Within is a fault unless a place is in the brand's own part of the console, or in a
// part of another team chat that is there.
func (c *Chats) Within(r *form.Reader, brand, place form.Word) {
	if !place.OK {
		return
	}
	platform, in, _ := strings.Cut(place.Text, "/")
	space, _, _ := strings.Cut(in, "/")
	part := form.Word{Spot: place.Spot, Text: space, OK: true}
	switch platform {
	case slack.Platform:
		if there := c.Slack.Known(); len(there) > 0 {
			r.Refers(part, "workspace", there)
		} else if c.Slack.Line == 0 {
			r.Fault(place.Spot, form.Quote(place.Text)+", and no Slack", "slack.workspaces with "+form.Quote(space)+" in it")
		}
	case discord.Platform:
		if there := c.Discord.Known(); len(there) > 0 {
			r.Refers(part, "server", there)
		} else if c.Discord.Line == 0 {
			r.Fault(place.Spot, form.Quote(place.Text)+", and no Discord", "discord.guilds with "+form.Quote(space)+" in it")
		}
	default:
		if own := "console/" + brand.Text + "/"; brand.OK && !strings.HasPrefix(place.Text, own) {
			r.Fault(place.Spot, form.Quote(place.Text)+", which is of another brand", form.Quote(own+"NAME"))
		}
	}
}

// Build is how the chats of sections without faults are reached.
func (c *Chats) Build() (s platforms.Slack, d platforms.Discord) {
	s.Workspaces, s.APIURL = c.Slack.Build()
	d.Bot, d.APIURL, d.GatewayURL = c.Discord.Build()
	return s, d
}
