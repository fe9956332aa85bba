package setup

import (
	"context"
	"net/http"
)

// Discord is who is asked.
type Discord interface {
	Do(ctx context.Context, method, path string, in, out any) error
}

// Guild is what is asked of a server to know what the bot may there.
type Guild struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Owner string `json:"owner_id"`
	Roles []Role `json:"roles"`
	Me    struct {
		Roles []string `json:"roles"`
	} `json:"-"`
	self string
}

// Channel is what is asked of a channel.
type Channel struct {
	ID    string      `json:"id"`
	Guild string      `json:"guild_id"`
	Name  string      `json:"name"`
	Type  int         `json:"type"`
	Flags int         `json:"flags"`
	Over  []Overwrite `json:"permission_overwrites"`
	Tags  []Tag       `json:"available_tags"`
}

// Tag is one that a forum offers.
type Tag struct {
	Name string `json:"name"`
}

// The kinds of channel that cards can stand in.
const (
	text  = 0
	news  = 5
	forum = 15
	media = 16
)

func (c *Channel) forum() bool { return c.Type == forum || c.Type == media }

// Look asks for a server and what the bot, which is self, is there.
func Look(ctx context.Context, d Discord, self, guild string) (*Guild, error) {
	g := &Guild{self: self}
	if err := d.Do(ctx, http.MethodGet, "/guilds/"+guild, nil, g); err != nil {
		return nil, err
	}
	return g, d.Do(ctx, http.MethodGet, "/guilds/"+guild+"/members/"+self, nil, &g.Me)
}

// May is what the bot may in a channel of the server, in bits.
func (g *Guild) May(c Channel) int64 {
	return May(g.ID, g.Owner, g.self, g.Me.Roles, g.Roles, c.Over)
}
