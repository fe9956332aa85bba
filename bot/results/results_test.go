package results_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

const one, two = bot.AccountID("net:aurora"), bot.AccountID("net:shop")

// has fails where the one card lacks words; it returns the card's text.
func (w *world) has(words ...string) string {
	w.Helper()
	all := w.Chat.All()
	if len(all) != 1 {
		w.Fatalf("%d messages, want one card", len(all))
	}
	text := said(all[0].Card)
	for _, want := range words {
		if !strings.Contains(text, want) {
			w.Errorf("the card lacks %q:\n%s", want, text)
		}
	}
	return text
}

func TestOneCardIsEditedInPlace(t *testing.T) {
	inWith(t, &shelf{}, func(w *world) {
		w.out("d", one)
		w.net.has("d on net:aurora", 3, 1)
		w.Down(59 * time.Minute)
		if len(w.Chat.All()) > 0 || w.net.times() > 0 {
			t.Error("it was read before its time")
		}
		w.Pass(2 * time.Minute)
		w.has("results.count.likes N=3", "results.not_given.shares", "results.not_given.views", "picture-1", "results.next")
		if text := w.has(); strings.Contains(text, "N=0") || strings.Contains(text, "grown") {
			t.Errorf("what is not known is told:\n%s", text)
		}
		w.net.has("d on net:aurora", 10, 0)
		w.Down(23 * time.Hour)
		w.has("results.grown What=results.count.likes N=10 N=7", "results.fallen What=results.count.replies N=0 N=1", "results.grown_since", "picture-2")
		w.Down(7 * 24 * time.Hour)
		w.has("results.all_read", "results.chart.point N=3", "picture-3")
		m := w.Chat.All()[0]
		if m.Edits != 2 || len(m.Mention) > 0 || m.Card.Actions[0].Subject != "draft/d" {
			t.Errorf("%d edits, mentions %v, button about %q", m.Edits, m.Mention, m.Card.Actions[0].Subject)
		}
		w.Down(100 * 24 * time.Hour)
		if n := w.net.times(); n != 3 {
			t.Errorf("asked %d times", n)
		}
		if w.net.at.Space != string(one) {
			t.Errorf("asked as %v", w.net.at)
		}
	})
}

func TestOneLineForEachAccount(t *testing.T) {
	in(t, func(w *world) {
		w.mute[two] = true
		w.out("d", one, two)
		w.net.has("d on net:aurora", 3, 1)
		w.Down(2 * time.Hour)
		w.has("Aurora Coffee What=results.and", "note results.line Account=the net · Aurora Shop What=results.none")
		if len(w.readings("d", two)) > 0 || w.net.times() != 1 {
			t.Error("who gives no numbers was asked for them")
		}
	})
}

func TestNothingToReadNothingToShow(t *testing.T) {
	in(t, func(w *world) {
		w.mute[one] = true
		w.out("d", one)
		w.Down(8 * 24 * time.Hour)
		if len(w.Chat.All()) > 0 || w.net.times() > 0 {
			t.Error("a card about nothing")
		}
		if asked, fresh := w.ask("d"); asked+fresh > 0 {
			t.Errorf("%d are read, %d were", asked, fresh)
		}
	})
}

func TestDownOverTheMoment(t *testing.T) {
	in(t, func(w *world) {
		w.out("d", one)
		w.net.has("d on net:aurora", 3, 1)
		w.Down(30 * time.Hour)
		got := w.readings("d", one)
		if len(got) != 1 || got[0].After != 24*time.Hour || got[0].At.Sub(coretest.Get(w.World, outAt)) < 30*time.Hour {
			t.Errorf("%+v", got)
		}
		w.has("results.count.likes N=3")
		card := coretest.Get(w.World, func(tx *storage.Tx) (string, error) {
			b, _ := w.Brands().Brand("aurora")
			c, err := w.desk.Card(tx, b, "d", true)
			return said(c), err
		})
		if !strings.Contains(card, "results.late") {
			t.Errorf("it does not say that it was late:\n%s", card)
		}
	})
}

func outAt(tx *storage.Tx) (time.Time, error) {
	p, err := records.Posts.Get(tx, storage.K(bot.BrandID("aurora"), bot.ID("d-"+string(one))))
	return p.OutAt, err
}

func TestSilenceIsTriedAgain(t *testing.T) {
	in(t, func(w *world) {
		w.out("d", one)
		w.net.has("d on net:aurora", 3, 1)
		w.net.set(func() { w.net.fails = func(string) error { return errors.New("no route") } })
		w.Down(59 * time.Minute)
		w.Pass(time.Hour)
		if n := w.net.times(); n < 3 || n > 8 {
			t.Errorf("asked %d times in an hour of silence", n)
		}
		if len(w.Chat.All()) > 0 {
			t.Error("a card without a number")
		}
		w.net.set(func() { w.net.fails = nil })
		w.Pass(2 * time.Hour)
		w.has("results.count.likes N=3")
		w.net.set(func() { w.net.fails = func(string) error { return bot.Errorf(bot.Denied, "error.role") } })
		w.Down(30 * time.Hour)
		w.Down(9 * 24 * time.Hour)
		w.has("unknown results.failed", "results.count.likes N=3", "results.why.denied")
	})
}

func TestBusyNetworkIsLeftAlone(t *testing.T) {
	in(t, func(w *world) {
		for _, d := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
			w.out(d, one)
			w.net.has(d+" on net:aurora", 1, 1)
		}
		w.out("other", two)
		w.net.has("other on net:shop", 1, 1)
		w.net.set(func() {
			w.net.fails = func(ref string) error {
				if strings.HasSuffix(ref, string(two)) {
					return nil
				}
				e := bot.Errorf(bot.RateLimited, "error.busy")
				e.RetryAfter = 30 * time.Minute
				return e
			}
		})
		w.Down(59 * time.Minute)
		w.Pass(20 * time.Minute)
		if n := w.net.times(); n != 2 {
			t.Errorf("asked %d times, want once for each account", n)
		}
		w.net.set(func() { w.net.fails = nil })
		w.Pass(time.Hour)
		for _, d := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
			if got := w.readings(d, one); len(got) != 1 {
				t.Errorf("%s: %+v", d, got)
			}
		}
	})
}

func TestPace(t *testing.T) {
	in(t, func(w *world) {
		w.every = 10 * time.Second
		for _, d := range strings.Split("abcdefghijkl", "") {
			w.out(d, one)
			w.net.has(d+" on net:aurora", 1, 1)
		}
		w.Down(59 * time.Minute)
		w.Pass(time.Minute + 35*time.Second)
		if n := w.net.times(); n < 3 || n > 4 {
			t.Errorf("asked %d times in 35 s at one in 10 s", n)
		}
	})
}

func TestGone(t *testing.T) {
	in(t, func(w *world) {
		w.out("d", one)
		w.net.has("d on net:aurora", 3, 1)
		w.Down(2 * time.Hour)
		w.net.set(func() { clear(w.net.numbers) })
		w.Down(30 * 24 * time.Hour)
		if all := w.Chat.All(); len(all) != 1 || w.net.times() != 2 {
			t.Fatalf("missing once: %d messages, asked %d times", len(all), w.net.times())
		}
		w.Pass(15*time.Minute + time.Second)
		all := w.Chat.All()
		if len(all) != 2 || w.net.times() != 3 {
			t.Fatalf("%d messages, asked %d times", len(all), w.net.times())
		}
		if text := said(all[0].Card); !strings.Contains(text, "failed results.gone_last") || !strings.Contains(text, "N=3") {
			t.Error(text)
		}
		if text := all[1].Card.Blocks[0].Words.String(); !strings.HasPrefix(text, "results.gone_told Number=12") || len(all[1].Mention) > 0 {
			t.Errorf("%s, mentions %v", text, all[1].Mention)
		}
		if asked, _ := w.ask("d"); asked > 0 || w.net.times() != 3 {
			t.Error("what is gone is read")
		}
	})
}

func TestAsking(t *testing.T) {
	inWith(t, &shelf{}, func(w *world) {
		w.out("d", one, two)
		w.net.has("d on net:aurora", 3, 1)
		w.net.has("d on net:shop", 5, 0)
		w.Pass(10 * time.Minute)
		if asked, fresh := w.ask("d"); asked != 2 || fresh != 0 {
			t.Errorf("%d are read, %d were", asked, fresh)
		}
		w.has("N=3", "N=5", "results.chart.title_most N=9")
		if asked, fresh := w.ask("d"); asked != 0 || fresh != 2 || w.net.times() != 2 {
			t.Errorf("a moment later: %d are read, %d were", asked, fresh)
		}
		w.Pass(time.Hour)
		if got := w.readings("d", one); len(got) != 2 || got[0].After != 0 || got[1].After != time.Hour {
			t.Errorf("%+v", got)
		}
		err := w.Try(func(tx *storage.Tx) error {
			b, _ := w.Brands().Brand("aurora")
			_, _, err := w.desk.Ask(tx, b, "nothing")
			return err
		})
		if bot.KindOf(err) != bot.Conflict {
			t.Errorf("of what is not out: %v", err)
		}
	})
}

func TestWhilePausedNobodyIsAsked(t *testing.T) {
	in(t, func(w *world) {
		w.out("d", one)
		w.net.has("d on net:aurora", 3, 1)
		w.Update(func(tx *storage.Tx) error { return records.Hold(tx, records.Copied) })
		w.Down(58 * time.Minute)
		w.Pass(5 * time.Minute)
		if w.net.times() > 0 {
			t.Error("a copy asked a network")
		}
		w.Update(func(tx *storage.Tx) error { _, err := records.Unhold(tx); return err })
		w.Pass(2 * time.Minute)
		if w.net.times() != 1 {
			t.Error("it does not go on")
		}
	})
}

func TestAccountThatIsConfiguredNoMore(t *testing.T) {
	in(t, func(w *world) {
		w.out("d", one)
		w.net.has("d on net:aurora", 3, 1)
		w.Configure(func(b *bot.Brand) { b.Accounts = b.Accounts[1:] })
		w.Down(9 * 24 * time.Hour)
		if w.net.times() > 0 {
			t.Error("an account that is no brand's was asked")
		}
	})
}

func TestCardWithoutAChart(t *testing.T) {
	inWith(t, &shelf{err: errors.New("full")}, func(w *world) {
		w.out("d", one)
		w.net.has("d on net:aurora", 3, 1)
		w.Down(2 * time.Hour)
		if text := w.has("results.count.likes N=3"); strings.Contains(text, "[") {
			t.Error(text)
		}
	})
}

// What was read and not shown, since the process died between the two, is shown at the start.
func TestReadAndNotShown(t *testing.T) {
	in(t, func(w *world) {
		w.out("d", one)
		w.Update(func(tx *storage.Tx) error {
			n := 3
			r := bot.Reading{Post: "d-" + bot.ID(one), Brand: "aurora", Account: one, At: tx.Now(), Numbers: bot.Numbers{Likes: &n}}
			return errors.Join(records.Readings.Put(tx, r), records.Results.Put(tx, bot.Results{Draft: "d", Brand: "aurora", Behind: tx.Now()}))
		})
		w.Restart()
		w.Idle()
		w.has("results.count.likes N=3")
	})
}
