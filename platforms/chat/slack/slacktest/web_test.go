package slacktest

import (
	"context"
	"crypto/hmac"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ponte/platforms/chat/slack/slacktest/deliver"
)

// desk is an app behind an address: it checks every signature and answers as it
// is told.
type desk struct {
	t      *testing.T
	mu     sync.Mutex
	bodies []string
	header []http.Header
	paths  []string
	forged int
	answer func(n int, w http.ResponseWriter)
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	at, _ := strconv.ParseInt(r.Header.Get("X-Slack-Request-Timestamp"), 10, 64)
	good := hmac.Equal([]byte(deliver.Sign(Secret, at, body)), []byte(r.Header.Get("X-Slack-Signature")))
	d.mu.Lock()
	if age := time.Since(time.Unix(at, 0)); !good || age > 5*time.Minute {
		d.forged++
	}
	d.bodies, d.header, d.paths = append(d.bodies, string(body)), append(d.header, r.Header), append(d.paths, r.URL.Path)
	n, answer := len(d.bodies), d.answer
	d.mu.Unlock()
	if answer != nil {
		answer(n, w)
	}
}

func TestRequestsAreSigned(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		d := &desk{t: t}
		web := s.DeliverTo(d)
		room, ana := s.Channel("#inbox"), s.User("Ana")
		card := post(t, s, room, obj{"blocks": actions(button("Reply", "reply"))})
		ana.Says("#inbox", "a & b")
		if h := ana.Commands("/ponte inbox a & b"); !h.OK {
			t.Errorf("the command: %+v", h)
		}
		if h := ana.Presses(card, "Reply"); !h.OK {
			t.Errorf("the button: %+v", h)
		}
		s.Quiet()
		paths := d.paths[len(d.paths)-2:]
		command, _ := url.ParseQuery(d.bodies[len(d.bodies)-2])
		press, _ := url.ParseQuery(d.bodies[len(d.bodies)-1])
		if d.forged != 0 || paths[0] != "/slack/commands" || paths[1] != "/slack/interactions" {
			t.Errorf("%d forged, paths %v", d.forged, d.paths)
		}
		if command.Get("text") != "inbox a &amp; b" || command.Get("trigger_id") == "" || press.Get("payload") == "" {
			t.Errorf("command %v, press %v", command, press)
		}
		web.Forge("another secret")
		ana.Says("#inbox", "forged")
		s.Quiet()
		web.Stale(5*time.Minute + 2*time.Second)
		ana.Says("#inbox", "old")
		s.Quiet()
		if d.forged != 2 {
			t.Errorf("%d of two bad requests were noticed", d.forged)
		}
	})
}

func TestRequestsComeAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(n int, w http.ResponseWriter)
		times  int
		why    string
	}{
		"a refusal": {func(n int, w http.ResponseWriter) { w.WriteHeader(500) }, 4, "http_error"},
		"a refusal for good": {func(n int, w http.ResponseWriter) {
			w.Header().Set("X-Slack-No-Retry", "1")
			w.WriteHeader(500)
		}, 1, ""},
		"too late":       {func(n int, w http.ResponseWriter) { time.Sleep(4 * time.Second) }, 4, "http_timeout"},
		"in circles":     {func(n int, w http.ResponseWriter) { w.Header().Set("Location", "/x"); w.WriteHeader(307) }, 12, "too_many_redirects"},
		"taken at last":  {func(n int, w http.ResponseWriter) { w.WriteHeader(map[bool]int{true: 200, false: 503}[n == 2]) }, 2, "http_error"},
		"a lost channel": {func(n int, w http.ResponseWriter) { panic(http.ErrAbortHandler) }, 4, "connection_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *Server) {
				s.Channel("#inbox")
				ana := s.User("Ana")
				time.Sleep(time.Hour)
				d := &desk{t: t, answer: c.answer}
				s.DeliverTo(d)
				ana.Says("#inbox", "a")
				time.Sleep(time.Hour)
				synctest.Wait()
				d.mu.Lock()
				defer d.mu.Unlock()
				if len(d.bodies) != c.times {
					t.Errorf("came %d times; want %d", len(d.bodies), c.times)
				}
				last := d.header[len(d.header)-1]
				if got := last.Get("X-Slack-Retry-Reason"); got != c.why {
					t.Errorf("came again because of %q; want %q", got, c.why)
				}
				if d.bodies[0] != d.bodies[len(d.bodies)-1] {
					t.Error("came again as another event")
				}
			})
		})
	}
}

func TestAsksANewAddress(t *testing.T) {
	for answer, want := range map[string]bool{"the challenge": true, `{"challenge":"the challenge"}`: true, "ok": false} {
		s := New(t)
		web := s.DeliverTo(&desk{t: t, answer: func(_ int, w http.ResponseWriter) { io.WriteString(w, answer) }})
		if got, err := web.Verify(context.Background(), "the challenge"); got != want || err != nil {
			t.Errorf("answered %q: %v, %v", answer, got, err)
		}
	}
}
