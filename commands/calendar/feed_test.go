package calendar

import (
	"context"
	"strings"
	"testing"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/calendar"
	"ponte/commands"
	"ponte/internal/coretest"
	"ponte/storage"
)

// An address outlives the one who made it; whoever asks for it is told.
func TestFeedOfSomebodyWhoLeft(t *testing.T) {
	coretest.In(t, func(*coretest.World) []func(context.Context) error { return nil }, func(w *coretest.World) {
		ana, bo := bot.Person{ID: "ana", Name: "Ana", Roles: managers}, bot.Person{ID: "bo", Name: "Bo", Roles: managers}
		c := New(calendar.New(nil), nil, func(secret string) string { return "https://ponte.example/" + secret })
		asks := func(who bot.Person, team ...bot.Person) string {
			var out act.Answer
			if err := w.Store.Update(context.Background(), func(tx *storage.Tx) (err error) {
				out, err = c.runFeed(tx, &commands.Request{Brand: &bot.Brand{ID: "aurora", People: team}, Person: who}, "")
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return out.Notice.Blocks[len(out.Notice.Blocks)-1].Words.String()
		}
		for i, want := range []string{"calendar.feed.made", "calendar.feed.had Name=Ana"} {
			if got := asks(ana, ana, bo); !strings.HasPrefix(got, want) {
				t.Errorf("%d: %s, want %s", i, got, want)
			}
		}
		if got := asks(bo, bo); !strings.HasPrefix(got, "calendar.feed.had_left Name=ana") {
			t.Errorf("once she left: %s", got)
		}
	})
}
