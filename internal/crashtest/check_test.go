package crashtest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/platforms"
	"ponte/storage"
	"ponte/storage/bolt"
)

// sight is what can be seen of a Ponte that runs.
type sight struct {
	messages map[string]message // of the console's rooms and threads, by ref
	twice    []string           // refs that came up twice
	comments []comment          // on the square
	entries  []entry            // posts of the square
}

// closes lets Ponte finish what it has, looks at all of it from outside, ends it
// and looks at what it kept. An act may have failed because what it answers was
// deleted, because the brand was paused, or for the reasons given.
func (w *world) closes(t *testing.T, p *ponte, reasons ...string) findings {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	w.caughtUp(ctx, t)
	p.settled(t)
	s, err := p.sees(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p.stop(t)
	for _, line := range p.log.errors() {
		t.Errorf("it logged: %s", line)
	}
	f := findings{
		world: w, sight: s, found: map[string]bot.Reply{}, posts: map[string]bot.Post{}, tally: map[bot.PostState]int{},
		reasons: append([]string{"error.comment_deleted", "error.brand_paused"}, reasons...),
	}
	opened(t, w.Data, f.look)
	for i, text := range f.list {
		if i == 20 {
			t.Errorf("and %d more", len(f.list)-i)
			break
		}
		t.Error(text)
	}
	return f
}

// caughtUp waits until what was said on the square last is in the team's room;
// by then all that was said there before is.
func (w *world) caughtUp(ctx context.Context, t *testing.T) {
	t.Helper()
	last := w.unique("the last word")
	err := w.comment(ctx, last, "")
	for seen := false; err == nil && !seen; wait(ctx, 5*time.Millisecond) {
		err = w.insist(ctx, func(p *ponte) error {
			list, err := p.messages(ctx, onSquare, "", "")
			for _, m := range list {
				seen = seen || m.quotes() == last
			}
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// sees reads every room, every thread and the square to their beginnings.
func (p *ponte) sees(ctx context.Context) (s sight, err error) {
	s.messages = map[string]message{}
	for _, room := range []string{onSquare, onAsked, onBlind, theBoard} {
		tops, err := p.pages(ctx, &s, room, "")
		if err != nil {
			return s, err
		}
		for _, top := range tops {
			if _, err := p.pages(ctx, &s, room, top); err != nil {
				return s, err
			}
		}
	}
	if s.entries, err = p.entries(ctx); err != nil {
		return s, err
	}
	for after := ""; ; after = s.comments[len(s.comments)-1].ID {
		list, err := p.comments(ctx, after)
		if err != nil || len(list) == 0 {
			return s, err
		}
		s.comments = append(s.comments, list...)
	}
}

// pages reads a room, or what stands under a message in it, and returns the refs.
func (p *ponte) pages(ctx context.Context, s *sight, room, thread string) (refs []string, err error) {
	for before := ""; ; {
		list, err := p.messages(ctx, room, thread, before)
		if err != nil {
			return nil, err
		}
		if thread != "" {
			list = list[1:]
		}
		for _, m := range list {
			if _, twice := s.messages[m.Ref]; twice {
				s.twice = append(s.twice, m.Ref)
			}
			s.messages[m.Ref] = m
			refs = append(refs, m.Ref)
		}
		if len(list) < paneSize {
			return refs, nil
		}
		before = list[0].Ref
	}
}

// opened reads a store that nobody has open.
func opened(t *testing.T, data string, look func(*storage.Tx) error) {
	t.Helper()
	s, err := bolt.Open(t.Context(), filepath.Join(data, "ponte.db"), bolt.Options{}, append(records.All(), platforms.Collections()...)...)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.View(t.Context(), look); err != nil {
		t.Fatal(err)
	}
}
