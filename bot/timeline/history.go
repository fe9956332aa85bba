package timeline

import (
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	shown    = 30   // lines of a history
	lookBack = 3000 // records of the audit log that are looked at for them
	excerpt  = 160  // characters of a text
)

// entry is one thing that happened: a line of the audit log, or a moment.
type entry struct {
	at     time.Time
	id     bot.ID
	deed   bot.Record
	moment *records.Moment
}

// history gathers what happened to one conversation.
type history struct {
	tx      *storage.Tx
	b       *bot.Brand
	seen    map[bot.ID]bool // conversations that were joined
	marked  map[bot.ID]bool // items that are moments: they are told once
	entries []entry
	left    int // records that may still be looked at
}

// History draws what happened to a conversation, in order: the newest thirty of it,
// and how many there are before them. It is for those who may see the conversation.
func (d *Desk) History(tx *storage.Tx, b *bot.Brand, c *bot.Conversation) (card.Card, error) {
	h := &history{tx: tx, b: b, seen: map[bot.ID]bool{}, marked: map[bot.ID]bool{}, left: lookBack}
	if err := h.gather(c.ID); err != nil {
		return card.Card{}, err
	}
	h.entries = slices.DeleteFunc(h.entries, func(e entry) bool {
		return e.moment == nil && e.deed.What == "item.came" && h.marked[bot.ID(e.deed.Details["item"])]
	})
	slices.SortStableFunc(h.entries, func(a, b entry) int {
		if n := a.at.Compare(b.at); n != 0 {
			return n
		}
		return strings.Compare(string(a.id), string(b.id))
	})
	earlier := max(len(h.entries)-shown, 0)
	out := card.Card{Mark: card.MarkNote, Title: card.W("timeline.title", card.Text("Name", c.Author.Name))}
	var list []card.Line
	for _, e := range h.entries[earlier:] {
		l, err := h.line(e)
		if err != nil {
			return out, err
		}
		l.Words = card.W("timeline.line", card.At("At", e.at), card.In("What", l.Words))
		list = append(list, l)
	}
	switch {
	case h.left <= 0:
		out.Foot = card.W("timeline.earlier_more", card.Count("N", earlier))
	case earlier > 0:
		out.Foot = card.W("timeline.earlier", card.Count("N", earlier))
	}
	out.Blocks = []card.Block{{List: list}}
	return out, nil
}

// gather takes in what happened to a conversation, and to those that joined it.
func (h *history) gather(id bot.ID) error {
	if h.seen[id] {
		return nil
	}
	h.seen[id] = true
	var joined []bot.ID
	for r, err := range records.AuditTrace.Under(h.tx, storage.K(id), storage.Reverse()) {
		if err != nil {
			return err
		}
		if h.left--; h.left <= 0 {
			break
		}
		if r.Brand != h.b.ID || !tells(&r) {
			continue
		}
		h.entries = append(h.entries, entry{at: r.At, id: r.ID, deed: r})
		kind, from, _ := strings.Cut(r.Subject, "/")
		if r.What == "conversation.merged" && kind == act.OnConversation && bot.ID(from) != id {
			joined = append(joined, bot.ID(from))
		}
	}
	for m, err := range records.MomentsOn.Under(h.tx, storage.K(h.b.ID, act.OnConversation, id), storage.Reverse(), storage.Limit(lookBack)) {
		if err != nil {
			return err
		}
		if m.About.Kind == act.OnItem {
			it, ok, err := records.Found(records.Item(h.tx, h.b.ID, m.About.ID))
			if err != nil {
				return err
			}
			if ok {
				m.At = it.ReceivedAt
			}
			h.marked[m.About.ID] = true
		}
		h.entries = append(h.entries, entry{at: m.At, id: m.ID, moment: &m})
	}
	for _, from := range joined {
		if err := h.gather(from); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) line(e entry) (card.Line, error) {
	if e.moment != nil {
		return h.moment(e.moment)
	}
	kind, _, _ := strings.Cut(e.deed.What, ".")
	switch kind {
	case "item":
		return h.item(&e.deed)
	case "reply", "request":
		return h.reply(&e.deed)
	}
	return h.care(&e.deed), nil
}

// moment is a line of what somebody marked.
func (h *history) moment(m *records.Moment) (card.Line, error) {
	var names []string
	for _, id := range m.By {
		names = append(names, h.name(string(id)))
	}
	l := card.Line{Mark: card.MarkNote, Words: card.W("timeline.marked", card.Text("Name", strings.Join(names, ", ")))}
	text, who := m.Text, m.Who
	switch m.About.Kind {
	case act.OnItem:
		it, ok, err := records.Found(records.Item(h.tx, h.b.ID, m.About.ID))
		if err != nil {
			return l, err
		}
		if l.Mark = card.MarkOpen; ok {
			text, who = it.Reads(), it.Author.Name
		}
		if ok && it.Deleted() {
			l.Words, text = card.W("timeline.marked_deleted", card.Text("Name", strings.Join(names, ", "))), ""
		}
	case act.OnReply:
		rep, ok, err := records.Found(records.Replies.Get(h.tx, storage.K(h.b.ID, m.About.ID)))
		if err != nil {
			return l, err
		}
		if l.Mark = card.MarkPublic; ok {
			text, who = rep.Text, h.name(string(rep.By))
		}
	}
	l.Text = said(who, text)
	return l, nil
}

// said is what somebody said, with their name.
func said(who, text string) card.Outside {
	text = bot.Short(text, excerpt)
	switch {
	case who == "":
		return card.Outside(text)
	case text == "":
		return card.Outside(who)
	}
	return card.Outside(who + ": " + text)
}

// name is what the team calls whoever did something.
func (h *history) name(who string) string {
	if p, ok := h.b.Person(bot.PersonID(who)); ok {
		return p.Name
	}
	if who == ponte {
		return "Ponte"
	}
	return who
}

// ponte is who does what nobody asked for.
const ponte = "ponte"
