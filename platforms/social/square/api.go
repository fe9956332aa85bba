package square

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/platforms/social/square/gate"
	"ponte/storage"
)

const apiPage = 500 // comments in one answer

// A wireComment is a comment as scripts see it.
type wireComment struct {
	ID        string    `json:"id"`
	Post      string    `json:"post"`
	InReplyTo string    `json:"in_reply_to,omitempty"`
	Author    string    `json:"author,omitempty"`
	Text      string    `json:"text,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	EditedAt  time.Time `json:"edited_at,omitzero"`
	Deleted   bool      `json:"deleted,omitempty"`
	Hidden    bool      `json:"hidden,omitempty"`
	Brand     bool      `json:"brand,omitempty"`
	Likes     int       `json:"likes"`
	URL       string    `json:"url"`
	Token     string    `json:"token,omitempty"` // told once, to its author
}

func (s *Square) wire(c *comment, token string) wireComment {
	w := wireComment{
		ID: c.ID, Post: c.Post, InReplyTo: c.InReplyTo, Author: c.Author, Text: c.Text, CreatedAt: c.At, EditedAt: c.EditedAt,
		Deleted: c.Deleted, Hidden: c.Hidden, Brand: c.Brand, Likes: c.Likes, URL: s.address(c), Token: token,
	}
	if c.Hidden {
		w.Author, w.Text = "", ""
	}
	return w
}

// A wirePost is a post as scripts see it.
type wirePost struct {
	ID        string    `json:"id"`
	Lang      string    `json:"lang,omitempty"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
	Likes     int       `json:"likes"`
	Comments  int       `json:"comments"`
	URL       string    `json:"url"`
	Pictures  []picture `json:"pictures,omitempty"`
}

func (s *Square) apiPosts(w http.ResponseWriter, r *http.Request) {
	list, err := storage.Look(r.Context(), s.store, func(tx *storage.Tx) ([]wirePost, error) {
		list := []wirePost{}
		for p, err := range postsByAge.Under(tx, nil, storage.Reverse(), storage.Limit(apiPage)) {
			if err != nil {
				return nil, err
			}
			n, err := p.comments(tx)
			if err != nil {
				return nil, err
			}
			list = append(list, wirePost{p.ID, p.Lang, p.Text, p.At, p.Likes, n, s.page(p.ID), p.Pictures})
		}
		return list, nil
	})
	s.answer(w, r, http.StatusOK, map[string]any{"posts": list}, err)
}

func (s *Square) apiComments(w http.ResponseWriter, r *http.Request) {
	id, after := r.PathValue("post"), r.URL.Query().Get("after")
	list, err := storage.Look(r.Context(), s.store, func(tx *storage.Tx) ([]wireComment, error) {
		if err := s.standing(tx, id); err != nil {
			return nil, err
		}
		opts := []storage.Option{storage.Limit(apiPage)}
		if after != "" {
			c, err := comments.Get(tx, storage.K(after))
			if err != nil || c.Post != id {
				return nil, field("after", bot.Errorf(bot.Invalid, "square.unknown_comment"))
			}
			opts = append(opts, storage.After(commentsOn.Position(c)))
		}
		list := []wireComment{}
		for c, err := range commentsOn.Under(tx, storage.K(id), opts...) {
			if err != nil {
				return nil, err
			}
			list = append(list, s.wire(&c, ""))
		}
		return list, nil
	})
	s.answer(w, r, http.StatusOK, map[string]any{"comments": list}, err)
}

// A wish is what a script sends.
type wish struct {
	Author    string `json:"author"`
	Text      string `json:"text"`
	InReplyTo string `json:"in_reply_to"`
	Token     string `json:"token"`
}

func (s *Square) apiSay(w http.ResponseWriter, r *http.Request) {
	in, err := wished(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	c, err := s.say(r.Context(), Comment{
		Post: r.PathValue("post"), InReplyTo: in.InReplyTo, Author: in.Author, Text: in.Text, AuthorID: s.authorID(r),
	})
	s.answer(w, r, http.StatusCreated, s.wire(&c.comment, c.token), err)
}

func (s *Square) apiEdit(w http.ResponseWriter, r *http.Request) {
	in, err := wished(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	c, err := s.edit(r.Context(), r.PathValue("comment"), in.Token, in.Text)
	s.answer(w, r, http.StatusOK, s.wire(&c, ""), err)
}

func (s *Square) apiDelete(w http.ResponseWriter, r *http.Request) {
	in, err := wished(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	c, err := s.remove(r.Context(), r.PathValue("comment"), in.Token)
	s.answer(w, r, http.StatusOK, s.wire(&c, ""), err)
}

func (s *Square) apiLikePost(w http.ResponseWriter, r *http.Request) {
	who, _ := s.who(r)
	n, err := s.likePost(r.Context(), r.PathValue("post"), who)
	s.answer(w, r, http.StatusOK, map[string]int{"likes": n}, err)
}

func (s *Square) apiLikeComment(w http.ResponseWriter, r *http.Request) {
	who, _ := s.who(r)
	n, err := s.likeComment(r.Context(), r.PathValue("comment"), who)
	s.answer(w, r, http.StatusOK, map[string]int{"likes": n}, err)
}

// authorID names the author where the request comes from a browser; a script's
// comments are known by the name they give.
func (s *Square) authorID(r *http.Request) string {
	if id, browser := s.who(r); browser {
		return id
	}
	return ""
}

// wished reads the JSON of a request. An empty body is an empty object.
func wished(r *http.Request) (wish, error) {
	var in wish
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return in, err
	}
	if len(body) > 0 {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return in, bot.Errorf(bot.Invalid, "square.wrong_type")
		}
		if err := json.Unmarshal(body, &in); err != nil {
			return in, gate.Misread(body, err)
		}
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		in.Token = token
	}
	return in, nil
}

// answer answers in JSON.
func (s *Square) answer(w http.ResponseWriter, r *http.Request, status int, v any, err error) {
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// refuse tells an error, to a script as JSON and to a reader as a page.
func (s *Square) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := s.told(r, err)
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	p := s.speech(r)
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		s.render(w, gate.Status(e), &view{speech: p, Brand: s.opt.Brand(), Fault: &slip{Words: p.fault(e)}, Single: true})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(gate.Status(e))
	_ = json.NewEncoder(w).Encode(struct {
		Error string `json:"error"`
		Field string `json:"field,omitempty"`
	}{p.fault(e), e.Field})
}
