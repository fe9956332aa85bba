//go:build linux

package loadtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/internal/app"
	"ponte/internal/config"
	"ponte/internal/keep"
	"ponte/platforms/chat/console/room"
	"ponte/storage"
)

// A few conversations and many, and how many of them are open. Half of what is
// open is overdue, and what one person has taken is the same in both.
const (
	few, fewOpen   = 10_000, 1_000
	many, manyOpen = 1_000_000, 10_000
	ofAna          = 200
)

// BenchmarkSize is what a large store costs: the same is asked of one with few
// conversations and of one with many, in turn, so that the ratio is of one run.
// Then the large one is started from a cold disk.
func BenchmarkSize(b *testing.B) {
	needsRoom(b, 24<<30)
	b.Setenv("LOADTEST_SECRET", theSecret)
	small, large := newHouse(b, "10k"), newHouse(b, "1M")
	small.fills(b, few, fewOpen)
	large.fills(b, many, manyOpen)
	for _, text := range []string{"inbox", "inbox mine", "inbox unowned", "inbox overdue"} {
		compares(b, text, small, large, func(h *house) error { return h.asks(b.Context(), "/ponte "+text) })
	}
	compares(b, "open a conversation", small, large, func(h *house) error { return h.looksAt(b.Context(), h.refs[rand.IntN(len(h.refs))]) })
	compares(b, "one item in", small, large, func(h *house) error { return h.hears(b.Context()) })
	for _, start := range []struct {
		after        string
		killed, cold bool
	}{{"a clean stop", false, true}, {"a kill", true, false}, {"a power cut", true, true}} {
		b.Run("start after "+start.after, func(b *testing.B) { large.restarts(b, start.killed, start.cold) })
	}
	small.stops(b)
	large.stops(b)
}

// needsRoom skips what the disk has no room for.
func needsRoom(b *testing.B, bytes int64) {
	b.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(os.TempDir(), &fs); err != nil {
		b.Fatal(err)
	}
	if free := int64(fs.Bavail) * fs.Bsize; free < bytes {
		b.Skipf("it takes %.0f MiB in %s, and %.0f are free", mega(bytes), os.TempDir(), mega(free))
	}
}

// compares asks both houses the same in turn, and reports the medians and how
// they compare.
func compares(b *testing.B, name string, small, large *house, ask func(*house) error) {
	b.Run(name, func(b *testing.B) {
		took := map[*house][]time.Duration{}
		for b.Loop() {
			for _, h := range []*house{small, large} {
				began := time.Now()
				if err := ask(h); err != nil {
					b.Fatal(err)
				}
				took[h] = append(took[h], time.Since(began))
				if err := h.app.Outbox().Idle(b.Context()); err != nil { // what follows does not disturb the other
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(0, "ns/op")
		for _, h := range []*house{small, large} {
			b.ReportMetric(milli(median(took[h])), h.name+"-p50-ms")
		}
		b.ReportMetric(float64(median(took[large]))/float64(median(took[small])), "ratio")
	})
}

func median(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

func milli(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// house is a Ponte in this process over a store of some size.
type house struct {
	*process        // its addresses, and the way people use them
	name     string // how large it is
	dir      string
	file     string   // its configuration
	refs     []string // some of the messages that show a conversation
	app      *app.App
	stop     func() error
	heard    int
}

func newHouse(b *testing.B, name string) *house {
	b.Helper()
	h := &house{name: name, dir: b.TempDir()}
	h.file = configures(b, h.dir)
	h.opens(b)
	return h
}

// configures writes a configuration of full speed into a folder.
func configures(b *testing.B, dir string) (file string) {
	b.Helper()
	file = filepath.Join(dir, "ponte.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, theFile, "https://shop.example/answers", "none"), 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}

// opens starts it and returns when it is ready; opened is when its store was open.
func (h *house) opens(b *testing.B) (opened time.Time) {
	b.Helper()
	cfg, err := config.Load(h.file)
	if err != nil {
		b.Fatal(err)
	}
	var doors [2]net.Listener
	for i := range doors {
		if doors[i], err = (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0"); err != nil {
			b.Fatal(err)
		}
	}
	h.app, err = app.Open(b.Context(), app.Config{
		Data: cfg.Data, Brands: cfg.Brands, Square: cfg.Square, Webhooks: cfg.Webhooks, Pace: cfg.Pace, Writes: cfg.Writes,
		Console: doors[0], Public: doors[1], Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	opened = time.Now()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- h.app.Run(ctx)
		close(ended)
	}()
	h.stop = func() error {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}
	h.process = &process{console: h.app.ConsoleURL(), public: h.app.PublicURL()}
	resp, err := client.Get(h.console + "/readyz")
	if err != nil {
		b.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != http.StatusOK {
		b.Fatal(resp.Status)
	}
	return opened
}

func (h *house) stops(b *testing.B) {
	b.Helper()
	client.CloseIdleConnections()
	if err := h.stop(); err != nil {
		b.Fatal(err)
	}
}

// asks has Ana type a command.
func (h *house) asks(ctx context.Context, text string) error {
	done, err := h.say(ctx, string(bot.NewID(time.Now())), theFeed, "", text)
	if err == nil && !done {
		err = errors.New("it was refused: " + text)
	}
	return err
}

// looksAt opens a conversation.
func (h *house) looksAt(ctx context.Context, ref string) error {
	var got struct{ Messages []message }
	err := h.get(ctx, "/pane/aurora/"+theFeed+"/"+ref, &got)
	if err == nil && (len(got.Messages) != 1 || got.Messages[0].Ref != ref || !got.Messages[0].isConversation()) {
		err = fmt.Errorf("%s is not there: %+v", ref, got)
	}
	return err
}

// hears has one more item come in.
func (h *house) hears(ctx context.Context) error {
	h.heard++
	id := fmt.Sprintf("news-%d", h.heard)
	return h.takes(ctx, news{ID: id, Author: "Jonas " + id, Text: "My order has not come, and nobody answers the telephone."})
}

// takes has an item come in by a request of its own.
func (p *process) takes(ctx context.Context, n news) error {
	body, err := json.Marshal([]news{n})
	if err != nil {
		return err
	}
	status, _, said, err := p.post(ctx, theFeed, "", body)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%d: %s", status, said)
	}
	return err
}

// restarts stops it, in good order or as a kill of a process that was at work
// does, and measures how long it then takes until it is ready. After a kill the
// system still has the file in memory; cold, it has not.
func (h *house) restarts(b *testing.B, killed, cold bool) {
	var open, ready []time.Duration
	file := keep.File(filepath.Join(h.dir, "data"))
	b.StopTimer()
	for range b.N {
		h.stops(b)
		if killed {
			p := starts(b, h.file)
			if err := p.takes(b.Context(), news{ID: fmt.Sprint("last of ", p.began), Author: "Jonas", Text: "Hello?"}); err != nil {
				b.Fatal(err)
			}
			p.kill()
		}
		if cold {
			if err := forgets(file); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		began := time.Now()
		opened := h.opens(b)
		ready = append(ready, time.Since(began))
		b.StopTimer()
		open = append(open, opened.Sub(began))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milli(median(open)), "open-p50-ms")
	b.ReportMetric(milli(median(ready)), "ready-p50-ms")
	if info, err := os.Stat(file); err == nil {
		b.ReportMetric(mega(info.Size()), "file-MiB")
	}
}

// forgets takes a file out of the system's memory.
func forgets(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	const dontNeed = 4 // POSIX_FADV_DONTNEED
	if _, _, no := syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, dontNeed, 0, 0); no != 0 {
		return no
	}
	return nil
}

// trail is all that is kept of one item that came and was shown.
type trail struct {
	conversation bot.Conversation
	item         bot.Item
	slot         act.Slot
	effect       act.Effect
	audit        []bot.Record
	message      room.Message
}

// first reads the trail of the one item that came.
func first(tx *storage.Tx) (t trail, err error) {
	var errs [5]error
	t.item, errs[0] = records.ItemByRemote.First(tx, nil)
	t.conversation, errs[1] = records.ConversationByRoot.First(tx, nil)
	t.slot, errs[2] = records.SlotsOn.First(tx, nil)
	t.effect, errs[3] = records.EffectsOn.First(tx, nil)
	t.message, errs[4] = room.Get(tx, t.item.Brand, bot.ID(t.slot.Ref))
	for r, err := range records.AuditTrace.Under(tx, nil) {
		if err != nil {
			return t, err
		}
		t.audit = append(t.audit, r)
	}
	return t, errors.Join(errs[:]...)
}

// fills has one item come, and writes its trail again and again, in pieces, as
// what came in the course of the last year.
func (h *house) fills(b *testing.B, n, open int) {
	b.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a quarter faster; what is measured later runs as always
	err := h.hears(b.Context())
	if err == nil {
		err = h.app.Outbox().Idle(b.Context())
	}
	pattern, lerr := storage.Look(b.Context(), h.app.Store(), first)
	if err := errors.Join(err, lerr); err != nil {
		b.Fatal(err)
	}
	const piece = 800
	hub, began := room.NewHub(), time.Now()
	for from := 0; from < n; from += piece {
		err := h.app.Store().Update(b.Context(), func(tx *storage.Tx) error {
			for i := from; i < min(from+piece, n); i++ {
				t := pattern.again(tx.Now(), i, n, open)
				if err := t.put(tx, hub); err != nil {
					return err
				}
				if i%(n/2000) == 0 {
					h.refs = append(h.refs, t.slot.Ref)
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if done := min(from+piece, n); done/100_000 > from/100_000 {
			fmt.Fprintf(os.Stderr, "%d of %d conversations after %.0f s\n", done, n, time.Since(began).Seconds())
		}
	}
}

// again makes the trail of conversation i of n, of which so many are open.
func (t trail) again(now time.Time, i, n, open int) trail {
	at := now.Add(-365 * 24 * time.Hour / time.Duration(n) * time.Duration(n-i))
	who := bot.Author{ID: fmt.Sprintf("author %07d", i), Name: fmt.Sprintf("marta %07d", i)}
	c, it := &t.conversation, &t.item
	c.ID, it.ID = bot.NewID(now), bot.NewID(now)
	c.Root = fmt.Sprintf("item-%07d", i)
	c.Author, c.First, c.Last, c.OpenedAt, c.MovedAt = who, it.ID, it.ID, at, at
	c.Status, c.WaitingSince, c.DueAt, c.WakeAt = bot.Resolved, time.Time{}, time.Time{}, time.Time{}
	if each := n / open; i%each == each-1 {
		c.Status, c.WaitingSince, c.DueAt, c.WakeAt = bot.Open, at, now.Add(48*time.Hour), now.Add(36*time.Hour)
		if i < n/2 {
			c.Overdue, c.DueAt, c.WakeAt = true, at.Add(4*time.Hour), time.Time{}
		}
		if i/each%(open/ofAna) == 0 {
			c.Assignee = "ana"
		}
	}
	it.Remote, it.Conversation, it.Author, it.CreatedAt, it.ReceivedAt, it.Answered = c.Root, c.ID, who, at, at, c.Status == bot.Resolved
	t.slot.ID, t.slot.Subject.ID = records.CardSlot(c.ID), c.ID
	e := &t.effect
	e.ID, e.Subject.ID, e.Trace, e.Slot, e.Lane, e.Order = bot.ID("show/"+t.slot.ID), c.ID, c.ID, t.slot.ID, records.Lane(c.ID), bot.NewID(now)
	e.Key, e.Due, e.StartedAt, e.FirstAt, e.EndedAt = string(e.ID)+"/1", at, at, at, at
	card := *t.message.Card
	card.Subject = t.slot.Subject.String()
	t.message.Card, t.message.Key, t.message.At = &card, "act/"+e.Key, at
	return t
}

// put writes the trail.
func (t *trail) put(tx *storage.Tx, hub *room.Hub) error {
	m, err := hub.Add(tx, t.message, t.message.At)
	t.slot.Ref, t.effect.Receipt.Ref = string(m.ID), string(m.ID)
	errs := []error{
		err, records.Items.Insert(tx, t.item), records.Conversations.Insert(tx, t.conversation),
		records.Slots.Insert(tx, t.slot), records.Effects.Insert(tx, t.effect),
	}
	for _, r := range t.audit {
		r.Trace, r.Details = t.conversation.ID, maps.Clone(r.Details)
		r.Subject = map[bool]string{true: t.slot.Subject.String(), false: "effect/" + string(t.effect.ID)}[r.What == "item.came"]
		errs = append(errs, records.Log(tx, r))
	}
	return errors.Join(errs...)
}
