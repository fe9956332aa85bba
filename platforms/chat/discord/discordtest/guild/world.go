// Package guild is what everything in Discord stands on: servers with their
// people and roles, what each of them may by bit and by channel, channels and
// threads, and the app. It refuses with Discord's codes. It holds messages but
// does not know what is done with them.
package guild

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// Obj is a JSON object.
type Obj = shape.Obj

// Intents that events need.
const (
	IntentGuilds         = 1 << 0
	IntentMembers        = 1 << 1
	IntentMessages       = 1 << 9
	IntentReactions      = 1 << 10
	IntentDirect         = 1 << 12
	IntentDirectReaction = 1 << 13
	IntentContent        = 1 << 15
)

// Event is what the app is told over the gateway.
type Event struct {
	Type    string
	Data    Obj
	Intent  int  // the intent that it needs; 0: none
	Content bool // its text is only for who has the intent for content
}

// App is the app and what its owner switched on for it.
type App struct {
	ID, Name string
	User     string // the bot's id
	Content  bool   // the intent for content is switched on
	Members  bool   // the intent for members is switched on
}

// User is somebody, in any server.
type User struct {
	ID, Name string
	Bot      bool
	Locale   string // empty: en-US
}

// Member is somebody in a server.
type Member struct {
	User, Nick string
	Roles      []string
	Joined     time.Time
}

// Role is a role of a server. That of everybody has the server's id.
type Role struct {
	ID, Name    string
	Perms       uint64
	Mentionable bool
	Managed     bool
}

// Guild is a server.
type Guild struct {
	ID, Name, Owner string
	Roles           []*Role
	Members         []*Member
	ThreadCap       int // how many threads may be active
	Out             bool
	BotRole         string
	Emojis          map[string]string // names of its own emoji by id
}

// Ground is what everything stands on. Its exported methods hold it while they
// work, but for those that answer a room above that holds it already: these say
// so, or take and return what is held.
type Ground struct {
	sync.Mutex
	Now  func() time.Time
	Base func() string
	Tell func(Event)
	Self App

	Users   map[string]*User
	Servers []*Guild
	Rooms   map[string]*Channel
	Order   []string // channels as they were made
	last    uint64
	active  map[string]map[string]*Channel // threads that are not archived, by server
}

// New returns a ground with the app and nobody else on it.
func New(now func() time.Time, base func() string) *Ground {
	w := &Ground{
		Now: now, Base: base, Tell: func(Event) {}, Users: map[string]*User{}, Rooms: map[string]*Channel{}, active: map[string]map[string]*Channel{},
	}
	w.Self = App{ID: w.NewID(), Name: "Ponte", Content: true, Members: true}
	bot := &User{ID: w.NewID(), Name: "Ponte", Bot: true}
	w.Self.User, w.Users[bot.ID] = bot.ID, bot
	return w
}

// Carry says who carries events. It is called with the world held, in order.
func (w *Ground) Carry(tell func(Event)) { w.Tell = tell }

// epoch is when Discord's ids begin.
const epoch = 1_420_070_400_000

// NewID is an id as Discord makes them: the time, and a number that never falls.
func (w *Ground) NewID() string {
	at := uint64(max(w.Now().UnixMilli()-epoch, 1)) << 22
	w.last = max(w.last+1, at)
	return strconv.FormatUint(w.last, 10)
}

// Before tells whether an id is older than another.
func Before(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// App is the app as it is.
func (w *Ground) App() App {
	w.Lock()
	defer w.Unlock()
	return w.Self
}

// ChangeApp changes what its owner switched on.
func (w *Ground) ChangeApp(change func(*App)) {
	w.Lock()
	defer w.Unlock()
	change(&w.Self)
}

// AddGuild opens a server with the app in it, as it is invited with everything
// that it asks for.
func (w *Ground) AddGuild(name string) string {
	w.Lock()
	defer w.Unlock()
	owner := &User{ID: w.NewID(), Name: "Owner of " + name}
	w.Users[owner.ID] = owner
	g := &Guild{ID: w.NewID(), Name: name, Owner: owner.ID, ThreadCap: 1000, BotRole: w.NewID(), Emojis: map[string]string{}}
	g.Roles = []*Role{{ID: g.ID, Name: "@everyone", Perms: Everyone}, {ID: g.BotRole, Name: w.Self.Name, Perms: Invited, Managed: true}}
	g.Members = []*Member{{User: owner.ID, Joined: w.Now()}, {User: w.Self.User, Roles: []string{g.BotRole}, Joined: w.Now()}}
	w.Servers = append(w.Servers, g)
	w.Tell(Event{Type: "GUILD_CREATE", Data: w.guildJSON(g, true), Intent: IntentGuilds})
	return g.ID
}

// AddUser lets somebody into a server.
func (w *Ground) AddUser(guild, name string) string {
	w.Lock()
	defer w.Unlock()
	u := &User{ID: w.NewID(), Name: name}
	w.Users[u.ID] = u
	w.join(w.Server(guild), u.ID)
	return u.ID
}

func (w *Ground) join(g *Guild, user string) {
	m := &Member{User: user, Joined: w.Now()}
	g.Members = append(g.Members, m)
	w.toldOf(g, "GUILD_MEMBER_ADD", m)
}

func (w *Ground) toldOf(g *Guild, event string, m *Member) {
	data := w.MemberJSON(m)
	data["guild_id"] = g.ID
	if event == "GUILD_MEMBER_REMOVE" {
		data = Obj{"guild_id": g.ID, "user": w.UserJSON(m.User)}
	}
	w.Tell(Event{Type: event, Data: data, Intent: IntentMembers})
}

// Joins lets somebody who is known into another server.
func (w *Ground) Joins(guild, user string) {
	w.Lock()
	defer w.Unlock()
	if g := w.Server(guild); w.Member(g, user) == nil {
		w.join(g, user)
	}
}

// Leaves takes somebody out of a server; the app hears that it was put out.
func (w *Ground) Leaves(guild, user string) {
	w.Lock()
	defer w.Unlock()
	g := w.Server(guild)
	m := w.Member(g, user)
	if m == nil {
		return
	}
	g.Members = slices.DeleteFunc(g.Members, func(o *Member) bool { return o == m })
	if user == w.Self.User {
		g.Out = true
		w.Tell(Event{Type: "GUILD_DELETE", Data: Obj{"id": g.ID}, Intent: IntentGuilds})
		return
	}
	w.toldOf(g, "GUILD_MEMBER_REMOVE", m)
}

// Invites brings the app back into a server.
func (w *Ground) Invites(guild string) {
	w.Lock()
	defer w.Unlock()
	g := w.Server(guild)
	if w.Member(g, w.Self.User) != nil {
		return
	}
	g.Out = false
	g.Members = append(g.Members, &Member{User: w.Self.User, Roles: []string{g.BotRole}, Joined: w.Now()})
	w.Tell(Event{Type: "GUILD_CREATE", Data: w.guildJSON(g, true), Intent: IntentGuilds})
}

// AddRole makes a role.
func (w *Ground) AddRole(guild, name string) string {
	w.Lock()
	defer w.Unlock()
	g := w.Server(guild)
	r := &Role{ID: w.NewID(), Name: name}
	g.Roles = append(g.Roles, r)
	w.Tell(Event{Type: "GUILD_ROLE_CREATE", Data: Obj{"guild_id": g.ID, "role": RoleJSON(r)}, Intent: IntentGuilds})
	return r.ID
}

// ChangeRole changes a role.
func (w *Ground) ChangeRole(guild, role string, change func(*Role)) {
	w.Lock()
	defer w.Unlock()
	g := w.Server(guild)
	if r := g.Role(role); r != nil {
		change(r)
		w.Tell(Event{Type: "GUILD_ROLE_UPDATE", Data: Obj{"guild_id": g.ID, "role": RoleJSON(r)}, Intent: IntentGuilds})
	}
}

// DropRole deletes a role and takes it from everybody.
func (w *Ground) DropRole(guild, role string) {
	w.Lock()
	defer w.Unlock()
	g := w.Server(guild)
	g.Roles = slices.DeleteFunc(g.Roles, func(r *Role) bool { return r.ID == role })
	w.Tell(Event{Type: "GUILD_ROLE_DELETE", Data: Obj{"guild_id": g.ID, "role_id": role}, Intent: IntentGuilds})
	for _, m := range g.Members {
		m.Roles = slices.DeleteFunc(m.Roles, func(id string) bool { return id == role })
	}
}

// ChangeUser changes somebody, without a word to the app.
func (w *Ground) ChangeUser(id string, change func(*User)) {
	w.Lock()
	defer w.Unlock()
	change(w.Users[id])
}

// Nick calls somebody by another name in a server; empty: by their own.
func (w *Ground) Nick(guild, user, name string) {
	w.Lock()
	defer w.Unlock()
	g := w.Server(guild)
	m := w.Member(g, user)
	m.Nick = name
	w.toldOf(g, "GUILD_MEMBER_UPDATE", m)
}

// Outage makes a server unavailable for a while, or available again. The app was
// not put out of it.
func (w *Ground) Outage(guild string, on bool) {
	w.Lock()
	defer w.Unlock()
	g := w.Server(guild)
	if on {
		w.Tell(Event{Type: "GUILD_DELETE", Data: Obj{"id": g.ID, "unavailable": true}, Intent: IntentGuilds})
		return
	}
	w.Tell(Event{Type: "GUILD_CREATE", Data: w.guildJSON(g, true), Intent: IntentGuilds})
}

// Gives gives somebody a role, or takes it away.
func (w *Ground) Gives(guild, user, role string, on bool) {
	w.Lock()
	defer w.Unlock()
	g := w.Server(guild)
	m := w.Member(g, user)
	if m == nil || slices.Contains(m.Roles, role) == on {
		return
	}
	if on {
		m.Roles = append(slices.Clone(m.Roles), role)
	} else {
		m.Roles = slices.DeleteFunc(slices.Clone(m.Roles), func(id string) bool { return id == role })
	}
	w.toldOf(g, "GUILD_MEMBER_UPDATE", m)
}

// ChangeGuild changes what a server is, without a word to the app.
func (w *Ground) ChangeGuild(guild string, change func(*Guild)) {
	w.Lock()
	defer w.Unlock()
	change(w.Server(guild))
}

// Called is what people read of an id: a person, a role, a channel.
func (w *Ground) Called(id string) string {
	w.Lock()
	defer w.Unlock()
	if u := w.Users[id]; u != nil {
		return u.Name
	}
	if c := w.Rooms[id]; c != nil {
		return c.Name
	}
	for _, g := range w.Servers {
		if r := g.Role(id); r != nil {
			return r.Name
		}
	}
	return "unknown"
}

// Guilds lists the servers.
func (w *Ground) Guilds() []Guild {
	w.Lock()
	defer w.Unlock()
	var all []Guild
	for _, g := range w.Servers {
		all = append(all, *g)
	}
	return all
}

// Server is the server with this id. There has to be one.
func (w *Ground) Server(id string) *Guild {
	for _, g := range w.Servers {
		if g.ID == id {
			return g
		}
	}
	panic("no server " + id)
}

// Role is the role with this id; nil: there is none.
func (g *Guild) Role(id string) *Role {
	i := slices.IndexFunc(g.Roles, func(r *Role) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return g.Roles[i]
}

// Member is somebody in a server; nil: they are not in it.
func (w *Ground) Member(g *Guild, user string) *Member {
	i := slices.IndexFunc(g.Members, func(m *Member) bool { return m.User == user })
	if i < 0 {
		return nil
	}
	return g.Members[i]
}

// Stamp is a time as Discord writes it.
func (w *Ground) Stamp(at time.Time) string {
	return at.UTC().Format("2006-01-02T15:04:05.000000+00:00")
}

// UserJSON is somebody as Discord sends them.
func (w *Ground) UserJSON(id string) Obj {
	u := w.Users[id]
	if u == nil {
		return Obj{"id": id, "username": "deleted_user", "discriminator": "0", "global_name": nil, "avatar": nil}
	}
	o := Obj{"id": u.ID, "username": handle(u.Name), "global_name": u.Name, "discriminator": "0", "avatar": nil, "public_flags": 0}
	if u.Bot {
		o["bot"], o["global_name"], o["discriminator"] = true, nil, "1234"
		o["username"] = u.Name
	}
	return o
}

// handle is a name as Discord has them: small letters, digits, points, lines.
func handle(name string) string {
	var b []rune
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			b = append(b, r+'a'-'A')
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.':
			b = append(b, r)
		default:
			b = append(b, '_')
		}
	}
	return string(b)
}

// MemberJSON is somebody of a server as Discord sends them.
func (w *Ground) MemberJSON(m *Member) Obj {
	o := Obj{
		"user": w.UserJSON(m.User), "roles": Anys(m.Roles), "joined_at": w.Stamp(m.Joined), "nick": nil, "avatar": nil,
		"deaf": false, "mute": false, "flags": 0, "pending": false,
	}
	if m.Nick != "" {
		o["nick"] = m.Nick
	}
	return o
}

// RoleJSON is a role as Discord sends it.
func RoleJSON(r *Role) Obj {
	return Obj{
		"id": r.ID, "name": r.Name, "permissions": strconv.FormatUint(r.Perms, 10), "mentionable": r.Mentionable, "managed": r.Managed,
		"color": 0, "hoist": false, "position": 0, "flags": 0,
	}
}

func (w *Ground) guildJSON(g *Guild, all bool) Obj {
	var roles, emojis []any
	for _, r := range g.Roles {
		roles = append(roles, RoleJSON(r))
	}
	for id, name := range g.Emojis {
		emojis = append(emojis, Obj{"id": id, "name": name, "animated": false, "available": true})
	}
	o := Obj{
		"id": g.ID, "name": g.Name, "owner_id": g.Owner, "roles": roles, "emojis": OrNone(emojis), "features": []any{}, "preferred_locale": "en-US",
		"premium_tier": 0, "verification_level": 0, "nsfw_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
		"system_channel_flags": 0, "afk_timeout": 300,
	}
	if !all {
		return o
	}
	channels, threads := []any{}, []any{}
	for _, id := range w.Order {
		c := w.Rooms[id]
		switch {
		case c.Guild != g.ID || c.Gone || w.Sees(w.Self.User, c) != nil:
		case !c.Thread():
			channels = append(channels, w.ChannelJSON(c))
		case !w.Archives(c):
			threads = append(threads, w.ChannelJSON(c))
		}
	}
	members := []any{}
	if me := w.Member(g, w.Self.User); me != nil {
		members = append(members, w.MemberJSON(me))
	}
	for key, value := range (Obj{
		"channels": channels, "threads": threads, "members": members, "member_count": len(g.Members), "joined_at": w.Stamp(w.Now()),
		"large": len(g.Members) > 50, "unavailable": false, "presences": []any{}, "voice_states": []any{},
	}) {
		o[key] = value
	}
	return o
}

// Anys is a list of whatever it holds.
func Anys[T any](l []T) []any {
	all := make([]any, len(l))
	for i, v := range l {
		all[i] = v
	}
	return all
}

// OrNone is a list that is never null in JSON.
func OrNone(l []any) []any {
	if l == nil {
		return []any{}
	}
	return l
}

// Whole checks that an id is one; Discord refuses what is none by its field.
func Whole(key, id string) error {
	if shape.Snowflake(id) {
		return nil
	}
	return shape.Form(shape.Field{Path: key, Code: "NUMBER_TYPE_COERCE", Message: fmt.Sprintf("Value %q is not snowflake.", id)})
}
