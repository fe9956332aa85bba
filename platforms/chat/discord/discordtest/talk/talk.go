// Package talk is what is said in the channels of Discord's servers: messages
// with their files, mentions and pins, threads and posts of forums, reactions.
// Its methods are what the app asks for; they refuse with Discord's codes.
package talk

import (
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
)

// Talk is all that is said.
type Talk struct {
	*guild.Ground
	oldEdits map[string][]time.Time
	edits    int
	files    map[string]*guild.File
	nonces   map[string]*guild.Message
}

// New returns a talk in which nothing was said.
func New(g *guild.Ground) *Talk {
	return &Talk{Ground: g, oldEdits: map[string][]time.Time{}, edits: OldEdits, files: map[string]*guild.File{}, nonces: map[string]*guild.Message{}}
}

// OldEdits is how many edits a channel takes in an hour of messages that are
// older than an hour, unless a test says otherwise.
const OldEdits = 60

// LimitOldEdits says how many edits of old messages a channel takes in an hour.
func (w *Talk) LimitOldEdits(n int) {
	w.Lock()
	defer w.Unlock()
	w.edits = n
}
