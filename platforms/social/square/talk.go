package square

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"ponte/bot"
	"ponte/platforms/social/square/gate"
	"ponte/storage"
)

// Comment is something that somebody says below a post.
type Comment struct {
	ID        string // empty: a new one; the same ID twice is one comment
	Post      string
	InReplyTo string // the comment it answers
	Author    string
	AuthorID  string // empty: made of the name
	Text      string
	At        time.Time // zero: now
}

// Said is a comment that is durable. Token is what its author shows to change it,
// empty when the comment was there already.
type Said struct {
	ID    string
	Token string
	URL   string
}

// Comment says something below a post. The error is a bot.Error with the field
// it is about, Invalid or NotFound, or the store's.
func (s *Square) Comment(ctx context.Context, in Comment) (Said, error) {
	c, err := s.say(ctx, in)
	if err != nil {
		return Said{}, err
	}
	return Said{ID: c.ID, Token: c.token, URL: s.address(&c.comment)}, nil
}

// spoken is a comment with the token it was given.
type spoken struct {
	comment
	token string
}

func (s *Square) say(ctx context.Context, in Comment) (spoken, error) {
	author, err := gate.Author(in.Author, maxAuthor)
	if err != nil {
		return spoken{}, err
	}
	text, err := gate.Text(in.Text, maxText)
	if err != nil {
		return spoken{}, err
	}
	token := rand.Text()
	return storage.Do(ctx, s.store, func(tx *storage.Tx) (spoken, error) {
		if in.ID != "" {
			if c, err := comments.Get(tx, storage.K(in.ID)); !errors.Is(err, storage.ErrNotFound) {
				return spoken{c, ""}, err
			}
		}
		c := comment{
			ID: in.ID, Post: in.Post, InReplyTo: in.InReplyTo, Author: author, AuthorID: in.AuthorID,
			Text: text, At: in.At.UTC(), Token: hashed(token),
		}
		if c.AuthorID == "" {
			c.AuthorID = "name:" + strings.ToLower(author)
		}
		if err := s.insert(tx, &c); err != nil {
			return spoken{}, err
		}
		return spoken{c, token}, s.log(tx, &c, false)
	})
}

// insert finds the comment's place and puts it there.
func (s *Square) insert(tx *storage.Tx, c *comment) error {
	if c.ID == "" {
		c.ID = string(bot.NewID(s.opt.Now()))
	}
	if c.At.IsZero() {
		c.At = s.opt.Now().UTC()
	}
	c.Root = c.ID
	if c.InReplyTo != "" {
		to, err := comments.Get(tx, storage.K(c.InReplyTo))
		if errors.Is(err, storage.ErrNotFound) || err == nil && (to.Deleted || to.Post != c.Post && c.Post != "") {
			return field("in_reply_to", bot.Errorf(bot.NotFound, "error.comment_deleted"))
		}
		if err != nil {
			return err
		}
		c.Root, c.Post = to.Root, to.Post
	}
	_, err := posts.Change(tx, storage.K(c.Post), func(p *post) error {
		n, err := p.comments(tx)
		p.Said = n + 1
		return err
	})
	if errors.Is(err, storage.ErrNotFound) {
		return bot.Errorf(bot.NotFound, "square.unknown_post")
	}
	if err != nil {
		return err
	}
	s.changed(tx, c.Post)
	return comments.Insert(tx, *c)
}

// standing is NotFound unless the post is there.
func (s *Square) standing(tx *storage.Tx, id string) error {
	there, err := posts.Has(tx, storage.K(id))
	if err == nil && !there {
		err = bot.Errorf(bot.NotFound, "square.unknown_post")
	}
	return err
}

// log writes what happened behind all that happened before. The next number
// follows the last one in the log, or the cursor's when the log is empty.
func (s *Square) log(tx *storage.Tx, c *comment, edited bool) error {
	last, err := s.cursor(tx)
	if err != nil {
		return err
	}
	for e, err := range events.Under(tx, nil, storage.Reverse(), storage.Limit(1)) {
		if err != nil {
			return err
		}
		last = max(last, e.Seq)
	}
	return events.Insert(tx, event{Seq: last + 1, Comment: *c, At: s.opt.Now().UTC(), Edited: edited})
}

// edit changes the words of a comment for who has its token.
func (s *Square) edit(ctx context.Context, id, token, text string) (comment, error) {
	text, err := gate.Text(text, maxText)
	if err != nil {
		return comment{}, err
	}
	return s.mine(ctx, id, token, func(tx *storage.Tx, c *comment) error {
		if c.Text == text {
			return nil
		}
		c.Text, c.EditedAt = text, s.opt.Now().UTC()
		return s.log(tx, c, true)
	})
}

// remove deletes a comment for who has its token.
func (s *Square) remove(ctx context.Context, id, token string) (comment, error) {
	return s.mine(ctx, id, token, func(tx *storage.Tx, c *comment) error {
		c.wipe()
		return s.log(tx, c, false)
	})
}

// wipe takes the words and the name out of a comment.
func (c *comment) wipe() {
	c.Deleted, c.Text, c.Author, c.AuthorID, c.Token = true, "", "", "", nil
}

// mine changes a comment that stands and whose token is shown.
func (s *Square) mine(ctx context.Context, id, token string, fn func(*storage.Tx, *comment) error) (comment, error) {
	return storage.Do(ctx, s.store, func(tx *storage.Tx) (comment, error) {
		return s.change(tx, id, func(c *comment) error {
			if c.Brand || len(c.Token) == 0 || subtle.ConstantTimeCompare(c.Token, hashed(token)) != 1 {
				return field("token", bot.Errorf(bot.Denied, "square.not_yours"))
			}
			return fn(tx, c)
		})
	})
}

// change changes a comment that stands.
func (s *Square) change(tx *storage.Tx, id string, fn func(*comment) error) (comment, error) {
	c, err := comments.Change(tx, storage.K(id), func(c *comment) error {
		if c.Deleted {
			return bot.Errorf(bot.NotFound, "square.unknown_comment")
		}
		return fn(c)
	})
	if errors.Is(err, storage.ErrNotFound) {
		return c, bot.Errorf(bot.NotFound, "square.unknown_comment")
	}
	if err == nil {
		s.changed(tx, c.Post)
	}
	return c, err
}

// Hide takes a comment's words off the page, or shows them again. It is
// NotFound when the comment was deleted.
func (s *Square) Hide(ctx context.Context, id string, hidden bool) error {
	return s.store.Update(ctx, func(tx *storage.Tx) error {
		_, err := s.change(tx, id, func(c *comment) error { c.Hidden = hidden; return nil })
		return err
	})
}

// likePost and likeComment count a reader's liking, once, and return the count.
func (s *Square) likePost(ctx context.Context, id, who string) (int, error) {
	return storage.Do(ctx, s.store, func(tx *storage.Tx) (int, error) {
		p, err := posts.Change(tx, storage.K(id), func(p *post) error { return count(tx, "post/"+id, who, &p.Likes) })
		if errors.Is(err, storage.ErrNotFound) {
			return 0, bot.Errorf(bot.NotFound, "square.unknown_post")
		}
		s.changed(tx, id)
		return p.Likes, err
	})
}

func (s *Square) likeComment(ctx context.Context, id, who string) (int, error) {
	return storage.Do(ctx, s.store, func(tx *storage.Tx) (int, error) {
		c, err := s.change(tx, id, func(c *comment) error { return count(tx, "comment/"+id, who, &c.Likes) })
		return c.Likes, err
	})
}

func count(tx *storage.Tx, on, who string, n *int) error {
	err := likes.Insert(tx, like{On: on, Who: who})
	if errors.Is(err, storage.ErrConflict) {
		return nil
	}
	if err == nil {
		*n++
	}
	return err
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// reader is the name under which somebody's likes and comments are kept.
func reader(secret string) string { return "b:" + hex.EncodeToString(hashed(secret)[:12]) }

func field(name string, e *bot.Error) *bot.Error { e.Field = name; return e }
