// Package ground is what a Slack workspace stands on: who and what is in it, the
// one lock over it, names and time stamps, and what the app is told of changes.
// It knows neither what people and the app may do, nor who carries the news.
package ground

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

// Error is the code.
func (r *Refusal) Error() string { return r.Code }

// Refuse says no with a code.
func Refuse(code string) error { return &Refusal{Code: code} }

// BadBlocks refuses with what is wrong where.
func BadBlocks(code string, faults []string) error {
	return &Refusal{Code: code, Extra: map[string]any{"response_metadata": map[string]any{"messages": faults}}}
}

// App is who the app is in the workspace. Token is the old verification token.
type App struct{ ID, BotID, UserID, Name, Token string }

// Ground is one workspace with one app in it. What it holds is read and changed
// under its lock.
type Ground struct {
	ID, Name, Domain string
	App              App

	Now  func() time.Time
	Base func() string // the address of its hooks and files, without a slash at the end

	mu       sync.Mutex
	People   []*User
	Teams    []*Group
	Rooms    []*Channel
	Whispers []*Message
	Granted  []string // what the app may do
	deaf     []string // events that the app did not subscribe to
	deliver  func(Delivery)
	pending  []Delivery
	stamp    int64
	serial   int
}

// Lock is held by who reads or changes what the workspace holds.
func (w *Ground) Lock() { w.mu.Lock() }

// Unlock lets the next one in.
func (w *Ground) Unlock() { w.mu.Unlock() }

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
func New(now func() time.Time, base func() string) *Ground {
	w := &Ground{
		ID: "T0PONTE", Name: "Ponte's", Domain: "ponte", Now: now, Base: base,
		App:     App{ID: "A0PONTE", BotID: "B0PONTE", UserID: "U0PONTE", Name: "ponte", Token: "verification"},
		deliver: func(Delivery) {}, Granted: slices.Clone(DefaultScopes),
	}
	w.People = append(w.People, &User{ID: w.App.UserID, Handle: w.App.Name, Name: "Ponte", Bot: true})
	return w
}

// Carry says who carries what the app is to hear.
func (w *Ground) Carry(deliver func(Delivery)) {
	w.Lock()
	defer w.Unlock()
	w.deliver = deliver
}

// Grant sets what the app may do.
func (w *Ground) Grant(scopes ...string) {
	w.Lock()
	defer w.Unlock()
	w.Granted = scopes
}

// Scopes lists what the app may do.
func (w *Ground) Scopes() []string {
	w.Lock()
	defer w.Unlock()
	return slices.Clone(w.Granted)
}

// Unsubscribe keeps events of these types from the app.
func (w *Ground) Unsubscribe(types ...string) {
	w.Lock()
	defer w.Unlock()
	w.deaf = append(w.deaf, types...)
}

// Locked runs one change and then hands on what the app is to hear of it.
func Locked[T any](w *Ground, change func() (T, error)) (T, error) {
	w.Lock()
	got, err := change()
	pending, deliver := w.pending, w.deliver
	w.pending = nil
	w.Unlock()
	for _, d := range pending {
		deliver(d)
	}
	return got, err
}

// Queue has the app told of something once the lock is free.
func (w *Ground) Queue(d Delivery) { w.pending = append(w.pending, d) }

// NewID makes a name with a letter in front, as Slack's are.
func (w *Ground) NewID(letter string) string {
	w.serial++
	return fmt.Sprintf("%s%09X", letter, 0xA0000+w.serial)
}

// Stamp makes the next time stamp: microseconds that always rise.
func (w *Ground) Stamp() string {
	w.stamp = max(w.stamp+1, w.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", w.stamp/1e6, w.stamp%1e6)
}

// User is a person or a bot. Guest is somebody of another organisation, here by
// Slack Connect; Restricted is a guest of the workspace's own.
type User struct {
	ID, Handle, Name             string
	Bot, Guest, Gone, Restricted bool
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
	Members                   []string
	Log                       []*Message
	Pins                      []string
}

// AddUser lets somebody into the workspace.
func (w *Ground) AddUser(u User) User {
	w.Lock()
	defer w.Unlock()
	if u.ID == "" {
		u.ID = w.NewID("U")
	}
	if u.Handle == "" {
		u.Handle = strings.ToLower(strings.ReplaceAll(u.Name, " ", "."))
	}
	w.People = append(w.People, &u)
	return u
}

// AddGroup makes a user group.
func (w *Ground) AddGroup(handle string, users ...string) Group {
	w.Lock()
	defer w.Unlock()
	g := &Group{ID: w.NewID("S"), Handle: handle, Users: users}
	w.Teams = append(w.Teams, g)
	return *g
}

// AddChannel opens a channel with these members.
func (w *Ground) AddChannel(name string, private bool, members ...string) string {
	w.Lock()
	defer w.Unlock()
	c := &Channel{ID: w.NewID("C"), Name: strings.TrimPrefix(name, "#"), Private: private, Members: members}
	w.Rooms = append(w.Rooms, c)
	return c.ID
}

// ChangeUser changes what somebody is.
func (w *Ground) ChangeUser(id string, change func(*User)) error {
	w.Lock()
	defer w.Unlock()
	u := w.FindUser(id)
	if u == nil {
		return Refuse("user_not_found")
	}
	change(u)
	return nil
}

// ChangeGroup says who is in a user group from now on.
func (w *Ground) ChangeGroup(id string, users ...string) {
	w.Lock()
	defer w.Unlock()
	if g := First(w.Teams, func(g *Group) bool { return g.ID == id }); g != nil {
		g.Users = users
	}
}

// DropGroup disables a user group.
func (w *Ground) DropGroup(id string) {
	w.Lock()
	defer w.Unlock()
	w.Teams = slices.DeleteFunc(w.Teams, func(g *Group) bool { return g.ID == id })
}

// FindUser finds somebody by id; nil: nobody.
func (w *Ground) FindUser(id string) *User {
	return First(w.People, func(u *User) bool { return u.ID == id })
}

// FindChannel finds a channel by id; nil: none.
func (w *Ground) FindChannel(id string) *Channel {
	return First(w.Rooms, func(c *Channel) bool { return c.ID == id })
}

// UserNamed and ChannelNamed find by what people say; they return "" for who
// is not there.
func (w *Ground) UserNamed(name string) string {
	w.Lock()
	defer w.Unlock()
	name = strings.TrimPrefix(name, "@")
	if u := First(w.People, func(u *User) bool { return u.Name == name || u.Handle == name || u.ID == name }); u != nil {
		return u.ID
	}
	return ""
}

// ChannelNamed finds a channel by its name, with or without #, or its id.
func (w *Ground) ChannelNamed(name string) string {
	w.Lock()
	defer w.Unlock()
	name = strings.TrimPrefix(name, "#")
	if c := First(w.Rooms, func(c *Channel) bool { return c.ID == name || c.Name == name && name != "" }); c != nil {
		return c.ID
	}
	return ""
}

// Called tells what people see in place of an id.
func (w *Ground) Called(id string) string {
	w.Lock()
	defer w.Unlock()
	if u := w.FindUser(id); u != nil {
		return u.Name
	}
	if c := w.FindChannel(id); c != nil {
		return c.Name
	}
	if g := First(w.Teams, func(g *Group) bool { return g.ID == id }); g != nil {
		return g.Handle
	}
	return id
}

// First finds the first that is so; nil: none is.
func First[T any](all []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i]
	}
	return nil
}

// Holds tells whether somebody is a member.
func (c *Channel) Holds(user string) bool { return slices.Contains(c.Members, user) }

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
