package live

import (
	"net/http/httptest"
	"testing"

	"ponte/bot"
)

func TestFull(t *testing.T) {
	h := New()
	for range maxStreams {
		if _, ok := h.join(); !ok {
			t.Fatal("full too early")
		}
	}
	w := httptest.NewRecorder()
	if err := h.Serve(w, httptest.NewRequestWithContext(t.Context(), "GET", "/live", nil)); bot.KindOf(err) != bot.Unavailable || w.Body.Len() > 0 {
		t.Errorf("one page too many: %v %q", err, w.Body)
	}
}

func TestNewsComeTogether(t *testing.T) {
	h := New()
	p, _ := h.join()
	for range 1000 {
		h.Tell("p1")
	}
	if <-p.wake; len(p.news()) != 1 || len(p.news()) != 0 {
		t.Error("a page is told of the same post more than once")
	}
	h.leave(p)
	h.Tell("p1")
	if len(p.news()) != 0 {
		t.Error("a page that left is told")
	}
}
