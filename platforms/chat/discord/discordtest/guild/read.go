package guild

import (
	"slices"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// inside finds a server that the app is in.
func (w *World) inside(id string) (*Guild, error) {
	if err := whole("guild_id", id); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(w.guilds, func(g *Guild) bool { return g.ID == id })
	if i < 0 || w.guilds[i].Out {
		return nil, unknownGuild
	}
	return w.guilds[i], nil
}

// Me is the bot as it gets itself.
func (w *World) Me() Obj {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.userJSON(w.app.User)
}

// GetUser is somebody, in whatever server.
func (w *World) GetUser(id string) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := whole("user_id", id); err != nil {
		return nil, err
	}
	if w.users[id] == nil {
		return nil, unknownUser
	}
	return w.userJSON(id), nil
}

// Application is the app as it gets itself; its flags say which intents it has.
func (w *World) Application() Obj {
	w.mu.Lock()
	defer w.mu.Unlock()
	flags := 0
	if w.app.Members {
		flags |= 1 << 15
	}
	if w.app.Content {
		flags |= 1 << 19
	}
	return Obj{
		"id": w.app.ID, "name": w.app.Name, "description": "", "bot_public": true, "bot_require_code_grant": false, "flags": flags,
		"bot": w.userJSON(w.app.User), "approximate_guild_count": len(w.guilds), "interactions_endpoint_url": nil,
	}
}

// GetGuild is a server.
func (w *World) GetGuild(id string) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.inside(id)
	if err != nil {
		return nil, err
	}
	return w.guildJSON(g, false), nil
}

// MyGuilds lists the servers that the app is in.
func (w *World) MyGuilds() []any {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := []any{}
	for _, g := range w.guilds {
		if !g.Out {
			all = append(all, Obj{"id": g.ID, "name": g.Name, "owner": false, "permissions": "0", "features": []any{}})
		}
	}
	return all
}

// GuildChannels lists the channels of a server, without its threads. It lists
// those too that the app does not see.
func (w *World) GuildChannels(id string) ([]any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.inside(id)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, id := range w.order {
		if c := w.channels[id]; c.Guild == g.ID && !c.Thread() && !c.Gone {
			all = append(all, w.channelJSON(c))
		}
	}
	return all, nil
}

// GuildRoles lists the roles of a server.
func (w *World) GuildRoles(id string) ([]any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.inside(id)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, r := range g.Roles {
		all = append(all, roleJSON(r))
	}
	return all, nil
}

// GetMember is somebody in a server.
func (w *World) GetMember(guild, user string) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.inside(guild)
	if err != nil {
		return nil, err
	}
	if err := whole("user_id", user); err != nil {
		return nil, err
	}
	m := w.member(g, user)
	switch {
	case w.users[user] == nil:
		return nil, unknownUser
	case m == nil:
		return nil, unknownMember
	}
	return w.memberJSON(m), nil
}

// ListMembers lists who is in a server, after one of them, by id. It needs the
// intent for members.
func (w *World) ListMembers(guild, after string, limit int) ([]any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.inside(guild)
	if err != nil {
		return nil, err
	}
	if !w.app.Members {
		return nil, missingAccess
	}
	all := []any{}
	for _, m := range slices.SortedFunc(slices.Values(g.Members), func(a, b *Member) int {
		if Before(a.User, b.User) {
			return -1
		}
		return 1
	}) {
		if (after == "" || Before(after, m.User)) && len(all) < limit {
			all = append(all, w.memberJSON(m))
		}
	}
	return all, nil
}

// OpenDM opens the direct messages with somebody for the app.
func (w *World) OpenDM(user string) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users[user] == nil || w.users[user].Bot {
		return nil, shape.No(400, 50033, "Invalid Recipient(s)")
	}
	return w.channelJSON(w.direct(user)), nil
}

// direct is the channel of the direct messages with somebody.
func (w *World) direct(user string) *Channel {
	for _, id := range w.order {
		if c := w.channels[id]; c.Type == DM && slices.Contains(c.Recipients, user) {
			return c
		}
	}
	c := &Channel{ID: w.id(), Type: DM, Recipients: []string{user}}
	w.put(c)
	return c
}

// Begin says what a session begins with, and begins it with the world held, so
// that no event falls between the two.
func (w *World) Begin(begin func(ready Obj, guilds []Obj)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	absent := []any{}
	var guilds []Obj
	for _, g := range w.guilds {
		if !g.Out {
			absent = append(absent, Obj{"id": g.ID, "unavailable": true})
			guilds = append(guilds, w.guildJSON(g, true))
		}
	}
	begin(Obj{"v": 10, "user": w.userJSON(w.app.User), "guilds": absent, "application": Obj{"id": w.app.ID, "flags": 0}, "private_channels": []any{}}, guilds)
}
