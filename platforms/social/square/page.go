package square

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"ponte/bot"
	"ponte/platforms/social/square/gate"
	"ponte/storage"
)

var layout = template.Must(template.ParseFS(assets, "assets/page.html"))

// render writes the page whole, or nothing of it.
func (s *Square) render(w http.ResponseWriter, status int, v *view) {
	var b bytes.Buffer
	if err := layout.ExecuteTemplate(&b, "page", v); err != nil {
		s.opt.Log.Error("the square's page failed", "err", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(v.Tongue))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// show renders what fill puts into the view.
func (s *Square) show(w http.ResponseWriter, r *http.Request, fill func(*storage.Tx, *view) error) {
	v, err := s.fill(r, fill)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.greet(w, r)
	s.render(w, http.StatusOK, v)
}

func (s *Square) fill(r *http.Request, fill func(*storage.Tx, *view) error) (*view, error) {
	return storage.Look(r.Context(), s.store, func(tx *storage.Tx) (*view, error) {
		v := &view{speech: s.speech(r), Brand: s.opt.Brand()}
		return v, fill(tx, v)
	})
}

func (s *Square) home(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, func(tx *storage.Tx, v *view) error {
		for p, err := range postsByAge.Under(tx, nil, storage.Reverse(), storage.Limit(homePosts)) {
			if err != nil {
				return err
			}
			pv, err := s.read(tx, v.speech, p, reading{threads: homeThreads, replies: homeReplies})
			if err != nil {
				return err
			}
			v.Posts = append(v.Posts, pv)
		}
		return nil
	})
}

func (s *Square) onePost(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, func(tx *storage.Tx, v *view) error {
		return s.readPost(tx, v, r.PathValue("post"), r.URL.Query().Get("before"))
	})
}

func (s *Square) readPost(tx *storage.Tx, v *view, id, before string) error {
	p, err := posts.Get(tx, storage.K(id))
	if errors.Is(err, storage.ErrNotFound) {
		return bot.Errorf(bot.NotFound, "square.unknown_post")
	}
	if err != nil {
		return err
	}
	pv, err := s.read(tx, v.speech, p, reading{threads: postThreads, replies: homeReplies, before: before})
	v.Single, v.Posts = true, []*postView{pv}
	return err
}

func (s *Square) oneThread(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, func(tx *storage.Tx, v *view) error {
		root, err := comments.Get(tx, storage.K(r.PathValue("comment")))
		if errors.Is(err, storage.ErrNotFound) || err == nil && !root.isRoot() {
			return bot.Errorf(bot.NotFound, "square.unknown_comment")
		}
		if err != nil {
			return err
		}
		p, err := posts.Get(tx, storage.K(root.Post))
		if err != nil {
			return err
		}
		pv, err := s.read(tx, v.speech, p, reading{})
		if err != nil {
			return err
		}
		t, err := s.readThread(tx, v.speech, root, threadLength)
		pv.Threads = []*threadView{t}
		v.Single, v.Posts = true, []*postView{pv}
		return err
	})
}

// formComment says what a form holds. What was not taken is shown again in its
// form, with the reason.
func (s *Square) formComment(w http.ResponseWriter, r *http.Request) {
	f, err := gate.Form(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	in := Comment{
		Post: r.PathValue("post"), InReplyTo: f.Get("in_reply_to"), Author: f.Get("author"), Text: f.Get("text"), AuthorID: s.authorID(r),
	}
	c, err := s.say(r.Context(), in)
	if err == nil {
		http.Redirect(w, r, "/t/"+c.Root+"#c-"+c.ID, http.StatusSeeOther)
		return
	}
	e := s.told(r, err)
	v, err := s.fill(r, func(tx *storage.Tx, v *view) error { return s.readPost(tx, v, in.Post, "") })
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	v.Posts[0].place(&slip{Words: v.fault(e), Field: e.Field, InReplyTo: in.InReplyTo, Author: in.Author, Text: in.Text})
	s.render(w, gate.Status(e), v)
}

// place puts a slip where its form is; where that is not shown, at the post's own form.
func (p *postView) place(s *slip) {
	for _, t := range p.Threads {
		for _, c := range append([]*commentView{t.First}, t.Replies...) {
			if c.ID == s.InReplyTo && !c.Gone() {
				c.Slip = s
				return
			}
		}
	}
	p.Slip = s
}

func (s *Square) formLikePost(w http.ResponseWriter, r *http.Request) {
	who, _ := s.who(r)
	_, err := s.likePost(r.Context(), r.PathValue("post"), who)
	s.back(w, r, "/p/"+url.PathEscape(r.PathValue("post")), err)
}

func (s *Square) formLikeComment(w http.ResponseWriter, r *http.Request) {
	who, _ := s.who(r)
	c, err := storage.Look(r.Context(), s.store, func(tx *storage.Tx) (comment, error) {
		return comments.Get(tx, storage.K(r.PathValue("comment")))
	})
	if err == nil {
		_, err = s.likeComment(r.Context(), c.ID, who)
	} else if errors.Is(err, storage.ErrNotFound) {
		err = bot.Errorf(bot.NotFound, "square.unknown_comment")
	}
	s.back(w, r, "/t/"+c.Root+"#c-"+c.ID, err)
}

func (s *Square) back(w http.ResponseWriter, r *http.Request, to string, err error) {
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
