package square

import "sync"

// maxStreams is how many pages are kept up to date at once; further ones ask
// again from time to time.
const maxStreams = 512

// A hub tells open pages which post changed.
type hub struct {
	mu    sync.Mutex
	pages map[*page]struct{}
}

// A page is one reader's, with the posts that changed since it was last told.
type page struct {
	mu      sync.Mutex
	changed map[string]struct{}
	wake    chan struct{}
}

func newHub() *hub { return &hub{pages: map[*page]struct{}{}} }

// join adds a page, unless there are too many.
func (h *hub) join() (*page, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.pages) >= maxStreams {
		return nil, false
	}
	p := &page{changed: map[string]struct{}{}, wake: make(chan struct{}, 1)}
	h.pages[p] = struct{}{}
	return p, true
}

func (h *hub) leave(p *page) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pages, p)
}

// tell marks a post as changed on every page. It waits for no page.
func (h *hub) tell(post string) {
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
