// Package setup is what is done about Discord before Ponte runs: it writes the
// address by which the bot is invited, and tries what the configuration names. It
// posts nothing. It knows Discord's permissions, and what Ponte needs them for.
package setup

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Permission is one of Discord's permissions, as Discord's pages call it, and what
// Ponte needs it for.
type Permission struct {
	Bit  int64
	Name string
	Why  string
}

// Permissions are all that Ponte needs, in the order in which Discord lists them. Not
// among them are Add Reactions, as Ponte puts on none; Mention Everyone, as it pings
// people by name only; Manage Threads, as its own threads are its to change; nor Manage
// and Pin Messages and Bypass Slowmode, as it writes, deletes and waits like anybody.
var Permissions = []Permission{
	{1 << 10, "View Channels", "see the channels of the brands, and what is said in their threads"},
	{1 << 11, "Send Messages", "post cards, and open posts in forums"},
	{1 << 38, "Send Messages in Threads", "write under a card; this does not come with Send Messages"},
	{1 << 35, "Create Public Threads", "open a thread under a card"},
	{1 << 14, "Embed Links", "show cards: to Discord they are embeds"},
	{1 << 15, "Attach Files", "show pictures and charts"},
	{1 << 16, "Read Message History", "find what was said and decided by reaction while Ponte was away, and whether a message is out already"},
}

// Scopes are what the bot is invited with.
var Scopes = []Permission{
	{0, "bot", "be a member of the server"},
	{0, "applications.commands", "offer /ponte there"},
}

// Needed are the bits of all permissions that Ponte needs.
func Needed() (bits int64) {
	for _, p := range Permissions {
		bits |= p.Bit
	}
	return bits
}

// Invite is the address at which somebody who manages a server adds the app's bot to it.
func Invite(clientID string) string {
	var scopes []string
	for _, s := range Scopes {
		scopes = append(scopes, s.Name)
	}
	q := url.Values{"client_id": {clientID}, "permissions": {strconv.FormatInt(Needed(), 10)}, "scope": {strings.Join(scopes, " ")}}
	return "https://discord.com/oauth2/authorize?" + q.Encode()
}

// Missing are the names of the permissions that bits lack.
func Missing(bits int64) (out []string) {
	for _, p := range Permissions {
		if bits&p.Bit == 0 {
			out = append(out, p.Name)
		}
	}
	return out
}

// Role is a role of a server, with what it may.
type Role struct {
	ID    string `json:"id"`
	Perms string `json:"permissions"`
}

// Overwrite is what a channel allows or denies to a role, or to a person.
type Overwrite struct {
	ID    string `json:"id"`
	Type  int    `json:"type"` // 0: a role, 1: a person
	Allow string `json:"allow"`
	Deny  string `json:"deny"`
}

// administrator may everything.
const administrator = 1 << 3

// May says what somebody with these roles may in a channel of a server, in bits.
func May(guild, owner, user string, has []string, roles []Role, over []Overwrite) int64 {
	if owner != "" && owner == user {
		return -1
	}
	var bits int64
	for _, r := range roles {
		if r.ID == guild || slices.Contains(has, r.ID) {
			bits |= number(r.Perms)
		}
	}
	if bits&administrator != 0 {
		return -1
	}
	var allow, deny int64
	for _, o := range over {
		switch {
		case o.Type == 0 && o.ID == guild:
			bits = bits&^number(o.Deny) | number(o.Allow)
		case o.Type == 0 && slices.Contains(has, o.ID):
			allow, deny = allow|number(o.Allow), deny|number(o.Deny)
		}
	}
	bits = bits&^deny | allow
	for _, o := range over {
		if o.Type == 1 && o.ID == user {
			bits = bits&^number(o.Deny) | number(o.Allow)
		}
	}
	return bits
}

// number reads bits as Discord writes them; what cannot be read is none.
func number(s string) int64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return int64(n) //nolint:gosec // bits are bits
}
