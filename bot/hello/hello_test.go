package hello_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/hello"
	"ponte/internal/coretest"
)

// TestHello: a room is greeted once, with what it is for; one that no brand has is told
// how it becomes one's, and greeted again when it has.
func TestHello(t *testing.T) {
	var desk *hello.Desk
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		desk = hello.New(w.Store, w.Out, w.Brands)
		return nil
	}, func(w *coretest.World) {
		w.Run()
		joins := func(rooms ...string) {
			for _, room := range rooms {
				if err := desk.Hear(context.Background(), act.Joined{ID: room, At: act.Place{Platform: "chat", Space: "team", Channel: room}}); err != nil {
					t.Fatal(err)
				}
				w.Pass(time.Second) // rooms do not wait for each other
			}
		}
		said := func() (all []string) {
			for _, m := range w.Chat.All() {
				line := m.At.Channel
				for _, b := range m.Card.Blocks {
					for _, l := range b.List {
						line += " " + strings.Fields(l.Words.String())[0]
					}
					if b.Quote != nil {
						line += " " + string(b.Quote.Text)
					}
					if b.Words != nil {
						line += " " + b.Words.Key
					}
				}
				all = append(all, line)
			}
			return all
		}
		joins("a-inbox", "a-messages", "b-inbox", "lobby")
		joins("a-inbox", "lobby")
		w.Halt()
		w.Run()
		joins("a-inbox", "lobby")
		w.Configure(func(b *bot.Brand) {
			b.Channels = append(b.Channels, coretest.Room("lobby", "lobby", func(*bot.Channel) {}))
		})
		joins("lobby")
		want := []string{
			"a-inbox hello.items hello.decides hello.asks hello.start",
			"a-messages hello.direct hello.asks hello.start",
			"b-inbox hello.items hello.decides hello.asks hello.start",
			"lobby hello.unknown - {id: NAME, room: chat/team/lobby}",
			"lobby hello.asks hello.start",
		}
		if diff := cmp.Diff(want, said()); diff != "" {
			t.Error(diff)
		}
	})
}
