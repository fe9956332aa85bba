package bot

import (
	"slices"
	"time"

	"ponte/bot/verdict"
)

// Status is where a conversation stands.
type Status string

// The statuses of a conversation.
const (
	Open     Status = "open"
	Pending  Status = "pending" // we wait for the customer or for a hand-off
	Snoozed  Status = "snoozed" // until a time or the next item
	Resolved Status = "resolved"
)

// Statuses lists every status.
var Statuses = []Status{Open, Pending, Snoozed, Resolved}

// Cause is why a conversation changes its status.
type Cause string

// The causes of a change of status.
const (
	ItemCame  Cause = "an item came"
	WeReplied Cause = "we replied"
	ByResolve Cause = "resolve"
	ByReopen  Cause = "reopen"
	BySnooze  Cause = "snooze"
	SnoozeEnd Cause = "the snooze ended"
)

// Moves is the table of a conversation's changes: from a status, for a cause, to
// a status. What is not in it is refused.
var Moves = map[Status]map[Cause]Status{
	Open:     {ItemCame: Open, WeReplied: Pending, ByResolve: Resolved, BySnooze: Snoozed, ByReopen: Open},
	Pending:  {ItemCame: Open, WeReplied: Pending, ByResolve: Resolved, BySnooze: Snoozed, ByReopen: Open},
	Snoozed:  {ItemCame: Open, WeReplied: Pending, ByResolve: Resolved, BySnooze: Snoozed, ByReopen: Open, SnoozeEnd: Open},
	Resolved: {ItemCame: Open, WeReplied: Resolved, ByReopen: Open, ByResolve: Resolved},
}

// Priority orders what waits.
type Priority string

// The priorities, the most pressing first.
const (
	Urgent Priority = "urgent"
	High   Priority = "high"
	Normal Priority = "normal"
	Low    Priority = "low"
)

// Conversation is the items and our replies of one account that share a root, or an author.
type Conversation struct {
	ID         ID               `json:"id"`
	Brand      BrandID          `json:"brand"`
	Account    AccountID        `json:"account"`
	Root       string           `json:"root"` // the platform's id of the first item, or "@" and the author's id for direct messages
	MergedInto ID               `json:"merged_into,omitempty"`
	Post       string           `json:"post,omitempty"`
	Private    bool             `json:"private,omitempty"`
	Channel    string           `json:"channel"` // the brand's short name of the room its card is in
	Storm      ID               `json:"storm,omitempty"`
	Folded     bool             `json:"folded,omitempty"` // counted by its storm
	Status     Status           `json:"status"`
	Assignee   PersonID         `json:"assignee,omitempty"`
	Labels     []string         `json:"labels,omitempty"` // sorted
	Priority   Priority         `json:"priority"`
	Pinned     bool             `json:"pinned,omitempty"`    // a person set the priority
	Raised     string           `json:"raised,omitempty"`    // why triage did: the topic of a rule, or verdict.Tone
	RaisedBy   ID               `json:"raised_by,omitempty"` // the item that it did so for
	Author     Author           `json:"author"`              // of the first item
	First      ID               `json:"first"`               // the root item, or the earliest we have
	Last       ID               `json:"last"`                // the newest item
	Verdict    *verdict.Verdict `json:"verdict,omitempty"`   // of the newest item, while it is there
	Items      int              `json:"items"`
	Replies    int              `json:"replies"` // of ours that are out

	OpenedAt     time.Time `json:"opened_at"`
	MovedAt      time.Time `json:"moved_at"`
	JoinedAt     time.Time `json:"joined_at,omitzero"`     // when another conversation was last merged into it
	WaitingSince time.Time `json:"waiting_since,omitzero"` // when the oldest unanswered item came
	DueAt        time.Time `json:"due_at,omitzero"`        // by when it should be answered
	WakeAt       time.Time `json:"wake_at,omitzero"`       // when the clock next has something to say: nudge, overdue, end of snooze
	NudgedAt     time.Time `json:"nudged_at,omitzero"`
	Overdue      bool      `json:"overdue,omitempty"`
	SnoozedUntil time.Time `json:"snoozed_until,omitzero"`

	Moves    int      `json:"moves"`    // counts what writers must know of: items, edits, deletions, our replies
	Revision int      `json:"revision"` // counts every change that the card shows
	Said     int      `json:"said"`     // the revision in which something was last said, edited or deleted
	Writing  []Writer `json:"writing,omitempty"`
}

// Writer is somebody who has the reply form open.
type Writer struct {
	Person PersonID  `json:"person"`
	Until  time.Time `json:"until"`
}

// Move changes the status for a cause, or returns a Conflict.
func (c *Conversation) Move(cause Cause) error {
	to, ok := Moves[c.Status][cause]
	if !ok {
		return Errorf(Conflict, "error.move", "status", string(c.Status), "cause", string(cause))
	}
	c.Status = to
	if to != Snoozed {
		c.SnoozedUntil = time.Time{}
	}
	return nil
}

// Starts records that a person opened the reply form, until a time.
func (c *Conversation) Starts(p PersonID, now, until time.Time) {
	c.Stops(p, now)
	c.Writing = append(c.Writing, Writer{p, until})
}

// Stops records that a person closed the reply form, and forgets those who left it open too long.
func (c *Conversation) Stops(p PersonID, now time.Time) {
	c.Writing = slices.DeleteFunc(c.Writing, func(w Writer) bool { return w.Person == p || !w.Until.After(now) })
}

// Label adds or removes a label and reports whether that changed anything.
func (c *Conversation) Label(name string, on bool) bool {
	i, has := slices.BinarySearch(c.Labels, name)
	switch {
	case on && !has:
		c.Labels = slices.Insert(c.Labels, i, name)
	case !on && has:
		c.Labels = slices.Delete(c.Labels, i, i+1)
	}
	return on != has
}

// Storm is many conversations on one post that share one card.
type Storm struct {
	ID       ID        `json:"id"`
	Brand    BrandID   `json:"brand"`
	Account  AccountID `json:"account"`
	Post     string    `json:"post"`
	Channel  string    `json:"channel"`
	OpenedAt time.Time `json:"opened_at"`
	LastAt   time.Time `json:"last_at,omitzero"`
	Closed   bool      `json:"closed,omitempty"` // a further conversation on the post gets its own card again
	ClosedAt time.Time `json:"closed_at,omitzero"`
	Counted  int       `json:"counted"`          // conversations folded so far
	Sample   []ID      `json:"sample,omitempty"` // conversations, for the card: the first few
	Newest   ID        `json:"newest,omitempty"`
	Loudest  ID        `json:"loudest,omitempty"` // the one whose author has the most followers
	Reach    int       `json:"reach,omitempty"`   // followers of the loudest
	Bulk     *Bulk     `json:"bulk,omitempty"`    // what is being done to all of them
	Sights   []Sight   `json:"sights,omitempty"`  // what its card has shown, the newest last
	Revision int       `json:"revision"`
}

// Sight is how far a storm was counted when its card began to show it so.
type Sight struct {
	Revision int       `json:"revision"`
	Newest   ID        `json:"newest"`
	At       time.Time `json:"at"`
}

// sights is how many a storm keeps.
const sights = 100

// Counts records how far the storm is counted now.
func (s *Storm) Counts(now time.Time) {
	s.Sights = append(s.Sights, Sight{Revision: s.Revision, Newest: s.Newest, At: now})
	s.Sights = s.Sights[max(len(s.Sights)-sights, 0):]
}

// Seen returns the newest conversation that a card with the revision had counted,
// and until when it stood so; ok is false for a card that is older than is known.
func (s *Storm) Seen(revision int, now time.Time) (newest ID, until time.Time, ok bool) {
	until = now
	for _, g := range slices.Backward(s.Sights) {
		if g.Revision <= revision {
			return g.Newest, until, true
		}
		until = g.At
	}
	return "", time.Time{}, false
}

// Bulk is one decision on every conversation of a storm, carried out in pieces.
type Bulk struct {
	Verb  string    `json:"verb"` // "resolve" or "spam"
	By    PersonID  `json:"by"`
	At    time.Time `json:"at"`             // what was said later is not touched
	Last  ID        `json:"last,omitempty"` // nor are conversations after this one
	Done  int       `json:"done"`
	Ended bool      `json:"ended,omitempty"`
}
