package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"ponte/bot"
	"ponte/platforms/chat/console/room"
	"ponte/platforms/chat/console/view"
	"ponte/storage"
)

// heartbeat keeps proxies from cutting a quiet stream.
const heartbeat = 20 * time.Second

// live streams what is touched in the rooms the viewer sees.
func (c *Console) live(w http.ResponseWriter, r *http.Request, v *view.Viewer) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("since")
	}
	enough, leave := c.join(string(v.Brand.ID) + "/" + v.User)
	defer leave()
	seq, known := c.hub.Resume(last)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	out := stream{w: w, rc: http.NewResponseController(w)}
	_ = out.rc.SetReadDeadline(time.Time{}) // nothing more comes from the page; a server's time to read would end the stream
	out.line(": hello\nretry: 2000\n\n")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for first := true; out.err == nil; first = false {
		list, now, wake, over, ok := c.hub.Since(seq)
		if first && !known || !ok {
			out.event(c.hub.Name(now), "refetch", map[string]any{})
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
		case <-enough:
			out.event("", "enough", map[string]any{})
			return
		case <-r.Context().Done():
			return
		}
		// Rights may have changed since the page was made.
		if v = c.viewerFor(r, v.Brand.ID); v == nil {
			return
		}
	}
}

// show sends the touched messages as the viewer sees them, and the rooms' counts.
func (c *Console) show(r *http.Request, v *view.Viewer, out *stream, list []room.Touched, now uint64) {
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
			if t.Brand != v.Brand.ID || !v.Sees(t.Room) {
				continue
			}
			m, err := room.Get(tx, t.Brand, t.ID)
			if room.Missing(err) {
				continue
			}
			if err != nil {
				return err
			}
			html, err := v.Message(tx, m)
			if err != nil {
				return err
			}
			changes = append(changes, change{m.ID, m.Thread, m.Room, html})
		}
		if len(changes) == 0 {
			return nil
		}
		var err error
		rooms, err = v.Rooms(tx)
		return err
	})
	if err != nil {
		c.opt.Log.Error("console: live", "error", err)
		out.event(c.hub.Name(now), "refetch", map[string]any{})
		return
	}
	for _, ch := range changes {
		out.event("", "message", ch)
	}
	if len(changes) > 0 {
		out.event(c.hub.Name(now), "rooms", map[string]any{"html": rooms})
	}
}

// stream writes server-sent events, each within a few seconds or not at all.
type stream struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error
}

func (s *stream) event(id, name string, data any) {
	body, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	if id != "" {
		id = "id: " + id + "\n"
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
