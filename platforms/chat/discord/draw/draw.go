// Package draw turns cards and forms into Discord's embeds, components and modals,
// and what comes back of them into verbs and values. It is pure: no network, no
// clock, no state. All text is escaped where Discord reads markdown, so that what
// comes from outside neither formats, links nor pings; elsewhere it stands as it is.
// Whatever it is given, what it makes is within Discord's limits.
package draw

import (
	"github.com/bwmarrin/discordgo"

	"ponte/bot/card"
)

// Discord's limits, in characters where nothing else is said.
const (
	maxTitle       = 256 // of an embed, and of its author
	maxDescription = 4096
	maxLabel       = 80 // of a button
	maxID          = 100
	maxOption      = 100 // of a choice, its label and its value
	maxOptions     = 25  // of a select
	maxRows        = 5
	inRow          = 5 // buttons
	maxPlaceholder = 150
	maxButtonURL   = 512
	maxURL         = 2048
	maxModal       = 45 // title of a modal, and label of an input
	maxInputs      = 5
	maxInput       = 4000
	maxHint        = 100
	maxPings       = 50
	maxPictures    = 9 // of one message: the first stands in the card itself
	maxAlt         = 1024
	maxThread      = 100 // a thread's name
)

// How much is shown, so that all together stays below Discord's 6,000: title and
// author 512, the foot 800, the text below the limit of a description. What the team
// wrote is what people decide on: it is cut last, and is there as a file.
const (
	maxFoot     = 800
	shownTheirs = 1_200
	reserved    = 460 // of a description, for saying that something is missing
	maxLine     = 300
	minLine     = 40 // of a list
	linkRoom    = 100
	maxSay      = 140
	maxSource   = 300
)

// Pen is how one message is drawn.
type Pen struct {
	card.Printer                        // writes what Discord's cards say by themselves
	Link         func(card.Ref) string  // "<#1>" of a thread, or the address of a message; empty where neither is known; nil: none is
	Command      func(string) string    // "</ponte reply:1>" of a command, by its name; empty: it can only be typed; nil: none can be pressed
	Find         map[string]string      // what is looked for among a field's choices, by the field's name
	Files        map[string]string      // names of attached files, by the hash of the kept picture that each is
	Attach       bool                   // a text that is cut may come along as a file
	Mark         string                 // stands in the ids of buttons, so that the message can be told from one like it
	Keep         func(id, value string) // takes what does not fit into an id; nil: it is lost
}

func (p Pen) say(key string, args ...card.Arg) string { return p.Print(card.W(key, args...)) }

// Message is a card as Discord takes it: an embed, and rows of buttons. Discord's second
// kind of components takes no embed, and a message that was made with them never does
// again; nothing of a card needs them. Every field is always sent, so that an edit
// leaves nothing of what was there, and nobody is pinged who is not named.
type Message struct {
	Content    string                            `json:"content"`
	Embeds     []*discordgo.MessageEmbed         `json:"embeds"`
	Components []discordgo.MessageComponent      `json:"components"`
	Allowed    *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Texts      []Text                            `json:"-"` // files that have to come along
}

// Text is a text in a file.
type Text struct{ Name, Body string }

// colours repeat what glyph and word say.
var colours = map[card.Mark]int{
	card.MarkOpen: 0x3b82f6, card.MarkPending: 0xa16207, card.MarkSnoozed: 0x6b7280, card.MarkResolved: 0x15803d, card.MarkApproved: 0x15803d,
	card.MarkOverdue: 0xd97706, card.MarkCritical: 0xdc2626, card.MarkPublic: 0x7c3aed, card.MarkOut: 0x0f766e, card.MarkFailed: 0xdc2626,
	card.MarkUnknown: 0xd97706, card.MarkNote: 0x9ca3af,
}
