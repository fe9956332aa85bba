// Package guild is what Discord holds: servers with their people, roles,
// channels, threads, messages and reactions, an app with its commands, and the
// interactions that people begin. Its methods are what the app asks for and what
// people do; they refuse with Discord's codes. It knows nothing of HTTP or
// WebSockets: who carries its events is given.
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

// World is all of Discord that the app can see. It is safe for concurrent use.
type World struct {
	mu   sync.Mutex
	now  func() time.Time
	base func() string
	tell func(Event)
	app  App
	last uint64

	users    map[string]*User
	guilds   []*Guild
	channels map[string]*Channel
	order    []string // channels as they were made
	commands map[string][]Obj
	creates  map[string][]time.Time
	acts     map[string]*Interaction // by id
	tokens   map[string]*Interaction
	modals   map[string]*Modal
	oldEdits map[string][]time.Time
	edits    int
	files    map[string]*File
	waited   map[<-chan Reply]*Interaction
	nonces   map[string]*Message
	active   map[string]map[string]*Channel // threads that are not archived, by server
}

// OldEdits is how many edits a channel takes in an hour of messages that are
// older than an hour, unless a test says otherwise.
const OldEdits = 60

// New returns a Discord with the app and nobody else. Now is its clock; base is
// the address under which files are reached, without a slash at the end.
func New(now func() time.Time, base func() string) *World {
	w := &World{
		now: now, base: base, tell: func(Event) {}, users: map[string]*User{}, channels: map[string]*Channel{}, commands: map[string][]Obj{},
		creates: map[string][]time.Time{}, acts: map[string]*Interaction{}, tokens: map[string]*Interaction{}, modals: map[string]*Modal{},
		oldEdits: map[string][]time.Time{}, edits: OldEdits, files: map[string]*File{},
		waited: map[<-chan Reply]*Interaction{}, nonces: map[string]*Message{}, active: map[string]map[string]*Channel{},
	}
	w.app = App{ID: w.id(), Name: "Ponte", Content: true, Members: true}
	bot := &User{ID: w.id(), Name: "Ponte", Bot: true}
	w.app.User, w.users[bot.ID] = bot.ID, bot
	return w
}

// Carry says who carries events. It is called with the world held, in order.
func (w *World) Carry(tell func(Event)) { w.tell = tell }

// epoch is when Discord's ids begin.
const epoch = 1_420_070_400_000

// id is an id as Discord makes them: the time, and a number that never falls.
func (w *World) id() string {
	at := uint64(max(w.now().UnixMilli()-epoch, 1)) << 22
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
func (w *World) App() App {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.app
}

// ChangeApp changes what its owner switched on.
func (w *World) ChangeApp(change func(*App)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.app)
}

// LimitOldEdits says how many edits of old messages a channel takes in an hour.
func (w *World) LimitOldEdits(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.edits = n
}

// AddGuild opens a server with the app in it, as it is invited with everything
// that it asks for.
func (w *World) AddGuild(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	owner := &User{ID: w.id(), Name: "Owner of " + name}
	w.users[owner.ID] = owner
	g := &Guild{ID: w.id(), Name: name, Owner: owner.ID, ThreadCap: 1000, BotRole: w.id(), Emojis: map[string]string{}}
	g.Roles = []*Role{{ID: g.ID, Name: "@everyone", Perms: Everyone}, {ID: g.BotRole, Name: w.app.Name, Perms: Invited, Managed: true}}
	g.Members = []*Member{{User: owner.ID, Joined: w.now()}, {User: w.app.User, Roles: []string{g.BotRole}, Joined: w.now()}}
	w.guilds = append(w.guilds, g)
	w.tell(Event{Type: "GUILD_CREATE", Data: w.guildJSON(g, true), Intent: IntentGuilds})
	return g.ID
}

// AddUser lets somebody into a server.
func (w *World) AddUser(guild, name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := &User{ID: w.id(), Name: name}
	w.users[u.ID] = u
	w.join(w.guild(guild), u.ID)
	return u.ID
}

func (w *World) join(g *Guild, user string) {
	m := &Member{User: user, Joined: w.now()}
	g.Members = append(g.Members, m)
	w.toldOf(g, "GUILD_MEMBER_ADD", m)
}

func (w *World) toldOf(g *Guild, event string, m *Member) {
	data := w.memberJSON(m)
	data["guild_id"] = g.ID
	if event == "GUILD_MEMBER_REMOVE" {
		data = Obj{"guild_id": g.ID, "user": w.userJSON(m.User)}
	}
	w.tell(Event{Type: event, Data: data, Intent: IntentMembers})
}

// Joins lets somebody who is known into another server.
func (w *World) Joins(guild, user string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if g := w.guild(guild); w.member(g, user) == nil {
		w.join(g, user)
	}
}

// Leaves takes somebody out of a server; the app hears that it was put out.
func (w *World) Leaves(guild, user string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guild(guild)
	m := w.member(g, user)
	if m == nil {
		return
	}
	g.Members = slices.DeleteFunc(g.Members, func(o *Member) bool { return o == m })
	if user == w.app.User {
		g.Out = true
		w.tell(Event{Type: "GUILD_DELETE", Data: Obj{"id": g.ID}, Intent: IntentGuilds})
		return
	}
	w.toldOf(g, "GUILD_MEMBER_REMOVE", m)
}

// Invites brings the app back into a server.
func (w *World) Invites(guild string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guild(guild)
	if w.member(g, w.app.User) != nil {
		return
	}
	g.Out = false
	g.Members = append(g.Members, &Member{User: w.app.User, Roles: []string{g.BotRole}, Joined: w.now()})
	w.tell(Event{Type: "GUILD_CREATE", Data: w.guildJSON(g, true), Intent: IntentGuilds})
}

// AddRole makes a role.
func (w *World) AddRole(guild, name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guild(guild)
	r := &Role{ID: w.id(), Name: name}
	g.Roles = append(g.Roles, r)
	w.tell(Event{Type: "GUILD_ROLE_CREATE", Data: Obj{"guild_id": g.ID, "role": roleJSON(r)}, Intent: IntentGuilds})
	return r.ID
}

// ChangeRole changes a role.
func (w *World) ChangeRole(guild, role string, change func(*Role)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guild(guild)
	if r := g.role(role); r != nil {
		change(r)
		w.tell(Event{Type: "GUILD_ROLE_UPDATE", Data: Obj{"guild_id": g.ID, "role": roleJSON(r)}, Intent: IntentGuilds})
	}
}

// DropRole deletes a role and takes it from everybody.
func (w *World) DropRole(guild, role string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guild(guild)
	g.Roles = slices.DeleteFunc(g.Roles, func(r *Role) bool { return r.ID == role })
	w.tell(Event{Type: "GUILD_ROLE_DELETE", Data: Obj{"guild_id": g.ID, "role_id": role}, Intent: IntentGuilds})
	for _, m := range g.Members {
		m.Roles = slices.DeleteFunc(m.Roles, func(id string) bool { return id == role })
	}
}

// ChangeUser changes somebody, without a word to the app.
func (w *World) ChangeUser(id string, change func(*User)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w.users[id])
}

// Nick calls somebody by another name in a server; empty: by their own.
func (w *World) Nick(guild, user, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guild(guild)
	m := w.member(g, user)
	m.Nick = name
	w.toldOf(g, "GUILD_MEMBER_UPDATE", m)
}

// Outage makes a server unavailable for a while, or available again. The app was
// not put out of it.
func (w *World) Outage(guild string, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guild(guild)
	if on {
		w.tell(Event{Type: "GUILD_DELETE", Data: Obj{"id": g.ID, "unavailable": true}, Intent: IntentGuilds})
		return
	}
	w.tell(Event{Type: "GUILD_CREATE", Data: w.guildJSON(g, true), Intent: IntentGuilds})
}

// Gives gives somebody a role, or takes it away.
func (w *World) Gives(guild, user, role string, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.guild(guild)
	m := w.member(g, user)
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
func (w *World) ChangeGuild(guild string, change func(*Guild)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w.guild(guild))
}

// Called is what people read of an id: a person, a role, a channel.
func (w *World) Called(id string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.users[id]; u != nil {
		return u.Name
	}
	if c := w.channels[id]; c != nil {
		return c.Name
	}
	for _, g := range w.guilds {
		if r := g.role(id); r != nil {
			return r.Name
		}
	}
	return "unknown"
}

// Guilds lists the servers.
func (w *World) Guilds() []Guild {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Guild
	for _, g := range w.guilds {
		all = append(all, *g)
	}
	return all
}

func (w *World) guild(id string) *Guild {
	for _, g := range w.guilds {
		if g.ID == id {
			return g
		}
	}
	panic("no server " + id)
}

func (g *Guild) role(id string) *Role {
	i := slices.IndexFunc(g.Roles, func(r *Role) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return g.Roles[i]
}

func (w *World) member(g *Guild, user string) *Member {
	i := slices.IndexFunc(g.Members, func(m *Member) bool { return m.User == user })
	if i < 0 {
		return nil
	}
	return g.Members[i]
}

func (w *World) stamp(at time.Time) string {
	return at.UTC().Format("2006-01-02T15:04:05.000000+00:00")
}

func (w *World) userJSON(id string) Obj {
	u := w.users[id]
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

func (w *World) memberJSON(m *Member) Obj {
	o := Obj{
		"user": w.userJSON(m.User), "roles": anys(m.Roles), "joined_at": w.stamp(m.Joined), "nick": nil, "avatar": nil,
		"deaf": false, "mute": false, "flags": 0, "pending": false,
	}
	if m.Nick != "" {
		o["nick"] = m.Nick
	}
	return o
}

func roleJSON(r *Role) Obj {
	return Obj{
		"id": r.ID, "name": r.Name, "permissions": strconv.FormatUint(r.Perms, 10), "mentionable": r.Mentionable, "managed": r.Managed,
		"color": 0, "hoist": false, "position": 0, "flags": 0,
	}
}

func (w *World) guildJSON(g *Guild, whole bool) Obj {
	var roles, emojis []any
	for _, r := range g.Roles {
		roles = append(roles, roleJSON(r))
	}
	for id, name := range g.Emojis {
		emojis = append(emojis, Obj{"id": id, "name": name, "animated": false, "available": true})
	}
	o := Obj{
		"id": g.ID, "name": g.Name, "owner_id": g.Owner, "roles": roles, "emojis": orNone(emojis), "features": []any{}, "preferred_locale": "en-US",
		"premium_tier": 0, "verification_level": 0, "nsfw_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
		"system_channel_flags": 0, "afk_timeout": 300,
	}
	if !whole {
		return o
	}
	channels, threads := []any{}, []any{}
	for _, id := range w.order {
		c := w.channels[id]
		switch {
		case c.Guild != g.ID || c.Gone || w.sees(w.app.User, c) != nil:
		case !c.Thread():
			channels = append(channels, w.channelJSON(c))
		case !w.archived(c):
			threads = append(threads, w.channelJSON(c))
		}
	}
	members := []any{}
	if me := w.member(g, w.app.User); me != nil {
		members = append(members, w.memberJSON(me))
	}
	for key, value := range (Obj{
		"channels": channels, "threads": threads, "members": members, "member_count": len(g.Members), "joined_at": w.stamp(w.now()),
		"large": len(g.Members) > 50, "unavailable": false, "presences": []any{}, "voice_states": []any{},
	}) {
		o[key] = value
	}
	return o
}

func anys[T any](l []T) []any {
	all := make([]any, len(l))
	for i, v := range l {
		all[i] = v
	}
	return all
}

func orNone(l []any) []any {
	if l == nil {
		return []any{}
	}
	return l
}

// whole checks that an id is one; Discord refuses what is none by its field.
func whole(key, id string) error {
	if shape.Snowflake(id) {
		return nil
	}
	return shape.Form(shape.Field{Path: key, Code: "NUMBER_TYPE_COERCE", Message: fmt.Sprintf("Value %q is not snowflake.", id)})
}
