package guild

import (
	"slices"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// Inside finds a server that the app is in.
func (w *Ground) Inside(id string) (*Guild, error) {
	if err := Whole("guild_id", id); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(w.Servers, func(g *Guild) bool { return g.ID == id })
	if i < 0 || w.Servers[i].Out {
		return nil, UnknownGuild
	}
	return w.Servers[i], nil
}

// Me is the bot as it gets itself.
func (w *Ground) Me() Obj {
	w.Lock()
	defer w.Unlock()
	return w.UserJSON(w.Self.User)
}

// GetUser is somebody, in whatever server.
func (w *Ground) GetUser(id string) (Obj, error) {
	w.Lock()
	defer w.Unlock()
	if err := Whole("user_id", id); err != nil {
		return nil, err
	}
	if w.Users[id] == nil {
		return nil, UnknownUser
	}
	return w.UserJSON(id), nil
}

// Application is the app as it gets itself; its flags say which intents it has.
func (w *Ground) Application() Obj {
	w.Lock()
	defer w.Unlock()
	flags := 0
	if w.Self.Members {
		flags |= 1 << 15
	}
	if w.Self.Content {
		flags |= 1 << 19
	}
	return Obj{
		"id": w.Self.ID, "name": w.Self.Name, "description": "", "bot_public": true, "bot_require_code_grant": false, "flags": flags,
		"bot": w.UserJSON(w.Self.User), "approximate_guild_count": len(w.Servers), "interactions_endpoint_url": nil,
	}
}

// GetGuild is a server.
func (w *Ground) GetGuild(id string) (Obj, error) {
	w.Lock()
	defer w.Unlock()
	g, err := w.Inside(id)
	if err != nil {
		return nil, err
	}
	return w.guildJSON(g, false), nil
}

// MyGuilds lists the servers that the app is in.
func (w *Ground) MyGuilds() []any {
	w.Lock()
	defer w.Unlock()
	all := []any{}
	for _, g := range w.Servers {
		if !g.Out {
			all = append(all, Obj{"id": g.ID, "name": g.Name, "owner": false, "permissions": "0", "features": []any{}})
		}
	}
	return all
}

// GuildChannels lists the channels of a server, without its threads. It lists
// those too that the app does not see.
func (w *Ground) GuildChannels(id string) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	g, err := w.Inside(id)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, id := range w.Order {
		if c := w.Rooms[id]; c.Guild == g.ID && !c.Thread() && !c.Gone {
			all = append(all, w.ChannelJSON(c))
		}
	}
	return all, nil
}

// GuildRoles lists the roles of a server.
func (w *Ground) GuildRoles(id string) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	g, err := w.Inside(id)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, r := range g.Roles {
		all = append(all, RoleJSON(r))
	}
	return all, nil
}

// GetMember is somebody in a server.
func (w *Ground) GetMember(guild, user string) (Obj, error) {
	w.Lock()
	defer w.Unlock()
	g, err := w.Inside(guild)
	if err != nil {
		return nil, err
	}
	if err := Whole("user_id", user); err != nil {
		return nil, err
	}
	m := w.Member(g, user)
	switch {
	case w.Users[user] == nil:
		return nil, UnknownUser
	case m == nil:
		return nil, UnknownMember
	}
	return w.MemberJSON(m), nil
}

// ListMembers lists who is in a server, after one of them, by id. It needs the
// intent for members.
func (w *Ground) ListMembers(guild, after string, limit int) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	g, err := w.Inside(guild)
	if err != nil {
		return nil, err
	}
	if !w.Self.Members {
		return nil, MissingAccess
	}
	all := []any{}
	for _, m := range slices.SortedFunc(slices.Values(g.Members), func(a, b *Member) int {
		if Before(a.User, b.User) {
			return -1
		}
		return 1
	}) {
		if (after == "" || Before(after, m.User)) && len(all) < limit {
			all = append(all, w.MemberJSON(m))
		}
	}
	return all, nil
}

// OpenDM opens the direct messages with somebody for the app.
func (w *Ground) OpenDM(user string) (Obj, error) {
	w.Lock()
	defer w.Unlock()
	if w.Users[user] == nil || w.Users[user].Bot {
		return nil, shape.No(400, 50033, "Invalid Recipient(s)")
	}
	return w.ChannelJSON(w.DirectWith(user)), nil
}

// DirectWith is the channel of the direct messages with somebody.
func (w *Ground) DirectWith(user string) *Channel {
	for _, id := range w.Order {
		if c := w.Rooms[id]; c.Type == DM && slices.Contains(c.Recipients, user) {
			return c
		}
	}
	c := &Channel{ID: w.NewID(), Type: DM, Recipients: []string{user}}
	w.Put(c)
	return c
}

// Begin says what a session begins with, and begins it with the world held, so
// that no event falls between the two.
func (w *Ground) Begin(begin func(ready Obj, guilds []Obj)) {
	w.Lock()
	defer w.Unlock()
	absent := []any{}
	var guilds []Obj
	for _, g := range w.Servers {
		if !g.Out {
			absent = append(absent, Obj{"id": g.ID, "unavailable": true})
			guilds = append(guilds, w.guildJSON(g, true))
		}
	}
	begin(Obj{"v": 10, "user": w.UserJSON(w.Self.User), "guilds": absent, "application": Obj{"id": w.Self.ID, "flags": 0}, "private_channels": []any{}}, guilds)
}
