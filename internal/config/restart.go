package config

import (
	"strconv"

	"ponte/internal/form"
)

// A fixed value is one that a running Ponte cannot change.
type fixed struct {
	form.Spot
	key, value string
}

func fixedOf(d *document, cfg *Config) []fixed {
	square := d.Spot
	for _, b := range d.brands {
		for _, a := range b.accounts {
			if a.id.Text == string(cfg.Square) {
				square = a.id.Spot
			}
		}
	}
	return []fixed{
		{d.data.Spot, "data", cfg.Data},
		{d.console.listen.Spot, "console.listen", cfg.Console},
		{d.console.token.Spot, "console.token", cfg.Token},
		{d.public.listen.Spot, "public.listen", cfg.Public},
		{d.public.address.Spot, "public.address", cfg.Address},
		{d.log.format.Spot, "log.format", strconv.FormatBool(cfg.JSON)},
		{d.limits.Spot, "limits.square_writes_per_minute", strconv.FormatFloat(cfg.Writes, 'g', -1, 64)},
		{d.limits.Spot, "limits.store_max_size", strconv.FormatInt(cfg.MaxStore, 10)},
		{d.chats.Slack.Spot, "whether there is Slack", strconv.FormatBool(len(cfg.Slack.Workspaces) > 0)},
		{d.chats.Slack.At(), "slack.api_url", cfg.Slack.APIURL},
		{d.chats.Discord.Spot, "whether there is Discord", strconv.FormatBool(cfg.Discord.Bot.Token != "")},
		{d.chats.Discord.API(), "discord.api_url", cfg.Discord.APIURL},
		{d.chats.Discord.Gateway(), "discord.gateway_url", cfg.Discord.GatewayURL},
		{square, "the square's account", string(cfg.Square)},
	}
}

// NeedsRestart names, as faults of the next configuration, what differs in it
// from this one and cannot change while Ponte runs. It is nil when all can.
func (c *Config) NeedsRestart(next *Config) form.Faults {
	var out form.Faults
	for i, f := range next.fixed {
		if f.value != c.fixed[i].value {
			out = append(out, form.Fault{
				File: next.File, Line: f.Line, Column: f.Column,
				Found: "another value of " + f.key, Expected: "the one that Ponte started with; a restart takes this one in",
			})
		}
	}
	out.Sort()
	return out
}
