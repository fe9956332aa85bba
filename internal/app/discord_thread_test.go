package app

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"ponte/platforms/chat/discord/discordtest"
)

// cards are the messages in the inbox that say something.
func (w *guild) cards(text string) (out []discordtest.Message) {
	for _, m := range w.inbox.Messages() {
		if m.Says(text) {
			out = append(out, m)
		}
	}
	return out
}

// goesOn has somebody say something in answer to a comment; empty: to none. It returns
// the comment's id.
func (w *guild) goesOn(to, text string) string {
	w.t.Helper()
	body, err := json.Marshal(map[string]string{"author": "Maria", "text": text, "in_reply_to": to})
	if err != nil {
		w.t.Fatal(err)
	}
	var said struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(w.square("POST", "/api/posts/opening/comments", string(body))), &said); err != nil || said.ID == "" {
		w.t.Fatalf("the comment is %+v, %v", said, err)
	}
	w.pass(3 * time.Second)
	return said.ID
}

// in is how many messages of a thread say something.
func in(all []discordtest.Message, text string) (n int) {
	for _, m := range all {
		if m.Says(text) {
			n++
		}
	}
	return n
}

// TestADeletedThreadInDiscord: a conversation whose thread somebody deletes stands in the
// channel once, with a new thread, in which is all that was in the old one; and it goes on.
func TestADeletedThreadInDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		defer w.closes()
		milk := w.goesOn("", "The milk is sour")
		w.goesOn(milk, "And the bread is hard")
		first := w.cards("The milk is sour")
		if len(first) != 1 || in(w.inbox.Thread(first[0]), "the bread is hard") != 1 {
			t.Fatalf("there are %d cards\n%s", len(first), w.log)
		}
		w.inbox.ThreadOf(first[0]).Delete()
		w.pass(time.Minute)
		second := w.cards("The milk is sour")
		if len(second) != 1 || second[0].ID == first[0].ID {
			t.Fatalf("there are %d cards\n%s", len(second), w.log)
		}
		thread := w.inbox.Thread(second[0])
		if in(thread, "the bread is hard") != 1 || in(thread, "again") != 1 {
			t.Errorf("in its thread stand %d messages\n%s", len(thread), w.log)
		}
		w.goesOn(milk, "Hello?")
		if in(w.inbox.Thread(second[0]), "Hello?") != 1 {
			t.Errorf("it does not go on\n%s", w.log)
		}
	})
}

// TestALockedThreadInDiscord: what comes in while a thread is locked is told of once, and
// stands there when the thread is unlocked.
func TestALockedThreadInDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.EverybodyMay(1<<10 | 1<<11 | 1<<14 | 1<<15 | 1<<16 | 1<<35 | 1<<38)
		w.AppMay(0)
		w.opens()
		defer w.closes()
		milk := w.goesOn("", "The milk is sour")
		top := w.cards("The milk is sour")[0]
		w.inbox.ThreadOf(top).Lock()
		w.goesOn(milk, "And the bread is hard")
		w.goesOn(milk, "Hello?")
		w.pass(10 * time.Minute)
		if n := len(w.cards("is locked")); n != 1 {
			t.Errorf("it is told %d times\n%s", n, w.log)
		}
		w.inbox.ThreadOf(top).Unlock()
		w.pass(5 * time.Minute)
		thread := w.inbox.Thread(top)
		if in(thread, "the bread is hard") != 1 || in(thread, "Hello?") != 1 {
			t.Errorf("in the thread stand %d messages\n%s", len(thread), w.log)
		}
	})
}
