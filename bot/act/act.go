// Package act holds the contracts between Ponte and the outside world: the acts
// it carries out there, the events that come from there, and what an adapter
// must be able to do. It does no I/O and knows no platform.
package act

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

// Place is where an act happens: a room of team chat, or an account on a social platform.
type Place struct {
	Platform string `json:"platform"`          // the adapter's name
	Space    string `json:"space,omitempty"`   // workspace or server of team chat; the account's id on a social platform
	Channel  string `json:"channel,omitempty"` // room of team chat, as the platform names it
}

// String returns the place as one key.
func (p Place) String() string { return p.Platform + "/" + p.Space + "/" + p.Channel }

// Act is one thing done to the outside world. The set is closed: Send, Edit,
// Reply, Publish, Change, Remove.
type Act interface{ act() }

// Send writes a new message in team chat, in the thread under the message Thread
// when it is set. Mention pings these people, by their ids on the platform; nothing else ever pings.
type Send struct {
	Thread  string    `json:"thread,omitempty"`
	Card    card.Card `json:"card"`
	Mention []string  `json:"mention,omitempty"`
}

// Edit shows a message of ours in team chat anew.
type Edit struct {
	Ref    string    `json:"ref"`
	Thread string    `json:"thread,omitempty"`
	Card   card.Card `json:"card"`
}

// Reply answers an item in public, or in a direct message where Private is set.
type Reply struct {
	To      string `json:"to"`             // the platform's id of the item
	Post    string `json:"post,omitempty"` // the platform's id of the brand's post it stands under
	Text    string `json:"text"`
	Private bool   `json:"private,omitempty"`
	Author  string `json:"author,omitempty"` // the platform's id of who is answered
}

// Publish says something on an account of the brand by itself.
type Publish struct {
	Text     string    `json:"text"`
	Pictures []Picture `json:"pictures,omitempty"`
}

// Picture is an image that a platform is given with a post.
type Picture struct {
	URL  string `json:"url"`            // where it can be fetched while the act is carried
	Hash string `json:"hash,omitempty"` // of one that Ponte keeps, see Media
	Type string `json:"type"`
	Alt  string `json:"alt,omitempty"`
}

// Change edits something we published.
type Change struct {
	Ref     string `json:"ref"`
	Text    string `json:"text"`
	Private bool   `json:"private,omitempty"` // it stands where only the one answered reads it
}

// Remove deletes something we published.
type Remove struct {
	Ref     string `json:"ref"`
	Private bool   `json:"private,omitempty"`
}

func (Send) act()    {}
func (Edit) act()    {}
func (Reply) act()   {}
func (Publish) act() {}
func (Change) act()  {}
func (Remove) act()  {}

// Envelope keeps an act in JSON with its kind. What was read is opened when it is
// asked for: most who read an effect do not need its act, which may be a whole card.
type Envelope struct {
	act  Act
	kept []byte // JSON that was not opened
}

// Seal puts an act into an envelope.
func Seal(a Act) Envelope { return Envelope{act: a} }

// Empty reports whether there is no act.
func (e Envelope) Empty() bool { return e.act == nil && e.kept == nil }

// Kind tells the acts apart without opening them: send, edit, reply, publish, change or
// remove; empty for an empty envelope, and for what is none of them.
func (e Envelope) Kind() string {
	switch e.act.(type) {
	case Send:
		return "send"
	case Edit:
		return "edit"
	case Reply:
		return "reply"
	case Publish:
		return "publish"
	case Change:
		return "change"
	case Remove:
		return "remove"
	}
	raw, err := e.raw()
	if err != nil || opens[raw.Kind] == nil {
		return ""
	}
	return raw.Kind
}

// New reports whether the act makes something that was not there. All others
// are about a message that has a Ref.
func (e Envelope) New() bool {
	return slices.Contains([]string{"send", "reply", "publish"}, e.Kind())
}

// MarshalJSON writes {"kind": …, "act": …}; an empty envelope is null. What is
// not one of the acts by value, a pointer to one say, is an error.
func (e Envelope) MarshalJSON() ([]byte, error) {
	switch {
	case e.act == nil && e.kept != nil:
		return e.kept, nil
	case e.act == nil:
		return []byte("null"), nil
	case e.Kind() == "":
		return nil, fmt.Errorf("act: %T cannot be kept", e.act)
	}
	return json.Marshal(struct {
		Kind string `json:"kind"`
		Act  Act    `json:"act"`
	}{e.Kind(), e.act})
}

// UnmarshalJSON takes what MarshalJSON wrote; Open reads it.
func (e *Envelope) UnmarshalJSON(b []byte) error {
	*e = Envelope{}
	if string(b) != "null" {
		e.kept = bytes.Clone(b)
	}
	return nil
}

// Open returns the act, nil of an empty envelope. An unknown kind is an error.
func (e Envelope) Open() (Act, error) {
	if e.act != nil || e.kept == nil {
		return e.act, nil
	}
	raw, err := e.raw()
	if err != nil {
		return nil, err
	}
	open := opens[raw.Kind]
	if open == nil {
		return nil, fmt.Errorf("act: unknown kind %q", raw.Kind)
	}
	return open(raw.Act)
}

type raw struct {
	Kind string          `json:"kind"`
	Act  json.RawMessage `json:"act"`
}

func (e Envelope) raw() (r raw, err error) {
	if e.kept != nil {
		err = json.Unmarshal(e.kept, &r)
	}
	return r, err
}

var opens = map[string]func([]byte) (Act, error){
	"send": decode[Send], "edit": decode[Edit], "reply": decode[Reply], "publish": decode[Publish], "change": decode[Change], "remove": decode[Remove],
}

func decode[T Act](b []byte) (Act, error) {
	var t T
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, err
	}
	return t, nil
}

// Receipt is what the platform told of an act that happened.
type Receipt struct {
	Ref string `json:"ref"`           // the platform's id of what came to be
	URL string `json:"url,omitempty"` // where people see it
}

// Adapter is a platform: it knows its name and what it can do, and carries acts out.
type Adapter interface {
	Name() string
	Traits(Place) Traits
	Carrier
}

// Carrier makes one attempt at an act and never retries by itself. The key is
// the same in every attempt at the same act. An error's kind says what is known:
// RateLimited and Unavailable prove that nothing happened; Invalid, Denied,
// NotFound and Conflict are the platform's refusal for good; anything else, also
// an untyped error or a time-out, leaves open whether it happened.
type Carrier interface {
	Carry(ctx context.Context, key string, a Act, at Place) (Receipt, error)
}

// Settler can be asked whether an act under a key happened.
type Settler interface {
	Settle(ctx context.Context, key string, a Act, at Place) (Receipt, Finding, error)
}

// Finding is what a Settler found.
type Finding string

// The findings. Absent is a proof, not a guess.
const (
	Found  Finding = "found"
	Absent Finding = "absent"
	Unsure Finding = "unsure"
)

// Reacter can be asked who reacted to a message of team chat, and with what, as it
// shows now. Of a message that is not there the error is NotFound.
type Reacter interface {
	Reactions(ctx context.Context, at Place, ref string) ([]Reaction, error)
}

// Reaction is one person's emoji on a message.
type Reaction struct {
	Who   bot.Actor
	Emoji string
}

// Pin is the reaction that keeps a message on its thread's timeline.
const Pin = "📌"

// Reader can be asked what a message of team chat says. Of one that is not there the
// error is NotFound.
type Reader interface {
	Read(ctx context.Context, at Place, ref string) (Message, error)
}

// Message is what somebody said in team chat.
type Message struct {
	Who    bot.Actor // no User: Ponte
	Text   string
	Thread string // the message it stands under; empty: in the room itself
	At     time.Time
}

// Roster can be asked who is in a group of team chat, "platform/space/group": all who
// are, guests and bots left out. Of a group that is not there the error is NotFound.
// It tells of somebody, "platform/space/user", whether they are no member there: a
// guest, a bot, or gone.
type Roster interface {
	Members(ctx context.Context, group string) ([]bot.Actor, error)
	Outside(ctx context.Context, user string) (bool, error)
}

// Measurer can be asked for the numbers of something that was published. Of what
// is not there any more the error is NotFound.
type Measurer interface {
	Measure(ctx context.Context, at Place, ref string) (bot.Numbers, error)
}

// Media gives the bytes of a picture that Ponte keeps for a brand, by its hash. The
// error is NotFound where there is none.
type Media interface {
	Bytes(ctx context.Context, brand bot.BrandID, hash string) (bot.Picture, []byte, error)
}

// Listener hears what comes in, until ctx ends. The handler returns nil only
// when the event is durable; only then may it be acknowledged.
type Listener interface {
	Listen(ctx context.Context, h Handler) error
}

// Handler takes an event in. It may be called again with the same event.
type Handler func(ctx context.Context, e Event) (Answer, error)

// Traits is what an adapter can do at a place.
type Traits struct {
	Network   string        // as people call it
	Honours   time.Duration // how long the platform remembers a key and does nothing twice under it; 0: it does not
	MaxText   int           // length of a reply, in units of Count; 0: no limit
	Count     Counting
	CanReply  bool
	CanPost   bool
	MaxPost   int // length of a post, in units of Count; 0: no limit
	Pictures  int // that a post may have
	Taken     PictureLimits
	Link      int // a link counts as so many, however long it is; 0: as it is
	MaxBytes  int // of a post's text, whatever Count says; 0: no limit
	CanChange bool
	CanRemove bool
	Schedule  []time.Duration // waits before each further attempt; nil: Ponte's own back-off
}

// PictureLimits is what a network takes of one picture; the zero value is no limit.
type PictureLimits struct {
	Types  []string // as "image/png"; empty: any
	Bytes  int64
	Pixels int // width times height
}

// Counting is how a network counts text.
type Counting string

// The ways of counting.
const (
	Runes     Counting = "runes"     // Unicode code points
	Graphemes Counting = "graphemes" // what people call a character
	Bytes     Counting = "bytes"     // of UTF-8
	UTF16     Counting = "utf16"     // code units
	Weighted  Counting = "weighted"  // 1 for most alphabets, 2 for all else and for an emoji as a whole
)
