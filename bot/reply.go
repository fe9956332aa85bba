package bot

import "time"

// Reply is an answer of the brand in a conversation.
type Reply struct {
	ID           ID        `json:"id"`
	Brand        BrandID   `json:"brand"`
	Account      AccountID `json:"account"`
	Conversation ID        `json:"conversation"`
	To           string    `json:"to"` // the platform's id of the item it answers
	Text         string    `json:"text"`
	By           PersonID  `json:"by"`
	Token        string    `json:"token"` // of the form or command it came from: one of them makes one reply
	State        PostState `json:"state"`
	At           time.Time `json:"at"`  // when it was sent off by the person
	Due          time.Time `json:"due"` // when the undo window ends
	Effect       ID        `json:"effect"`
	Request      ID        `json:"request,omitempty"` // the decision that was asked for
	Remote       string    `json:"remote,omitempty"`  // the platform's id, once it is out
	URL          string    `json:"url,omitempty"`
	OutAt        time.Time `json:"out_at,omitzero"`
	RemovedAt    time.Time `json:"removed_at,omitzero"` // we deleted it in public
	Change       string    `json:"change,omitempty"`    // an edit or deletion of it that is under way: "edit", "delete"
	Wants        string    `json:"wants,omitempty"`     // the text that edit would give it
	Fault        *Error    `json:"fault,omitempty"`     // why it failed, or why its change did
	Revision     int       `json:"revision"`
}

// Move changes the state, or returns a Conflict when the table does not allow it.
func (r *Reply) Move(to PostState) error {
	if err := allowed(r.State, to); err != nil {
		return err
	}
	r.State = to
	r.Revision++
	return nil
}

// Saved is an answer the team keeps for reuse; {name} and {brand} stand for the customer's and the brand's name.
type Saved struct {
	Brand BrandID   `json:"brand"`
	Name  string    `json:"name"`
	Text  string    `json:"text"`
	By    PersonID  `json:"by"`
	At    time.Time `json:"at"`
}

// Record is a line of the audit log: who did or decided what, to what, and what came of it.
type Record struct {
	ID      ID                `json:"id"`
	Brand   BrandID           `json:"brand"`
	At      time.Time         `json:"at"`
	Who     string            `json:"who"`               // a person's id, or "ponte"
	What    string            `json:"what"`              // "item.came", "reply.sent", "effect.done", …
	Subject string            `json:"subject"`           // "conversation/…", "reply/…", "effect/…"
	Trace   ID                `json:"trace,omitempty"`   // the id that runs from an item to its effects: the conversation's
	Details map[string]string `json:"details,omitempty"` // never a secret
}
