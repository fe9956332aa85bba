package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"ponte/bot"
	"ponte/storage"
)

// touched says that a message is new or looks different. It names the message
// only: what to show is read when it is sent, for who it is sent to.
type touched struct {
	seq   uint64
	brand bot.BrandID
	room  string
	id    bot.ID
}

// hub tells open pages what was touched. It remembers the last ones, so that a
// page that was cut off for a moment misses nothing.
type hub struct {
	boot string // of this process: numbers of another one mean nothing
	mu   sync.Mutex
	seq  uint64
	past []touched
	wake chan struct{} // closed at the next touch
	over chan struct{} // closed when pages are to hang up
}

// remembered is how many touches a page may have missed and still catch up.
const remembered = 1024

func newHub() *hub {
	return &hub{boot: string(bot.NewID(time.Now())), wake: make(chan struct{}), over: make(chan struct{})}
}

func (h *hub) touch(brand bot.BrandID, room string, id bot.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	h.past = append(h.past, touched{h.seq, brand, room, id})
	if len(h.past) >= 2*remembered {
		h.past = append([]touched(nil), h.past[remembered:]...)
	}
	close(h.wake)
	h.wake = make(chan struct{})
}

// hangUp ends the streams that are open; new ones may follow.
func (h *hub) hangUp() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.over)
	h.over = make(chan struct{})
}

// since returns what was touched after seq, each message once, and ok false
// when that reaches further back than is remembered.
func (h *hub) since(seq uint64) (list []touched, now uint64, wake, over <-chan struct{}, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	missed := h.seq - seq
	if seq > h.seq || missed > uint64(len(h.past)) {
		return nil, h.seq, h.wake, h.over, false
	}
	seen := map[bot.ID]bool{}
	for _, t := range h.past[uint64(len(h.past))-missed:] {
		if !seen[t.id] {
			seen[t.id] = true
			list = append(list, t)
		}
	}
	return list, h.seq, h.wake, h.over, true
}

// resume reads the number a page stopped at; ok is false when it is of no use.
func (h *hub) resume(last string) (seq uint64, ok bool) {
	boot, number, _ := strings.Cut(last, "-")
	seq, err := strconv.ParseUint(number, 10, 64)
	return seq, err == nil && boot == h.boot
}

// now is the number of the last touch, for a page that is being made.
func (h *hub) now() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.boot + "-" + strconv.FormatUint(h.seq, 10)
}

// heartbeat keeps proxies from cutting a quiet stream.
const heartbeat = 20 * time.Second

// live streams what is touched in the rooms the viewer sees.
func (c *Console) live(w http.ResponseWriter, r *http.Request, v *viewer) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("since")
	}
	seq, known := c.hub.resume(last)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	out := stream{w: w, rc: http.NewResponseController(w), boot: c.hub.boot}
	out.line(": hello\nretry: 2000\n\n")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for first := true; out.err == nil; first = false {
		list, now, wake, over, ok := c.hub.since(seq)
		if first && !known || !ok {
			out.event(now, "refetch", map[string]any{})
		} else if len(list) > 0 {
			c.show(r, v, &out, list, now)
		}
		seq, known = now, true
		select {
		case <-wake:
		case <-beat.C:
			out.line(": still here\n\n")
		case <-over:
			return
		case <-r.Context().Done():
			return
		}
		// Rights may have changed since the page was made.
		if v = c.viewerFor(r, v.brand.ID); v == nil {
			return
		}
	}
}

// show sends the touched messages as the viewer sees them, and the rooms' counts.
func (c *Console) show(r *http.Request, v *viewer, out *stream, list []touched, now uint64) {
	type change struct {
		Ref    bot.ID `json:"ref"`
		Thread bot.ID `json:"thread,omitempty"`
		Room   string `json:"room"`
		HTML   string `json:"html"`
	}
	var changes []change
	var rooms string
	err := c.store.View(r.Context(), func(tx *storage.Tx) error {
		changes = changes[:0]
		for _, t := range list {
			if t.brand != v.brand.ID || !v.sees(t.room) {
				continue
			}
			m, err := messages.Get(tx, storage.K(t.brand, t.id))
			if missing(err) {
				continue
			}
			if err != nil {
				return err
			}
			seen, err := c.look(tx, v, m, "")
			if err != nil {
				return err
			}
			changes = append(changes, change{m.ID, m.Thread, m.Room, render("message", seen)})
		}
		all, err := c.rooms(tx, v, "")
		rooms = render("rooms", all)
		return err
	})
	if err != nil {
		c.opt.Log.Error("console: live", "error", err)
		out.event(now, "refetch", map[string]any{})
		return
	}
	for _, ch := range changes {
		out.event(0, "message", ch)
	}
	if len(changes) > 0 {
		out.event(now, "rooms", map[string]any{"html": rooms})
	}
}

// stream writes server-sent events, each within a few seconds or not at all.
type stream struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	boot string
	err  error
}

func (s *stream) event(seq uint64, name string, data any) {
	body, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	id := ""
	if seq > 0 {
		id = "id: " + s.boot + "-" + strconv.FormatUint(seq, 10) + "\n"
	}
	s.line(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", id, name, body))
}

func (s *stream) line(text string) {
	if s.err != nil {
		return
	}
	_ = s.rc.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if _, s.err = s.w.Write([]byte(text)); s.err == nil {
		s.err = s.rc.Flush()
	}
}
