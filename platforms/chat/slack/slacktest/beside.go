package slacktest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Beside opens another workspace behind the same address, with an app of its own. It
// is known by its tokens, which are BotToken and AppToken with "-" and its id behind
// them. The ids of its people, channels and messages may be the same ones as here.
func (s *Server) Beside(t testing.TB, id string) *Server {
	o := open(t, time.Now, BotToken+"-"+id, AppToken+"-"+id)
	o.Workspace.ID, o.base = id, s.Base()+"/"+id
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beside = append(s.beside, o)
	return o
}

// Over delivers what happens here over another workspace's ways: both have one app.
func (s *Server) Over(o *Server) { s.Workspace.Carry(o.Carrier.Deliver) }

// other finds the workspace beside this one that a request is for: by its address, or
// by its token.
func (s *Server) other(r *http.Request) *Server {
	s.mu.Lock()
	beside := s.beside
	s.mu.Unlock()
	if len(beside) == 0 {
		return nil
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		body, _ := io.ReadAll(r.Body) // who reads it next finds the same fault
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		token = form.Get("token")
	}
	for _, o := range beside {
		if path, ok := strings.CutPrefix(r.URL.Path, "/"+o.Workspace.ID); ok {
			r.URL.Path = path
			return o
		}
		if o.API.Knows(token) {
			return o
		}
	}
	return nil
}
