package records

import (
	"time"

	"ponte/bot"
	"ponte/storage"
)

// An EarlyWord is a reaction on a message whose name was not recorded yet: people may
// see a message before Ponte knows that it is out. It waits for the name.
type EarlyWord struct {
	ID      bot.ID       `json:"id"`
	At      string       `json:"at"` // the place, as one key
	Ref     string       `json:"ref"`
	Brand   bot.BrandID  `json:"brand"`
	Person  bot.PersonID `json:"person"`
	Emoji   string       `json:"emoji"`
	Removed bool         `json:"removed,omitempty"`
	SaidAt  time.Time    `json:"said_at"`
}

// EarlyWords are kept by place, message and the order in which they were said.
var EarlyWords = storage.Define("early", func(w *EarlyWord) storage.Key { return storage.K(w.At, w.Ref, w.ID) })
