// Package draw turns cards and forms into Slack's Block Kit, and what comes back
// of them into verbs and values. It is pure: no network, no clock, no state. All
// text is put into plain_text and rich_text elements, which neither format, link
// nor ping; the one place where Slack reads markup, the text beside the blocks,
// is escaped. Whatever it is given, what it makes is within Slack's limits.
package draw

import (
	"ponte/bot/card"
)

// Slack's limits, in characters where nothing else is said.
const (
	maxBlocks   = 50  // of a message
	maxView     = 100 // blocks of a modal and of a home
	maxText     = 3000
	maxHeader   = 150
	maxLabel    = 75  // of a button or an option
	maxHolder   = 150 // of what a menu is called
	maxValue    = 2000
	maxOption   = 150 // value of an option
	maxOptions  = 100 // of a select or a group, and groups of a select
	maxActions  = 25  // elements of an actions block
	maxOverflow = 5
	maxChecks   = 10 // boxes of one field
	maxTitle    = 24 // of a modal, and of its buttons
	maxMeta     = 3000
	maxID       = 255
	maxInput    = 3000
	maxConfirm  = 300
	maxYes      = 30 // of a confirm's buttons
	maxHint     = 2000
	maxURL      = 3000
)

// How much is shown. Ours is what people decide on, so it is shown whole; what
// somebody wrote outside can be read at its source.
const (
	shownOurs    = 12_000
	shownTheirs  = 3_000
	maxFallback  = 3_000 // of the text beside the blocks, escaped; an update takes 4,000
	reserved     = 8     // blocks of a message kept for what is not its body
	maxLineText  = 300
	shownButtons = 5
)

// Pen is how one message is drawn.
type Pen struct {
	card.Printer                       // writes what Slack's cards say by themselves
	Link         func(card.Ref) string // the address of a message, empty where it is not known; nil: none is
	Channel      string                // where clicks belong, for what stands in no channel
	Files        map[string]string     // of Slack's, by the hash of the kept picture that each is
}

func (p Pen) say(key string, args ...card.Arg) string { return p.Print(card.W(key, args...)) }
