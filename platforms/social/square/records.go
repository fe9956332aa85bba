package square

import (
	"time"

	"ponte/bot"
	"ponte/platforms/social/square/gallery"
	"ponte/storage"
)

// A post is something the brand published.
type post struct {
	ID    string    `json:"id"`
	Lang  string    `json:"lang,omitempty"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
	Likes int       `json:"likes,omitempty"`
	Said  int       `json:"said,omitempty"` // comments below it; 0: not counted yet

	Pictures []picture `json:"pictures,omitempty"`
}

// A picture goes with a post. The page loads it only where it is the square's own.
type picture struct {
	Path   string `json:"path,omitempty"` // at the square's address; empty: only Alt is shown
	Alt    string `json:"alt,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// A comment is what somebody said below a post, or the brand's answer to it. A
// deleted one stays, without its words, for what was said below it.
type comment struct {
	ID        string    `json:"id"`
	Post      string    `json:"post"`
	Root      string    `json:"root"` // the comment that its thread began with; its own id when that is this one
	InReplyTo string    `json:"in_reply_to,omitempty"`
	Author    string    `json:"author,omitempty"`
	AuthorID  string    `json:"author_id,omitempty"`
	Text      string    `json:"text,omitempty"`
	At        time.Time `json:"at"`
	EditedAt  time.Time `json:"edited_at,omitzero"`
	Deleted   bool      `json:"deleted,omitempty"`
	Hidden    bool      `json:"hidden,omitempty"`
	Brand     bool      `json:"brand,omitempty"`
	Likes     int       `json:"likes,omitempty"`
	Token     []byte    `json:"token,omitempty"` // SHA-256 of what its author shows to change it
}

func (c *comment) isRoot() bool { return c.Root == c.ID }

// A like is one reader's, who counts once.
type like struct {
	On  string `json:"on"`
	Who string `json:"who"`
}

// An event is a line of what happened here, as it was then.
type event struct {
	Seq     int64     `json:"seq"`
	Comment comment   `json:"comment"`
	At      time.Time `json:"at"`
	Edited  bool      `json:"edited,omitempty"`
}

// A cursor is how far the listener has come.
type cursor struct {
	Of  string `json:"of"`
	Seq int64  `json:"seq"`
}

// A deed is an act of the brand that was carried out, under its key.
type deed struct {
	Key string `json:"key"`
	Ref string `json:"ref"`
	URL string `json:"url"`
}

var (
	posts      = storage.Define("square_posts", func(p *post) storage.Key { return storage.K(p.ID) })
	postsByAge = posts.Index("age.1", func(p *post) storage.Key { return storage.K(p.At) })

	comments = storage.Define("square_comments", func(c *comment) storage.Key { return storage.K(c.ID) })
	// commentsOn is all that was said below a post, oldest first.
	commentsOn = comments.Index("post.1", func(c *comment) storage.Key { return storage.K(c.Post, c.At) })
	// threadsOn is what threads below a post began with.
	threadsOn = comments.Index("threads.1", func(c *comment) storage.Key {
		if !c.isRoot() {
			return nil
		}
		return storage.K(c.Post, c.At)
	})
	// repliesIn is what followed in a thread.
	repliesIn = comments.Index("replies.1", func(c *comment) storage.Key {
		if c.isRoot() {
			return nil
		}
		return storage.K(c.Root, c.At)
	})

	likes   = storage.Define("square_likes", func(l *like) storage.Key { return storage.K(l.On, l.Who) })
	events  = storage.Define("square_events", func(e *event) storage.Key { return storage.K(e.Seq) })
	cursors = storage.Define("square_cursors", func(c *cursor) storage.Key { return storage.K(c.Of) })
	deeds   = storage.Define("square_deeds", func(d *deed) storage.Key { return storage.K(d.Key) })
)

// comments counts what was said below the post.
func (p *post) comments(tx *storage.Tx) (int, error) {
	if p.Said > 0 {
		return p.Said, nil
	}
	return commentsOn.Count(tx, storage.K(p.ID))
}

// Collections lists what the store must be opened with.
func Collections() []storage.Definition {
	return append(gallery.Collections(), posts, comments, likes, events, cursors, deeds)
}

// kind is how the comment counts as an item.
func (c *comment) kind() bot.ItemKind {
	if c.InReplyTo == "" {
		return bot.Comment
	}
	return bot.Answer
}
