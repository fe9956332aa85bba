package square

import (
	"hash/fnv"
	"time"
	"unicode"

	"ponte/platforms/social/square/gate"
	"ponte/storage"
)

// How much one page shows.
const (
	homePosts    = 10
	homeThreads  = 20 // of each post
	homeReplies  = 10 // of each thread
	postThreads  = 100
	threadLength = 500
)

// A view is what the page shows.
type view struct {
	*speech
	Brand  string
	Posts  []*postView
	Single bool // not the whole square
	Fault  *slip
}

// A slip is a form that was not taken, with what was typed.
type slip struct {
	Words, Field, InReplyTo, Author, Text string
}

type postView struct {
	*speech
	post
	Brand   string
	Total   int
	Threads []*threadView
	Earlier string // address of the threads before those shown
	Slip    *slip
}

type threadView struct {
	First   *commentView
	Replies []*commentView
	Earlier string // address of the whole thread, when replies are left out
}

type commentView struct {
	*speech
	comment
	To   string // who is answered, where that is not who began the thread
	Slip *slip
}

// Gone tells whether there are no words to show.
func (c *commentView) Gone() bool { return c.Deleted || c.Hidden }

// Initial is what the picture of the author shows.
func (c *commentView) Initial() string {
	for _, r := range c.Author {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "·"
}

// Hue is one of eight colours, the same for the same author.
func (c *commentView) Hue() uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(c.AuthorID))
	return h.Sum32() % 8
}

// Shown is a text as it may be shown.
func (*speech) Shown(text string) string { return gate.Shown(text) }

// Stamp is a time for machines.
func (*speech) Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// A reading says how much of a post to show.
type reading struct {
	threads, replies int
	before           string // a comment that began a thread: those before it
}

// read fills in the view of a post.
func (s *Square) read(tx *storage.Tx, sp *speech, p post, want reading) (*postView, error) {
	v := &postView{speech: sp, post: p, Brand: s.opt.Brand()}
	var err error
	if v.Total, err = p.comments(tx); err != nil || want.threads == 0 {
		return v, err
	}
	opts := []storage.Option{storage.Reverse(), storage.Limit(want.threads + 1)}
	if want.before != "" {
		if c, err := comments.Get(tx, storage.K(want.before)); err == nil && c.isRoot() && c.Post == p.ID {
			opts = append(opts, storage.Until(threadsOn.Position(c)))
		}
	}
	for c, err := range threadsOn.Under(tx, storage.K(p.ID), opts...) {
		if err != nil {
			return nil, err
		}
		if want.threads--; want.threads < 0 {
			v.Earlier = "/p/" + p.ID + "?before=" + v.Threads[len(v.Threads)-1].First.ID
			break
		}
		t, err := s.readThread(tx, sp, c, want.replies)
		if err != nil {
			return nil, err
		}
		v.Threads = append(v.Threads, t)
	}
	return v, nil
}

func (s *Square) readThread(tx *storage.Tx, sp *speech, root comment, most int) (*threadView, error) {
	t := &threadView{First: &commentView{speech: sp, comment: root}}
	names := map[string]string{root.ID: root.Author}
	for c, err := range repliesIn.Under(tx, storage.K(root.ID), storage.Reverse(), storage.Limit(most+1)) {
		if err != nil {
			return nil, err
		}
		if most--; most < 0 {
			t.Earlier = "/t/" + root.ID
			break
		}
		if c.Deleted {
			continue
		}
		names[c.ID] = c.Author
		t.Replies = append(t.Replies, &commentView{speech: sp, comment: c})
	}
	for i, j := 0, len(t.Replies)-1; i < j; i, j = i+1, j-1 {
		t.Replies[i], t.Replies[j] = t.Replies[j], t.Replies[i]
	}
	for _, c := range t.Replies {
		if c.InReplyTo != root.ID {
			c.To = names[c.InReplyTo]
		}
	}
	return t, nil
}
