package media_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/media"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

const aurora = bot.BrandID("aurora")

// net is what the desk asks of the net: faults or codes by address, and bytes.
type web struct {
	says  map[string]int
	has   map[string][]byte
	asked atomic.Int32
	most  atomic.Int32
	now   atomic.Int32
}

func (w *web) Look(ctx context.Context, address string) (int, string) {
	w.asked.Add(1)
	if n := w.now.Add(1); n > w.most.Load() {
		w.most.Store(n)
	}
	defer w.now.Add(-1)
	code, ok := w.says[address]
	if !ok {
		<-ctx.Done()
		return 0, "slow"
	}
	time.Sleep(100 * time.Millisecond) // of a bubble
	return code, ""
}

func (w *web) Fetch(ctx context.Context, address string, _ int64) ([]byte, int, string) {
	code, fault := w.Look(ctx, address)
	return w.has[address], code, fault
}

// house is a world with a desk in it, and drafts that wait for a look.
type house struct {
	*coretest.World
	desk    *media.Desk
	web     *web
	refuse  atomic.Bool
	mu      sync.Mutex
	looked  int // drafts that were handed back
	fetched []bot.Picture
	left    []bot.Fetch
}

// Looked notes what is handed back, and lets the draft go.
func (h *house) Looked(tx *storage.Tx, seen bot.Draft, fetched []bot.Picture, left []bot.Fetch) error {
	if h.refuse.Load() || strings.Contains(seen.Content.Text, "refused") {
		return errors.New("the disk is full")
	}
	tx.OnCommit(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.looked, h.fetched, h.left = h.looked+1, fetched, left
	})
	_, err := records.Drafts.Change(tx, storage.K(seen.Brand, seen.ID), func(d *bot.Draft) error {
		d.LooksAt = time.Time{}
		return nil
	})
	return err
}

// back is how many drafts were handed back, and what came with the last.
func (h *house) back() (int, []bot.Picture, []bot.Fetch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.looked, h.fetched, h.left
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{web: &web{says: map[string]int{}, has: map[string][]byte{}}}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.desk = media.New(w.Store, func() string { return "https://ponte.example" }, w.Log)
		h.desk.Serves(h, h.web)
		return []func(context.Context) error{h.desk.Run}
	}, func(w *coretest.World) {
		w.Run()
		f(h)
	})
}

func (h *house) do(f func(*storage.Tx) error) {
	h.Helper()
	if err := h.Store.Update(context.Background(), f); err != nil {
		h.Fatal(err)
	}
}

// noise is a picture that cannot be made small.
func noise(t *testing.T, side int) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // no secret
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
	}
	m.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (h *house) keeps(by bot.PersonID, data []byte) bot.Picture {
	h.Helper()
	p, err := h.desk.Keep(context.Background(), aurora, by, data)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func (h *house) has(hash string) bool {
	h.Helper()
	_, _, err := h.desk.Bytes(context.Background(), aurora, hash)
	if err != nil && bot.KindOf(err) != bot.NotFound {
		h.Fatal(err)
	}
	return err == nil
}

func TestAPictureIsKeptOnce(t *testing.T) {
	in(t, func(h *house) {
		data := noise(t, 400) // several chunks
		p := h.keeps("ana", data)
		if again := h.keeps("bo", data); again != p || p.Type != "image/png" || p.Width != 400 || p.Size != int64(len(data)) {
			t.Errorf("%+v, then %+v", p, again)
		}
		got, out, err := h.desk.Bytes(context.Background(), aurora, p.Hash)
		if err != nil || got != p || !bytes.Equal(out, data) {
			t.Errorf("%+v, %d bytes, %v", got, len(out), err)
		}
		n := coretest.Get(h.World, func(tx *storage.Tx) (n int, _ error) {
			for range records.Chunks.Under(tx, nil) {
				n++
			}
			return n, nil
		})
		if want := (len(data) + 256<<10 - 1) / (256 << 10); n != want || n < 2 {
			t.Errorf("%d chunks, want %d", n, want)
		}
		if _, _, err := h.desk.Bytes(context.Background(), "boreal", p.Hash); bot.KindOf(err) != bot.NotFound {
			t.Errorf("another brand reads it: %v", err)
		}
		if _, err := h.desk.Keep(context.Background(), aurora, "ana", []byte("words")); bot.KindOf(err) != bot.Invalid {
			t.Errorf("words are kept: %v", err)
		}
	})
}

func TestAddresses(t *testing.T) {
	in(t, func(h *house) {
		p, other := h.keeps("ana", noise(t, 4)), h.keeps("ana", noise(t, 5))
		var given string
		h.do(func(tx *storage.Tx) error {
			all, err := h.desk.Given(tx, aurora, []bot.Picture{{Hash: p.Hash, Type: p.Type, Alt: "noise"}})
			if err == nil {
				given = all[0].URL
			}
			return err
		})
		u, err := url.Parse(given)
		if err != nil || u.Path != "/media/aurora/"+p.Hash || u.Host != "ponte.example" {
			t.Fatal(given, err)
		}
		until, key := u.Query().Get("until"), u.Query().Get("key")
		raw, err := hex.DecodeString(key)
		if err != nil || len(raw) != 32 {
			t.Fatal(key, err)
		}
		raw[0] ^= 1
		shown := func(brand bot.BrandID, hash, until, key string) error {
			_, data, _, err := h.desk.Shown(context.Background(), brand, hash, until, key)
			if (err == nil) != (len(data) > 0) {
				t.Errorf("%d bytes and %v", len(data), err)
			}
			return err
		}
		if err := shown(aurora, p.Hash, until, key); err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"another picture": shown(aurora, other.Hash, until, key), "another brand": shown("boreal", p.Hash, until, key), "another key": shown(aurora, p.Hash, until, hex.EncodeToString(raw)),
			"no key": shown(aurora, p.Hash, until, ""), "no hex": shown(aurora, p.Hash, until, "zz"), "longer": shown(aurora, p.Hash, "9999999999", key), "no time": shown(aurora, p.Hash, "", key),
		} {
			if bot.KindOf(err) != bot.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.Down(48*time.Hour - time.Second)
		if err := shown(aurora, p.Hash, until, key); err != nil {
			t.Error("after two days: ", err)
		}
		h.Pass(time.Second)
		if err := shown(aurora, p.Hash, until, key); bot.KindOf(err) != bot.NotFound {
			t.Error("later: ", err)
		}
	})
}

// drafts writes a draft with posts in the states given.
func (h *house) drafts(d bot.Draft, states ...bot.PostState) bot.Draft {
	h.Helper()
	h.do(func(tx *storage.Tx) error {
		d.ID, d.Brand, d.By, d.At, d.Revision = bot.NewID(tx.Now()), aurora, "ana", tx.Now(), 1
		d.Token = string(d.ID)
		for _, s := range states {
			p := bot.Post{ID: bot.NewID(tx.Now()), Brand: aurora, Draft: d.ID, Account: "net:aurora", State: s}
			if s == bot.Published {
				p.OutAt = tx.Now()
			}
			if err := records.Posts.Insert(tx, p); err != nil {
				return err
			}
		}
		return records.Drafts.Insert(tx, d)
	})
	return d
}

func TestTidy(t *testing.T) {
	in(t, func(h *house) {
		var all []bot.Picture
		for n := range 6 {
			by := bot.PersonID("ana")
			if n == 5 {
				by = "" // a chart
			}
			all = append(all, h.keeps(by, noise(t, n+2)))
		}
		with := func(n int) bot.Draft { return bot.Draft{Content: bot.Content{Pictures: all[n : n+1]}} }
		h.drafts(with(1), bot.Published)
		h.drafts(with(2), bot.Scheduled)
		h.drafts(with(3), bot.Cancelled, bot.Held)
		h.do(func(tx *storage.Tx) error {
			return records.Series.Insert(tx, bot.Series{ID: bot.NewID(tx.Now()), Brand: aurora, Number: 1, Token: "s", Content: bot.Content{Pictures: all[4:5]}, State: bot.SeriesRuns})
		})
		are := func(after string, want ...bool) {
			t.Helper()
			if err := h.desk.Tidy(context.Background()); err != nil {
				t.Fatal(err)
			}
			var got []bool
			for _, p := range all {
				got = append(got, h.has(p.Hash))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", after, diff)
			}
		}
		h.Down(47 * time.Hour)
		are("two days", true, true, true, true, true, true)
		h.Down(2 * time.Hour)
		are("more than two days", false, true, true, true, true, true)
		h.Down(87 * 24 * time.Hour)
		are("89 days", false, true, true, true, true, true)
		h.Down(3 * 24 * time.Hour)
		are("92 days", false, false, true, true, true, false)
		h.Down(400 * 24 * time.Hour)
		are("more than a year", false, false, true, true, true, false)
		n := coretest.Get(h.World, func(tx *storage.Tx) (n int, _ error) {
			for range records.Chunks.Under(tx, nil) {
				n++
			}
			return n, nil
		})
		if n != 3 {
			t.Errorf("%d chunks are left, want 3", n)
		}
	})
}

// TestTidyLeavesWhatIsSeen has a picture in talk, one that came again, and the chart
// on a card.
func TestTidyLeavesWhatIsSeen(t *testing.T) {
	in(t, func(h *house) {
		talk, again, chart := h.keeps("ana", noise(t, 2)), h.keeps("ana", noise(t, 3)), h.keeps("", noise(t, 4))
		h.drafts(bot.Draft{Content: bot.Content{Pictures: []bot.Picture{again}}}, bot.Published)
		h.do(func(tx *storage.Tx) error {
			return records.Results.Put(tx, bot.Results{Draft: bot.NewID(tx.Now()), Brand: aurora, Chart: chart})
		})
		if err := h.desk.Talks(context.Background(), aurora, []string{talk.Hash, "none"}); err != nil {
			t.Fatal(err)
		}
		are := func(after time.Duration, want ...bool) {
			t.Helper()
			h.Down(after)
			if err := h.desk.Tidy(context.Background()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, []bool{h.has(talk.Hash), h.has(again.Hash), h.has(chart.Hash)}); diff != "" {
				t.Errorf("after further %s: %s", after, diff)
			}
		}
		are(3*24*time.Hour, true, true, true)
		are(86*24*time.Hour, true, true, true)
		h.keeps("bo", noise(t, 3))
		are(47*time.Hour, false, true, true)
		are(2*time.Hour, false, false, true)
	})
}

// waits writes a draft that waits for a look, as those who write drafts do.
func (h *house) waits(d bot.Draft) bot.Draft {
	h.Helper()
	d = h.drafts(d, bot.Drafted)
	h.do(func(tx *storage.Tx) error {
		wants, err := h.desk.Wants(tx, &d)
		if err != nil || !wants {
			return errors.Join(err, errors.New("it wants no look"))
		}
		d.LooksAt = tx.Now()
		return records.Drafts.Put(tx, d)
	})
	return d
}

func (h *house) link(address string) bot.Link {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Link, error) { return records.Links.Get(tx, storage.K(aurora, address)) })
}

func TestLinksAreFollowed(t *testing.T) {
	in(t, func(h *house) {
		text := "Look at"
		for _, n := range strings.Fields("a b c d e f g h") {
			text += " https://shop.example/" + n
			h.web.says["https://shop.example/"+n] = 200
		}
		h.web.says["https://shop.example/c"] = 404
		began := time.Now()
		h.waits(bot.Draft{Content: bot.Content{Text: text}})
		h.Pass(time.Second)
		if n, _, _ := h.back(); n != 1 || h.web.most.Load() != 4 || h.web.asked.Load() != 8 {
			t.Errorf("%d drafts, %d links, %d at once", n, h.web.asked.Load(), h.web.most.Load())
		}
		if l := h.link("https://shop.example/c"); l.Code != 404 || !l.Dead() || l.At.Before(began) {
			t.Errorf("%+v", l)
		}
		fresh := bot.Draft{Brand: aurora, Content: bot.Content{Text: "https://shop.example/a"}}
		for _, after := range []time.Duration{0, time.Hour} {
			h.Pass(after)
			h.do(func(tx *storage.Tx) error {
				if wants, err := h.desk.Wants(tx, &fresh); err != nil || wants != (after > 0) {
					t.Errorf("after %s it wants a look: %v, %v", after, wants, err)
				}
				return nil
			})
		}
	})
}

func TestALinkThatDoesNotAnswerHoldsUpNobody(t *testing.T) {
	in(t, func(h *house) {
		h.waits(bot.Draft{Content: bot.Content{Text: "https://silent.example/ https://silent.example/2 https://silent.example/3 https://silent.example/4 https://silent.example/5"}})
		h.Pass(7 * time.Second)
		if n, _, _ := h.back(); n > 0 {
			t.Error("it was let go too soon")
		}
		h.Pass(1100 * time.Millisecond)
		if n, _, _ := h.back(); n != 1 || h.link("https://silent.example/5").Fault != "slow" {
			t.Errorf("%d drafts were let go; %+v", n, h.link("https://silent.example/5"))
		}
	})
}

// TestADraftThatFailsHoldsUpNoOther has as many of them as are looked at together.
func TestADraftThatFailsHoldsUpNoOther(t *testing.T) {
	in(t, func(h *house) {
		h.web.says["https://shop.example/a"] = 200
		for range 6 {
			h.waits(bot.Draft{Content: bot.Content{Text: "refused: https://shop.example/a"}})
		}
		h.Pass(10 * time.Second)
		h.web.says["https://shop.example/b"] = 200
		h.waits(bot.Draft{Content: bot.Content{Text: "https://shop.example/b"}})
		h.Pass(10 * time.Second)
		if n, _, _ := h.back(); n != 1 {
			t.Errorf("%d drafts were let go", n)
		}
		asked := h.web.asked.Load()
		h.Pass(20 * time.Second)
		if now := h.web.asked.Load(); now != asked {
			t.Errorf("what failed has no rest: asked %d times, then %d", asked, now)
		}
	})
}

func TestASlowDraftHoldsUpNoOther(t *testing.T) {
	in(t, func(h *house) {
		h.waits(bot.Draft{Content: bot.Content{Text: "https://silent.example/1 https://silent.example/2 https://silent.example/3 https://silent.example/4 https://silent.example/5"}})
		h.Pass(time.Second)
		h.web.says["https://shop.example/a"] = 200
		h.waits(bot.Draft{Content: bot.Content{Text: "https://shop.example/a"}})
		h.Pass(time.Second)
		if n, _, _ := h.back(); n != 1 || h.link("https://shop.example/a").Code != 200 {
			t.Errorf("%d drafts were let go", n)
		}
	})
}

// TestSlowLinksCostNoPictures has more links that do not answer than there is time for.
func TestSlowLinksCostNoPictures(t *testing.T) {
	in(t, func(h *house) {
		text := ""
		for _, n := range strings.Fields("a b c d e f g h i j k l") {
			text += " https://silent.example/" + n
		}
		h.web.says = map[string]int{"https://a.example/1": 200, "https://a.example/2": 200}
		h.web.has = map[string][]byte{"https://a.example/1": noise(t, 9), "https://a.example/2": noise(t, 8)}
		h.waits(bot.Draft{Content: bot.Content{Text: text}, Fetch: []bot.Fetch{{URL: "https://a.example/1"}, {URL: "https://a.example/2"}}})
		h.Pass(11 * time.Second)
		n, fetched, left := h.back()
		if n != 1 || len(fetched) != 2 || len(left) > 0 {
			t.Errorf("%d drafts, %d pictures, %v", n, len(fetched), left)
		}
		links := 0
		for c := range strings.SplitSeq("abcdefghijkl", "") {
			err := h.Store.View(context.Background(), func(tx *storage.Tx) error {
				l, ok, err := records.Found(records.Links.Get(tx, storage.K(aurora, "https://silent.example/"+c)))
				if ok && l.Fault == "slow" {
					links++
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if links != 8 {
			t.Errorf("%d links are said to be silent, and two times four had their time", links)
		}
	})
}

func TestPicturesAreFetched(t *testing.T) {
	in(t, func(h *house) {
		h.web.says = map[string]int{"https://a.example/1": 200, "https://a.example/2": 200, "https://a.example/3": 404}
		h.web.has = map[string][]byte{"https://a.example/1": noise(t, 9), "https://a.example/2": []byte("a page")}
		h.waits(bot.Draft{Fetch: []bot.Fetch{{URL: "https://a.example/1", Alt: " noise "}, {URL: "https://a.example/2"}, {URL: "https://a.example/3"}}})
		h.Pass(time.Second)
		_, fetched, left := h.back()
		if len(fetched) != 1 || fetched[0].Alt != "noise" || fetched[0].Width != 9 || !h.has(fetched[0].Hash) {
			t.Errorf("fetched %+v", fetched)
		}
		if diff := cmp.Diff([]bot.Fetch{{URL: "https://a.example/2"}, {URL: "https://a.example/3"}}, left); diff != "" {
			t.Error(diff)
		}
		if l := h.link("https://a.example/2"); l.Fault != "picture" {
			t.Errorf("%+v", l)
		}
		if l := h.link("https://a.example/3"); l.Code != 404 {
			t.Errorf("%+v", l)
		}
	})
}

// TestALookSurvivesARestart has Ponte stop while it looks.
func TestALookSurvivesARestart(t *testing.T) {
	in(t, func(h *house) {
		h.waits(bot.Draft{Content: bot.Content{Text: "https://shop.example/a"}}) // nobody answers yet
		h.Pass(time.Second)
		h.Halt()
		if n, _, _ := h.back(); n > 0 {
			t.Fatal("it was let go half seen")
		}
		h.web.says["https://shop.example/a"] = 200
		h.Restart()
		h.Pass(time.Second)
		if n, _, _ := h.back(); n != 1 {
			t.Errorf("%d drafts were let go", n)
		}
	})
}

func TestWhatCannotBeHandedBackIsTriedAgain(t *testing.T) {
	in(t, func(h *house) {
		h.web.says["https://shop.example/a"] = 200
		h.refuse.Store(true)
		h.waits(bot.Draft{Content: bot.Content{Text: "https://shop.example/a"}})
		h.Pass(time.Second)
		h.refuse.Store(false)
		h.Pass(2 * time.Minute)
		if n, _, _ := h.back(); n != 1 {
			t.Errorf("%d drafts were let go", n)
		}
	})
}
