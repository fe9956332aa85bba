package reply

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// justNow is how young an item is that whoever writes in its thread may not have seen.
const justNow = 15 * time.Second

// Missed counts what came into a conversation that whoever writes in its thread
// had not before them: what is newer than the message they saw last or, where
// that is not known, what came just now. What opened the thread was seen.
func Missed(tx *storage.Tx, c *bot.Conversation, scene act.Scene) (n int, err error) {
	saw, known, err := records.Found(records.SlotByRef.First(tx, storage.K(scene.At.String(), scene.Seen)))
	if err != nil {
		return 0, err
	}
	for it, err := range records.ItemsOf.Under(tx, storage.K(c.ID), storage.Reverse()) {
		fresh := tx.Now().Sub(it.ReceivedAt) < justNow
		if known {
			fresh = it.ID > saw.Subject.ID
		}
		if err != nil || !fresh {
			return n, err
		}
		if it.ID != c.First && !it.Deleted() {
			n++
		}
	}
	return n, nil
}
