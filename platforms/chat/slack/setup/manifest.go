// Package setup is what is done about Slack before Ponte runs: it writes the
// manifest that the app is made from, and tries what the configuration names. It
// posts nothing. It knows the Web API and what commands there are.
package setup

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/slack-go/slack"

	"ponte/bot/act"
	"ponte/bot/card"
)

// Scopes are the permissions that Ponte needs of a workspace.
var Scopes = []string{
	"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write", "groups:history",
	"groups:read", "im:history", "reactions:read", groupScope, "users:read",
}

// groupScope is needed where a user group gives roles.
const groupScope = "usergroups:read"

// events are what Ponte hears of.
var events = []string{
	"app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_deleted", "channel_id_changed", "channel_left", "channel_rename",
	"channel_unarchive", "group_archive", "group_deleted", "group_left", "group_rename", "group_unarchive", "member_joined_channel", "message.channels",
	"message.groups", "message.im", "reaction_added", "reaction_removed", "tokens_revoked",
}

// shortcuts are what can be done with any message: commands that open a form, into
// which the message's text goes, or that keep the message.
var shortcuts = []struct{ callback, name, about string }{
	{"reply", "slack.shortcut", "slack.shortcut_about"},
	{"timeline_add", "slack.shortcut_timeline", "slack.shortcut_timeline_about"},
	{"post", "slack.shortcut_post", "slack.shortcut_post_about"},
}

// Slack's limits on a manifest, in characters.
const (
	maxHint     = 1000
	maxAbout    = 140
	shortHint   = 5 // commands named in the hint
	bridgeColor = "#1f5f8b"
)

// Manifest writes the manifest of the app, in YAML: to be pasted where Slack asks
// for one, as no bot token may register a command. With an address it is reached there by HTTP; without one by WebSocket.
func Manifest(commands []act.Command, words card.Printer, address string) ([]byte, error) {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	hint := strings.Join(names[:min(len(names), shortHint)], " | ")
	if len(names) > shortHint {
		hint += " | …"
	}
	m := slack.Manifest{
		Metadata: slack.ManifestMetadata{MajorVersion: 1},
		Display:  slack.Display{Name: "Ponte", Description: short(words.Print(card.W("slack.about")), maxAbout), BackgroundColor: bridgeColor},
		Features: slack.Features{
			AppHome: slack.AppHome{HomeTabEnabled: true, MessagesTabEnabled: true},
			BotUser: slack.BotUser{DisplayName: "Ponte", AlwaysOnline: true},
			SlashCommands: []slack.ManifestSlashCommand{{
				Command: "/ponte", Description: words.Print(card.W("slack.command_about")), UsageHint: short(hint, maxHint), ShouldEscape: true, Url: address,
			}},
		},
		OAuthConfig: slack.OAuthConfig{Scopes: slack.OAuthScopes{Bot: Scopes}},
		Settings: slack.Settings{
			EventSubscriptions: &slack.EventSubscriptions{RequestUrl: address, BotEvents: events},
			Interactivity:      &slack.Interactivity{IsEnabled: true, RequestUrl: address},
			SocketModeEnabled:  address == "",
		},
	}
	for _, s := range shortcuts {
		if command, _, _ := strings.Cut(s.callback, "_"); slices.Contains(names, command) {
			m.Features.Shortcuts = append(m.Features.Shortcuts, slack.Shortcut{
				Name: words.Print(card.W(s.name)), Description: words.Print(card.W(s.about)), CallbackID: s.callback, Type: slack.MessageShortcut,
			})
		}
	}
	return yaml.Marshal(m)
}

// short returns at most n characters.
func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
