package respond_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/respond"
	"ponte/platforms/chat/discord/web"
)

// discord notes what it is sent.
type discord struct {
	mu    sync.Mutex
	sent  []string
	fault error
	takes time.Duration
}

func (d *discord) Send(_ context.Context, method, path string, in any, files []web.File, _ any) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	var body struct {
		Type    int
		Content string
		Flags   int
		Data    struct {
			Content string
			Flags   int
			Choices []respond.Choice
		}
	}
	if err := json.Unmarshal(raw, &body); err != nil && in != nil {
		return err
	}
	time.Sleep(d.takes)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, fmt.Sprintf("%s %s %d %q %d files %d", method, path, body.Type, body.Content+body.Data.Content, body.Flags+body.Data.Flags, len(files)))
	return d.fault
}

func said(text string) draw.Message { return draw.Message{Content: text} }

const (
	first    = "/interactions/1/tok/callback"
	original = "/webhooks/9/tok/messages/@original"
	follow   = "/webhooks/9/tok"
)

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		quiet bool
		do    func(t *testing.T, a *respond.Answer)
		want  []string
	}{
		"at once": {false, func(t *testing.T, a *respond.Answer) {
			_ = a.Show(t.Context(), said("a"))
			time.Sleep(time.Minute)
		}, []string{"POST " + first + ` 4 "a" 64 files 0`}},
		"two": {false, func(t *testing.T, a *respond.Answer) {
			_ = a.Show(t.Context(), said("a"))
			_ = a.Show(t.Context(), said("b"), web.File{Name: "x"})
		}, []string{"POST " + first + ` 4 "a" 64 files 0`, "POST " + follow + ` 0 "b" 64 files 1`}},
		"late": {false, func(t *testing.T, a *respond.Answer) {
			time.Sleep(5 * time.Second)
			if a.Opens() {
				t.Error("a window would open")
			}
			if err := a.Window(t.Context(), draw.Modal{}); !errors.Is(err, respond.ErrLate) {
				t.Error(err)
			}
			_ = a.Show(t.Context(), said("a"))
			_ = a.Show(t.Context(), said("b"))
		}, []string{"POST " + first + ` 5 "" 64 files 0`, "PATCH " + original + ` 0 "a" 0 files 0`, "POST " + follow + ` 0 "b" 64 files 0`}},
		"late and nothing": {false, func(t *testing.T, a *respond.Answer) {
			time.Sleep(5 * time.Second)
			_ = a.Nothing(t.Context())
		}, []string{"POST " + first + ` 5 "" 64 files 0`, "DELETE " + original + ` 0 "" 0 files 0`}},
		"nothing": {false, func(t *testing.T, a *respond.Answer) { _ = a.Nothing(t.Context()); _ = a.Nothing(t.Context()) }, []string{"POST " + first + ` 6 "" 0 files 0`}},
		"a turn":  {true, func(t *testing.T, a *respond.Answer) { _ = a.Turn(t.Context(), said("a")) }, []string{"POST " + first + ` 7 "a" 0 files 0`}},
		"a late turn": {true, func(t *testing.T, a *respond.Answer) {
			time.Sleep(5 * time.Second)
			_ = a.Turn(t.Context(), said("a"))
			_ = a.Show(t.Context(), said("b"))
		}, []string{"POST " + first + ` 6 "" 0 files 0`, "PATCH " + original + ` 0 "a" 0 files 0`, "POST " + follow + ` 0 "b" 64 files 0`}},
		"a late word beside": {true, func(t *testing.T, a *respond.Answer) {
			time.Sleep(5 * time.Second)
			_ = a.Show(t.Context(), said("b"))
		}, []string{"POST " + first + ` 6 "" 0 files 0`, "POST " + follow + ` 0 "b" 64 files 0`}},
		"a window": {false, func(t *testing.T, a *respond.Answer) { _ = a.Window(t.Context(), draw.Modal{Title: "x"}) }, []string{"POST " + first + ` 9 "" 0 files 0`}},
		"choices":  {false, func(t *testing.T, a *respond.Answer) { _ = a.Offer(t.Context(), nil) }, []string{"POST " + first + ` 8 "" 0 files 0`}},
		"far too late": {false, func(t *testing.T, a *respond.Answer) {
			time.Sleep(15 * time.Minute)
			if err := a.Show(t.Context(), said("a")); !errors.Is(err, respond.ErrLate) {
				t.Error(err)
			}
		}, []string{"POST " + first + ` 5 "" 64 files 0`}},
		"promised": {false, func(t *testing.T, a *respond.Answer) {
			_ = a.Promise(t.Context())
			_ = a.Show(t.Context(), said("a"))
		}, []string{"POST " + first + ` 5 "" 64 files 0`, "PATCH " + original + ` 0 "a" 0 files 0`}},
		"closed": {false, func(_ *testing.T, a *respond.Answer) { a.Close(); time.Sleep(time.Minute) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &discord{}
				a := respond.New(d, respond.To{App: "9", ID: "1", Token: "tok", At: time.Now(), Quiet: c.quiet})
				defer a.Close()
				c.do(t, a)
				synctest.Wait()
				if diff := cmp.Diff(c.want, d.sent); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// What was typed is not left without an answer: Discord would say that it failed.
func TestNothingToWhatWasTyped(t *testing.T) {
	d := &discord{}
	a := respond.New(d, respond.To{App: "9", ID: "1", Token: "tok", At: time.Now(), Typed: true})
	defer a.Close()
	for range 2 {
		if err := a.Nothing(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]string{"POST " + first + ` 5 "" 64 files 0`, "DELETE " + original + ` 0 "" 0 files 0`}, d.sent); diff != "" {
		t.Error(diff)
	}
}

// An answer that comes while it is being said that one comes takes its place.
func TestBothAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &discord{takes: 500 * time.Millisecond}
		a := respond.New(d, respond.To{App: "9", ID: "1", Token: "tok", At: time.Now()})
		defer a.Close()
		time.Sleep(2200 * time.Millisecond)
		if err := a.Show(t.Context(), said("a")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"POST " + first + ` 5 "" 64 files 0`, "PATCH " + original + ` 0 "a" 0 files 0`}, d.sent); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatDiscordRefuses(t *testing.T) {
	for code, want := range map[int]error{web.CodeAnswered: nil, web.CodeUnknownInteraction: respond.ErrLate} {
		d := &discord{fault: &web.Fault{Status: 404, Code: code}}
		a := respond.New(d, respond.To{At: time.Now()})
		if err := a.Show(t.Context(), said("a")); !errors.Is(err, want) {
			t.Errorf("%d: %v", code, err)
		}
		if code == web.CodeAnswered {
			d.fault = &web.Fault{Status: 401, Code: web.CodeBadToken}
			if err := a.Show(t.Context(), said("a")); !errors.Is(err, respond.ErrLate) {
				t.Error(err)
			}
		}
		a.Close()
	}
}

// What was answered before is not said to be coming once more, and nothing that stands
// there is changed.
func TestPromisesThatDiscordRefuses(t *testing.T) {
	for code, want := range map[int]error{web.CodeAnswered: nil, web.CodeUnknownInteraction: respond.ErrLate} {
		d := &discord{fault: &web.Fault{Status: 404, Code: code}}
		a := respond.New(d, respond.To{App: "9", ID: "1", Token: "tok", At: time.Now()})
		if err := a.Promise(t.Context()); !errors.Is(err, want) {
			t.Errorf("%d: %v", code, err)
		}
		d.fault = nil
		_ = a.Show(t.Context(), said("a"))
		if got := d.sent[1]; got != "POST "+follow+` 0 "a" 64 files 0` && want == nil {
			t.Errorf("then it is %s", got)
		}
		a.Close()
	}
}
