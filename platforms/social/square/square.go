// Package square is the public square: a comment page of the brand's own, where
// anybody reads its posts and talks below them, and a social platform like any
// other to the rest of the program. It keeps posts and comments in collections
// of its own. It knows nothing of team chat, of conversations, or of who answers.
//
// The page, which needs no script to read and to comment:
//
//	GET  /                      the posts, each with its newest threads
//	GET  /p/{post}              one post
//	GET  /t/{comment}           one thread
//	POST /p/{post}/comments     a form: author, text, in_reply_to
//	POST /p/{post}/like, /c/{comment}/like
//	GET  /live                  server-sent events: the id of a post that changed
//
// JSON for scripts; a text has 1 to 2,000 code points, an author 1 to 80:
//
//	GET    /api/posts
//	GET    /api/posts/{post}/comments?after={comment}   up to 500, oldest first
//	POST   /api/posts/{post}/comments                   author, text, in_reply_to → 201 with id and token
//	PATCH  /api/comments/{comment}                      text, and the token as a field or as Authorization: Bearer
//	DELETE /api/comments/{comment}                      the token likewise
//	POST   /api/posts/{post}/like, /api/comments/{comment}/like
//
// For tests the page marks each post with data-post, each comment with
// data-comment, the brand's with data-brand, and forms by their addresses.
package square

import (
	"crypto/rand"
	"log/slog"
	"net/url"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/social/square/gallery"
	"ponte/platforms/social/square/gate"
	"ponte/platforms/social/square/live"
	"ponte/storage"
)

const name = "square"

// Sizes of what people write here.
const (
	maxText   = 2000 // code points of a comment
	maxAuthor = 80   // code points of a name
	maxPost   = 5000 // code points of a post that was there from the beginning
	maxShown  = 10   // pictures of a post
)

// defaultWrites is how often an address may write, in times a minute.
const defaultWrites = 60

// Options is what a Square is built with.
type Options struct {
	Print   func(lang bot.Lang, zone *time.Location, w card.Words) string
	Account bot.AccountID  // the account this square is
	Brand   func() string  // as whom the brand speaks here
	Base    func() string  // the page's address as people reach it, without a slash at the end; nil: addresses are relative
	Media   gallery.Source // gives the bytes of pictures; nil: posts only say what pictures show
	Writes  float64        // times a minute that one address may write; 0: 60; below 0: no limit
	Now     func() time.Time
	Log     *slog.Logger
}

// Square is the page and the adapter. Its methods may be called at the same time.
type Square struct {
	store storage.Store
	opt   Options
	gate  *gate.Gate
	pages *live.Hub
	wake  chan struct{} // an event is in the log
	salt  string        // makes names for addresses that tell nothing
}

var (
	_ act.Adapter  = (*Square)(nil)
	_ act.Settler  = (*Square)(nil)
	_ act.Listener = (*Square)(nil)
	_ act.Measurer = (*Square)(nil)
)

// New makes the square over a store that was opened with Collections.
func New(store storage.Store, opt Options) *Square {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Base == nil {
		opt.Base = func() string { return "" }
	}
	if opt.Writes == 0 {
		opt.Writes = defaultWrites
	}
	return &Square{store: store, opt: opt, gate: gate.New(opt.Writes, opt.Base, opt.Now), pages: live.New(), wake: make(chan struct{}, 1), salt: rand.Text()}
}

// Name returns the platform's name.
func (*Square) Name() string { return name }

// Traits says what can be done here, which is the same everywhere on the square.
// It never forgets a key.
func (s *Square) Traits(act.Place) act.Traits {
	return act.Traits{
		Network: "the square", Honours: 10 * 365 * 24 * time.Hour, MaxText: maxText, Count: act.Runes,
		CanReply: true, CanPost: true, MaxPost: maxPost, Pictures: maxShown, Taken: gallery.Takes, CanChange: true, CanRemove: true,
	}
}

// page is where people see a post.
func (s *Square) page(post string) string { return s.opt.Base() + "/p/" + url.PathEscape(post) }

// address is where people see a comment.
func (s *Square) address(c *comment) string {
	return s.opt.Base() + "/t/" + url.PathEscape(c.Root) + "#c-" + url.PathEscape(c.ID)
}

// changed tells the pages that show the post, and the listener, once the
// transaction is on disk.
func (s *Square) changed(tx *storage.Tx, post string) {
	tx.OnCommit(func() {
		s.pages.Tell(post)
		select {
		case s.wake <- struct{}{}:
		default:
		}
	})
}
