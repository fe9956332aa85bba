// Package live keeps the open pages of the public square up to date: each is told
// by server-sent events which post changed, and asks for it itself. It knows
// nothing of what a post is.
package live

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"ponte/bot"
)

const (
	streamTime = 10 * time.Minute // a page joins again after it
	beat       = 20 * time.Second // keeps a quiet stream open
	writeTime  = 10 * time.Second
)

// maxStreams is how many pages are kept up to date at once; further ones ask
// again from time to time.
const maxStreams = 512

// A Hub tells open pages which post changed.
type Hub struct {
	mu    sync.Mutex
	pages map[*page]struct{}
}

// A page is one reader's, with the posts that changed since it was last told.
type page struct {
	mu      sync.Mutex
	changed map[string]struct{}
	wake    chan struct{}
}

// New makes a hub without pages.
func New() *Hub { return &Hub{pages: map[*page]struct{}{}} }

// join adds a page, unless there are too many.
func (h *Hub) join() (*page, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.pages) >= maxStreams {
		return nil, false
	}
	p := &page{changed: map[string]struct{}{}, wake: make(chan struct{}, 1)}
	h.pages[p] = struct{}{}
	return p, true
}

func (h *Hub) leave(p *page) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pages, p)
}

// Tell marks a post as changed on every page. It waits for no page.
func (h *Hub) Tell(post string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for p := range h.pages {
		p.mu.Lock()
		p.changed[post] = struct{}{}
		p.mu.Unlock()
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}

// news returns what changed since the last time, each post once.
func (p *page) news() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for id := range p.changed {
		out = append(out, id)
	}
	clear(p.changed)
	return out
}

// Serve tells a page of changes until it leaves. An error comes before anything
// was written: there are too many pages.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request) error {
	p, ok := h.join()
	if !ok {
		e := bot.Errorf(bot.Unavailable, "square.full")
		e.RetryAfter = 30 * time.Second
		return e
	}
	defer h.leave(p)
	w.Header().Set("Content-Type", "text/event-stream")
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // nothing more comes from the page; a server's time to read would end the stream
	end, pulse := time.NewTimer(streamTime), time.NewTicker(beat)
	defer end.Stop()
	defer pulse.Stop()
	for line := "retry: 3000\n\n"; ; {
		_ = rc.SetWriteDeadline(time.Now().Add(writeTime))
		if _, err := fmt.Fprint(w, line); err != nil || rc.Flush() != nil {
			return nil
		}
		line = ""
		select {
		case <-r.Context().Done():
			return nil
		case <-end.C:
			return nil
		case <-pulse.C:
			line = ": still here\n\n"
		case <-p.wake:
			for _, id := range p.news() {
				line += "data: " + url.PathEscape(id) + "\n\n"
			}
		}
	}
}
