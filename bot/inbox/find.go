package inbox

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/bot/verdict"
	"ponte/storage"
)

// Filter chooses what an inbox shows.
type Filter string

// The filters of the inbox.
const (
	AllOpen Filter = "open"
	Mine    Filter = "mine"
	Unowned Filter = "unowned"
	Overdue Filter = "overdue"
)

// countedTo is how many conversations of an inbox are counted.
const countedTo = 1000

// List returns conversations that a person may see and that are not resolved,
// what waits longest first, at most limit of them, and how many there are in all
// (counted up to a thousand, among as many as lookBack).
func (in *Inbox) List(tx *storage.Tx, b *bot.Brand, p bot.Person, f Filter, wants verdict.Wants, limit int) ([]bot.Conversation, int, error) {
	walk, unders := records.ConversationsByStatus, []storage.Key{storage.K(b.ID, bot.Open)}
	if f == Mine {
		walk, unders = records.ConversationsMine, []storage.Key{storage.K(b.ID, p.ID)}
		for _, was := range p.Was {
			unders = append(unders, storage.K(b.ID, was))
		}
	}
	var parts, last []iter.Seq2[bot.Conversation, error]
	for _, under := range unders {
		idle := slices.Concat(under, storage.K(time.Time{})) // what does not wait stands first, and comes last
		parts, last = append(parts, walk.Under(tx, under, storage.After(idle))), append(last, walk.Under(tx, idle))
	}
	var out []bot.Conversation
	looked := 0
	for _, part := range slices.Concat(parts, last) {
		for c, err := range part {
			if err != nil {
				return nil, 0, err
			}
			if looked == lookBack || len(out) == countedTo {
				break
			}
			looked++
			if in.Sees(b, p, &c) && f.takes(&c, p, tx.Now()) && wants.Fits(c.Verdict) {
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b bot.Conversation) int {
		return cmp.Or(order(&a, &b), a.OpenedAt.Compare(b.OpenedAt))
	})
	return out[:min(limit, len(out))], len(out), nil
}

// order puts what waits before what does not, and the longest wait first.
func order(a, b *bot.Conversation) int {
	if a.WaitingSince.IsZero() != b.WaitingSince.IsZero() {
		if a.WaitingSince.IsZero() {
			return 1
		}
		return -1
	}
	return a.WaitingSince.Compare(b.WaitingSince)
}

func (f Filter) takes(c *bot.Conversation, p bot.Person, now time.Time) bool {
	switch f {
	case Mine:
		return p.Is(c.Assignee)
	case Unowned:
		return c.Assignee == ""
	case Overdue:
		return !c.DueAt.IsZero() && !now.Before(c.DueAt)
	default:
		return true
	}
}

// Sees reports whether a person may see a conversation.
func (in *Inbox) Sees(b *bot.Brand, p bot.Person, c *bot.Conversation) bool {
	return c.Brand == b.ID && b.ChannelFor(c).Sees(p)
}

// Query is what somebody looks for. Empty parts match everything.
type Query struct {
	Words  []string // each must stand in the text or the author's name, as the beginning of a word
	Author string
	Label  string
	Status bot.Status
	From   time.Time
	To     time.Time

	Verdict verdict.Wants
}

// lookBack is how many items a search reads at most, the newest first, and how
// many conversations an inbox does.
const lookBack = 20_000

// Find returns the conversations of matching items, the newest first and at most
// limit of them. When it did not look at everything, it says until when it looked.
func (in *Inbox) Find(tx *storage.Tx, b *bot.Brand, p bot.Person, q Query, limit int) (found []bot.Conversation, until time.Time, err error) {
	seen := map[bot.ID]bool{}
	n := 0
	for it, err := range records.Items.Under(tx, storage.K(b.ID), storage.Reverse()) {
		if err != nil {
			return nil, until, err
		}
		if n++; n > lookBack || len(found) == limit {
			return found, it.ReceivedAt, nil
		}
		if !q.takes(&it) {
			continue
		}
		c, err := records.ConversationOf(tx, b.ID, it.Conversation)
		if err != nil {
			return nil, until, err
		}
		if seen[c.ID] || !in.Sees(b, p, &c) || q.Status != "" && c.Status != q.Status || q.Label != "" && !slices.Contains(c.Labels, q.Label) {
			continue
		}
		seen[c.ID] = true
		found = append(found, c)
	}
	return found, until, nil
}

// Folded returns the first items of a storm's conversations that match and are
// not resolved, the newest first and at most limit of them.
func Folded(tx *storage.Tx, s *bot.Storm, q Query, limit int) (firsts []bot.Item, err error) {
	for c, err := range records.ConversationsIn.Under(tx, storage.K(s.ID), storage.Reverse(), storage.Limit(lookBack)) {
		if err != nil || len(firsts) == limit {
			return firsts, err
		}
		it, err := records.Item(tx, c.Brand, c.First)
		if err != nil {
			return nil, err
		}
		if q.takes(&it) {
			firsts = append(firsts, it)
		}
	}
	return firsts, nil
}

// offered is how many conversations of a storm one form has.
const offered = 50

// Offer lists the newest conversations of a storm whose author or text has the words,
// as choices of a form.
func Offer(tx *storage.Tx, s *bot.Storm, words []string) ([]card.Choice, error) {
	firsts, err := Folded(tx, s, Query{Words: words}, offered)
	var out []card.Choice
	for _, it := range firsts {
		text := it.Author.Name
		if !it.Deleted() {
			text += ": " + it.Reads()
		}
		out = append(out, card.Choice{Value: string(it.Conversation), Label: card.Literal(bot.Short(text, 74))})
	}
	return out, err
}

// takes reports whether an item is what is looked for, as far as the item tells.
func (q Query) takes(it *bot.Item) bool {
	if !q.From.IsZero() && it.CreatedAt.Before(q.From) || !q.To.IsZero() && !it.CreatedAt.Before(q.To) {
		return false
	}
	if !q.Verdict.Fits(it.Verdict) {
		return false
	}
	if q.Author != "" && !slices.Contains(it.Author.Names(), strings.ToLower(strings.TrimPrefix(q.Author, "@"))) {
		return false
	}
	text := it.Author.Name + " " + it.Author.Handle
	if !it.Deleted() { // what is gone at the source is not found any more
		text = it.Reads() + " " + text
	}
	text = bot.Words(text)
	for _, w := range q.Words {
		if w = strings.TrimSpace(bot.Words(w)); w != "" && !strings.Contains(text, " "+w) {
			return false
		}
	}
	return true
}

// Member is what is known of somebody in the community.
type Member struct {
	Author bot.Author
	Convs  []bot.Conversation // the newest first, those the asker may see
	Open   int
	Since  time.Time // of the first conversation
}

// Who tells of a member by name, handle or id.
func (in *Inbox) Who(tx *storage.Tx, b *bot.Brand, p bot.Person, name string) (Member, error) {
	var m Member
	name = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "@"))
	for c, err := range records.ConversationsWith.Under(tx, storage.K(b.ID, name), storage.Reverse(), storage.Limit(200)) {
		if err != nil {
			return m, err
		}
		if !in.Sees(b, p, &c) {
			continue
		}
		if len(m.Convs) == 0 {
			m.Author = c.Author
		}
		m.Convs = append(m.Convs, c)
		m.Since = c.OpenedAt
		if c.Status != bot.Resolved {
			m.Open++
		}
	}
	if len(m.Convs) == 0 {
		return m, bot.Errorf(bot.NotFound, "error.nobody", "Name", bot.Short(name, 40))
	}
	return m, nil
}

// Thread returns where a conversation's thread is in team chat; ok is false
// while it has none.
func (in *Inbox) Thread(tx *storage.Tx, c *bot.Conversation) (channel, message string, ok bool, err error) {
	id := records.CardSlot(c.ID)
	if c.Storm != "" {
		id = records.StormSlot(c.Storm)
	}
	s, err := records.Slots.Get(tx, storage.K(id))
	if errors.Is(err, storage.ErrNotFound) {
		return "", "", false, nil
	}
	return s.At.Channel, s.Ref, err == nil && s.Ref != "", err
}

// Counts is how much waits in a brand.
type Counts struct{ Open, Unowned, Overdue, Pending, Snoozed int }

// Count counts what waits in a brand, up to a thousand of each status.
func (in *Inbox) Count(tx *storage.Tx, b *bot.Brand, p bot.Person) (Counts, error) {
	var n Counts
	for _, status := range []bot.Status{bot.Open, bot.Pending, bot.Snoozed} {
		for c, err := range records.ConversationsByStatus.Under(tx, storage.K(b.ID, status), storage.Limit(1000)) {
			if err != nil {
				return n, err
			}
			if !in.Sees(b, p, &c) {
				continue
			}
			switch status {
			case bot.Pending:
				n.Pending++
			case bot.Snoozed:
				n.Snoozed++
			default:
				n.Open++
				if c.Assignee == "" {
					n.Unowned++
				}
				if Overdue.takes(&c, p, tx.Now()) {
					n.Overdue++
				}
			}
		}
	}
	return n, nil
}

// Labels returns the labels in use on conversations that a person may see and
// that are not resolved, the most used first.
func (in *Inbox) Labels(tx *storage.Tx, b *bot.Brand, p bot.Person) ([]string, error) {
	used := map[string]int{}
	for _, status := range []bot.Status{bot.Open, bot.Pending, bot.Snoozed} {
		for c, err := range records.ConversationsByStatus.Under(tx, storage.K(b.ID, status), storage.Limit(1000)) {
			if err != nil {
				return nil, err
			}
			if in.Sees(b, p, &c) {
				for _, l := range c.Labels {
					used[l]++
				}
			}
		}
	}
	out := slices.Collect(maps.Keys(used))
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(used[b]-used[a], strings.Compare(a, b)) })
	return out, nil
}
