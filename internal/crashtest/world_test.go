package crashtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot"
)

// world is all that is around a Ponte, and remembers what Ponte acknowledged.
type world struct {
	sink *sink
	order
	numbers atomic.Int64
	resent  atomic.Int64
	deaths  []time.Time

	mu      sync.Mutex
	serving *ponte
	items   map[itemKey]item // that were acknowledged, as they read now
	replies []*reply         // that were accepted
	drafts  []*draft         // that were accepted
	worded  map[string]*wording
	pauses  []pause
	latest  string // comment on the square that is known to stand
}

type itemKey struct {
	account bot.AccountID
	remote  string
}

// item is what a customer said.
type item struct {
	text    string
	deleted bool
	answers bool   // it stands under another one
	token   string // of a comment on the square
}

// reply is what the team said.
type reply struct {
	room, thread string
	place        string
	text         string
	edited       string // what it was changed to later
	undone       bool
}

func newWorld(t *testing.T, undo time.Duration) *world {
	dir := t.TempDir()
	s := newSink(t)
	return &world{
		sink: s, order: order{Data: filepath.Join(dir, "data"), Sink: s.server.URL, Undo: undo, Note: filepath.Join(dir, "note")},
		items: map[itemKey]item{}, worded: map[string]*wording{},
	}
}

// opens starts a Ponte over what the last one left.
func (w *world) opens(t *testing.T) *ponte {
	t.Helper()
	w.sink.drain(t)
	p := start(t, w.order)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serving = p
	return p
}

// died notes that Ponte was killed just now.
func (w *world) died() { w.deaths = append(w.deaths, time.Now()) }

// unique makes a word that nobody has said.
func (w *world) unique(word string) string {
	return word + "-" + strconv.FormatInt(w.numbers.Add(1), 10)
}

// insist does something until it is done, however often Ponte dies over it. It
// ends early with a refusal, unless Ponte is dead by then: somebody else may listen
// where it did.
func (w *world) insist(ctx context.Context, do func(*ponte) error) error {
	for tries := 1; ; tries++ {
		w.mu.Lock()
		p := w.serving
		w.mu.Unlock()
		err := do(p)
		if _, refused := errors.AsType[*refusal](err); refused && !p.ended() || err == nil {
			return err
		}
		if tries == 1 {
			w.resent.Add(1)
		}
		if !wait(ctx, 4*time.Millisecond) {
			return fmt.Errorf("it never worked: %w", err)
		}
	}
}

// tell sends items by webhook, the same request until it is acknowledged.
func (w *world) tell(ctx context.Context, account bot.AccountID, list ...news) error {
	id := w.unique("request")
	err := w.insist(ctx, func(p *ponte) error {
		var got struct{ Errors []any }
		err := send(ctx, http.MethodPost, p.Public+hook(account), id, list, &got)
		if len(got.Errors) > 0 {
			return &refusal{http.StatusOK, fmt.Sprint(got.Errors)}
		}
		return err
	})
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range list {
		k := itemKey{account, n.ID}
		it := w.items[k]
		if n.Deleted {
			it.deleted = true
		} else {
			it.text, it.answers = n.Text, it.answers || n.InReplyTo != ""
		}
		w.items[k] = it
	}
	return nil
}

// comment says something on the square. Who gets no answer looks whether it
// stands there before saying it again; without the answer they have no token.
func (w *world) comment(ctx context.Context, text, to string) error {
	var got comment
	tried := false
	w.mu.Lock()
	after := w.latest
	w.mu.Unlock()
	err := w.insist(ctx, func(p *ponte) error {
		if tried {
			there, err := p.comments(ctx, after)
			for _, c := range there {
				if c.Text == text {
					got = c
				}
			}
			if err != nil || got.ID != "" {
				return err
			}
		}
		tried = true
		return send(ctx, http.MethodPost, p.Public+"/api/posts/"+thePost+"/comments", "", map[string]string{
			"author": w.unique("Maria"), "text": text, "in_reply_to": to,
		}, &got)
	})
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.items[itemKey{squareAccount, got.ID}] = item{text: text, answers: to != "", token: got.Token}
	w.latest = got.ID
	return nil
}

// amend changes or, without a text, deletes a comment on the square.
func (w *world) amend(ctx context.Context, id, text string) error {
	k := itemKey{squareAccount, id}
	w.mu.Lock()
	it := w.items[k]
	w.mu.Unlock()
	method, tried := http.MethodPatch, false
	if text == "" {
		method = http.MethodDelete
	}
	err := w.insist(ctx, func(p *ponte) error {
		err := send(ctx, method, p.Public+"/api/comments/"+url.PathEscape(id), "", map[string]string{"token": it.token, "text": text}, &comment{})
		if no, ok := errors.AsType[*refusal](err); ok && tried && method == http.MethodDelete && no.status == http.StatusNotFound {
			return nil
		}
		tried = true
		return err
	})
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if text == "" {
		it.deleted = true
	} else {
		it.text = text
	}
	w.items[k] = it
	return nil
}

// does has Ana do a deed in the console, the same one until it is answered.
func (w *world) does(ctx context.Context, kind, room, thread string, values url.Values) (answer, error) {
	a, _, err := w.doesAs(ctx, theUser, kind, room, thread, values)
	return a, err
}

// doesAs is does for anybody, and tells as well how often it was tried.
func (w *world) doesAs(ctx context.Context, who, kind, room, thread string, values url.Values) (a answer, tries int, err error) {
	id := w.unique("deed")
	values.Set("room", room)
	values.Set("thread", thread)
	err = w.insist(ctx, func(p *ponte) (err error) {
		tries++
		a, err = p.deed(ctx, who, kind, id, values)
		return err
	})
	return a, tries, err
}

// says has Ana type a command into a thread and reports whether it was done.
func (w *world) says(ctx context.Context, room, thread, text string) (bool, error) {
	return w.saysAs(ctx, theUser, room, thread, text)
}

func (w *world) saysAs(ctx context.Context, who, room, thread, text string) (bool, error) {
	a, _, err := w.doesAs(ctx, who, "say", room, thread, url.Values{"text": {"/ponte " + text}})
	return err == nil && !a.Refused && a.Form == nil, err
}

// accepted remembers a reply that Ponte took.
func (w *world) accepted(r *reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replies = append(w.replies, r)
}

// after makes a world that goes on from here with places and data of its own.
func (w *world) after(t *testing.T) *world {
	other := newWorld(t, w.Undo)
	other.numbers.Store(w.numbers.Load())
	other.items, other.latest = maps.Clone(w.items), w.latest
	other.drafts, other.worded = slices.Clone(w.drafts), maps.Clone(w.worded)
	return other
}
