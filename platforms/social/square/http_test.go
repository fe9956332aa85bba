package square

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"ponte/bot/act"
	"ponte/platforms/social/square/gate"
	"ponte/storage"
)

// The count of comments is kept with the post; where none was kept they are counted.
func TestCount(t *testing.T) {
	r := newRig(t)
	first := r.Say("Ada", "one", "")
	r.Say("Bo", "two", first)
	want := func(n string) {
		t.Helper()
		if _, answer, _ := r.ask("GET", "/api/posts", ""); !strings.Contains(answer, `"comments":`+n+",") {
			t.Errorf("not %s comments: %s", n, answer)
		}
	}
	keep := func(n int) {
		err := r.square.store.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := posts.Change(tx, storage.K("p1"), func(p *post) error { p.Said = n; return nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want("2")
	keep(7) // what is kept is told
	want("7")
	keep(0)
	want("2")
	r.Say("Cleo", "three", first)
	want("3")
}

func TestStatuses(t *testing.T) {
	r := newRig(t)
	id := r.Say("Ada", "hello", "")
	gone := r.Say("Ada", "soon gone", "")
	r.Delete(gone)
	const say, edit = "/api/posts/p1/comments", "/api/comments/"
	body := func(author, text string) string {
		b, _ := json.Marshal(map[string]string{"author": author, "text": text})
		return string(b)
	}
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		has                      string
	}{
		{"the page", "GET", "/", "", nil, 200, "Our new lamp is here"},
		{"only its head", "HEAD", "/", "", nil, 200, ""},
		{"health", "GET", "/healthz", "", nil, 200, "ok"},
		{"posts", "GET", "/api/posts", "", nil, 200, `"comments":2`},
		{"a post that is not there", "GET", "/p/p2", "", nil, 404, "square.unknown_post"},
		{"a thread that is not there", "GET", "/t/x", "", nil, 404, "square.unknown_comment"},
		{"no such page", "GET", "/etc/passwd", "", nil, 404, "square.no_page"},
		{"another method", "PUT", "/api/posts", "", nil, 405, ""},
		{"comments of nothing", "GET", "/api/posts/p2/comments", "", nil, 404, `"error":"en square.unknown_post"`},
		{"comments after nothing", "GET", say + "?after=x", "", nil, 400, `"field":"after"`},
		{"to nothing", "POST", "/api/posts/p2/comments", body("Ada", "a"), nil, 404, "square.unknown_post"},
		{"answer to nothing", "POST", say, `{"author":"A","text":"a","in_reply_to":"x"}`, nil, 404, `"field":"in_reply_to"`},
		{"answer to what is gone", "POST", say, `{"author":"A","text":"a","in_reply_to":"` + gone + `"}`, nil, 404, `"field":"in_reply_to"`},
		{"no name", "POST", say, `{"text":"a"}`, nil, 400, `"field":"author"`},
		{"a name of nothing to see", "POST", say, body("\u200b\u202e ", "a"), nil, 400, `"field":"author"`},
		{"no text", "POST", say, `{"author":"Ada"}`, nil, 400, `"field":"text"`},
		{"a text of marks only", "POST", say, body("Ada", "\u0301\u0302\n"), nil, 400, `"field":"text"`},
		{"text that is none", "POST", say, `{"author":"Ada","text":["a"]}`, nil, 400, `{"error":"en square.not_text","field":"text"}`},
		{"not JSON", "POST", say, "{\"author\":\n  Ada}", nil, 400, `line=2`},
		{"not JSON, the column", "POST", say, "{\"author\":\n  Ada}", nil, 400, `column=3`},
		{"cut short", "POST", say, `{"author":`, nil, 400, `line=1`},
		{"a form for a script", "POST", say, "author=a", []string{"Content-Type", "text/plain"}, 415, "square.wrong_type"},
		{"the longest text", "POST", say, body("Ada", strings.Repeat("é", 2000)), nil, 201, ""},
		{"one longer", "POST", say, body("Ada", strings.Repeat("é", 2001)), nil, 400, `"field":"text"`},
		{"the longest name", "POST", say, body(strings.Repeat("é", 80), "a"), nil, 201, ""},
		{"one longer name", "POST", say, body(strings.Repeat("é", 81), "a"), nil, 400, `"field":"author"`},
		{"64 KiB", "POST", say, body("Ada", "a") + strings.Repeat(" ", gate.MaxBody-len(body("Ada", "a"))), nil, 201, ""},
		{"over 64 KiB", "POST", say, body("Ada", "a") + strings.Repeat(" ", gate.MaxBody), nil, 413, "square.too_large"},
		{"edit without a token", "PATCH", edit + id, `{"text":"mine now"}`, nil, 403, `"field":"token"`},
		{"edit with a wrong token", "PATCH", edit + id, `{"text":"mine now"}`, []string{"Authorization", "Bearer " + r.token(gone)}, 403, ""},
		{"edit into nothing", "PATCH", edit + id, `{"token":"` + r.token(id) + `"}`, nil, 400, `"field":"text"`},
		{"edit of nothing", "PATCH", edit + "x", `{"text":"a"}`, nil, 404, ""},
		{"delete without a token", "DELETE", edit + id, "", nil, 403, ""},
		{"delete again", "DELETE", edit + gone, "", []string{"Authorization", "Bearer " + r.token(gone)}, 404, ""},
		{"like nothing", "POST", "/api/posts/x/like", "", nil, 404, ""},
		{"like what is gone", "POST", edit + gone + "/like", "", nil, 404, ""},
		{"a page elsewhere", "POST", say, body("Ada", "a"), []string{"Origin", "https://evil.example"}, 403, "square.foreign"},
		{"a page elsewhere, told by the browser", "POST", "/p/p1/like", "", []string{"Sec-Fetch-Site", "cross-site"}, 403, "square.foreign"},
		{"our own page", "POST", "/api/posts/p1/like", "", []string{"Sec-Fetch-Site", "same-origin", "Origin", r.server.URL}, 200, ""},
		{"a name that leads here", "GET", "/", "", []string{"Host", "evil.example"}, 403, "square.foreign"},
		{"by name", "GET", "/", "", []string{"Host", "localhost:1"}, 200, ""},
		{"by IPv6", "GET", "/", "", []string{"Host", "[::1]:1"}, 200, ""},
		{"in Spanish", "GET", "/p/x", "", []string{"Accept-Language", "es-MX, en;q=0.5"}, 404, "es square.unknown_post"},
		{"in Italian", "GET", "/api/posts/x/comments", "", []string{"Accept-Language", "it"}, 404, "it square.unknown_post"},
		{"in a language we do not speak", "GET", "/p/x", "", []string{"Accept-Language", "de"}, 404, "en square.unknown_post"},
	} {
		status, answer, h := r.ask(c.method, c.path, c.body, c.headers...)
		if status != c.status || !strings.Contains(answer, c.has) {
			t.Errorf("%s: %d %s, want %d with %s", c.name, status, answer, c.status, c.has)
		}
		if h.Get("Content-Security-Policy") != gate.Policy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: a header is missing: %v", c.name, h)
		}
	}
	if c := r.comments()[0]; c.Text != "hello" || c.Deleted {
		t.Errorf("the comment became %+v", c)
	}
}

func TestOwnAddress(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Base = func() string { return "https://square.example" } })
	if status, _, _ := r.ask("GET", "/", "", "Host", "square.example"); status != 200 {
		t.Errorf("behind its own public name: %d", status)
	}
}

func TestForms(t *testing.T) {
	r := newRig(t)
	post := func(path, body string) (int, string, http.Header) {
		return r.ask("POST", path, body, "Content-Type", "application/x-www-form-urlencoded")
	}
	status, _, h := post("/p/p1/comments", url.Values{"author": {"Ada"}, "text": {"two\r\nlines"}}.Encode())
	first := r.comments()[0]
	if want := "/t/" + first.ID + "#c-" + first.ID; status != 303 || h.Get("Location") != want || first.Text != "two\nlines" {
		t.Errorf("%d to %s, want %s; %q", status, h.Get("Location"), want, first.Text)
	}
	if status, page, _ := post("/p/p1/comments", url.Values{"author": {"Bob"}, "text": {"  "}, "in_reply_to": {first.ID}}.Encode()); status != 400 ||
		!strings.Contains(page, `value="Bob"`) || !strings.Contains(page, "square.empty") || !strings.Contains(page, "<details class=\"reply\" open>") {
		t.Errorf("a fault: %d %s", status, page)
	}
	if status, _, h := post("/p/p1/comments", url.Values{"author": {"Bob"}, "text": {"yes"}, "in_reply_to": {first.ID}}.Encode()); status != 303 {
		t.Errorf("an answer: %d %v", status, h)
	}
	if status, _, h := post("/c/"+first.ID+"/like", ""); status != 303 || h.Get("Location") != "/t/"+first.ID+"#c-"+first.ID {
		t.Errorf("a like: %d %v", status, h)
	}
	if status, _, _ := r.ask("POST", "/p/p1/comments", `{"author":"Ada","text":"a"}`); status != 415 {
		t.Errorf("JSON as a form: %d", status)
	}
	if got := r.comments(); len(got) != 2 || got[0].Likes != 1 || got[1].InReplyTo != first.ID {
		t.Errorf("%+v", got)
	}
}

func TestLikesCountOnce(t *testing.T) {
	r := newRig(t)
	like := func(cookie string) string {
		_, answer, _ := r.ask("POST", "/api/posts/p1/like", "", "Cookie", cookie)
		return strings.TrimSpace(answer)
	}
	_, _, h := r.ask("GET", "/", "")
	cookie, _, _ := strings.Cut(h.Get("Set-Cookie"), ";")
	if !strings.HasPrefix(cookie, readerCookie+"=") {
		t.Fatalf("cookie %q", h.Get("Set-Cookie"))
	}
	for i, want := range []string{`{"likes":1}`, `{"likes":1}`, `{"likes":2}`, `{"likes":2}`} {
		if got := like([]string{"", "", cookie, cookie}[i]); got != want {
			t.Errorf("like %d: %s, want %s", i, got, want)
		}
	}
}

func TestTooFast(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Writes = 3 })
	for i, want := range []int{200, 200, 200, 429} {
		status, _, h := r.ask("POST", "/api/posts/p1/like", "")
		if status != want {
			t.Errorf("write %d: %d, want %d", i, status, want)
		}
		if wait, _ := strconv.Atoi(h.Get("Retry-After")); want == 429 && (wait < 1 || wait > 20) {
			t.Errorf("Retry-After is %q", h.Get("Retry-After"))
		}
	}
	if status, _, _ := r.ask("GET", "/", ""); status != 200 {
		t.Errorf("reading is limited too: %d", status)
	}
}

func TestLive(t *testing.T) {
	r := newRig(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	q, _ := http.NewRequestWithContext(ctx, http.MethodGet, r.server.URL+"/live", nil)
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	lines := bufio.NewScanner(a.Body)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "retry:") {
		t.Fatalf("it begins with %q", lines.Text())
	}
	id := r.Say("Ada", "hello", "")
	for range 2 {
		for lines.Scan() && lines.Text() == "" {
		}
		if lines.Text() != "data: p1" {
			t.Fatalf("got %q", lines.Text())
		}
		if _, err := r.square.Carry(t.Context(), "key", act.Reply{To: id, Text: "hi"}, place); err != nil {
			t.Error(err)
		}
	}
}

func TestHidden(t *testing.T) {
	r := newRig(t)
	id := r.Say("Ada", "a secret word", "")
	r.Say("Bob", "an answer", id)
	if err := r.square.Hide(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
	_, page, _ := r.ask("GET", "/", "")
	_, api, _ := r.ask("GET", "/api/posts/p1/comments", "")
	if strings.Contains(page+api, "secret") || !strings.Contains(page, "square.hidden") || !strings.Contains(page, "an answer") {
		t.Errorf("hidden: %s %s", page, api)
	}
	if err := r.square.Hide(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	if _, page, _ := r.ask("GET", "/", ""); !strings.Contains(page, "a secret word") {
		t.Error("it stays hidden")
	}
}

func TestPaging(t *testing.T) {
	r := newRig(t)
	var root string
	for i := range 150 {
		said, err := r.square.Comment(t.Context(), Comment{Post: "p1", Author: "Ada", Text: "thread " + strconv.Itoa(i)})
		if err != nil {
			t.Fatal(err)
		}
		root = said.ID
	}
	for i := range 30 {
		if _, err := r.square.Comment(t.Context(), Comment{Post: "p1", InReplyTo: root, Author: "Bob", Text: "reply " + strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	has := func(path string, want ...string) string {
		t.Helper()
		_, page, _ := r.ask("GET", path, "")
		for _, w := range want {
			if has := strings.Contains(page, strings.TrimPrefix(w, "!")); has == strings.HasPrefix(w, "!") {
				t.Errorf("%s: %s", path, w)
			}
		}
		return page
	}
	has("/", "thread 149<", "thread 130<", "!thread 129<", "reply 29<", "reply 20<", "!reply 19<", `href="/t/`+root+`"`)
	page := has("/p/p1", "thread 149<", "thread 50<", "!thread 49<")
	_, rest, _ := strings.Cut(page, "?before=")
	before, _, _ := strings.Cut(rest, `"`)
	has("/p/p1?before="+before, "thread 49<", "thread 0<", "!thread 50<")
	has("/t/"+root, "reply 0<", "reply 29<", "!thread 148<")
}
