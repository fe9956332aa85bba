package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

// rig is a client with something that answers it.
type rig struct {
	*Client
	now   time.Time
	mu    sync.Mutex
	asked []*http.Request
	body  []string
}

// times is how often Discord was asked.
func (r *rig) times() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.asked)
}

func newRig(t *testing.T, answer func(w http.ResponseWriter, n int)) *rig {
	t.Helper()
	r := &rig{now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.asked, r.body = append(r.asked, req), append(r.body, string(b))
		r.mu.Unlock()
		answer(w, r.times())
	}))
	t.Cleanup(s.Close)
	r.Client = New(Options{Token: func() string { return "secret" }, URL: s.URL + "/api/v10/", Now: func() time.Time { return r.now }})
	return r
}

func says(w http.ResponseWriter, status int, body string, headers ...string) {
	w.Header().Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		w.Header().Set(headers[i], headers[i+1])
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func TestARequestSaysWhoAsks(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ int) { says(w, 200, `{"id":"7"}`) })
	var out struct{ ID string }
	if err := r.Do(t.Context(), http.MethodPost, "/channels/1/messages", map[string]string{"content": "hi"}, &out); err != nil || out.ID != "7" {
		t.Fatalf("%+v, %v", out, err)
	}
	req := r.asked[0]
	if got := req.Header.Get("Authorization"); got != "Bot secret" {
		t.Errorf("it is authorised by %q", got)
	}
	if got := req.Header.Get("User-Agent"); !strings.HasPrefix(got, "DiscordBot (https://") {
		t.Errorf("it calls itself %q", got)
	}
	if req.URL.Path != "/api/v10/channels/1/messages" || r.body[0] != `{"content":"hi"}` {
		t.Errorf("%s %s", req.URL, r.body[0])
	}
	if err := r.Answer(t.Context(), "/interactions/1/key/callback", map[string]int{"type": 5}, nil); err != nil || r.asked[1].Header.Get("Authorization") != "" {
		t.Errorf("an answer to an interaction has the token: %v", err)
	}
}

func TestFilesComeWithTheMessage(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ int) { says(w, 200, `{}`) })
	files := []File{{Name: "a.png", Type: "image/png", Data: []byte("one")}, {Name: `b".txt`, Data: []byte("two")}}
	if err := r.Send(t.Context(), http.MethodPost, "/channels/1/messages", map[string]string{"content": "hi"}, files, nil); err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(r.asked[0].Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(strings.NewReader(r.body[0]), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{form.Value["payload_json"][0], form.File["files[0]"][0].Filename, form.File["files[1]"][0].Filename}
	if diff := cmp.Diff([]string{`{"content":"hi"}`, "a.png", `b".txt`}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatARefusalProves(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		kind   bot.Kind
		code   int
		wait   time.Duration
	}{
		"500":               {func(w http.ResponseWriter) { says(w, 500, `{}`) }, bot.Ambiguous, 0, 0},
		"502 of a page":     {func(w http.ResponseWriter) { says(w, 502, `<html>`, "Content-Type", "text/html") }, bot.Ambiguous, 0, 0},
		"503":               {func(w http.ResponseWriter) { says(w, 503, ``) }, bot.Ambiguous, 0, 0},
		"504":               {func(w http.ResponseWriter) { says(w, 504, ``) }, bot.Ambiguous, 0, 0},
		"somewhere else":    {func(w http.ResponseWriter) { says(w, 302, ``, "Location", "https://elsewhere.example") }, bot.Ambiguous, 0, 0},
		"broken off":        {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, bot.Ambiguous, 0, 0},
		"not JSON":          {func(w http.ResponseWriter) { says(w, 200, `<html>`) }, bot.Ambiguous, 0, 0},
		"401":               {func(w http.ResponseWriter) { says(w, 401, `{"message":"401: Unauthorized","code":0}`) }, bot.Denied, 0, 0},
		"no permission":     {func(w http.ResponseWriter) { says(w, 403, `{"code":50013,"message":"Missing Permissions"}`) }, bot.Denied, 50013, 0},
		"a proxy's 403":     {func(w http.ResponseWriter) { says(w, 403, `<html>`, "Content-Type", "text/html") }, bot.Unavailable, 0, 0},
		"no message":        {func(w http.ResponseWriter) { says(w, 404, `{"code":10008}`) }, bot.NotFound, 10008, 0},
		"archived":          {func(w http.ResponseWriter) { says(w, 400, `{"code":50083}`) }, bot.Conflict, 50083, 0},
		"the thread is":     {func(w http.ResponseWriter) { says(w, 400, `{"code":160004}`) }, bot.Conflict, 160004, 0},
		"answered":          {func(w http.ResponseWriter) { says(w, 400, `{"code":40060}`) }, bot.Conflict, 40060, 0},
		"an unknown code":   {func(w http.ResponseWriter) { says(w, 400, `{"code":99999}`) }, bot.Invalid, 99999, 0},
		"429":               {func(w http.ResponseWriter) { says(w, 429, `{"retry_after":1.5,"global":false}`) }, bot.RateLimited, 0, 1500 * time.Millisecond},
		"429 by header":     {func(w http.ResponseWriter) { says(w, 429, `{}`, "Retry-After", "7") }, bot.RateLimited, 0, 7 * time.Second},
		"429 without words": {func(w http.ResponseWriter) { says(w, 429, `{}`) }, bot.RateLimited, 0, unsaid},
		"Cloudflare":        {func(w http.ResponseWriter) { says(w, 429, `<html>`, "Content-Type", "text/html") }, bot.RateLimited, 0, shutOut},
		"edited too often":  {func(w http.ResponseWriter) { says(w, 429, `{"code":30046,"retry_after":1}`) }, bot.RateLimited, 30046, edited},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(w http.ResponseWriter, _ int) { c.answer(w) })
			var out map[string]any
			err := r.Do(t.Context(), http.MethodPost, "/channels/1/messages", map[string]string{}, &out)
			f, ok := FaultOf(err)
			if !ok || Kind(err) != c.kind || f.Code != c.code || f.RetryAfter != c.wait {
				t.Errorf("it is %s, %+v", Kind(err), f)
			}
			if n := r.times(); n != 1 {
				t.Errorf("it was asked %d times", n)
			}
		})
	}
}

func TestWithoutAConnectionNothingHappened(t *testing.T) {
	c := New(Options{Token: func() string { return "" }, URL: "http://discord.invalid", Client: &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") },
	}}})
	err := c.Answer(t.Context(), "/webhooks/1/a-key/messages/@original", nil, nil)
	if Kind(err) != bot.Unavailable || strings.Contains(err.Error(), "a-key") {
		t.Errorf("it is %s: %v", Kind(err), err)
	}
}

func TestATimeOutLeavesItOpen(t *testing.T) {
	r := newRig(t, func(http.ResponseWriter, int) { time.Sleep(300 * time.Millisecond) })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := r.Do(ctx, http.MethodPost, "/channels/1/messages", nil, nil); Kind(err) != bot.Ambiguous {
		t.Errorf("it is %v", err)
	}
}

func TestThePathsOfFieldsAreKept(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ int) {
		says(w, 400, `{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"description":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 4096 or fewer."}]}}},"content":{"_errors":[{"code":"A","message":"b"}]}}}`)
	})
	f, _ := FaultOf(r.Do(t.Context(), http.MethodPost, "/channels/1/messages", nil, nil))
	if diff := cmp.Diff(map[string]string{"embeds.0.description": "BASE_TYPE_MAX_LENGTH Must be 4096 or fewer.", "content": "A b"}, f.Errors); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(f.Error(), "embeds.0.description: BASE_TYPE_MAX_LENGTH") || Kind(f) != bot.Invalid {
		t.Error(f)
	}
}

// ask makes a request and says for how long it has to wait.
func (r *rig) ask(t *testing.T, path string) (time.Duration, string) {
	t.Helper()
	err := r.Do(t.Context(), http.MethodPost, path, nil, nil)
	f, ok := FaultOf(err)
	if !ok {
		return 0, ""
	}
	return f.RetryAfter, f.Scope
}

func TestAnEmptyBucketIsNotAsked(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ int) {
		says(w, 200, `{}`, "X-RateLimit-Bucket", "abc", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "2.5")
	})
	for _, c := range []struct {
		after time.Duration
		path  string
		wait  time.Duration
	}{
		{0, "/channels/1/messages", 0},
		{time.Second, "/channels/1/messages", 1500 * time.Millisecond},
		{0, "/channels/2/messages", 0},
		{1500 * time.Millisecond, "/channels/1/messages?x=1", 0},
	} {
		r.now = r.now.Add(c.after)
		if wait, _ := r.ask(t, c.path); wait != c.wait {
			t.Errorf("%s waits %s, not %s", c.path, wait, c.wait)
		}
	}
	if r.times() != 3 {
		t.Errorf("Discord was asked %d times", len(r.asked))
	}
}

func TestARouteSharesItsBucketByName(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, n int) {
		left := "5"
		if n == 3 {
			left = "0"
		}
		says(w, 200, `{}`, "X-RateLimit-Bucket", "abc", "X-RateLimit-Remaining", left, "X-RateLimit-Reset-After", "9")
	})
	r.ask(t, "/channels/1/messages/5")
	r.ask(t, "/channels/1/threads")
	r.ask(t, "/channels/1/messages/6")
	if wait, scope := r.ask(t, "/channels/1/threads"); wait != 9*time.Second || scope != "user" {
		t.Errorf("it waits %s for %s", wait, scope)
	}
}

func TestA429HoldsBackWhatItIsAbout(t *testing.T) {
	for name, c := range map[string]struct {
		body, kind string
		headers    []string
		same       time.Duration
		other      time.Duration
		hooked     time.Duration
	}{
		"of the route":    {`{"retry_after":3}`, "application/json", []string{"X-RateLimit-Scope", "user"}, 3 * time.Second, 0, 0},
		"shared":          {`{"retry_after":3}`, "application/json", []string{"X-RateLimit-Scope", "shared"}, 3 * time.Second, 0, 0},
		"global":          {`{"retry_after":3,"global":true}`, "application/json", nil, 3 * time.Second, 3 * time.Second, 0},
		"global, headers": {`{"retry_after":3}`, "application/json", []string{"X-RateLimit-Global", "true"}, 3 * time.Second, 3 * time.Second, 0},
		"of Cloudflare":   {`<html>`, "text/html", nil, shutOut, shutOut, shutOut},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(w http.ResponseWriter, n int) {
				if n == 1 {
					says(w, 429, c.body, append([]string{"Content-Type", c.kind}, c.headers...)...)
				}
			})
			r.ask(t, "/channels/1/messages")
			same, _ := r.ask(t, "/channels/1/messages")
			other, _ := r.ask(t, "/channels/2/messages")
			hooked, _ := r.ask(t, "/interactions/1/k/callback")
			if same != c.same || other != c.other || hooked != c.hooked {
				t.Errorf("the same waits %s, another %s, an answer %s", same, other, hooked)
			}
			r.now = r.now.Add(c.same)
			if wait, _ := r.ask(t, "/channels/1/messages"); wait != 0 {
				t.Errorf("after the wait it waits %s", wait)
			}
		})
	}
}

func TestNoMoreThanTheGlobalLimitIsAsked(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ int) { says(w, 200, `{}`) })
	held := 0
	for range 60 {
		if wait, scope := r.ask(t, "/users/@me"); wait > 0 && scope == "global" {
			held++
		}
	}
	if r.times() != perSecond || held != 60-perSecond {
		t.Errorf("%d were asked, %d held back", len(r.asked), held)
	}
	if wait, _ := r.ask(t, "/webhooks/1/key/messages/@original"); wait != 0 {
		t.Errorf("an answer waits %s", wait)
	}
	r.now = r.now.Add(time.Second)
	if wait, _ := r.ask(t, "/users/@me"); wait != 0 {
		t.Errorf("a second later it waits %s", wait)
	}
}

func TestTooManyRefusalsStopAllRequests(t *testing.T) {
	scope := "user"
	r := newRig(t, func(w http.ResponseWriter, _ int) {
		says(w, 403, `{"code":50001}`, "X-RateLimit-Scope", scope)
	})
	r.pace.global = nil
	for range mostRefused {
		if wait, _ := r.ask(t, "/channels/1/messages"); wait > 0 {
			t.Fatalf("after %d it waits", len(r.asked))
		}
	}
	wait, why := r.ask(t, "/channels/2/messages")
	if wait < 9*time.Minute || wait > 10*time.Minute || why != "guard" || len(r.asked) != mostRefused {
		t.Errorf("it waits %s for %s after %d", wait, why, len(r.asked))
	}
	r.now = r.now.Add(wait)
	if wait, _ := r.ask(t, "/channels/2/messages"); wait > 0 {
		t.Errorf("after ten minutes it waits %s", wait)
	}
	scope = "shared"
	before := r.guard.refused
	r.ask(t, "/channels/2/messages")
	if diff := cmp.Diff(before, r.guard.refused); diff != "" {
		t.Error("what others used up is counted")
	}
}

func TestATokenThatIsRefusedIsKnown(t *testing.T) {
	status := 200
	r := newRig(t, func(w http.ResponseWriter, _ int) { says(w, status, `{}`) })
	if _, shut := r.Shut(); shut {
		t.Error("it is shut out before it asked")
	}
	status = 401
	r.ask(t, "/users/@me")
	r.now = r.now.Add(time.Minute)
	r.ask(t, "/users/@me")
	if since, shut := r.Shut(); !shut || !since.Equal(r.now.Add(-time.Minute)) {
		t.Errorf("shut out: %v since %s", shut, since)
	}
	status = 200
	r.ask(t, "/users/@me")
	if _, shut := r.Shut(); shut {
		t.Error("it is shut out after it was let in")
	}
}

func TestTooLargeARequestIsNotMade(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ int) { says(w, 200, `{}`) })
	err := r.Send(t.Context(), http.MethodPost, "/channels/1/messages", nil, []File{{Name: "a", Data: make([]byte, maxRequest+1)}}, nil)
	if Kind(err) != bot.Invalid || Code(err) != CodeTooLarge || len(r.asked) != 0 {
		t.Errorf("it is %v, asked %d times", err, len(r.asked))
	}
}

func FuzzWhatIsWrong(f *testing.F) {
	f.Add([]byte(`{"a":{"_errors":[{"code":"x","message":"y"}]}}`))
	f.Fuzz(func(_ *testing.T, b []byte) {
		flatten(json.RawMessage(b), "", map[string]string{}, 0)
	})
}
