package act

import (
	"slices"
	"time"

	"ponte/bot"
)

// Subject is what an effect or a message is about: a kind and an id.
type Subject struct {
	Kind string `json:"kind"`
	ID   bot.ID `json:"id"`
}

// String returns the subject as "conversation/01k…".
func (s Subject) String() string { return s.Kind + "/" + string(s.ID) }

// The kinds of subject.
const (
	OnConversation = "conversation"
	OnItem         = "item"
	OnReply        = "reply"
	OnStorm        = "storm"
	OnDraft        = "draft"
	OnPost         = "post"
	OnRequest      = "request"
	OnSeries       = "series"
	OnResults      = "results" // of a draft's posts
)

// State is where an effect stands.
type State string

// The states of an effect.
const (
	Waiting State = "waiting"
	Started State = "started" // durable before the first byte
	Done    State = "done"
	Failed  State = "failed"  // told to a person; not tried again
	Unknown State = "unknown" // may have happened; a person settles it
	Undone  State = "undone"  // taken back before it started
)

// EffectMoves is the table of allowed moves of an effect. Done, failed and
// undone may wait again only where the effect shows state anew.
var EffectMoves = map[State][]State{
	Waiting: {Started, Failed, Undone},
	Started: {Done, Waiting, Failed, Unknown},
	Unknown: {Done, Waiting, Failed},
	Done:    {Waiting},
	Failed:  {Waiting},
	Undone:  {Waiting},
}

// Class says who goes first within a budget.
type Class int

// The classes, the first goes first.
const (
	PersonClass  Class = 1 // what a person did and looks at
	ItemClass    Class = 2 // what came in
	RoutineClass Class = 3 // the rest
)

// Effect is one act on the outside world on its way through the outbox. A Show
// is drawn from current state when it starts and may be repeated; everything
// else is a Say: frozen, and sent once.
type Effect struct {
	ID      bot.ID      `json:"id"`
	Brand   bot.BrandID `json:"brand"`
	Subject Subject     `json:"subject"`
	Trace   bot.ID      `json:"trace,omitempty"` // the conversation it comes from
	Show    bool        `json:"show,omitempty"`
	Slot    string      `json:"slot,omitempty"` // the slot it fills or shows anew
	At      Place       `json:"at"`
	Lane    string      `json:"lane"`   // order: one act of a lane is under way at a time
	Budget  string      `json:"budget"` // rate
	Class   Class       `json:"class"`
	Act     Envelope    `json:"act"` // empty for a Show until it starts
	Key     string      `json:"key"` // idempotency, the same in every attempt
	By      string      `json:"by,omitempty"`

	State     State      `json:"state"`
	Order     bot.ID     `json:"order"`          // place in the lane
	Head      bool       `json:"head,omitempty"` // first of its lane
	Due       time.Time  `json:"due"`
	Until     time.Time  `json:"until,omitzero"` // never started after
	Attempt   int        `json:"attempt,omitempty"`
	Again     bool       `json:"again,omitempty"` // touched while under way
	Fault     *bot.Error `json:"fault,omitempty"` // of the last attempt
	StartedAt time.Time  `json:"started_at,omitzero"`
	FirstAt   time.Time  `json:"first_at,omitzero"` // of the first attempt under this key
	EndedAt   time.Time  `json:"ended_at,omitzero"`
	Receipt   Receipt    `json:"receipt,omitzero"`

	Mention []string `json:"mention,omitempty"` // whom a Show pings when it first goes out
	Awaits  string   `json:"awaits,omitempty"`  // the slot that must have a Ref before it can start
	Maybe   bool     `json:"maybe,omitempty"`   // an earlier attempt under this key may have happened
	Tries   int      `json:"tries,omitempty"`   // attempts since it was asked for
	Asked   int      `json:"asked,omitempty"`   // times the platform was asked what became of the last attempt
}

// Move changes the state, or returns a Conflict when the table does not allow it.
func (e *Effect) Move(to State) error {
	if !slices.Contains(EffectMoves[e.State], to) {
		return bot.Errorf(bot.Conflict, "error.effect_move", "from", string(e.State), "to", string(to))
	}
	e.State = to
	return nil
}

// Slot is a message we know by our own name before the platform has named it.
// It also tells what a click, a reaction or an answer on that message means.
type Slot struct {
	ID      string      `json:"id"` // "card/01k…", "item/01k…", "reply/01k…", "out/01k…"
	Brand   bot.BrandID `json:"brand"`
	Subject Subject     `json:"subject"`
	At      Place       `json:"at"`
	Parent  string      `json:"parent,omitempty"` // the slot whose thread it stands in
	Ref     string      `json:"ref,omitempty"`    // the platform's id, once it has one
	URL     string      `json:"url,omitempty"`
	Shown   int         `json:"shown,omitempty"`   // the revision it shows
	Again   bool        `json:"again,omitempty"`   // it was taken away by somebody, and is shown anew
	AgainAt time.Time   `json:"again_at,omitzero"` // when it was last
	Away    bool        `json:"away,omitempty"`    // it was taken away once more, and stays so until there is news
}
