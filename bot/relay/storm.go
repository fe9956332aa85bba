package relay

import (
	"context"
	"errors"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// stormQuiet is how long a storm takes in further conversations after the last one came.
const stormQuiet = 24 * time.Hour

// fold puts a new conversation under its post's storm where there is one, or
// where it is the one too many. Direct messages and authors with reach always
// keep a thread of their own. Nothing is counted here: a storm's counts are
// folded afterwards, so that many items do not wait for one record.
func (r *Relay) fold(tx *storage.Tx, c *bot.Conversation) error {
	b, ok := r.brands().Brand(c.Brand)
	if !ok || c.Post == "" || c.Private || b.Folding.After <= 0 || b.Reach > 0 && c.Author.Followers >= b.Reach {
		return nil
	}
	storm, err := records.StormOn.First(tx, storage.K(c.Account, c.Post))
	if err == nil && storm.Channel != c.Channel && len(b.ChannelFor(c).Restricted) > 0 {
		return nil // what few may read is not shown to many
	}
	if err == nil && tx.Now().Sub(later(storm.LastAt, storm.OpenedAt)) > stormQuiet {
		if _, err := records.Storms.Change(tx, storage.K(storm.Brand, storm.ID), func(s *bot.Storm) error {
			s.Closed, s.ClosedAt = true, tx.Now()
			return nil
		}); err != nil {
			return err
		}
		err = storage.ErrNotFound
	}
	switch {
	case err == nil:
		c.Storm = storm.ID
	case !errors.Is(err, storage.ErrNotFound):
		return err
	default:
		since, err := r.counted(tx, c, b.Folding.Within)
		if err != nil {
			return err
		}
		n, err := records.ConversationsOn.Count(tx, storage.K(c.Account, c.Post),
			storage.From(storage.K(c.Account, c.Post, since)), storage.Limit(b.Folding.After))
		if err != nil || n < b.Folding.After {
			return err
		}
		s := bot.Storm{ID: bot.NewID(tx.Now()), Brand: c.Brand, Account: c.Account, Post: c.Post, Channel: c.Channel, OpenedAt: tx.Now(), Revision: 1}
		if err := records.Storms.Insert(tx, s); err != nil {
			return err
		}
		c.Storm = s.ID
	}
	tx.OnCommit(r.clock.Wake)
	return nil
}

// counted is since when conversations on a post count towards its next storm:
// those that came before the last one closed do not.
func (r *Relay) counted(tx *storage.Tx, c *bot.Conversation, within time.Duration) (time.Time, error) {
	since := tx.Now().Add(-within)
	last, ok, err := records.Found(records.StormsOn.First(tx, storage.K(c.Account, c.Post), storage.Reverse()))
	if ok && last.Closed {
		since = later(since, last.ClosedAt.Add(time.Nanosecond))
	}
	return since, err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (r *Relay) showStorm(tx *storage.Tx, brand bot.BrandID, id bot.ID, class act.Class) error {
	s, err := records.Storms.Get(tx, storage.K(brand, id))
	if err != nil {
		return err
	}
	b, ok := r.brands().Brand(brand)
	if !ok {
		return nil
	}
	ch := b.ChannelFor(&bot.Conversation{Account: s.Account, Channel: s.Channel})
	if ch.ID == "" {
		return nil
	}
	return r.out.Touch(tx, outbox.Shown{
		Slot: act.Slot{
			ID: records.StormSlot(id), Brand: brand, Subject: act.Subject{Kind: act.OnStorm, ID: id},
			At: act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote},
		},
		Class: class,
	})
}

// work counts what storms took in and carries their decisions on, in pieces.
func (r *Relay) work(ctx context.Context) error {
	for _, b := range r.brands().All() {
		for more := r.hasWork(ctx, b.ID); more; {
			var err error
			if more, err = storage.Do(ctx, r.store, func(tx *storage.Tx) (bool, error) {
				counted, err := r.count(tx, b.ID)
				if err != nil || counted {
					return counted, err
				}
				return r.carryOn(tx, b.ID)
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// hasWork reports whether a look is worth a transaction that writes.
func (r *Relay) hasWork(ctx context.Context, brand bot.BrandID) bool {
	idle := errors.New("nothing to do")
	return !errors.Is(r.store.View(ctx, func(tx *storage.Tx) error {
		if _, err := records.ConversationsToFold.First(tx, storage.K(brand)); !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		if _, err := records.StormsAtWork.First(tx, storage.K(brand)); !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		return idle
	}), idle)
}

// count folds conversations that are not counted yet into their storm.
func (r *Relay) count(tx *storage.Tx, brand bot.BrandID) (bool, error) {
	var fresh []bot.Conversation
	for c, err := range records.ConversationsToFold.Under(tx, storage.K(brand), storage.Limit(counts)) {
		if err != nil {
			return false, err
		}
		fresh = append(fresh, c)
	}
	storms := map[bot.ID]bool{}
	for _, c := range fresh {
		storms[c.Storm] = true
		c.Folded = true
		if err := records.Conversations.Put(tx, c); err != nil {
			return false, err
		}
		if _, err := records.Storms.Change(tx, storage.K(brand, c.Storm), func(s *bot.Storm) error {
			tally(s, &c)
			return nil
		}); err != nil {
			return false, err
		}
	}
	for id := range storms {
		if _, err := records.Storms.Change(tx, storage.K(brand, id), func(s *bot.Storm) error {
			s.Counts(tx.Now())
			return nil
		}); err != nil {
			return false, err
		}
		if err := r.showStorm(tx, brand, id, act.ItemClass); err != nil {
			return false, err
		}
	}
	return len(fresh) == counts, nil
}

// counts is how many conversations are counted in one transaction.
const counts = 200

func tally(s *bot.Storm, c *bot.Conversation) {
	s.Counted++
	s.Revision++
	s.LastAt = later(s.LastAt, c.OpenedAt)
	s.Newest = max(s.Newest, c.ID)
	if len(s.Sample) < 5 {
		s.Sample = append(s.Sample, c.ID)
	}
	if c.Author.Followers > s.Reach {
		s.Reach, s.Loudest = c.Author.Followers, c.ID
	}
}

// StormAll starts a decision on every conversation that a storm's card had counted
// when it showed the revision: "resolve" or "spam". Later ones stay open.
func (r *Relay) StormAll(tx *storage.Tx, by bot.PersonID, s bot.Storm, verb string, revision int) error {
	newest, until, ok := s.Seen(revision, tx.Now())
	if !ok {
		return bot.Errorf(bot.Conflict, "error.storm_moved")
	}
	if s.Bulk != nil && !s.Bulk.Ended {
		return bot.Errorf(bot.Conflict, "error.storm_busy")
	}
	if _, err := records.Storms.Change(tx, storage.K(s.Brand, s.ID), func(s *bot.Storm) error {
		s.Bulk = &bot.Bulk{Verb: verb, By: by, At: until, Last: newest}
		s.Closed, s.ClosedAt = true, tx.Now()
		s.Revision++
		return nil
	}); err != nil {
		return err
	}
	tx.OnCommit(r.clock.Wake)
	if err := r.showStorm(tx, s.Brand, s.ID, act.PersonClass); err != nil {
		return err
	}
	return records.Log(tx, bot.Record{Brand: s.Brand, Who: string(by), What: "storm." + verb, Subject: act.OnStorm + "/" + string(s.ID)})
}

// carryOn does the next piece of a decision on a storm.
func (r *Relay) carryOn(tx *storage.Tx, brand bot.BrandID) (bool, error) {
	s, err := records.StormsAtWork.First(tx, storage.K(brand))
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var piece []bot.Conversation
	for c, err := range records.ConversationsIn.Under(tx, storage.K(s.ID), storage.Limit(pieceOf)) {
		if err != nil {
			return false, err
		}
		if c.ID <= s.Bulk.Last {
			piece = append(piece, c)
		}
	}
	done := 0
	for _, c := range piece {
		closed, err := r.bulk(tx, s, c)
		if err != nil {
			return false, err
		}
		if closed {
			done++
		}
	}
	if _, err := records.Storms.Change(tx, storage.K(brand, s.ID), func(s *bot.Storm) error {
		s.Bulk.Done += done
		s.Bulk.Ended = len(piece) < pieceOf
		s.Revision++
		return nil
	}); err != nil {
		return false, err
	}
	return true, r.showStorm(tx, brand, s.ID, act.PersonClass)
}

// pieceOf is how many conversations one transaction of a decision touches.
const pieceOf = 100

// bulk does to one conversation what was decided for all. One in which something
// was said since has left them: it gets a card of its own.
func (r *Relay) bulk(tx *storage.Tx, s bot.Storm, c bot.Conversation) (closed bool, err error) {
	last, err := records.Item(tx, c.Brand, c.Last)
	if err != nil {
		return false, err
	}
	if last.ReceivedAt.After(s.Bulk.At) {
		return false, r.comesOut(tx, c)
	}
	what := map[bool]string{true: "conversation.spam", false: "conversation.resolved"}[s.Bulk.Verb == "spam"]
	if err := r.close(tx, c, s.Bulk.Verb == "spam"); err != nil {
		return false, err
	}
	return true, r.logged(tx, s.Bulk.By, &c, what, map[string]string{"storm": string(s.ID)})
}

// PullOut gives a conversation of a storm a card and thread of its own.
func (r *Relay) PullOut(tx *storage.Tx, by bot.PersonID, c bot.Conversation) error {
	if c.Storm == "" {
		return nil
	}
	if err := r.comesOut(tx, c); err != nil {
		return err
	}
	if err := r.showStorm(tx, c.Brand, c.Storm, act.PersonClass); err != nil {
		return err
	}
	return r.logged(tx, by, &c, "storm.pull", map[string]string{"storm": string(c.Storm)})
}

func (r *Relay) comesOut(tx *storage.Tx, c bot.Conversation) error {
	c, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		c.Storm = ""
		return nil
	})
	if err != nil {
		return err
	}
	return r.showThread(tx, &c, act.PersonClass)
}
