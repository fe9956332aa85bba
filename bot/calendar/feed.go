package calendar

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// What the feed holds.
const (
	feedBack  = 60 * 24 * time.Hour
	feedAhead = 365 * 24 * time.Hour
	offFor    = 30 * 24 * time.Hour // what was taken back is told so long
)

// Feed is what a brand's feed holds: 60 days back and a year ahead, by time, with
// when each entry changed, and what was taken back within 30 days. Of each of the
// three there are Most at most, those nearest to now, and of what series are yet to
// write as many.
func (c *Calendar) Feed(tx *storage.Tx, b *bot.Brand) ([]bot.Entry, error) {
	now := tx.Now()
	r := newReader(tx, b)
	r.dates = true
	at := func(d time.Duration) storage.Key { return storage.K(b.ID, now.Add(d)) }
	past, err := r.read(records.PostsAt, storage.From(at(-feedBack)), storage.Until(at(0)), storage.Reverse())
	if err != nil {
		return nil, err
	}
	ahead, err := r.read(records.PostsAt, storage.From(at(0)), storage.Until(at(feedAhead)))
	if err != nil {
		return nil, err
	}
	off, err := r.read(records.PostsOff, storage.From(at(-feedBack)), storage.Until(at(feedAhead)))
	if err != nil {
		return nil, err
	}
	off = slices.DeleteFunc(off, func(e bot.Entry) bool { return now.Sub(e.Changed) > offFor })
	list := slices.Concat(past, ahead, off)
	if c.coming != nil {
		coming, err := c.coming.Coming(tx, b, now, now.Add(feedAhead))
		if err != nil {
			return nil, err
		}
		list = append(list, coming[:min(len(coming), Most)]...)
	}
	return once(list), nil
}

// NewFeed makes a secret of 256 bits under which the brand's feed is read from now
// on, and nothing else: an earlier one reads nothing any more. It is kept as a hash,
// so this is the only time that it can be told.
func (c *Calendar) NewFeed(tx *storage.Tx, b *bot.Brand, by bot.PersonID) (string, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	secret := base64.RawURLEncoding.EncodeToString(raw)
	if err := records.Feeds.Put(tx, bot.Feed{Brand: b.ID, Secret: hash(secret), By: by, At: tx.Now()}); err != nil {
		return "", err
	}
	return secret, logged(tx, b, by, "feed.made")
}

// EndFeed makes the brand's feed unreadable, and reports whether there was one.
func (c *Calendar) EndFeed(tx *storage.Tx, b *bot.Brand, by bot.PersonID) (bool, error) {
	_, had, err := c.HasFeed(tx, b)
	if err != nil || !had {
		return false, err
	}
	if err := records.Feeds.Delete(tx, storage.K(b.ID)); err != nil {
		return false, err
	}
	return true, logged(tx, b, by, "feed.ended")
}

// HasFeed returns who made the brand's feed and when, if there is one.
func (c *Calendar) HasFeed(tx *storage.Tx, b *bot.Brand) (bot.Feed, bool, error) {
	return records.Found(records.Feeds.Get(tx, storage.K(b.ID)))
}

// Reads returns the brand whose feed is read under a secret. What is looked up is
// its hash, so that the time that takes tells nothing of how near a guess came.
func (c *Calendar) Reads(tx *storage.Tx, secret string) (bot.BrandID, bool, error) {
	f, ok, err := records.Found(records.FeedBySecret.First(tx, storage.K(hash(secret))))
	return f.Brand, ok, err
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func logged(tx *storage.Tx, b *bot.Brand, by bot.PersonID, what string) error {
	return records.Log(tx, bot.Record{Brand: b.ID, Who: string(by), What: what, Subject: "feed/" + string(b.ID)})
}
