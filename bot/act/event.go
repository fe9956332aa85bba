package act

import (
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

// Event is something that came in. The set is closed: Arrived, Commanded,
// Clicked, Submitted, Noted, Reacted, Uploaded, Suggest, Lost, Met, Joined.
type Event interface{ event() }

// Arrived brings what was said on a social platform, in the order in which it
// happened there. The answer's Results has one entry per item.
type Arrived struct {
	Account bot.AccountID
	Items   []Incoming
}

// Incoming is one item, or an edit or a deletion of one, as the platform tells it.
type Incoming struct {
	Kind      bot.ItemKind
	Remote    string
	Author    bot.Author
	Text      string
	URL       string
	Post      string
	InReplyTo string
	Media     []bot.Media
	Rating    int
	CreatedAt time.Time
	Edited    bool // Text is how the item reads now; unknown items are taken in as they read
	Deleted   bool // the item is gone at the source
}

// Result is what became of one incoming item.
type Result string

// The results.
const (
	Accepted  Result = "accepted"
	Duplicate Result = "duplicate"
)

// Scene is who does something in team chat, and where. ID is unique for the
// deed: the same ID twice is the same deed.
type Scene struct {
	ID     string
	Who    bot.Actor
	At     Place
	Thread string // the message whose thread they are in; empty: in the room itself
	On     string // the message that they picked for it, where they did
	Seen   string // the newest message that the person's page showed of the thread or, in none, the newest card of the room; empty where the platform cannot tell
}

// Commanded is a command, by slash or by mention; Text is all behind "/ponte" or "@ponte".
type Commanded struct {
	Scene
	Text     string
	Pictures []string // that came with it, by the hash that Uploaded was answered with
	Named    []Named  // people whom the text mentions
}

// Named is somebody of team chat whom a text mentions.
type Named struct {
	As      string // how they stand in the text: "@Ana Ruiz"
	Who     bot.Actor
	Outside bool // a guest, a bot, or somebody of another organisation: they have no role
	Unknown bool // the chat did not say who they are
}

// Clicked is a press on a button of a card.
type Clicked struct {
	Scene
	Verb     string
	Subject  string
	Revision int
	Value    string // of the choice, where the button is a menu
}

// Submitted is a form that was filled in.
type Submitted struct {
	Scene
	Verb     string
	Subject  string
	Revision int
	Token    string
	Values   map[string]string
}

// Noted is something a person said in team chat. It is internal, always.
type Noted struct {
	Scene
	Ref      string
	Text     string
	Pictures []string // that came with it, by hash
}

// Uploaded is a picture that somebody gives Ponte, for a form that is open or a
// message that follows. The answer's Picture says how it is kept; it belongs to
// nothing until it is named by its hash.
type Uploaded struct {
	Scene
	Data []byte
}

// Reacted is an emoji put on a message, or taken off it.
type Reacted struct {
	Scene
	Ref     string
	Emoji   string
	Removed bool
}

// Suggest asks what could stand in an option of a command while somebody types.
type Suggest struct {
	Scene
	Command string
	Option  string
	Prefix  string
}

// Lost tells that something of Ponte's in team chat is gone, or out of its reach: a
// message, or the room itself when there is no Ref. ID is unique for what happened.
type Lost struct {
	ID    string
	At    Place
	Ref   string
	Under bool       // all that stood in the message's thread is gone with it
	Stays bool       // the message stands there, and cannot be changed any more
	Why   card.Words // of a room: what somebody can do about it
	Now   Place      // of a room: where it goes on, as another one
}

// Met tells in which of the groups that brands give roles to somebody is now: all of
// them, none when they are in none, have left, or are a guest. An adapter whose
// platform tells it with a deed hands it over before the deed.
type Met struct {
	Who    bot.Actor
	Groups []string // as "platform/space/group"
}

// Joined tells that Ponte was added to a room of team chat. ID is unique for what
// happened.
type Joined struct {
	ID string
	At Place
}

func (Arrived) event()   {}
func (Commanded) event() {}
func (Clicked) event()   {}
func (Submitted) event() {}
func (Noted) event()     {}
func (Reacted) event()   {}
func (Uploaded) event()  {}
func (Suggest) event()   {}
func (Lost) event()      {}
func (Met) event()       {}
func (Joined) event()    {}

// Answer is what only the person who did it sees, at once: a word, a form, choices.
type Answer struct {
	Notice  *card.Card
	Form    *card.Form
	Choices []card.Choice
	Results []Result     // of Arrived
	Picture *bot.Picture // of Uploaded
	Refused bool         // the notice says why nothing was done
}

// Command tells an adapter what it must know of a command to offer it.
type Command struct {
	Name     string
	Summary  card.Words
	Options  []Option
	Roles    []bot.Role
	Examples []string // what follows "/ponte "
	InThread bool     // it is about the conversation of the thread it is written in
}

// Option is one argument of a command.
type Option struct {
	Name     string
	Summary  card.Words
	Kind     OptionKind
	Required bool
	Rest     bool // takes all that is left of the line
	Flagged  bool // behind it other options may stand as "--name value"
	Anybody  bool // of a person: also one whom the brand does not know
	Many     bool // it may stand several times, by its name; the value is all of them with spaces between
	Choices  []string
}

// Chosen is what a choice is called. The catalogues keep "other" for a plural.
func Chosen(choice string) card.Words {
	if choice == "other" {
		choice = "rest"
	}
	return card.W("choice." + choice)
}

// OptionKind is what an option takes.
type OptionKind string

// The kinds of option.
const (
	WordOption   OptionKind = "word"
	TextOption   OptionKind = "text"
	PersonOption OptionKind = "person"
	LabelOption  OptionKind = "label"
	SavedOption  OptionKind = "saved"
	TimeOption   OptionKind = "time"
	ChoiceOption OptionKind = "choice"
)
