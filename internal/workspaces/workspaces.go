// Package workspaces reads what ponte.yaml says of Slack: which workspaces there are,
// what opens them, and how what people do there reaches Ponte. It knows the form of
// a token and of an id, and asks Slack nothing.
package workspaces

import (
	"regexp"
	"slices"
	"strings"

	"ponte/internal/form"
	"ponte/platforms/chat/slack"
)

// Section is the part of the file that is about Slack.
type Section struct {
	form.Spot
	transport, api form.Word
	list           []*workspace
}

// Called is what faults call the section.
func (*Section) Called() string { return "Slack" }

// The ways by which what people do reaches Ponte.
const (
	socket  = "socket"
	overWeb = "http"
)

// Keys is the section's table.
func (s *Section) Keys() []form.Key {
	return []form.Key{
		form.Usual("transport", socket, "How what people do in Slack reaches Ponte: `socket` over connections that Ponte opens, so that nothing of it has to be reachable; `http` by signed requests to `/slack/` on the public side.", form.Choice(&s.transport, socket, overWeb)),
		form.Free("api_url", "The Web API of a proxy or of a compatible server. Usually Slack's own. A change needs a restart.", form.Server(&s.api, "https://slack.com/api/")),
		form.Needed("workspaces", "The workspaces. The first one, or the last one taken out, needs a restart.", form.Objects(&s.list, "workspaces")),
	}
}

// A workspace is one installation of the Slack app.
type workspace struct {
	form.Spot
	id, bot, app, signing form.Word
}

// Called is what faults call a workspace.
func (*workspace) Called() string { return "a workspace" }

// Keys is a workspace's table.
func (w *workspace) Keys() []form.Key {
	return []form.Key{
		form.Needed("id", "Its id, which begins with T. It stays the same, also when the app is installed anew.", form.Matching(&w.id, `the id of a workspace, such as "T012AB3CD"`, teamForm)),
		form.Needed("bot_token", "Secret that begins with `xoxb-`, of the app's installation there.", form.Secret(&w.bot)),
		form.Free("app_token", "With `transport: socket`: secret that begins with `xapp-`, of the app. Workspaces may share it.", form.Secret(&w.app)),
		form.Free("signing_secret", "With `transport: http`: what Slack signs its requests with. Workspaces may share it.", form.Secret(&w.signing)),
	}
}

// Forms of Slack's ids.
const (
	teamID    = `T[A-Z0-9]{2,20}`
	channelID = `[CG][A-Z0-9]{2,20}`
	userID    = `[UW][A-Z0-9]{2,20}`
	groupID   = `S[A-Z0-9]{2,20}`
)

// Room, User and Group are how a channel, a person and a user group of Slack are
// written, WORKSPACE/ID.
const (
	Room  = slack.Platform + `/` + teamID + `/` + channelID
	User  = slack.Platform + `/` + teamID + `/` + userID
	Group = slack.Platform + `/` + teamID + `/` + groupID
)

var teamForm = regexp.MustCompile(`^` + teamID + `$`)

// Check tells what is wrong between the section's values.
func (s *Section) Check(r *form.Reader) {
	seen := map[string]bool{}
	for _, w := range s.list {
		if w.id.OK && seen[w.id.Text] {
			r.Fault(w.id.Spot, "the workspace "+form.Quote(w.id.Text)+" a second time", "each workspace once, with one app")
		}
		seen[w.id.Text] = true
		s.begins(r, w.bot, "xoxb-", "a bot token, which begins with xoxb-")
		s.begins(r, w.app, "xapp-", "an app token, which begins with xapp-")
		if s.transport.OK {
			s.reached(r, w)
		}
	}
}

// begins is a fault when a token of Slack's own is one of another kind.
func (s *Section) begins(r *form.Reader, token form.Word, with, want string) {
	if token.OK && s.api.Line == 0 && !strings.HasPrefix(token.Text, with) {
		r.Fault(token.Spot, "a secret of another kind", want)
	}
}

// reached is a fault unless a workspace has what its transport takes, and that only.
func (s *Section) reached(r *form.Reader, w *workspace) {
	needs, other := w.app, w.signing
	named, otherwise := "app_token", "signing_secret"
	if s.transport.Text == overWeb {
		needs, other, named, otherwise = other, needs, otherwise, named
	}
	if needs.Line == 0 {
		r.Fault(w.Spot, "a workspace without "+named, named+" beside its bot_token: transport is "+s.transport.Text)
	}
	if other.Line != 0 {
		r.Fault(other.Spot, otherwise+" with transport "+s.transport.Text, "no such key, or another transport")
	}
}

// Known lists the ids of the workspaces.
func (s *Section) Known() (ids []string) {
	for _, w := range s.list {
		if w.id.OK && !slices.Contains(ids, w.id.Text) {
			ids = append(ids, w.id.Text)
		}
	}
	return ids
}

// Build is the workspaces of a section without faults, and the address of the Web
// API; empty: Slack's own.
func (s *Section) Build() (all []slack.Workspace, api string) {
	for _, w := range s.list {
		all = append(all, slack.Workspace{ID: w.id.Text, BotToken: w.bot.Text, AppToken: w.app.Text, SigningSecret: w.signing.Text})
	}
	if api = s.api.Text; api != "" {
		api = strings.TrimRight(api, "/") + "/"
	}
	return all, api
}

// At is where the address of the Web API stands, or else the section.
func (s *Section) At() form.Spot {
	if s.api.Line != 0 {
		return s.api.Spot
	}
	return s.Spot
}
