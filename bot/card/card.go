// Package card describes what people see in team chat, as data: cards, forms and
// the words on them. It knows no platform and no language: an adapter draws it,
// and a Printer turns its words into a sentence before the adapter sees it.
package card

import (
	"time"

	"ponte/bot"
)

// Outside is text that somebody outside the team wrote. An adapter always
// escapes it; it never formats, never links and never pings.
type Outside string

// Mark is the glyph and word that say how a card stands; colour only repeats them.
type Mark string

// The marks.
const (
	MarkOpen     Mark = "open"     // ●
	MarkPending  Mark = "pending"  // ◐
	MarkSnoozed  Mark = "snoozed"  // ☾
	MarkResolved Mark = "resolved" // ✓
	MarkApproved Mark = "approved" // ☑ an approver agreed
	MarkOverdue  Mark = "overdue"  // ⚠
	MarkCritical Mark = "critical" // ⛔
	MarkPublic   Mark = "public"   // ↗ something of ours that the public sees or will see
	MarkOut      Mark = "out"      // ➜ something of ours that is out
	MarkFailed   Mark = "failed"   // ✕
	MarkUnknown  Mark = "unknown"  // ?
	MarkNote     Mark = "note"     // · only the team sees it
)

// Glyphs is how each mark is drawn in text.
var Glyphs = map[Mark]string{
	MarkOpen: "●", MarkPending: "◐", MarkSnoozed: "☾", MarkResolved: "✓", MarkApproved: "☑", MarkOverdue: "⚠",
	MarkCritical: "⛔", MarkPublic: "↗", MarkOut: "➜", MarkFailed: "✕", MarkUnknown: "?", MarkNote: "·",
}

// Card is one message of Ponte's in team chat.
type Card struct {
	Mark     Mark     `json:"mark,omitempty"`
	Title    Words    `json:"title,omitzero"` // one line
	Author   *Author  `json:"author,omitempty"`
	Blocks   []Block  `json:"blocks,omitempty"`
	Actions  []Action `json:"actions,omitempty"` // the first five are shown, the rest stand under More; menus stand beside them
	Foot     Words    `json:"foot,omitzero"`
	Gone     bool     `json:"gone,omitempty"`     // what it showed is gone: text is struck
	Revision int      `json:"revision,omitempty"` // of the state it was drawn from
	Subject  string   `json:"subject,omitempty"`  // what it shows, as "conversation/01k…"; the subject of its actions
	Opens    bool     `json:"opens,omitempty"`    // people talk in the thread under it
	Tags     []Words  `json:"tags,omitempty"`     // what a place that sorts threads sorts it by: how it stands, what it is about, its language
}

// Author is who said what the card shows, and where.
type Author struct {
	Name    Outside   `json:"name"`
	Handle  Outside   `json:"handle,omitempty"`
	URL     string    `json:"url,omitempty"` // adapters link http and https only
	Network string    `json:"network"`       // as people call it
	At      time.Time `json:"at"`
}

// Block is one part of a card; exactly one field is set.
type Block struct {
	Words   *Words   `json:"words,omitempty"`
	Quote   *Quote   `json:"quote,omitempty"`
	Facts   []Words  `json:"facts,omitempty"` // one muted line, joined by " · "
	List    []Line   `json:"list,omitempty"`
	Picture *Picture `json:"picture,omitempty"`
}

// Quote is something that was said in public, or will be.
type Quote struct {
	Text   Outside `json:"text"`
	Struck bool    `json:"struck,omitempty"`
	Public bool    `json:"public,omitempty"` // ours, and public: framed in the public page's colour
	By     Outside `json:"by,omitempty"`
}

// Line is one line of a list. Text follows the words; Thread, if set, is what it opens.
type Line struct {
	Mark   Mark    `json:"mark,omitempty"`
	Words  Words   `json:"words,omitzero"`
	Text   Outside `json:"text,omitempty"`
	Thread *Ref    `json:"thread,omitempty"`
}

// Ref is a message of team chat: its room as the platform names it, and its id there.
type Ref struct {
	Channel string `json:"channel"`
	Message string `json:"message"`
}

// Picture is an image. Of one from outside adapters show the alt text and a link, and
// fetch nothing by themselves. One that Ponte keeps has a Hash, see act.Media: they show it.
type Picture struct {
	URL  string  `json:"url,omitempty"`
	Hash string  `json:"hash,omitempty"`
	Type string  `json:"type,omitempty"`
	Alt  Outside `json:"alt,omitempty"`
}

// Action is a button. A click sends the verb with the card's subject and revision.
type Action struct {
	Verb    string     `json:"verb"` // the command it runs: "take"
	Label   Words      `json:"label"`
	Style   Style      `json:"style,omitempty"`
	Needs   []bot.Role `json:"needs,omitempty"`   // shown only to those who have one; checked again on the click
	Subject string     `json:"subject,omitempty"` // where it differs from the card's
	Link    string     `json:"link,omitempty"`    // opens an address instead; http and https only
	Confirm Words      `json:"confirm,omitzero"`  // asked before it is sent
	Choices []Choice   `json:"choices,omitempty"` // it is a menu: the click runs the verb with the chosen one's value as its text; at most 25
}

// Style is how a button stands out.
type Style string

// The styles.
const (
	Plain   Style = ""
	Primary Style = "primary"
	Danger  Style = "danger"
)

// Form asks a person for input, on one page.
type Form struct {
	Verb     string  `json:"verb"` // the command that the submission runs
	Subject  string  `json:"subject,omitempty"`
	Revision int     `json:"revision,omitempty"` // what the person saw: checked on submission
	Token    string  `json:"token"`              // one submission of it counts
	Title    Words   `json:"title"`
	Blocks   []Block `json:"blocks,omitempty"` // above the fields
	Fields   []Field `json:"fields,omitempty"`
	Submit   Words   `json:"submit"`
	Public   bool    `json:"public,omitempty"` // what is written will be public: framed so, and said
	Closed   string  `json:"closed,omitempty"` // the verb sent when the person closes it without submitting

	Previews []Preview `json:"previews,omitempty"` // what goes out, for pages that can show it while it is written
}

// Preview names the fields of a form that make one of the texts that go out.
type Preview struct {
	Name     string `json:"name"`               // where it goes out, and as whom
	On       string `json:"on,omitempty"`       // the check field that says whether it does; empty: it does
	Text     string `json:"text"`               // the field with the text
	Own      string `json:"own,omitempty"`      // the field whose text, where it has one, takes its place
	Pictures string `json:"pictures,omitempty"` // the field with its pictures
	Max      int    `json:"max,omitempty"`      // in units of Count; 0: no limit
	Count    string `json:"count,omitempty"`    // how Max counts, see act.Counting
	Link     int    `json:"link,omitempty"`     // a link counts as so many; 0: as it is
	MaxBytes int    `json:"max_bytes,omitempty"`
}

// FieldKind is what a field takes.
type FieldKind string

// The kinds of field.
const (
	LineField   FieldKind = "line"
	TextField   FieldKind = "text"
	ChoiceField FieldKind = "choice"
	TimeField   FieldKind = "time" // written in words: "tomorrow 9:00"
	CheckField  FieldKind = "check"
	// PicturesField takes pictures. Its value is their hashes with spaces between; a
	// description of each is the value "alt:HASH" beside it.
	PicturesField FieldKind = "pictures"
)

// Field is one input of a form.
type Field struct {
	Name     string    `json:"name"`
	Label    Words     `json:"label"`
	Hint     Words     `json:"hint,omitzero"`
	Kind     FieldKind `json:"kind"`
	Value    string    `json:"value,omitempty"`
	Choices  []Choice  `json:"choices,omitempty"`
	Fills    string    `json:"fills,omitempty"` // a choice that writes its Text into this other field: saved replies
	Required bool      `json:"required,omitempty"`
	Max      int       `json:"max,omitempty"`      // in units of Count; 0: the adapter's own limit
	Count    string    `json:"count,omitempty"`    // how Max counts, see act.Counting
	Fault    Words     `json:"fault,omitzero"`     // why the last submission was refused
	Pictures []Picture `json:"pictures,omitempty"` // of a PicturesField: those it has, with their descriptions
	Folded   bool      `json:"folded,omitempty"`   // few fill it in: a page may open it only when it is wanted
}

// Choice is one value of a choice field.
type Choice struct {
	Value string `json:"value"`
	Label Words  `json:"label"`
	Text  string `json:"text,omitempty"`
}
