package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"ponte/platforms/chat/slack/slacktest/deliver"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// link is the app's end of one socket.
type link struct {
	t    *testing.T
	conn *websocket.Conn
	got  chan obj
	mu   sync.Mutex // one writes at a time

	pings atomic.Int32
}

// address asks for a socket's address.
func address(t *testing.T, s *Server) string {
	t.Helper()
	answer, _ := send(t, s, s.APIURL()+"apps.connections.open", "application/x-www-form-urlencoded", AppToken, nil)
	to, _ := answer["url"].(string)
	if to == "" {
		t.Fatalf("apps.connections.open: %v", answer)
	}
	return to
}

// join opens a socket; everything after hello comes over got.
func join(t *testing.T, s *Server) *link {
	t.Helper()
	conn, _, err := s.Dialer().DialContext(t.Context(), address(t, s), nil)
	if err != nil {
		t.Fatal(err)
	}
	l := &link{t: t, conn: conn, got: make(chan obj, 100)}
	t.Cleanup(func() { conn.Close() })
	conn.SetPingHandler(func(string) error { l.pings.Add(1); return nil })
	go func() {
		defer close(l.got)
		for {
			var m obj
			if conn.ReadJSON(&m) != nil {
				return
			}
			l.got <- m
		}
	}()
	return l
}

func (l *link) next() obj {
	l.t.Helper()
	select {
	case m, open := <-l.got:
		if !open {
			l.t.Fatal("the socket ended")
		}
		return m
	case <-time.After(time.Hour):
		l.t.Fatal("nothing came")
	}
	return nil
}

func (l *link) ack(m obj, payload any) {
	l.t.Helper()
	ack := obj{"envelope_id": m["envelope_id"]}
	if payload != nil {
		ack["payload"] = payload
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.conn.WriteJSON(ack); err != nil {
		l.t.Error(err)
	}
}

// takes acks everything that comes with what answer makes of it.
func (l *link) takes(answer func(obj) any) {
	go func() {
		for m := range l.got {
			l.ack(m, answer(m))
		}
	}()
}

func bubble(t *testing.T, test func(t *testing.T, s *Server)) {
	synctest.Test(t, func(t *testing.T) { test(t, calm(t)) })
}

func TestEventsComeUntilTheyAreAcked(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		l := join(t, s)
		if hello := l.next(); hello["type"] != "hello" || hello["num_connections"] != 1.0 {
			t.Fatalf("hello: %v", hello)
		}
		start := time.Now()
		s.User("Ana").Says("#inbox", "help")
		var at []time.Duration
		var ids, envelopes []string
		for range 3 {
			m := l.next()
			at = append(at, time.Since(start))
			ids = append(ids, m["payload"].(obj)["event_id"].(string))
			envelopes = append(envelopes, m["envelope_id"].(string))
			if n := len(at) - 1; m["retry_attempt"] != float64(n) || n > 0 && m["retry_reason"] != "timeout" {
				t.Errorf("attempt %d came as %v, %v", n, m["retry_attempt"], m["retry_reason"])
			}
			if len(at) == 3 {
				time.Sleep(time.Second)
				l.ack(m, nil)
			}
		}
		if want := []time.Duration{0, 3 * time.Second, 66 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("came after %v; want %v", at, want)
		}
		if len(slices.Compact(ids)) != 1 || len(slices.Compact(envelopes)) != 3 {
			t.Errorf("events %v in envelopes %v", ids, envelopes)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		sent := s.Carrier.Sent()
		if last := sent[len(sent)-1]; len(sent) != 3 || !last.Acked || last.Took != time.Second || last.Attempt != 2 {
			t.Errorf("recorded %d, the last %+v", len(sent), last)
		}
	})
}

func TestWhatIsPressedComesOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Workspace.Unsubscribe("message")
		room, ana := s.Channel("#inbox"), s.User("Ana")
		card := post(t, s, room, obj{"blocks": actions(button("Reply", "reply"))})
		if h := ana.Presses(card, "Reply"); h.OK || h.Why != "timeout" {
			t.Errorf("without the app she hears %+v", h)
		}
		l := join(t, s)
		l.next()
		for size, taken := range map[int]bool{deliver.AckBytes: false, deliver.AckBytes - 1: true} {
			go func() {
				m := l.next()
				raw, _ := json.Marshal(obj{"envelope_id": m["envelope_id"], "payload": obj{"text": ""}})
				l.ack(m, obj{"text": strings.Repeat("x", size-len(raw)-1)})
			}()
			if h := ana.Presses(card, "Reply"); h.OK != taken {
				t.Errorf("an ack of %d bytes: %+v", size, h)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(l.got) != 0 {
			t.Errorf("came again: %v", <-l.got)
		}
	})
}

func TestSocketsShareWhatComes(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		first, second := join(t, s), join(t, s)
		first.next()
		second.next()
		for range 4 {
			s.User("Ana").Says("#inbox", "a")
		}
		s.Carrier.Double(1)
		s.Sockets.Aim(1)
		s.User("Ana").Says("#inbox", "b")
		synctest.Wait()
		if a, b := len(first.got), len(second.got); a == 0 || b == 0 || a+b != 6 {
			t.Errorf("%d and %d came", a, b)
		}
		for _, l := range []*link{first, second} {
			for len(l.got) > 0 {
				l.ack(<-l.got, nil)
			}
		}
		synctest.Wait()
		s.Quiet()
	})
}

func TestAnAddressIsGoodForOneSocket(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		to := address(t, s)
		conn, _, err := s.Dialer().DialContext(t.Context(), to, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if again, resp, err := s.Dialer().DialContext(t.Context(), to, nil); err == nil || resp.StatusCode != 403 {
			t.Errorf("the same address again: %v, %v", again, err)
		}
		for range deliver.MostSockets - 1 {
			if m := join(t, s).next(); m["type"] != "hello" {
				t.Fatalf("a socket up to the limit: %v", m)
			}
		}
		if m := join(t, s).next(); m["reason"] != "too_many_websockets" || s.Sockets.Open() != deliver.MostSockets {
			t.Errorf("the eleventh: %v, %d open", m, s.Sockets.Open())
		}
	})
}

func TestSocketsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		s.User("Ana")
		l := join(t, s)
		l.next()
		time.Sleep(31 * time.Second)
		if got := l.pings.Load(); got != 3 {
			t.Errorf("%d pings", got)
		}
		s.Sockets.Warn(0)
		if m := l.next(); m["reason"] != "warning" {
			t.Errorf("warning: %v", m)
		}
		s.User("Ana").Says("#inbox", "right after the warning")
		l.ack(l.next(), nil)
		time.Sleep(deliver.Notice + time.Second)
		if _, open := <-l.got; open || s.Sockets.Open() != 0 {
			t.Error("the socket outlived its notice")
		}
		l = join(t, s)
		l.next()
		s.Sockets.Refresh(0)
		if m := l.next(); m["reason"] != "refresh_requested" {
			t.Errorf("refresh: %v", m)
		}
		l = join(t, s)
		l.next()
		s.Sockets.Drop(0)
		if m, open := <-l.got; open {
			t.Errorf("a dropped socket said %v", m)
		}
		l = join(t, s)
		l.next()
		s.Sockets.Disable(true)
		if a, b := l.next(), join(t, s).next(); a["reason"] != "link_disabled" || b["reason"] != "link_disabled" {
			t.Errorf("switched off: %v, %v", a, b)
		}
	})
}

func TestEnvelopesThatNobodyCanRead(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		l := join(t, s)
		l.next()
		acked := s.Sockets.Raw("odd-1", `{"envelope_id":"odd-1","type":"events_api","payload":7}`)
		l.ack(l.next(), nil)
		if !<-acked {
			t.Error("the ack was not heard")
		}
		silent := s.Sockets.Raw("odd-2", `{"envelope_id":"odd-2","type":[]}`)
		if <-silent {
			t.Error("an ack from nobody")
		}
		l.conn.WriteMessage(websocket.TextMessage, []byte("no JSON"))
		synctest.Wait()
		if got := s.Sockets.Strays(); len(got) != 1 || string(got[0]) != "no JSON" {
			t.Errorf("strays %q", got)
		}
	})
}

func TestLateAndOutOfOrder(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		ana := s.User("Ana")
		l := join(t, s)
		l.next()
		s.Carrier.Hold()
		var stamps []string
		for _, text := range []string{"one", "two", "three"} {
			stamps = append(stamps, ana.Says("#inbox", text).TS)
		}
		time.Sleep(time.Hour)
		if len(l.got) != 0 {
			t.Error("came although it was held back")
		}
		s.Carrier.Release(slices.Reverse)
		var got []string
		for range stamps {
			m := l.next()
			got = append(got, m["payload"].(obj)["event"].(obj)["ts"].(string))
			l.ack(m, nil)
		}
		slices.Reverse(stamps)
		if !slices.Equal(got, stamps) {
			t.Errorf("came as %v; want %v", got, stamps)
		}
		if kinds := s.Carrier.Sent(); kinds[0].Kind != ground.Event {
			t.Errorf("recorded %+v", kinds)
		}
	})
}
