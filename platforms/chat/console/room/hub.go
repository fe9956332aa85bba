package room

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"ponte/bot"
)

// Touched says that a message is new or looks different. It names the message
// only: what to show is read when it is sent, for who it is sent to.
type Touched struct {
	Brand bot.BrandID
	Room  string
	ID    bot.ID
}

// Hub tells open pages what was touched. It remembers the last ones, so that a
// page that was cut off for a moment misses nothing.
type Hub struct {
	boot string // of this process: numbers of another one mean nothing
	mu   sync.Mutex
	seq  uint64
	past []Touched
	wake chan struct{} // closed at the next touch
	over chan struct{} // closed when pages are to hang up
}

// remembered is how many touches a page may have missed and still catch up.
const remembered = 1024

// NewHub makes a hub that remembers nothing yet.
func NewHub() *Hub {
	return &Hub{boot: string(bot.NewID(time.Now())), wake: make(chan struct{}), over: make(chan struct{})}
}

// Touch tells every open page of a message that is new or looks different.
func (h *Hub) Touch(brand bot.BrandID, room string, id bot.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	h.past = append(h.past, Touched{brand, room, id})
	if len(h.past) >= 2*remembered {
		h.past = append([]Touched(nil), h.past[remembered:]...)
	}
	close(h.wake)
	h.wake = make(chan struct{})
}

// HangUp ends the streams that are open; new ones may follow.
func (h *Hub) HangUp() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.over)
	h.over = make(chan struct{})
}

// Since returns what was touched after seq, each message once, and ok false
// when that reaches further back than is remembered.
func (h *Hub) Since(seq uint64) (list []Touched, now uint64, wake, over <-chan struct{}, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	missed := h.seq - seq
	if seq > h.seq || missed > uint64(len(h.past)) {
		return nil, h.seq, h.wake, h.over, false
	}
	seen := map[bot.ID]bool{}
	for _, t := range h.past[uint64(len(h.past))-missed:] {
		if !seen[t.ID] {
			seen[t.ID] = true
			list = append(list, t)
		}
	}
	return list, h.seq, h.wake, h.over, true
}

// Resume reads the number a page stopped at; ok is false when it is of no use.
func (h *Hub) Resume(last string) (seq uint64, ok bool) {
	boot, number, _ := strings.Cut(last, "-")
	seq, err := strconv.ParseUint(number, 10, 64)
	return seq, err == nil && boot == h.boot
}

// Now is the number of the last touch, for a page that is being made.
func (h *Hub) Now() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.Name(h.seq)
}

// Name is how a page is told the number of a touch.
func (h *Hub) Name(seq uint64) string { return h.boot + "-" + strconv.FormatUint(seq, 10) }
