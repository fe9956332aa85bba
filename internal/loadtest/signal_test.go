package loadtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStopUnderLoad: told to stop while items come in at full speed and the team
// answers, Ponte ends in time and in good order, and the next one has what was
// acknowledged.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.opens(t)
	c := w.crowd(t.Context())
	for i := range 8 {
		c.sender([]string{theFeed, theShop}[i%2], uint64(i), 0, 20)
	}
	c.team(50*time.Millisecond, 10)
	w.until(t, "items come in and answers go out", func() bool { return w.acknowledged.Load() > 600 && w.shop.out() > 20 })
	asked := time.Now()
	p.stop(t)
	took := time.Since(asked)
	before := w.acknowledged.Load()
	w.until(t, "it is away", func() bool { return w.lost.Load() > 8 })
	p = w.opens(t)
	w.until(t, "it goes on", func() bool { return w.acknowledged.Load() > before+200 })
	c.goes()
	w.settles(t)
	p.stop(t)
	w.counts(t)
	for text := range w.replies {
		if _, requests := w.shop.has(text); requests != 1 {
			t.Errorf("the reply %q went out %d times", text, requests)
		}
	}
	t.Logf("it ended after %s; %d items acknowledged, %d requests refused, %d without an answer, %d replies", took, len(w.items), w.refused.Load(), w.lost.Load(), len(w.replies))
}

// another is a further brand, with an account and a room.
const another = `
  - id: brand-%[1]d
    name: Brand %[1]d
    accounts: [{id: webhook:brand-%[1]d, signature: none}]
    channels: [{id: inbox, default: true}, {id: messages, direct: true}]
    people: [{id: eva, name: Eva, roles: [manager]}]
`

// TestReloadUnderLoad: a good file is taken in and a broken one is not, in turn
// and while items come in; no request is refused because of it.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.opens(t)
	c := w.crowd(t.Context())
	for i := range 4 {
		c.sender([]string{theFeed, theShop}[i%2], uint64(i), 2*time.Millisecond, 10)
	}
	c.team(50*time.Millisecond, 5)
	text := w.config("none")
	for n := range 5 {
		account := fmt.Sprintf("brand-%d", n)
		if status, _, _, err := p.post(t.Context(), account, "", []byte("[]")); err != nil || status != http.StatusNotFound {
			t.Errorf("%s before it is there: %d, %v", account, status, err)
		}
		text += fmt.Sprintf(another, n)
		w.writes(t, text)
		p.signal(t, syscall.SIGHUP)
		w.until(t, account+" is there", func() bool {
			status, _, _, err := p.post(t.Context(), account, "", []byte("[]"))
			return err == nil && status == http.StatusOK
		})
		c.sender(account, uint64(10+n), 10*time.Millisecond, 5)

		broken := text + fmt.Sprintf("colour-%d: blue\n", n)
		w.writes(t, broken)
		p.signal(t, syscall.SIGHUP)
		fault := fmt.Sprintf(`at=%s:%d:1 found="the unknown key \"colour-%d\"`, w.file, strings.Count(broken, "\n"), n)
		w.until(t, fault, func() bool { return strings.Contains(p.log.String(), fault) })
		before := w.acknowledged.Load()
		w.until(t, "items come in by the old file", func() bool { return w.acknowledged.Load() > before+50 })
	}
	c.goes()
	w.settles(t)
	p.stop(t)
	w.counts(t)
	if w.refused.Load() > 0 || w.lost.Load() > 0 {
		t.Errorf("%d requests were refused, %d had no answer", w.refused.Load(), w.lost.Load())
	}
	if n := strings.Count(p.log.String(), "the configuration was taken in"); n != 5 {
		t.Errorf("%d files were taken in", n)
	}
	t.Logf("%d items acknowledged, %d replies", len(w.items), len(w.replies))
}
