package console

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ponte/bot/act"
	"ponte/bot/card"
)

// event is one server-sent event.
type event struct{ id, name, data string }

// stream opens the live stream as somebody; next waits for an event.
func (r *rig) stream(as, since string, headers ...string) (next func() (event, bool)) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	r.t.Cleanup(cancel)
	brand, _, _ := strings.Cut(as, "/")
	q := r.request("GET", "/live/"+brand+"?since="+since, as, nil, headers...)
	got, err := http.DefaultClient.Do(q.WithContext(ctx))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = got.Body.Close() })
	lines := bufio.NewScanner(got.Body)
	lines.Buffer(nil, 1<<20)
	return func() (e event, ok bool) {
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			}
			if lines.Text() == "" && e.name != "" {
				return e, true
			}
		}
		return e, false
	}
}

func note(text string) act.Send { return act.Send{Card: card.Notice(card.Literal(text))} }

func TestWhatHappensIsShownLive(t *testing.T) {
	r := newRig(t)
	next := r.stream("aurora/olga", r.c.hub.Now())
	r.send("secret", "k0", note("for managers only"))
	top := r.send("inbox", "k1", note("first"))
	e, _ := next()
	var got struct{ Ref, Thread, Room, HTML string }
	if err := json.Unmarshal([]byte(e.data), &got); err != nil || e.name != "message" || got.Ref != top || got.Room != "inbox" || !strings.Contains(got.HTML, "first") {
		t.Fatalf("the first event is %+v", e)
	}
	rooms, _ := next()
	if rooms.name != "rooms" || rooms.id == "" || strings.Contains(rooms.data, "secret") || !strings.Contains(rooms.data, "inbox") {
		t.Errorf("after it comes %+v", rooms)
	}
	r.send("inbox", "k2", act.Send{Thread: top, Card: card.Notice(card.Literal("under"))})
	for text := ""; !strings.Contains(text, "1 in thread"); { // the answer, and the first message anew
		e, ok := next()
		if !ok {
			t.Fatal("the stream ended before the thread was counted")
		}
		text = e.data
	}
	// Cut off and back again: what was missed comes, and nothing else.
	r.send("inbox", "k3", note("missed"))
	next = r.stream("aurora/olga", "", "Last-Event-ID", r.c.hub.Now())
	r.send("inbox", "k4", note("after"))
	if e, _ := next(); !strings.Contains(e.data, "after") {
		t.Errorf("a page that missed nothing is told %+v", e)
	}
	next = r.stream("aurora/olga", "", "Last-Event-ID", rooms.id)
	seen := ""
	for !strings.Contains(seen, "after") {
		e, ok := next()
		if !ok {
			t.Fatalf("the stream ended with %s", seen)
		}
		seen += e.data
	}
	if !strings.Contains(seen, "missed") || strings.Contains(seen, "managers") {
		t.Errorf("a page that comes back is told %s", seen)
	}
	for _, since := range []string{"", "nonsense", "otherboot-3"} {
		if e, _ := r.stream("aurora/olga", since)(); e.name != "refetch" {
			t.Errorf("a page that stopped at %q is told %s", since, e.name)
		}
	}
}

func TestPagesThatMissedTooMuchReadAnew(t *testing.T) {
	r := newRig(t)
	since := r.c.hub.Now()
	for range 5000 {
		r.c.hub.Touch("aurora", "inbox", "1")
	}
	if e, _ := r.stream("aurora/olga", since)(); e.name != "refetch" {
		t.Errorf("it is told %s", e.name)
	}
}

func TestStreamsEndWithTheListener(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.c.Listen(ctx, quiet) }()
	next := r.stream("aurora/olga", "x")
	if e, _ := next(); e.name != "refetch" {
		t.Fatalf("the stream begins with %s", e.name)
	}
	cancel()
	if e, ok := next(); ok {
		t.Errorf("the stream goes on with %+v", e)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOneStreamTooManyEndsTheOldest(t *testing.T) {
	r := newRig(t)
	var streams []func() (event, bool)
	open := func(as string) {
		next := r.stream(as, "x")
		if e, _ := next(); e.name != "refetch" {
			t.Fatalf("the stream begins with %+v", e)
		}
		streams = append(streams, next)
	}
	open("aurora/ana")
	for range maxOfOne + 1 {
		open("aurora/olga")
	}
	if e, ok := streams[1](); e.name != "enough" || !ok {
		t.Errorf("the oldest of one person is told %+v", e)
	}
	if e, ok := streams[1](); ok {
		t.Errorf("and then %+v", e)
	}
	r.send("inbox", "k", note("hello"))
	for _, i := range []int{0, 2, maxOfOne + 1} {
		if e, _ := streams[i](); e.name != "message" {
			t.Errorf("stream %d is told %+v", i, e)
		}
	}
}

func TestStreamsAreCounted(t *testing.T) {
	c := &Console{}
	first, leave := c.join("first")
	for i := range maxStreams - 1 {
		c.join(fmt.Sprint(i))
	}
	select {
	case <-first:
		t.Fatal("the first stream ends before there are too many")
	default:
	}
	c.join("last")
	select {
	case <-first:
	default:
		t.Error("the oldest stream of all goes on")
	}
	leave()
	if len(c.open) != maxStreams {
		t.Errorf("%d streams are open", len(c.open))
	}
}
