// Package timeline keeps what the team wants to find again of what happened to a
// conversation, and tells its history: what came, who did what with it, what was
// answered and decided, and the moments that somebody marked. It reads messages of
// team chat only when somebody marks them, and shows nothing by itself.
package timeline

import (
	"log/slog"
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/clock"
	"ponte/bot/records"
	"ponte/storage"
)

// Keepers are the roles that may mark a moment.
var Keepers = []bot.Role{bot.Manager, bot.Strategist, bot.Approver}

// maxText is how much of a message is kept, in bytes.
const maxText = 4000

// Desk keeps the timelines.
type Desk struct {
	store  storage.Store
	brands func() *bot.Brands
	reader func(platform string) (act.Reader, bool)
	clock  *clock.Clock
	log    *slog.Logger
}

// New makes the desk; reader says who tells what a message of a team chat says.
func New(store storage.Store, brands func() *bot.Brands, reader func(platform string) (act.Reader, bool), log *slog.Logger) *Desk {
	return &Desk{store: store, brands: brands, reader: reader, clock: clock.New("timeline", log), log: log}
}

// Message is a message of team chat that somebody marks, or marks no more.
type Message struct {
	At     act.Place
	Ref    string
	Thread string // it stands in, or Ref itself where that is not known
	Pin    bool   // it is marked by the reaction, which can be looked at
}

// Mark keeps a message on the timeline of its thread. Marked is false where it
// belongs to none. The error is Denied to whoever may not mark, and NotFound to
// whoever may not see what the thread is about. One that is marked stays as it is,
// and one more holds it there.
//
// Where it is not known yet in which thread a message stands, it is found out once
// the mark is on disk, and the mark goes when it was in none.
func (d *Desk) Mark(tx *storage.Tx, b *bot.Brand, p bot.Person, o Message) (m records.Moment, marked bool, err error) {
	subject, about, err := d.shows(tx, b, o)
	if err != nil {
		return m, false, err
	}
	_, readable := d.reader(o.At.Platform)
	unknown := subject.ID == ""
	if unknown && (!readable || o.Thread != o.Ref && o.Thread != "" || !p.Has(Keepers...)) {
		return m, false, nil
	}
	if err := d.may(tx, b, p, subject); err != nil && !unknown {
		return m, false, err
	}
	m, had, err := records.Found(records.MomentByRef.First(tx, storage.K(o.At.String(), o.Ref)))
	switch {
	case err != nil:
		return m, false, err
	case had && m.Brand != b.ID:
		return m, false, bot.Errorf(bot.NotFound, "error.gone")
	case had && slices.Contains(m.By, p.ID) && (!o.Pin || slices.Contains(m.Pinned, p.ID)):
		return m, true, nil
	case had:
		if !slices.Contains(m.By, p.ID) {
			m.By = append(slices.Clip(m.By), p.ID)
		}
		m.Pinned = pinned(m.Pinned, p.ID, o)
		return m, true, records.Moments.Put(tx, m)
	}
	m = records.Moment{
		ID: bot.NewID(tx.Now()), Brand: b.ID, Subject: subject, At: tx.Now(), By: []bot.PersonID{p.ID}, Pinned: pinned(nil, p.ID, o), About: about, Place: o.At, Ref: o.Ref,
	}
	if about.ID == "" && readable {
		m.ReadAt = tx.Now()
		d.clock.Expects(tx, m.ReadAt)
	}
	return m, true, d.insert(tx, p.ID, m)
}

// pinned adds who marked a message, where it was by the reaction.
func pinned(all []bot.PersonID, id bot.PersonID, o Message) []bot.PersonID {
	if o.Pin {
		all = append(slices.Clip(all), id)
	}
	return all
}

// Add puts words of somebody's own on the timeline of a subject.
func (d *Desk) Add(tx *storage.Tx, b *bot.Brand, p bot.Person, subject act.Subject, text string) (records.Moment, error) {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "�"))
	if err := d.may(tx, b, p, subject); err != nil {
		return records.Moment{}, err
	}
	if text == "" {
		return records.Moment{}, field(bot.Errorf(bot.Invalid, "error.empty"))
	}
	m := records.Moment{ID: bot.NewID(tx.Now()), Brand: b.ID, Subject: subject, At: tx.Now(), By: []bot.PersonID{p.ID}, Text: clip(text)}
	return m, d.insert(tx, p.ID, m)
}

func field(e *bot.Error) *bot.Error { e.Field = "text"; return e }

// Unmark takes back what a person marked. What nobody holds any more goes. It
// reports whether the person had marked it.
func (d *Desk) Unmark(tx *storage.Tx, b *bot.Brand, p bot.Person, o Message) (bool, error) {
	m, had, err := records.Found(records.MomentByRef.First(tx, storage.K(o.At.String(), o.Ref)))
	if err != nil || !had {
		return false, err
	}
	return d.drop(tx, b, p, m)
}

// Remove is Unmark by the moment's id.
func (d *Desk) Remove(tx *storage.Tx, b *bot.Brand, p bot.Person, id bot.ID) (bool, error) {
	m, had, err := records.Found(records.Moments.Get(tx, storage.K(b.ID, id)))
	if err != nil || !had {
		return false, err
	}
	return d.drop(tx, b, p, m)
}

func (d *Desk) drop(tx *storage.Tx, b *bot.Brand, p bot.Person, m records.Moment) (bool, error) {
	i := slices.Index(m.By, p.ID)
	if m.Brand != b.ID || i < 0 {
		return false, nil
	}
	if err := logged(tx, string(p.ID), "moment.unmarked", &m); err != nil {
		return false, err
	}
	if len(m.By) == 1 {
		return true, records.Moments.Delete(tx, storage.K(m.Brand, m.ID))
	}
	m.By = slices.Delete(slices.Clone(m.By), i, i+1)
	m.Pinned = slices.DeleteFunc(slices.Clone(m.Pinned), func(id bot.PersonID) bool { return id == p.ID })
	return true, records.Moments.Put(tx, m)
}

func (d *Desk) insert(tx *storage.Tx, by bot.PersonID, m records.Moment) error {
	if err := records.Moments.Insert(tx, m); err != nil {
		return err
	}
	return logged(tx, string(by), "moment.marked", &m)
}

// shows finds what the message of a thread is about, and what it shows itself where
// Ponte has the record of it. Nothing is known of a message in no thread of Ponte's.
func (d *Desk) shows(tx *storage.Tx, b *bot.Brand, o Message) (subject, about act.Subject, err error) {
	slot, ours, err := records.Found(records.SlotByRef.First(tx, storage.K(o.At.String(), o.Ref)))
	if err != nil {
		return subject, about, err
	}
	if !ours {
		if o.Thread == "" || o.Thread == o.Ref {
			return subject, about, nil
		}
		if slot, ours, err = records.Found(records.SlotByRef.First(tx, storage.K(o.At.String(), o.Thread))); err != nil || !ours {
			return subject, about, err
		}
		subject, _, err = on(tx, b, slot)
		return subject, about, err
	}
	return on(tx, b, slot)
}

// on is the conversation that a message of Ponte's belongs to, and the item or reply
// that it shows.
func on(tx *storage.Tx, b *bot.Brand, slot act.Slot) (subject, about act.Subject, err error) {
	if slot.Brand != b.ID {
		return subject, about, nil
	}
	var of bot.ID
	switch slot.Subject.Kind {
	case act.OnConversation:
		of = slot.Subject.ID
	case act.OnItem:
		it, ok, err := records.Found(records.Item(tx, b.ID, slot.Subject.ID))
		if err != nil || !ok {
			return subject, about, err
		}
		of, about = it.Conversation, slot.Subject
	case act.OnReply:
		rep, ok, err := records.Found(records.Replies.Get(tx, storage.K(b.ID, slot.Subject.ID)))
		if err != nil || !ok {
			return subject, about, err
		}
		of, about = rep.Conversation, slot.Subject
	case act.OnRequest:
		r, ok, err := records.Found(records.Requests.Get(tx, storage.K(b.ID, slot.Subject.ID)))
		if err != nil || !ok || r.Matter != bot.ReplyMatter {
			return subject, about, err
		}
		of, about = r.Trace, act.Subject{Kind: act.OnReply, ID: r.Subject}
	default:
		return subject, about, nil
	}
	c, ok, err := records.Found(records.ConversationOf(tx, b.ID, of))
	if err != nil || !ok {
		return subject, act.Subject{}, err
	}
	if about.ID == "" {
		about = act.Subject{Kind: act.OnItem, ID: c.First}
	}
	return act.Subject{Kind: act.OnConversation, ID: c.ID}, about, nil
}

// may refuses whoever may not mark anything, or may not see the subject.
func (d *Desk) may(tx *storage.Tx, b *bot.Brand, p bot.Person, subject act.Subject) error {
	c, ok, err := records.Found(records.ConversationOf(tx, b.ID, subject.ID))
	switch {
	case err != nil:
		return err
	case !ok || !b.ChannelFor(&c).Sees(p):
		return bot.Errorf(bot.NotFound, "error.gone")
	case !p.Has(Keepers...):
		return bot.Errorf(bot.Denied, "error.timeline_role")
	}
	return nil
}

// clip shortens a text to what is kept of it.
func clip(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}

func logged(tx *storage.Tx, who, what string, m *records.Moment) error {
	r := bot.Record{Brand: m.Brand, Who: who, What: what, Subject: "moment/" + string(m.ID)}
	if m.Subject.Kind == act.OnConversation {
		r.Trace = m.Subject.ID
	}
	return records.Log(tx, r)
}
