package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
)

// An inbox keeps what it is handed, and knows what it has seen.
type inbox struct {
	mu    sync.Mutex
	items []act.Incoming
	calls []int
	err   error
}

func (in *inbox) take(_ context.Context, e act.Event) (act.Answer, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	a := e.(act.Arrived)
	in.calls = append(in.calls, len(a.Items))
	if in.err != nil {
		return act.Answer{}, in.err
	}
	var out act.Answer
	for _, it := range a.Items {
		r := act.Accepted
		if slices.ContainsFunc(in.items, func(o act.Incoming) bool { return o.Remote == it.Remote }) {
			r = act.Duplicate
		} else {
			in.items = append(in.items, it)
		}
		out.Results = append(out.Results, r)
	}
	return out, nil
}

const good = `{"id":"1","author":"Ada","text":"hello"}`

func TestStatuses(t *testing.T) {
	r := newRig(t, false)
	in := &inbox{}
	r.listen(in.take)
	type change = func(*http.Request)
	header := func(k, v string) change { return func(q *http.Request) { q.Header.Set(k, v) } }
	for _, c := range []struct {
		name, body, secret string
		change             change
		status             int
		answer             string
	}{
		{"right", good, secretA, nil, 200, `{"accepted":1,"duplicate":0,"errors":[]}`},
		{"the other secret", good, secretB, nil, 200, `{"accepted":0,"duplicate":1,"errors":[]}`},
		{"a stranger's secret", good, secretC, nil, 401, `{"error":"unauthorized"}`},
		{"no signature", good, "", nil, 401, `{"error":"unauthorized"}`},
		{"a signature of another kind", good, secretA, func(q *http.Request) {
			q.Header.Set("webhook-signature", strings.Replace(q.Header.Get("webhook-signature"), "v1,", "v1a,", 1))
		}, 401, `{"error":"unauthorized"}`},
		{"one right signature among others", good, secretA, func(q *http.Request) {
			q.Header.Set("webhook-signature", "v1,AAAA v2,x  "+q.Header.Get("webhook-signature"))
		}, 200, ""},
		{"another id than was signed", good, secretA, header("webhook-id", "other"), 401, ""},
		{"another time than was signed", good, secretA, header("webhook-timestamp", strconv.FormatInt(r.now.Unix()+1, 10)), 401, ""},
		{"a time that is none", good, secretA, header("webhook-timestamp", "soon"), 401, ""},
		{"a very long id", good, secretA, header("webhook-id", strings.Repeat("x", 300)), 401, ""},
		{"an unknown account", good, secretA, func(q *http.Request) { q.URL.Path = "/webhook/other" }, 404, `{"error":"not found"}`},
		{"another method", good, secretA, func(q *http.Request) { q.Method = http.MethodPut }, 405, ""},
		{"a compressed body", good, secretA, header("Content-Encoding", "gzip"), 415, ""},
		{"an empty body", "", secretA, nil, 400, `{"error":"the body is empty"}`},
		{"not an object", `"hello"`, secretA, nil, 400, `{"error":"the body must be an object or an array of objects","line":1,"column":1}`},
		{"cut short", "[\n" + good + ",\n{\"id\":", secretA, nil, 400, `{"error":"the body is not JSON: unexpected end of JSON input","line":3,"column":6}`},
		{"a slip in an array", "[" + good + ",\n  {\"id\" 2}]", secretA, nil, 400, `{"error":"the body is not JSON: invalid character '2' after object key","line":2,"column":9}`},
		{"a slip in a line", good + "\n{\"id\":}\n", secretA, nil, 400, `{"error":"the body is not JSON: invalid character '}' looking for beginning of value","line":2,"column":7}`},
		{"something behind an array", "[" + good + "] x", secretA, nil, 400, `{"error":"the body is not JSON: invalid character 'x' after top-level value","line":1,"column":44}`},
		{"something behind an object", good + "]", secretA, nil, 400, `{"error":"the body is not JSON: invalid character ']' looking for beginning of value","line":1,"column":41}`},
		{"too deep", strings.Repeat("[", 20000), secretA, nil, 400, ""},
		{"no items", "[]", secretA, nil, 200, `{"accepted":0,"duplicate":0,"errors":[]}`},
		{"1000 items", "[" + strings.Repeat(good+",", 999) + good + "]", secretA, nil, 200, `{"accepted":0,"duplicate":1000,"errors":[]}`},
		{"1001 items", "[" + strings.Repeat(good+",", 1000) + good + "]", secretA, nil, 413, ""},
		{"1001 lines", strings.Repeat(good+"\n", 1001), secretA, nil, 413, ""},
		{"8 MiB", good + strings.Repeat(" ", maxBody-len(good)), secretA, nil, 200, ""},
		{"over 8 MiB", good + strings.Repeat(" ", maxBody-len(good)+1), secretA, nil, 413, ""},
		{"an array in a line", "[1]\n", secretA, header("Content-Type", "application/x-ndjson; charset=utf-8"), 200,
			`{"accepted":0,"duplicate":0,"errors":[{"index":0,"message":"must be an object"}]}`},
	} {
		q := r.request("msg "+c.name, c.body, c.secret)
		if c.change != nil {
			c.change(q)
		}
		status, answer, h := r.ask(q)
		if status != c.status || c.answer != "" && answer != c.answer {
			t.Errorf("%s: %d %s, want %d %s", c.name, status, answer, c.status, c.answer)
		}
		if status == http.StatusMethodNotAllowed && h.Get("Allow") != http.MethodPost {
			t.Errorf("%s: Allow is %q", c.name, h.Get("Allow"))
		}
	}
	if len(in.items) != 1 {
		t.Errorf("%d items came in, want 1", len(in.items))
	}
}

func TestTolerance(t *testing.T) {
	r := newRig(t, false)
	r.listen((&inbox{}).take)
	for after, want := range map[time.Duration]int{
		-5 * time.Minute: 200, -5*time.Minute - time.Second: 401, 5 * time.Minute: 200, 5*time.Minute + time.Second: 401,
	} {
		r.now = time.Unix(1_800_000_000, 0)
		q := r.request("msg"+after.String(), good, secretA)
		r.now = r.now.Add(after)
		if got, _, _ := r.ask(q); got != want {
			t.Errorf("%v after it was signed: %d, want %d", after, got, want)
		}
	}
}

func TestUnsigned(t *testing.T) {
	for _, c := range []struct {
		name, host string
		loopback   bool
		header     http.Header
		want       int
	}{
		{"a script", "", true, nil, 200},
		{"by name", "localhost:80", true, nil, 200},
		{"through a proxy", "localhost", true, http.Header{"Forwarded": {"for=192.0.2.1"}}, 403},
		{"through a proxy of another kind", "localhost", true, http.Header{"X-Forwarded-Proto": {"https"}}, 403},
		{"through one that says only that", "localhost", true, http.Header{"Via": {"1.1 front"}}, 403},
		{"by IPv6", "[::1]:8080", true, nil, 200},
		{"typed into a browser's tool", "", true, http.Header{"Sec-Fetch-Site": {"none"}}, 200},
		{"a server that all can reach", "", false, nil, 403},
		{"a name that leads here", "evil.example", true, nil, 403},
		{"a name that looks like it", "localhost.evil.example", true, nil, 403},
		{"a page elsewhere", "", true, http.Header{"Origin": {"https://evil.example"}}, 403},
		{"a page of another port", "", true, http.Header{"Sec-Fetch-Site": {"same-site"}}, 403},
		{"our own page", "", true, http.Header{"Sec-Fetch-Site": {"same-origin"}}, 403},
		{"a frame without origin", "", true, http.Header{"Origin": {"null"}}, 403},
	} {
		r := newRig(t, c.loopback)
		r.set(func(a *Account) { a.Unsigned, a.Secrets = true, nil })
		r.listen((&inbox{}).take)
		q := r.request("", good, "")
		q.Host = c.host
		for k, v := range c.header {
			q.Header[k] = v
		}
		if got, answer, _ := r.ask(q); got != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, got, answer, c.want)
		}
	}
}

func TestSameRequestTwice(t *testing.T) {
	r := newRig(t, false)
	in := &inbox{}
	r.listen(in.take)
	batch := `[{"id":"1","author":"Ada","text":"a"},{"id":"2","author":"Ada"}]`
	mended := `[{"id":"1","author":"Ada","text":"a"},{"id":"2","author":"Ada","text":"b"}]`
	for _, c := range []struct {
		body, want string
		calls      int
	}{
		{batch, `{"accepted":1,"duplicate":0,"errors":[{"index":1,"field":"text","message":"is missing"}]}`, 1},
		{mended, `{"accepted":1,"duplicate":1,"errors":[]}`, 2},
		{mended, `{"accepted":0,"duplicate":2,"errors":[]}`, 2},
		{`[]`, `{"accepted":0,"duplicate":0,"errors":[]}`, 2},
		{`{"id":"other","author":"Ada","text":"d"}`, `{"accepted":1,"duplicate":0,"errors":[]}`, 3},
		{mended, `{"accepted":0,"duplicate":2,"errors":[]}`, 4},
	} {
		_, answer, _ := r.ask(r.request("msg_1", c.body, secretA))
		if answer != c.want || len(in.calls) != c.calls {
			t.Errorf("%s: %s after %d calls, want %s after %d", c.body, answer, len(in.calls), c.want, c.calls)
		}
	}
	r.now = r.now.Add(recall + time.Minute)
	r.ask(r.request("msg_2", `{"id":"3","author":"Ada","text":"c"}`, secretA))
	if _, answer, _ := r.ask(r.request("msg_1", mended, secretA)); len(in.calls) != 6 {
		t.Errorf("what is too old to come again is still remembered: %s", answer)
	}
}

func TestNotTakenIn(t *testing.T) {
	r := newRig(t, false)
	if status, _, h := r.ask(r.request("msg_1", good, secretA)); status != 503 || h.Get("Retry-After") == "" {
		t.Errorf("nobody listens: %d, Retry-After %q", status, h.Get("Retry-After"))
	}
	in := &inbox{err: errors.New("the disk is gone")}
	r.listen(in.take)
	if status, answer, _ := r.ask(r.request("msg_1", good, secretA)); status != 503 || strings.Contains(answer, "disk") {
		t.Errorf("a failing handler: %d %s", status, answer)
	}
	in.err = &bot.Error{Kind: bot.RateLimited, RetryAfter: 1500 * time.Millisecond}
	if status, _, h := r.ask(r.request("msg_1", good, secretA)); status != 429 || h.Get("Retry-After") != "2" {
		t.Errorf("a busy handler: %d, Retry-After %q", status, h.Get("Retry-After"))
	}
	in.err = nil
	if _, answer, _ := r.ask(r.request("msg_1", good, secretA)); answer != `{"accepted":1,"duplicate":0,"errors":[]}` {
		t.Errorf("and then: %s", answer)
	}
}

// Large bodies take turns; small ones pass by them.
func TestManyLargeBodies(t *testing.T) {
	r := newRig(t, false)
	r.listen((&inbox{}).take)
	big := good + strings.Repeat(" ", small)
	for range large {
		leave, ok := r.hook.enter(r.request("", big, ""))
		if !ok {
			t.Fatal("a place was taken before anybody came")
		}
		defer leave()
	}
	endless := r.request("msg_1", good, secretA)
	endless.ContentLength = -1
	for _, q := range []*http.Request{r.request("msg_1", big, secretA), endless} {
		if status, answer, h := r.ask(q); status != 503 || h.Get("Retry-After") != "2" {
			t.Errorf("%d %s, Retry-After %q", status, answer, h.Get("Retry-After"))
		}
	}
	if status, answer, _ := r.ask(r.request("msg_1", good, secretA)); status != 200 {
		t.Errorf("a small one: %d %s", status, answer)
	}
	<-r.hook.places
	if status, answer, _ := r.ask(r.request("msg_1", big, secretA)); status != 200 || len(r.hook.places) != large-1 {
		t.Errorf("when there is room again: %d %s, %d inside", status, answer, len(r.hook.places))
	}
	r.hook.places <- struct{}{}
}

func TestChunks(t *testing.T) {
	r := newRig(t, false)
	in := &inbox{}
	r.listen(in.take)
	var body strings.Builder
	for i := range 250 {
		fmt.Fprintf(&body, "{\"id\":%d,\"author\":\"Ada\",\"text\":\"hello\"}\n", i)
	}
	if _, answer, _ := r.ask(r.request("msg_1", body.String(), secretA)); answer != `{"accepted":250,"duplicate":0,"errors":[]}` {
		t.Error(answer)
	}
	if d := cmp.Diff([]int{100, 100, 50}, in.calls); d != "" {
		t.Error(d)
	}
	for i, it := range in.items {
		if it.Remote != strconv.Itoa(i) {
			t.Fatalf("item %d is %s", i, it.Remote)
		}
	}
}
