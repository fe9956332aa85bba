// Package world is all of Discord that one app can see: its servers, what is said
// in them, the app's commands, and what people do to it. Its methods are what the
// app asks for and what people do; they refuse with Discord's codes. It knows
// nothing of HTTP or WebSockets: who carries its events is given.
package world

import (
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/talk"
)

// World is one Discord with one app in it. It is safe for concurrent use.
type World struct {
	*talk.Talk
	commands map[string][]guild.Obj
	creates  map[string][]time.Time
	acts     map[string]*Interaction // by id
	tokens   map[string]*Interaction
	modals   map[string]*Modal
	waited   map[<-chan Reply]*Interaction
}

// New returns a Discord with the app and nobody else. Now is its clock; base is
// the address under which files are reached, without a slash at the end.
func New(now func() time.Time, base func() string) *World {
	return &World{
		Talk: talk.New(guild.New(now, base)), commands: map[string][]guild.Obj{}, creates: map[string][]time.Time{},
		acts: map[string]*Interaction{}, tokens: map[string]*Interaction{}, modals: map[string]*Modal{}, waited: map[<-chan Reply]*Interaction{},
	}
}
