// Package records is the schema: every collection that behaviours share, its
// indexes, and the queries that have a name. It knows no behaviour.
package records

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

// Seen remembers an event that was handled, so that it is handled once.
type Seen struct {
	Source string    `json:"source"`
	ID     string    `json:"id"`
	Sum    string    `json:"sum,omitempty"` // of what it asked for: the same id with another sum is not the same event
	At     time.Time `json:"at"`
}

// Gone remembers a deletion at the source of an item that has not come yet.
type Gone struct {
	Account bot.AccountID `json:"account"`
	Remote  string        `json:"remote"`
	At      time.Time     `json:"at"`
}

// Told remembers what a person was told once and need not be told again.
type Told struct {
	Person string    `json:"person"`
	What   string    `json:"what"`
	At     time.Time `json:"at"`
}

// BrandHold keeps everything that a brand has scheduled from going out.
type BrandHold struct {
	Brand bot.BrandID `json:"brand"`
	bot.Hold
	Reminded bool `json:"reminded,omitempty"` // people were told that its time is over
}

// Pause says that nothing goes out, for everybody, until a person lifts it.
type Pause struct {
	Why Why       `json:"why"`
	At  time.Time `json:"at"`
}

// Key is a secret of this Ponte's own, by what it is for.
type Key struct {
	For    string `json:"for"`
	Secret []byte `json:"secret"`
}

// Why is why nothing goes out.
type Why string

// Why nothing goes out.
const (
	Copied Why = "copied" // the store is a copy, and the one it was made of may be at work
	Asked  Why = "asked"  // a person wants it
)

// The shared collections.
var (
	Items = storage.Define("items", func(it *bot.Item) storage.Key { return storage.K(it.Brand, it.ID) })
	// ItemByRemote is the key that makes an item seen twice one item.
	ItemByRemote = Items.Unique("remote.1", func(it *bot.Item) storage.Key { return storage.K(it.Account, it.Remote) })
	ItemsOf      = Items.Index("conversation.1", func(it *bot.Item) storage.Key { return storage.K(it.Conversation, it.ReceivedAt) })
	// ItemsUnanswered holds the items that wait for an answer, the oldest of a conversation first.
	ItemsUnanswered = Items.Index("unanswered.1", func(it *bot.Item) storage.Key {
		if it.Answered || it.Spam || it.Deleted() {
			return nil
		}
		return storage.K(it.Conversation, it.ReceivedAt)
	})

	Conversations = storage.Define("conversations", func(c *bot.Conversation) storage.Key { return storage.K(c.Brand, c.ID) })
	// ConversationByRoot makes one conversation per root. What was merged into another has none.
	ConversationByRoot = Conversations.Unique("root.1", func(c *bot.Conversation) storage.Key {
		if c.MergedInto != "" {
			return nil
		}
		return storage.K(c.Account, c.Root)
	})
	// ConversationsByStatus is the inbox, what waits longest first.
	ConversationsByStatus = Conversations.Index("status.1", func(c *bot.Conversation) storage.Key {
		if c.MergedInto != "" {
			return nil
		}
		return storage.K(c.Brand, c.Status, c.WaitingSince, c.OpenedAt)
	})
	ConversationsOn = Conversations.Index("post.1", func(c *bot.Conversation) storage.Key {
		if c.Post == "" || c.MergedInto != "" {
			return nil
		}
		return storage.K(c.Account, c.Post, c.OpenedAt)
	})
	ConversationsMine = Conversations.Index("assignee.1", func(c *bot.Conversation) storage.Key {
		if c.Assignee == "" || c.Status == bot.Resolved || c.MergedInto != "" {
			return nil
		}
		return storage.K(c.Brand, c.Assignee, c.WaitingSince)
	})
	// ConversationsToWake are those with something due by the clock.
	ConversationsToWake = Conversations.Index("wake.1", func(c *bot.Conversation) storage.Key {
		if c.WakeAt.IsZero() || c.MergedInto != "" {
			return nil
		}
		return storage.K(c.WakeAt)
	})
	// ConversationsIn are those of a storm that are not resolved.
	ConversationsIn = Conversations.Index("storm.1", func(c *bot.Conversation) storage.Key {
		if c.Storm == "" || c.Status == bot.Resolved || c.MergedInto != "" {
			return nil
		}
		return storage.K(c.Storm, c.OpenedAt)
	})
	// ConversationsToFold are those that their storm has not counted yet.
	ConversationsToFold = Conversations.Index("fold.1", func(c *bot.Conversation) storage.Key {
		if c.Storm == "" || c.Folded || c.MergedInto != "" {
			return nil
		}
		return storage.K(c.Brand, c.Storm, c.OpenedAt)
	})
	// ConversationsBy is how often an author came.
	ConversationsBy = Conversations.Index("author.1", func(c *bot.Conversation) storage.Key {
		if c.MergedInto != "" {
			return nil
		}
		return storage.K(c.Brand, c.Account, c.Author.ID, c.OpenedAt)
	})

	// ConversationsWith finds a conversation by its author's name, handle or id, in lower case.
	ConversationsWith = Conversations.Many("with.1", func(c *bot.Conversation) []storage.Key {
		if c.MergedInto != "" {
			return nil
		}
		var keys []storage.Key
		for _, name := range c.Author.Names() {
			keys = append(keys, storage.K(c.Brand, name, c.OpenedAt))
		}
		return keys
	})

	Storms = storage.Define("storms", func(s *bot.Storm) storage.Key { return storage.K(s.Brand, s.ID) })
	// StormOn is the storm that takes further conversations on a post.
	StormOn = Storms.Unique("post.1", func(s *bot.Storm) storage.Key {
		if s.Closed {
			return nil
		}
		return storage.K(s.Account, s.Post)
	})
	// StormsOn are all storms of a post, the oldest first.
	StormsOn = Storms.Index("all.1", func(s *bot.Storm) storage.Key { return storage.K(s.Account, s.Post, s.OpenedAt) })
	// StormsAtWork are those with a decision that is being carried out.
	StormsAtWork = Storms.Index("bulk.1", func(s *bot.Storm) storage.Key {
		if s.Bulk == nil || s.Bulk.Ended {
			return nil
		}
		return storage.K(s.Brand, s.ID)
	})

	Replies       = storage.Define("replies", func(r *bot.Reply) storage.Key { return storage.K(r.Brand, r.ID) })
	RepliesOf     = Replies.Index("conversation.1", func(r *bot.Reply) storage.Key { return storage.K(r.Conversation, r.At) })
	ReplyByToken  = Replies.Unique("token.1", func(r *bot.Reply) storage.Key { return storage.K(r.Brand, r.Token) })
	ReplyByRemote = Replies.Unique("remote.1", func(r *bot.Reply) storage.Key {
		if r.Remote == "" {
			return nil
		}
		return storage.K(r.Account, r.Remote)
	})

	Drafts = storage.Define("drafts", func(d *bot.Draft) storage.Key { return storage.K(d.Brand, d.ID) })
	// DraftByToken makes one draft of a form that is sent twice.
	DraftByToken = Drafts.Unique("token.1", func(d *bot.Draft) storage.Key { return storage.K(d.Brand, d.Token) })

	// DraftByNumber finds a draft as people name it.
	DraftByNumber = Drafts.Unique("number.1", func(d *bot.Draft) storage.Key {
		if d.Number == 0 {
			return nil
		}
		return storage.K(d.Brand, d.Number)
	})

	Posts   = storage.Define("posts", func(p *bot.Post) storage.Key { return storage.K(p.Brand, p.ID) })
	PostsOf = Posts.Index("draft.1", func(p *bot.Post) storage.Key { return storage.K(p.Draft, p.Account) })
	// PostsDue are those that wait for their time, of all brands.
	PostsDue = Posts.Index("due.1", func(p *bot.Post) storage.Key {
		if p.State != bot.Scheduled && p.State != bot.Approved && p.State != bot.InReview && p.State != bot.Held || p.Due.IsZero() {
			return nil
		}
		return storage.K(p.State, p.Due)
	})
	// PostsAt is the calendar: what goes out, or went out, and when.
	PostsAt = Posts.Index("at.1", func(p *bot.Post) storage.Key {
		at := p.Due
		if !p.OutAt.IsZero() {
			at = p.OutAt
		}
		if at.IsZero() || p.State == bot.Cancelled {
			return nil
		}
		return storage.K(p.Brand, at)
	})
	// PostsOff are those that were taken back, by when they would have gone out.
	PostsOff = Posts.Index("off.1", func(p *bot.Post) storage.Key {
		if p.State != bot.Cancelled || p.Due.IsZero() {
			return nil
		}
		return storage.K(p.Brand, p.Due)
	})
	PostsByState = Posts.Index("state.1", func(p *bot.Post) storage.Key { return storage.K(p.Brand, p.State, p.Due) })
	PostByRemote = Posts.Unique("remote.1", func(p *bot.Post) storage.Key {
		if p.Remote == "" {
			return nil
		}
		return storage.K(p.Account, p.Remote)
	})

	Requests = storage.Define("requests", func(r *bot.Request) storage.Key { return storage.K(r.Brand, r.ID) })
	// RequestsOn are the requests about a subject; only the newest counts.
	RequestsOn = Requests.Index("subject.1", func(r *bot.Request) storage.Key { return storage.K(r.Brand, r.Subject, r.ID) })
	// RequestsDue are those that somebody must be reminded of, or that lapse.
	RequestsDue = Requests.Index("due.1", func(r *bot.Request) storage.Key {
		at := r.RemindAt
		if at.IsZero() {
			at = r.Until
		}
		if r.State != bot.Awaiting || at.IsZero() {
			return nil
		}
		return storage.K(at)
	})
	// RequestsOpen are those whose reactions still count.
	RequestsOpen = Requests.Index("open.1", func(r *bot.Request) storage.Key {
		if r.State != bot.Awaiting && r.State != bot.Agreed || r.Closed {
			return nil
		}
		return storage.K(r.Brand, r.ID)
	})

	// BrandHolds holds the pause of a brand, while there is one.
	BrandHolds = storage.Define("holds", func(h *BrandHold) storage.Key { return storage.K(h.Brand) })

	// DraftsLooking are those whose links and pictures are being looked at.
	DraftsLooking = Drafts.Index("looking.1", func(d *bot.Draft) storage.Key {
		if d.LooksAt.IsZero() {
			return nil
		}
		return storage.K(d.LooksAt)
	})
	// DraftBySlot makes one draft of a slot of a series.
	DraftBySlot = Drafts.Unique("slot.1", func(d *bot.Draft) storage.Key {
		if d.Series == "" {
			return nil
		}
		return storage.K(d.Series, d.Slot)
	})

	Series         = storage.Define("series", func(s *bot.Series) storage.Key { return storage.K(s.Brand, s.ID) })
	SeriesByToken  = Series.Unique("token.1", func(s *bot.Series) storage.Key { return storage.K(s.Brand, s.Token) })
	SeriesByNumber = Series.Unique("number.1", func(s *bot.Series) storage.Key { return storage.K(s.Brand, s.Number) })
	// SeriesLive are those of which further times come.
	SeriesLive = Series.Index("live.1", func(s *bot.Series) storage.Key {
		if s.Over() {
			return nil
		}
		return storage.K(s.Brand, s.Number)
	})
	// SeriesToWake are those with something due by the clock.
	SeriesToWake = Series.Index("wake.1", func(s *bot.Series) storage.Key {
		if s.WakeAt.IsZero() || s.Over() {
			return nil
		}
		return storage.K(s.WakeAt)
	})

	// Pictures are what Ponte keeps of pictures, and Chunks their bytes.
	Pictures     = storage.Define("pictures", func(k *bot.Kept) storage.Key { return storage.K(k.Brand, k.Picture.Hash) })
	PicturesUsed = Pictures.Index("used.1", func(k *bot.Kept) storage.Key { return storage.K(k.Used) })
	Chunks       = storage.Define("chunks", func(c *bot.Chunk) storage.Key { return storage.K(c.Brand, c.Hash, c.Nth) })
	Links        = storage.Define("links", func(l *bot.Link) storage.Key { return storage.K(l.Brand, l.URL) })
	LinksAt      = Links.Index("at.1", func(l *bot.Link) storage.Key { return storage.K(l.At) })

	// Readings are the numbers of posts, as they were read.
	Readings = storage.Define("readings", func(r *bot.Reading) storage.Key { return storage.K(r.Post, r.At) })
	// ToRead is what is yet to be read of which post.
	ToRead    = storage.Define("toread", func(r *bot.Readings) storage.Key { return storage.K(r.Post) })
	ToReadDue = ToRead.Index("due.1", func(r *bot.Readings) storage.Key {
		if r.Next.IsZero() {
			return nil
		}
		return storage.K(r.Next)
	})

	// Results are the cards that show readings, and ResultsBehind those to draw anew.
	Results       = storage.Define("results", func(r *bot.Results) storage.Key { return storage.K(r.Draft) })
	ResultsBehind = Results.Index("behind.1", func(r *bot.Results) storage.Key {
		if r.Behind.IsZero() {
			return nil
		}
		return storage.K(r.Behind)
	})

	// Feeds are the secret addresses of calendars, one for each brand.
	Feeds        = storage.Define("feeds", func(f *bot.Feed) storage.Key { return storage.K(f.Brand) })
	FeedBySecret = Feeds.Unique("secret.1", func(f *bot.Feed) storage.Key { return storage.K(f.Secret) })

	// Keys are what Ponte signs with, made when first needed.
	Keys = storage.Define("keys", func(k *Key) storage.Key { return storage.K(k.For) })

	SavedReplies = storage.Define("saved", func(s *bot.Saved) storage.Key { return storage.K(s.Brand, s.Name) })

	Effects = storage.Define("effects", func(e *act.Effect) storage.Key { return storage.K(e.ID) })
	// EffectsDue holds the first waiting effect of each lane, by rate, then by who
	// goes first. One that awaits a slot is due when it is too late for it.
	EffectsDue = Effects.Index("due.1", func(e *act.Effect) storage.Key {
		due := e.Due
		switch {
		case e.State != act.Waiting || !e.Head, e.Awaits != "" && e.Until.IsZero():
			return nil
		case e.Awaits != "":
			due = e.Until.Add(time.Nanosecond)
		}
		return storage.K(e.Budget, int(e.Class), due)
	})
	// EffectsAwaiting are those that cannot start before a slot has a Ref.
	EffectsAwaiting = Effects.Index("awaits.1", func(e *act.Effect) storage.Key {
		if e.State != act.Waiting || e.Awaits == "" {
			return nil
		}
		return storage.K(e.Awaits, e.Order)
	})
	// EffectsInLane is the order within a lane of what is not over yet.
	EffectsInLane = Effects.Index("lane.1", func(e *act.Effect) storage.Key {
		if e.State != act.Waiting && e.State != act.Started {
			return nil
		}
		return storage.K(e.Lane, e.Order)
	})
	// EffectsByState holds what is not over, and what went wrong.
	EffectsByState = Effects.Index("state.1", func(e *act.Effect) storage.Key {
		if e.State == act.Done || e.State == act.Undone {
			return nil
		}
		return storage.K(e.State, e.Order)
	})
	EffectsOn = Effects.Index("subject.1", func(e *act.Effect) storage.Key {
		return storage.K(e.Subject.Kind, e.Subject.ID, e.Order)
	})

	Slots = storage.Define("slots", func(s *act.Slot) storage.Key { return storage.K(s.ID) })
	// SlotByRef tells what a message of ours is about.
	SlotByRef = Slots.Unique("ref.1", func(s *act.Slot) storage.Key {
		if s.Ref == "" {
			return nil
		}
		return storage.K(s.At.String(), s.Ref)
	})
	// SlotsUnder are the messages of ours that stand in the thread of another one.
	SlotsUnder = Slots.Index("parent.1", func(s *act.Slot) storage.Key {
		if s.Parent == "" || s.Ref == "" {
			return nil
		}
		return storage.K(s.Parent, s.ID)
	})
	SlotsOn = Slots.Index("subject.1", func(s *act.Slot) storage.Key { return storage.K(s.Subject.Kind, s.Subject.ID) })

	Audit      = storage.Define("audit", func(r *bot.Record) storage.Key { return storage.K(r.Brand, r.ID) })
	AuditOn    = Audit.Index("subject.1", func(r *bot.Record) storage.Key { return storage.K(r.Subject, r.ID) })
	AuditTrace = Audit.Index("trace.1", func(r *bot.Record) storage.Key {
		if r.Trace == "" {
			return nil
		}
		return storage.K(r.Trace, r.ID)
	})

	Deeds   = storage.Define("seen", func(s *Seen) storage.Key { return storage.K(s.Source, s.ID) })
	DeedsAt = Deeds.Index("at.1", func(s *Seen) storage.Key { return storage.K(s.At) })
	Gones   = storage.Define("gone", func(g *Gone) storage.Key { return storage.K(g.Account, g.Remote) })
	Tolds   = storage.Define("told", func(t *Told) storage.Key { return storage.K(t.Person, t.What) })

	// Pauses holds the one pause, while there is one.
	Pauses = storage.Define("pauses", func(*Pause) storage.Key { return thePause })
)

var thePause = storage.K("outbox")

// All lists every collection, for the engine that opens the store.
func All() []storage.Definition {
	return []storage.Definition{Items, Conversations, Storms, Replies, SavedReplies, Drafts, Posts, Requests, Series, Pictures, Chunks, Links, Readings, ToRead, Results, Feeds, Keys, BrandHolds, Corrections, Tallies, Effects, Slots, Audit, Moments, Deeds, Gones, Tolds, Pauses, Groups, Teammates, EarlyWords}
}
