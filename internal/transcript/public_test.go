package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// comment is something on the square, as scripts read it.
type comment struct {
	ID, Post, Author, Text string
	InReplyTo              string `json:"in_reply_to"`
	EditedAt               string `json:"edited_at"`
	Deleted, Brand         bool
	Token                  string
}

// said is something the brand said by itself; text is empty where it is older than the story.
type said struct{ name, id, text string }

// square is the public page, by its wire.
type square struct {
	p    *ponte
	mine map[string]comment // the last comment of each customer, with its token
}

func (s *square) call(method, path string, in, out any) error {
	var body io.Reader = http.NoBody
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, publicURL+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	got, _, err := fetch(s.p.public, r)
	if err != nil {
		return fmt.Errorf("%w %s", err, got)
	}
	return json.Unmarshal([]byte(got), out)
}

// posts is what the brand said, the newest last. What it said since the story
// began is called post-1, post-2 and so on.
func (s *square) posts() ([]said, error) {
	var got struct{ Posts []comment }
	if err := s.call(http.MethodGet, "/api/posts", nil, &got); err != nil {
		return nil, err
	}
	var list []said
	for _, p := range posts {
		list = append(list, said{name: p[0], id: p[0]})
	}
	for _, p := range slices.Backward(got.Posts) {
		if !slices.ContainsFunc(posts, func(old [2]string) bool { return old[0] == p.ID }) {
			list = append(list, said{name: fmt.Sprintf("post-%d", len(list)-len(posts)+1), id: p.ID, text: p.Text})
		}
	}
	return list, nil
}

func (s *square) comments() ([]comment, error) {
	list, err := s.posts()
	if err != nil {
		return nil, err
	}
	var all []comment
	for _, p := range list {
		here, err := s.below(p)
		if err != nil {
			return nil, err
		}
		all = append(all, here...)
	}
	return all, nil
}

func (s *square) below(p said) ([]comment, error) {
	var got struct{ Comments []comment }
	err := s.call(http.MethodGet, "/api/posts/"+p.id+"/comments", nil, &got)
	return got.Comments, err
}

func (s *square) say(author, post, to, text string) error {
	if to != "" {
		all, err := s.comments()
		if err != nil {
			return err
		}
		name := to
		to = ""
		for _, c := range all {
			if c.Author == name && !c.Deleted {
				post, to = c.Post, c.ID
			}
		}
		if to == "" {
			return fmt.Errorf("%s said nothing that can be answered", name)
		}
	}
	list, err := s.posts()
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(p said) bool { return p.name == post }); i >= 0 {
		post = list[i].id
	}
	var c comment
	err = s.call(http.MethodPost, "/api/posts/"+post+"/comments", map[string]string{"author": author, "text": text, "in_reply_to": to}, &c)
	s.mine[author] = c
	return err
}

// like is a like by a reader's own browser.
func (s *square) like(who, post string) error {
	list, err := s.posts()
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(p said) bool { return p.name == post }); i >= 0 {
		post = list[i].id
	}
	r, err := http.NewRequest(http.MethodPost, publicURL+"/api/posts/"+post+"/like", http.NoBody)
	if err != nil {
		return err
	}
	r.AddCookie(&http.Cookie{Name: "square_reader", Value: strings.ReplaceAll(fmt.Sprintf("%-26.26s", who), " ", "x")})
	got, _, err := fetch(s.p.public, r)
	if err != nil {
		return fmt.Errorf("%w %s", err, got)
	}
	return nil
}

func (s *square) edit(author, text string) error {
	c := s.mine[author]
	return s.call(http.MethodPatch, "/api/comments/"+c.ID, map[string]string{"text": text, "token": c.Token}, &comment{})
}

func (s *square) remove(author string) error {
	c := s.mine[author]
	return s.call(http.MethodDelete, "/api/comments/"+c.ID, map[string]string{"token": c.Token}, &comment{})
}

// shows is what everybody reads, on the page and by its API.
func (s *square) shows() ([]string, error) {
	r, err := http.NewRequest(http.MethodGet, publicURL+"/", http.NoBody)
	if err != nil {
		return nil, err
	}
	if _, _, err := fetch(s.p.public, r); err != nil {
		return nil, err
	}
	list, err := s.posts()
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, p := range list {
		if p.text != "" {
			lines = append(lines, "Caffè Aurora posts: "+plain(p.text))
		}
		here, err := s.below(p)
		if err != nil {
			return nil, err
		}
		lines = append(lines, talk(p.name, here)...)
	}
	return lines, nil
}

// talk is what is said below a post.
func talk(post string, all []comment) (lines []string) {
	by := map[string]string{}
	for _, c := range all {
		by[c.ID] = c.Author
		line := c.Author + " on " + post
		if c.InReplyTo != "" {
			line = c.Author + " to " + by[c.InReplyTo]
		}
		if c.Deleted {
			by[c.ID] = "somebody"
			line = "somebody" + strings.TrimPrefix(line, c.Author) + ", deleted"
		} else {
			line += ": " + plain(c.Text)
		}
		if c.EditedAt != "" {
			line += " (edited)"
		}
		lines = append(lines, line)
	}
	return lines
}

// hook sends items to a webhook, and tells how it was answered.
func (s *square) hook(account, body string) ([]string, error) {
	r, err := http.NewRequest(http.MethodPost, publicURL+"/webhook/"+account, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.Contains(body, "\n") {
		r.Header.Set("Content-Type", "application/x-ndjson")
	}
	got, status, err := fetch(s.p.public, r)
	if status == 0 {
		return nil, err
	}
	var t struct {
		Accepted, Duplicate int
		Error               string
		Errors              []struct {
			Index          int
			Field, Message string
		}
	}
	if err := json.Unmarshal([]byte(got), &t); err != nil {
		return nil, err
	}
	if err != nil {
		return []string{fmt.Sprintf("%d %s", status, t.Error)}, nil //nolint:nilerr // the status says it
	}
	lines := []string{fmt.Sprintf("accepted %d, duplicate %d", t.Accepted, t.Duplicate)}
	for _, e := range t.Errors {
		lines = append(lines, fmt.Sprintf("no. %d: %s %s", e.Index, e.Field, e.Message))
	}
	return lines, nil
}

// receiver is where the shop's replies go: a server of its own, outside the bubble.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	status int // 0: hangs up
	got    []string
	all    strings.Builder
	seen   map[string]bool // webhook-ids
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{status: http.StatusOK, seen: map[string]bool{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Server.Close)
	return r
}

func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// take returns what came since it was last called.
func (r *receiver) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func (r *receiver) everything() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.String()
}

// ServeHTTP takes a reply in, or does as it was told to.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var n struct {
		Type string
		Data struct {
			InReplyTo string `json:"in_reply_to"`
			Ref, Text string
			Private   bool
		}
	}
	err := json.NewDecoder(req.Body).Decode(&n)
	r.mu.Lock()
	defer r.mu.Unlock()
	id := req.Header.Get("webhook-id")
	line := strings.TrimSpace(n.Type+" "+n.Data.InReplyTo+n.Data.Ref) + ": " + plain(n.Data.Text)
	if n.Data.Private {
		line += " (private)"
	}
	if r.seen[id] {
		line += " (again)"
	}
	if r.status != http.StatusOK {
		line += fmt.Sprintf(" (answered %d)", r.status)
	}
	r.seen[id] = true
	r.got = append(r.got, line)
	r.all.WriteString(line + "\n")
	switch {
	case err != nil || r.status == 0:
		panic(http.ErrAbortHandler)
	case r.status == http.StatusOK:
		_, _ = w.Write([]byte(`{"id": "r-` + fmt.Sprint(len(r.seen)) + `"}`))
	default:
		w.WriteHeader(r.status)
	}
}
