package bot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ponte/bot/hours"
	"ponte/bot/verdict"
)

// BrandID is the short name of a brand in the configuration: "aurora".
type BrandID string

// AccountID names a brand's presence on one platform: "network:aurora".
type AccountID string

// PersonID is the short name of a person in the configuration: "ana".
type PersonID string

// Role is what a person may do in a brand.
type Role string

// The roles. A person may have several; a stranger has none.
const (
	Strategist Role = "strategist" // sets calendar, policies, campaigns
	Manager    Role = "manager"    // replies, drafts, moderates
	Approver   Role = "approver"
	Observer   Role = "observer" // reads and talks along, and decides nothing
)

// Anyone lists every role: what it guards is open to whoever has one at all.
var Anyone = []Role{Strategist, Manager, Approver, Observer}

// Brand is one client. Nothing of one brand is ever visible to, or sent through, another.
type Brand struct {
	ID        BrandID
	Name      string
	Language  Lang
	Zone      string // IANA name, as "Europe/Madrid"
	Hours     hours.Calendar
	Accounts  []Account
	Channels  []Channel
	People    []Person
	Groups    []Group
	Routes    []Route // first match wins; the default channel takes the rest
	Targets   map[Priority]Target
	Undo      time.Duration // how long a reply waits before it goes out
	Grace     time.Duration // how long after its time a reply may still go out
	Folding   Folding
	Approvals Approvals
	Reach     int             // followers from which an author always gets a thread; 0: nobody
	Urgent    verdict.Urgent  // what makes what is said to it urgent
	NeedsAlt  bool            // a picture without a description does not go out
	Results   []time.Duration // after which the numbers of a post are read; empty: 1 h, 24 h, 7 days
}

// Late is how long after its time a post may still go out.
func (b *Brand) Late() time.Duration { return cmp.Or(b.Grace, 30*time.Minute) }

// ReadsAfter is when the numbers of a post are read, after it went out.
func (b *Brand) ReadsAfter() []time.Duration {
	if len(b.Results) > 0 {
		return b.Results
	}
	return []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}
}

// Account is a brand's presence on one social platform.
type Account struct {
	ID       AccountID
	Platform string        // the adapter's name
	Network  string        // as people call it
	Name     string        // as whom the brand speaks there
	Spacing  time.Duration // least time between two posts; closer ones are warned of
	Queue    []Slot        // when its queue goes out
	Refuses  []string      // words that never go out there
}

// Slot is a time of the week at which a queue goes out, in the brand's zone.
type Slot struct {
	Day time.Weekday
	At  int // minutes after midnight
}

// Channel is a room of team chat that belongs to a brand.
type Channel struct {
	ID         string // short name in the configuration: "inbox"
	Platform   string
	Space      string // workspace or server, where the platform has them
	Remote     string // the platform's id of the room
	Default    bool   // takes what no route takes
	Direct     bool   // takes direct messages
	Restricted []Role // who may see it; empty: everybody in the brand
}

// Person is somebody of the brand's team.
type Person struct {
	ID       PersonID
	Name     string
	Roles    []Role
	Language Lang       // empty: the brand's
	Users    []string   // who they are in chat, as "platform/space/user"
	Was      []PersonID // every other id under which they may have done something in the brand
}

// Group is a group of people that team chat knows, a user group or a role there.
// Whoever is in it has its roles in the brand, as long as they are.
type Group struct {
	ID    string // "platform/space/group"
	Roles []Role
}

// Route sends items that match every given condition to a channel.
type Route struct {
	Account  AccountID
	Kind     ItemKind
	Keywords []string // any of them, as whole words, in any case
	Verdict  verdict.Wants
	Channel  string
}

// Target is how soon, in working time, a customer hears from the brand.
type Target struct {
	First time.Duration // the first response of a conversation
	Next  time.Duration // every later one
}

// Folding says when many conversations on one post become one card: After
// conversations opened on it Within a time. After 0 never folds.
type Folding struct {
	After  int
	Within time.Duration
}

// Has reports whether the person has one of the roles.
func (p Person) Has(roles ...Role) bool {
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return slices.Contains(roles, r) })
}

// Speaks returns the language for what only this person sees.
func (b *Brand) Speaks(p Person) Lang { return cmp.Or(p.Language, b.Language, English) }

// Location returns the brand's time zone; UTC when the name is empty or unknown.
func (b *Brand) Location() *time.Location {
	if l, err := time.LoadLocation(b.Zone); err == nil {
		return l
	}
	return time.UTC
}

// Account returns the account with the id.
func (b *Brand) Account(id AccountID) (Account, bool) {
	return find(b.Accounts, func(a Account) bool { return a.ID == id })
}

// Channel returns the channel with the short name.
func (b *Brand) Channel(id string) (Channel, bool) {
	return find(b.Channels, func(c Channel) bool { return c.ID == id })
}

// DecidesIn is the channel where decisions are asked for.
func (b *Brand) DecidesIn() Channel {
	if c, ok := b.Channel(b.Approvals.Channel); ok {
		return c
	}
	return b.RouteFor(&Item{})
}

// AsksIn is the channel where replies in a conversation are decided about: where
// decisions are, unless somebody there may not read the conversation.
func (b *Brand) AsksIn(c *Conversation) Channel {
	of, decides := b.ChannelFor(c), b.DecidesIn()
	outsider := func(r Role) bool { return !slices.Contains(of.Restricted, r) }
	open := len(of.Restricted) > 0 && len(decides.Restricted) == 0
	if c.Private || open || len(of.Restricted) > 0 && slices.ContainsFunc(decides.Restricted, outsider) {
		return of
	}
	return decides
}

// Is reports whether an id is the person's, or was.
func (p Person) Is(id PersonID) bool { return p.ID == id || slices.Contains(p.Was, id) }

// Person returns the person with the id, or else one who had it.
func (b *Brand) Person(id PersonID) (Person, bool) {
	if p, ok := find(b.People, func(p Person) bool { return p.ID == id }); ok {
		return p, true
	}
	return find(b.People, func(p Person) bool { return p.Is(id) })
}

// Whose returns the id that the person of an id has now; of a stranger, the id itself.
func (b *Brand) Whose(id PersonID) PersonID {
	p, _ := b.Person(id)
	return cmp.Or(p.ID, id)
}

// PersonCalled finds a person by id, name or mention, in any case and with or without "@".
func (b *Brand) PersonCalled(name string) (Person, bool) {
	name = strings.TrimPrefix(strings.TrimSpace(name), "@")
	return find(b.People, func(p Person) bool {
		return name != "" && (strings.EqualFold(string(p.ID), name) || strings.EqualFold(p.Name, name))
	})
}

// Sees reports whether the person may see what is said in the channel.
func (c Channel) Sees(p Person) bool {
	return len(p.Roles) > 0 && (len(c.Restricted) == 0 || p.Has(c.Restricted...))
}

// RouteFor returns the channel an item belongs in. Direct messages go to the
// direct channel unless a route names their kind; what no route takes goes to
// the default channel, or to the first when none is marked.
func (b *Brand) RouteFor(it *Item) Channel {
	for _, r := range b.Routes {
		if !r.Takes(it) || (it.Kind == Direct && r.Kind != Direct) {
			continue
		}
		if c, ok := b.Channel(r.Channel); ok {
			return c
		}
	}
	if it.Kind == Direct {
		if c, ok := find(b.Channels, func(c Channel) bool { return c.Direct }); ok {
			return c
		}
	}
	if c, ok := find(b.Channels, func(c Channel) bool { return c.Default }); ok {
		return c
	}
	if len(b.Channels) > 0 {
		return b.Channels[0]
	}
	return Channel{}
}

// ChannelFor returns the channel a conversation belongs in. Where the configuration
// has it no more, that is where one of its kind would go now, so that what is
// private stays among those who read private messages.
func (b *Brand) ChannelFor(c *Conversation) Channel {
	if ch, ok := b.Channel(c.Channel); ok {
		return ch
	}
	it := Item{Account: c.Account, Kind: Comment}
	if c.Private {
		it.Kind = Direct
	}
	return b.RouteFor(&it)
}

// Takes reports whether every condition of the route holds for the item.
func (r Route) Takes(it *Item) bool {
	if r.Account != "" && r.Account != it.Account || r.Kind != "" && r.Kind != it.Kind || !r.Verdict.Fits(it.Verdict) {
		return false
	}
	if len(r.Keywords) == 0 {
		return true
	}
	words := Words(it.Text)
	return slices.ContainsFunc(r.Keywords, func(k string) bool {
		return strings.Contains(words, " "+strings.TrimSpace(Words(k))+" ")
	})
}

func find[T any](in []T, ok func(T) bool) (T, bool) {
	if i := slices.IndexFunc(in, ok); i >= 0 {
		return in[i], true
	}
	var none T
	return none, false
}
