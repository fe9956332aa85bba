package square

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/social/socialtest"
	"ponte/storage"
	"ponte/storage/bolt"
)

var (
	place = act.Place{Platform: "square", Space: "square:aurora"}
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// rig is a square with one post, and the public before it.
type rig struct {
	t      testing.TB
	square *Square
	server *httptest.Server

	mu     sync.Mutex
	tokens map[string]string
	now    time.Time
}

func newRig(t testing.TB, change ...func(*Options)) *rig {
	t.Helper()
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "store"), bolt.Options{RunTwice: true}, Collections()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return newRigOver(t, store, change...)
}

func newRigOver(t testing.TB, store storage.Store, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, tokens: map[string]string{}, now: noon}
	opt := Options{
		Account: "square:aurora", Brand: func() string { return "Aurora" }, Writes: -1, Now: r.clock,
		Print: func(l bot.Lang, _ *time.Location, w card.Words) string { return string(l) + " " + w.String() },
	}
	for _, c := range change {
		c(&opt)
	}
	r.square = New(store, opt)
	r.server = httptest.NewServer(r.square.Handler())
	t.Cleanup(r.server.Close)
	if err := r.square.Post(t.Context(), "p1", "en", "Our new lamp is here", noon.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(time.Millisecond)
	return r.now
}

// ask sends a request with a body of JSON, if any, and returns the answer.
func (r *rig) ask(method, path, body string, headers ...string) (int, string, http.Header) {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if q.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			q.Host = headers[i+1]
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(b), a.Header
}

func (r *rig) call(method, path string, want int, fields map[string]string) wireComment {
	r.t.Helper()
	body, _ := json.Marshal(fields)
	status, answer, _ := r.ask(method, path, string(body))
	if status != want {
		r.t.Errorf("%s %s %s: %d %s", method, path, body, status, answer)
	}
	var c wireComment
	if err := json.Unmarshal([]byte(answer), &c); err != nil {
		r.t.Error(err)
	}
	return c
}

func (r *rig) Say(author, text, inReplyTo string) string {
	c := r.call("POST", "/api/posts/p1/comments", 201, map[string]string{"author": author, "text": text, "in_reply_to": inReplyTo})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens[c.ID] = c.Token
	return c.ID
}

func (r *rig) token(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tokens[id]
}

func (r *rig) Edit(remote, text string) {
	r.call("PATCH", "/api/comments/"+remote, 200, map[string]string{"text": text, "token": r.token(remote)})
}

func (r *rig) Delete(remote string) {
	status, answer, _ := r.ask("DELETE", "/api/comments/"+remote, "", "Authorization", "Bearer "+r.token(remote))
	if status != 200 {
		r.t.Errorf("DELETE: %d %s", status, answer)
	}
}

func (r *rig) comments() []wireComment {
	_, answer, _ := r.ask("GET", "/api/posts/p1/comments", "")
	var list struct{ Comments []wireComment }
	if err := json.NewDecoder(bytes.NewReader([]byte(answer))).Decode(&list); err != nil {
		r.t.Error(err)
	}
	return list.Comments
}

func (r *rig) Published() (out []socialtest.Published) {
	for _, c := range r.comments() {
		if c.Brand && !c.Deleted {
			out = append(out, socialtest.Published{Ref: c.ID, To: c.InReplyTo, Text: c.Text})
		}
	}
	return out
}

func (r *rig) Posted() (out []socialtest.Posted) {
	_, answer, _ := r.ask("GET", "/api/posts", "")
	var list struct{ Posts []wirePost }
	if err := json.Unmarshal([]byte(answer), &list); err != nil {
		r.t.Error(err)
	}
	for _, p := range slices.Backward(list.Posts) {
		if p.ID == "p1" { // it was there from the beginning
			continue
		}
		seen := socialtest.Posted{Ref: p.ID, Text: p.Text}
		for _, s := range p.Pictures {
			seen.Alts = append(seen.Alts, s.Alt)
		}
		out = append(out, seen)
	}
	return out
}

// Like is a like by a browser of its own.
func (r *rig) Like(post, who string) {
	cookie := "square_reader=" + (who + strings.Repeat("x", len(rand.Text())))[:len(rand.Text())]
	if status, answer, _ := r.ask("POST", "/api/posts/"+post+"/like", "", "Cookie", cookie); status != http.StatusOK {
		r.t.Errorf("like: %d %s", status, answer)
	}
}

func (r *rig) Below(post, author, text string) {
	if status, answer, _ := r.ask("POST", "/api/posts/"+post+"/comments", `{"author":"`+author+`","text":"`+text+`"}`); status != http.StatusCreated {
		r.t.Errorf("comment: %d %s", status, answer)
	}
}

func TestContract(t *testing.T) {
	socialtest.Run(t, func(t *testing.T) socialtest.Rig {
		r := newRig(t)
		return socialtest.Rig{Adapter: r.square, At: place, World: r}
	})
}

func TestItems(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Base = func() string { return "https://square.example" } })
	first := r.Say("Ada", "hello", "")
	answer, err := r.square.Carry(t.Context(), "key", act.Reply{To: first, Text: "hi"}, place)
	if err != nil {
		t.Fatal(err)
	}
	second := r.Say("ADA", "thanks", answer.Ref)
	if want := "https://square.example/t/" + first + "#c-" + answer.Ref; answer.URL != want {
		t.Errorf("the reply is at %s, want %s", answer.URL, want)
	}
	ctx, stop := context.WithCancel(t.Context())
	var got []act.Incoming
	if err := r.square.Listen(ctx, func(_ context.Context, e act.Event) (act.Answer, error) {
		got = append(got, e.(act.Arrived).Items...)
		stop()
		return act.Answer{}, nil
	}); err != nil {
		t.Error(err)
	}
	want := []act.Incoming{
		{Kind: bot.Comment, Remote: first, Post: "p1", Author: bot.Author{ID: "name:ada", Name: "Ada"}, Text: "hello",
			URL: "https://square.example/t/" + first + "#c-" + first, CreatedAt: got[0].CreatedAt},
		{Kind: bot.Answer, Remote: second, Post: "p1", InReplyTo: answer.Ref, Author: bot.Author{ID: "name:ada", Name: "ADA"}, Text: "thanks",
			URL: "https://square.example/t/" + first + "#c-" + second, CreatedAt: got[0].CreatedAt},
	}
	if len(got) == 2 {
		want[1].CreatedAt = got[1].CreatedAt
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestCursor says more than a batch, and stops the listener between batches and
// before the cursor moved: nothing is missing, and what was taken does not come again.
func TestCursor(t *testing.T) {
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "store"), bolt.Options{}, Collections()...)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := newRigOver(t, store)
	var want []string
	for range 250 {
		said, err := r.square.Comment(t.Context(), Comment{Post: "p1", Author: "Ada", Text: "hello"})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, said.ID)
	}
	var got []string
	for i := range 4 {
		ctx, stop := context.WithCancel(t.Context())
		_ = newRigOver(t, store).square.Listen(ctx, func(_ context.Context, e act.Event) (act.Answer, error) {
			stop()
			if i == 1 {
				return act.Answer{}, errors.New("stopped before it was durable")
			}
			for _, it := range e.(act.Arrived).Items {
				got = append(got, it.Remote)
			}
			return act.Answer{}, nil
		})
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	left, err := storage.Look(t.Context(), store, func(tx *storage.Tx) (n int, err error) {
		for _, err := range events.Under(tx, nil) {
			if n++; err != nil {
				return n, err
			}
		}
		return n, nil
	})
	if left != 0 || err != nil {
		t.Errorf("%d events are kept for ever, %v", left, err)
	}
	r.Say("Ada", "one more", "")
	ctx, stop := context.WithCancel(t.Context())
	_ = r.square.Listen(ctx, func(_ context.Context, e act.Event) (act.Answer, error) {
		stop()
		if items := e.(act.Arrived).Items; len(items) != 1 || items[0].Text != "one more" {
			t.Errorf("got %+v", items)
		}
		return act.Answer{}, nil
	})
}

func TestSlowListener(t *testing.T) {
	r := newRig(t)
	r.Say("Ada", "heard by two", "")
	heard, err := r.square.news(t.Context())
	if err != nil || len(heard) != 1 {
		t.Fatal(heard, err)
	}
	for range 2 { // the second listener ends after something new was said
		if err := r.square.advance(t.Context(), heard); err != nil {
			t.Fatal(err)
		}
		r.Say("Ada", "heard by nobody yet", "")
	}
	if left, err := r.square.news(t.Context()); err != nil || len(left) != 2 {
		t.Errorf("%d of 2 are left, %v", len(left), err)
	}
}

func TestSeedTwice(t *testing.T) {
	r := newRig(t)
	var first Said
	for i := range 2 {
		if err := r.square.Post(t.Context(), "p1", "en", "another text", noon); err != nil {
			t.Fatal(err)
		}
		said, err := r.square.Comment(t.Context(), Comment{ID: "jonas", Post: "p1", Author: "Jonas", Text: "hello", At: noon.Add(-time.Minute)})
		if err != nil || said.ID != "jonas" || (said.Token == "") != (i == 1) {
			t.Errorf("%+v, %v", said, err)
		}
		if i == 0 {
			first = said
		} else if said.URL != first.URL {
			t.Errorf("at %s and at %s", first.URL, said.URL)
		}
	}
	if got := r.comments(); len(got) != 1 || !got[0].CreatedAt.Equal(noon.Add(-time.Minute)) {
		t.Errorf("%+v", got)
	}
	if _, page, _ := r.ask("GET", "/", ""); !strings.Contains(page, "Our new lamp") {
		t.Error("the post changed")
	}
}

func TestNotTheBrands(t *testing.T) {
	r := newRig(t)
	id := r.Say("Ada", "hello", "")
	ours, err := r.square.Carry(t.Context(), "reply", act.Reply{To: id, Text: "hi"}, place)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.square.Carry(t.Context(), "gone", act.Remove{Ref: ours.Ref}, place); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		act  act.Act
		at   act.Place
		want bot.Kind
	}{
		"another's words":     {act.Change{Ref: id, Text: "I love it"}, place, bot.Denied},
		"another's comment":   {act.Remove{Ref: id}, place, bot.Denied},
		"what we removed":     {act.Change{Ref: ours.Ref, Text: "hi"}, place, bot.NotFound},
		"in private":          {act.Reply{To: id, Text: "hi", Private: true}, place, bot.Invalid},
		"under another brand": {act.Reply{To: id, Text: "hi"}, act.Place{Platform: "square", Space: "square:other"}, bot.Denied},
	} {
		if _, err := r.square.Carry(t.Context(), name, c.act, c.at); bot.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if _, f, _ := r.square.Settle(t.Context(), name, c.act, c.at); f != act.Absent {
			t.Errorf("%s: %s", name, f)
		}
	}
	if got := r.comments(); len(got) != 2 || got[0].Text != "hello" || got[0].Deleted {
		t.Errorf("%+v", got)
	}
}
