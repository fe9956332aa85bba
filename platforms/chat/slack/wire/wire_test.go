package wire

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnceIsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		var ran, fresh atomic.Int32
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				first, err := m.Once(t.Context(), "id", time.Now(), func() error {
					ran.Add(1)
					time.Sleep(time.Second)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				if first {
					fresh.Add(1)
				}
			})
		}
		all.Wait()
		if ran.Load() != 1 || fresh.Load() != 1 {
			t.Errorf("it ran %d times, for %d it was new", ran.Load(), fresh.Load())
		}
		fails := errors.New("not taken")
		for want := int32(1); want < 3; want++ { // what was not taken is new again
			if first, err := m.Once(t.Context(), "other", time.Now(), func() error { return fails }); !first || !errors.Is(err, fails) {
				t.Errorf("try %d is %v, %v", want, first, err)
			}
		}
		time.Sleep(2 * remembered)
		if first, _ := m.Once(t.Context(), "id", time.Now(), func() error { return nil }); !first {
			t.Error("it is remembered for ever")
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	m := NewMemory()
	for i := range maxRemember + 500 {
		if _, err := m.Once(t.Context(), fmt.Sprint(i), time.Unix(0, 0), func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.all) > maxRemember+1 || len(m.line) > maxRemember+1 {
		t.Errorf("%d are remembered", len(m.all))
	}
	r := NewRecent[int](3)
	for i := range 10 {
		r.Put(fmt.Sprint(i%5), i)
	}
	if _, old := r.Get("0"); old || len(r.all) != 3 {
		t.Errorf("it remembers %v", r.all)
	}
	r.Drop("4")
	r.Drop("4")
	if _, dropped := r.Get("4"); dropped || len(r.all) != 2 || len(r.line) != 2 {
		t.Errorf("without one it remembers %v, in the line %v", r.all, r.line)
	}
}

func TestABrokenHandlerIsNoEnd(t *testing.T) {
	d := NewDesk(func(context.Context, Delivery) (Ack, error) { panic("boo") }, time.Now, slog.New(slog.DiscardHandler))
	defer d.Open(t.Context())()
	if d.take("x", Delivery{Kind: Event}, func(any) { t.Error("it is acknowledged") }) {
		t.Error("it is taken")
	}
}

// Requests that are not Slack's are refused before anything of them is read.
func TestStrangeRequests(t *testing.T) {
	d := NewDesk(func(context.Context, Delivery) (Ack, error) { t.Error("it is heard"); return Ack{}, nil }, time.Now, slog.New(slog.DiscardHandler))
	defer d.Open(t.Context())()
	h := d.Handler(func() map[string]string { return map[string]string{"T1": "secret", "T2": ""} })
	for name, c := range map[string]struct {
		method, body string
		header       [2]string
		status       int
	}{
		"a visit":      {"GET", "", [2]string{}, http.StatusMethodNotAllowed},
		"unsigned":     {"POST", "{}", [2]string{}, http.StatusUnauthorized},
		"badly signed": {"POST", "{}", [2]string{"X-Slack-Signature", "v0=00"}, http.StatusUnauthorized},
		"too long":     {"POST", strings.Repeat("x", maxBody+1), [2]string{}, http.StatusBadRequest},
	} {
		r := httptest.NewRequest(c.method, "/", bytes.NewReader([]byte(c.body)))
		if c.header[0] != "" {
			r.Header.Set(c.header[0], c.header[1])
			r.Header.Set("X-Slack-Request-Timestamp", fmt.Sprint(time.Now().Unix()))
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s is answered %d", name, w.Code)
		}
	}
}

// Only a request's body is signed, so nothing is read from its address.
func TestTheAddressSaysNothing(t *testing.T) {
	const secret = "secret"
	heard := 0
	d := NewDesk(func(context.Context, Delivery) (Ack, error) { heard++; return Ack{}, nil }, time.Now, slog.New(slog.DiscardHandler))
	defer d.Open(t.Context())()
	h := d.Handler(func() map[string]string { return map[string]string{"T1": secret} })
	for body, want := range map[string]int{"x=1": http.StatusBadRequest, "payload=%7B%7D": http.StatusOK} {
		r := httptest.NewRequest(http.MethodPost, "/?payload=%7B%22type%22%3A%22block_actions%22%7D&command=/ponte", strings.NewReader(body))
		at := fmt.Sprint(time.Now().Unix())
		sum := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(sum, "v0:%s:%s", at, body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Slack-Request-Timestamp", at)
		r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(sum.Sum(nil)))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want || w.Code != http.StatusOK && w.Header().Get("X-Slack-No-Retry") != "1" {
			t.Errorf("%s is answered %d", body, w.Code)
		}
	}
	if heard != 1 {
		t.Errorf("%d are heard", heard)
	}
}

func FuzzFrames(f *testing.F) {
	for _, s := range []string{`{"type":"hello"}`, `{"envelope_id":"a","type":"events_api"`, `"envelope_id":"b"`, "\x00", `{"envelope_id":7}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if e := open(frame); len(e.EnvelopeID) > len(frame) {
			t.Errorf("the id is %q", e.EnvelopeID)
		}
		for _, kind := range []string{"application/json", "application/x-www-form-urlencoded"} {
			in, id, err := read(http.Header{"Content-Type": {kind}, "X-Slack-Signature": {"s"}}, frame)
			if err == nil && (id == "" || len(in.Payload) == 0) {
				t.Errorf("%q is read as %+v", frame, in)
			}
		}
	})
}
