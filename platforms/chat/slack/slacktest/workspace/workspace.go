// Package workspace is what a Slack workspace holds and how it changes: people,
// channels, messages, files, views, and what the app hears of them. Its methods
// are what the app asks for and what people do; they refuse with Slack's codes.
// It knows nothing of HTTP or WebSockets: whoever carries deliveries is given.
package workspace

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Refusal is Slack saying no, with its code and what it adds.
type Refusal struct {
	Code  string
	Extra map[string]any
}

func (r *Refusal) Error() string { return r.Code }

func refuse(code string) error { return &Refusal{Code: code} }

// badBlocks refuses with what is wrong where.
func badBlocks(code string, faults []string) error {
	return &Refusal{Code: code, Extra: map[string]any{"response_metadata": map[string]any{"messages": faults}}}
}

// App is who the app is in the workspace. Token is the old verification token.
type App struct{ ID, BotID, UserID, Name, Token string }

// Workspace is one workspace with one app in it. It is safe for concurrent use.
type Workspace struct {
	ID, Name, Domain string
	App              App

	now  func() time.Time
	base func() string

	mu       sync.Mutex
	deliver  func(Delivery)
	pending  []Delivery
	scopes   []string
	deaf     []string // events that the app did not subscribe to
	users    []*User
	groups   []*Group
	channels []*Channel
	whispers []*Message
	files    []*File
	views    []*View
	triggers map[string]*trigger
	hooks    map[string]*hook
	stamp    int64
	serial   int
}

// DefaultScopes are what the app may do unless said otherwise.
var DefaultScopes = []string{
	"app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "chat:write.public",
	"commands", "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:read", "im:write",
	"mpim:history", "mpim:read", "pins:write", "reactions:read", "reactions:write", "team:read", "usergroups:read",
	"users:read",
}

// New returns a workspace with the app and nobody else in it. Now is its clock;
// base is the address under which its hooks and files are reached, without a
// slash at the end.
func New(now func() time.Time, base func() string) *Workspace {
	w := &Workspace{
		ID: "T0PONTE", Name: "Ponte's", Domain: "ponte",
		App: App{ID: "A0PONTE", BotID: "B0PONTE", UserID: "U0PONTE", Name: "ponte", Token: "verification"},
		now: now, base: base, deliver: func(Delivery) {},
		scopes: slices.Clone(DefaultScopes), triggers: map[string]*trigger{}, hooks: map[string]*hook{},
	}
	w.users = append(w.users, &User{ID: w.App.UserID, Handle: w.App.Name, Name: "Ponte", Bot: true})
	return w
}

// Carry says who carries what the app is to hear.
func (w *Workspace) Carry(deliver func(Delivery)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deliver = deliver
}

// Grant sets what the app may do.
func (w *Workspace) Grant(scopes ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scopes = scopes
}

// Scopes lists what the app may do.
func (w *Workspace) Scopes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.scopes)
}

// Unsubscribe keeps events of these types from the app.
func (w *Workspace) Unsubscribe(types ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = append(w.deaf, types...)
}

// locked runs one change and then hands on what the app is to hear of it.
func locked[T any](w *Workspace, change func() (T, error)) (T, error) {
	w.mu.Lock()
	got, err := change()
	pending, deliver := w.pending, w.deliver
	w.pending = nil
	w.mu.Unlock()
	for _, d := range pending {
		deliver(d)
	}
	return got, err
}

// id makes a name with a letter in front, as Slack's are.
func (w *Workspace) id(letter string) string {
	w.serial++
	return fmt.Sprintf("%s%09X", letter, 0xA0000+w.serial)
}

// ts makes the next time stamp: microseconds that always rise.
func (w *Workspace) ts() string {
	w.stamp = max(w.stamp+1, w.now().UnixMicro())
	return fmt.Sprintf("%d.%06d", w.stamp/1e6, w.stamp%1e6)
}

// User is a person or a bot. Guest is somebody of another organisation, here by
// Slack Connect.
type User struct {
	ID, Handle, Name string
	Bot, Guest, Gone bool
}

// Group is a user group.
type Group struct {
	ID, Handle string
	Users      []string
}

// Channel is a channel or a direct message, which has a user and no name.
type Channel struct {
	ID, Name, User            string
	Private, Archived, Shared bool
	members                   []string
	log                       []*Message
	pins                      []string
}

// AddUser lets somebody into the workspace.
func (w *Workspace) AddUser(u User) User {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u.ID == "" {
		u.ID = w.id("U")
	}
	if u.Handle == "" {
		u.Handle = strings.ToLower(strings.ReplaceAll(u.Name, " ", "."))
	}
	w.users = append(w.users, &u)
	return u
}

// AddGroup makes a user group.
func (w *Workspace) AddGroup(handle string, users ...string) Group {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := &Group{ID: w.id("S"), Handle: handle, Users: users}
	w.groups = append(w.groups, g)
	return *g
}

// AddChannel opens a channel with these members.
func (w *Workspace) AddChannel(name string, private bool, members ...string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &Channel{ID: w.id("C"), Name: strings.TrimPrefix(name, "#"), Private: private, members: members}
	w.channels = append(w.channels, c)
	return c.ID
}

// ChangeUser changes what somebody is.
func (w *Workspace) ChangeUser(id string, change func(*User)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.user(id)
	if u == nil {
		return refuse("user_not_found")
	}
	change(u)
	return nil
}

func (w *Workspace) user(id string) *User {
	return first(w.users, func(u *User) bool { return u.ID == id })
}

func (w *Workspace) channel(id string) *Channel {
	return first(w.channels, func(c *Channel) bool { return c.ID == id })
}

// UserNamed and ChannelNamed find by what people say; they return "" for who
// is not there.
func (w *Workspace) UserNamed(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	name = strings.TrimPrefix(name, "@")
	if u := first(w.users, func(u *User) bool { return u.Name == name || u.Handle == name || u.ID == name }); u != nil {
		return u.ID
	}
	return ""
}

// ChannelNamed finds a channel by its name, with or without #, or its id.
func (w *Workspace) ChannelNamed(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	name = strings.TrimPrefix(name, "#")
	if c := first(w.channels, func(c *Channel) bool { return c.ID == name || c.Name == name && name != "" }); c != nil {
		return c.ID
	}
	return ""
}

// Called tells what people see in place of an id.
func (w *Workspace) Called(id string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.user(id); u != nil {
		return u.Name
	}
	if c := w.channel(id); c != nil {
		return c.Name
	}
	if g := first(w.groups, func(g *Group) bool { return g.ID == id }); g != nil {
		return g.Handle
	}
	return id
}

func first[T any](all []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i]
	}
	return nil
}

func (c *Channel) holds(user string) bool { return slices.Contains(c.members, user) }

// prefix is the family of scopes and of message events that a channel is in.
func (c *Channel) prefix() string {
	switch {
	case c.User != "":
		return "im"
	case c.Private:
		return "groups"
	}
	return "channels"
}
