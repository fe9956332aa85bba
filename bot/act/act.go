// Package act holds the contracts between Ponte and the outside world: the acts
// it carries out there, the events that come from there, and what an adapter
// must be able to do. It does no I/O and knows no platform.
package act

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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
// Reply, Change, Remove.
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

func (Send) act()   {}
func (Edit) act()   {}
func (Reply) act()  {}
func (Change) act() {}
func (Remove) act() {}

// Envelope keeps an act in JSON with its kind.
type Envelope struct{ Act }

// MarshalJSON writes {"kind": …, "act": …}; an empty envelope is null. What is
// not one of the acts by value, a pointer to one say, is an error.
func (e Envelope) MarshalJSON() ([]byte, error) {
	kind := ""
	switch e.Act.(type) {
	case nil:
		return []byte("null"), nil
	case Send:
		kind = "send"
	case Edit:
		kind = "edit"
	case Reply:
		kind = "reply"
	case Change:
		kind = "change"
	case Remove:
		kind = "remove"
	default:
		return nil, fmt.Errorf("act: %T cannot be kept", e.Act)
	}
	return json.Marshal(struct {
		Kind string `json:"kind"`
		Act  Act    `json:"act"`
	}{kind, e.Act})
}

// UnmarshalJSON reads what MarshalJSON wrote; an unknown kind is an error.
func (e *Envelope) UnmarshalJSON(b []byte) error {
	var raw struct {
		Kind string          `json:"kind"`
		Act  json.RawMessage `json:"act"`
	}
	if string(b) == "null" {
		return nil
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	var err error
	switch raw.Kind {
	case "send":
		e.Act, err = decode[Send](raw.Act)
	case "edit":
		e.Act, err = decode[Edit](raw.Act)
	case "reply":
		e.Act, err = decode[Reply](raw.Act)
	case "change":
		e.Act, err = decode[Change](raw.Act)
	case "remove":
		e.Act, err = decode[Remove](raw.Act)
	default:
		err = fmt.Errorf("act: unknown kind %q", raw.Kind)
	}
	return err
}

func decode[T any](b []byte) (t T, err error) { err = json.Unmarshal(b, &t); return t, err }

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
	CanChange bool
	CanRemove bool
	Schedule  []time.Duration // waits before each further attempt; nil: Ponte's own back-off
}

// Counting is how a network counts text.
type Counting string

// The ways of counting.
const (
	Runes     Counting = "runes"     // Unicode code points
	Graphemes Counting = "graphemes" // what people call a character
	Bytes     Counting = "bytes"     // of UTF-8
	UTF16     Counting = "utf16"     // code units
)
