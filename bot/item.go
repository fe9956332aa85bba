package bot

import (
	"slices"
	"strings"
	"time"

	"ponte/bot/verdict"
)

// ItemKind is how something was said to the brand.
type ItemKind string

// The kinds of item.
const (
	Comment ItemKind = "comment"
	Answer  ItemKind = "reply"
	Mention ItemKind = "mention"
	Review  ItemKind = "review"
	Direct  ItemKind = "message" // a direct message: only the team and its author read it
)

// ItemKinds lists every kind of item.
var ItemKinds = []ItemKind{Comment, Answer, Mention, Review, Direct}

// Author is who said it, as their platform tells. Everything here comes from outside.
type Author struct {
	ID        string `json:"id,omitempty"` // the platform's; the name where it gives none
	Name      string `json:"name"`
	Handle    string `json:"handle,omitempty"`
	URL       string `json:"url,omitempty"`
	Followers int    `json:"followers,omitempty"`
}

// Names returns what the author is looked up by: name, handle and id, in lower
// case and without "@", each once.
func (a Author) Names() []string {
	var out []string
	for _, n := range []string{a.Name, a.Handle, a.ID} {
		n = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(n), "@"))
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// Media is a picture, film or sound that came with an item.
type Media struct {
	URL  string `json:"url"`
	Type string `json:"type,omitempty"` // MIME type
	Alt  string `json:"alt,omitempty"`
}

// Item is one thing that came in. What was said is never altered; what happens
// to it at the source is a further event on it.
type Item struct {
	ID           ID               `json:"id"`
	Brand        BrandID          `json:"brand"`
	Account      AccountID        `json:"account"`
	Remote       string           `json:"remote"` // the platform's id, unique in its account
	Conversation ID               `json:"conversation"`
	Kind         ItemKind         `json:"kind"`
	Author       Author           `json:"author"`
	Text         string           `json:"text"`
	URL          string           `json:"url,omitempty"`
	Post         string           `json:"post,omitempty"`        // the platform's id of the brand's post it stands under
	InReplyTo    string           `json:"in_reply_to,omitempty"` // the platform's id of what it answers
	Media        []Media          `json:"media,omitempty"`
	Rating       int              `json:"rating,omitempty"` // 1 to 5 stars; 0: none given
	CreatedAt    time.Time        `json:"created_at"`       // by the source's clock
	ReceivedAt   time.Time        `json:"received_at"`
	Answered     bool             `json:"answered,omitempty"` // a reply of ours came after it, or the team closed it
	Spam         bool             `json:"spam,omitempty"`
	Verdict      *verdict.Verdict `json:"verdict,omitempty"` // of how it reads now; nil: there is none
	Events       []ItemEvent      `json:"events,omitempty"`  // at most MaxItemEvents, the newest
}

// ItemEvent is an edit or a deletion at the source.
type ItemEvent struct {
	At      time.Time `json:"at"`
	Text    string    `json:"text,omitempty"` // as it reads now
	Deleted bool      `json:"deleted,omitempty"`
}

// Sizes of what is kept of an item.
const (
	MaxItemText   = 64 << 10 // bytes of an item's text; longer text is cut at a rune, with "…"
	MaxItemEvents = 50
)

// Deleted reports whether the item is gone at the source.
func (it *Item) Deleted() bool {
	return len(it.Events) > 0 && it.Events[len(it.Events)-1].Deleted
}

// Reads returns the text as it reads at the source now, also when it was deleted there.
func (it *Item) Reads() string {
	for i := len(it.Events) - 1; i >= 0; i-- {
		if !it.Events[i].Deleted {
			return it.Events[i].Text
		}
	}
	return it.Text
}

// Happened adds an event and reports whether it changes anything.
func (it *Item) Happened(e ItemEvent) bool {
	if it.Deleted() || !e.Deleted && e.Text == it.Reads() {
		return false
	}
	it.Events = append(it.Events, e)
	if n := len(it.Events); n > MaxItemEvents {
		it.Events = it.Events[n-MaxItemEvents:]
	}
	return true
}
