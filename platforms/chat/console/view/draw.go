package view

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/chat/console/room"
	"ponte/platforms/chat/console/upload"
	"ponte/storage"
)

// seen is a message as one viewer sees it.
type seen struct {
	V            *Viewer
	Ref, Thread  bot.ID
	Room         string
	Kind         string // card, note, notice
	Mark         markView
	Title        string
	Author       *authorView
	At           timeView
	Blocks       []blockView
	Buttons      []buttonView
	More         []buttonView
	Menus        []menuView
	Foot         string
	Gone         bool
	Opens        bool
	Link         string
	By, Initials string
	Mine, ForMe  bool
	Text         prose // of a note
	Pictures     []*pictureView
	Reactions    []reactionView
	Count        int // in the thread
	Unread       int // of them
	New          bool
}

type markView struct{ Mark, Glyph, Word string }

type timeView struct{ ISO, Exact, Text string }

type authorView struct{ Name, Handle, URL, Network string }

// blockView is one block; the field that is set says which.
type blockView struct {
	Words   prose
	Say     bool
	Quote   *quoteView
	Facts   []string
	List    []lineView
	Picture *pictureView
}

type quoteView struct {
	Text           prose
	By             string
	Struck, Public bool
	V              *Viewer
}

type lineView struct {
	Mark       markView
	Words      string
	Text, Link string
}

type pictureView struct {
	V                   *Viewer
	Alt, URL, Type, Src string
}

type buttonView struct {
	Verb, Label, Style, Subject, Link, Confirm, Value string
	Revision                                          int
}

// menuView is a button that opens further ones, of which each is a choice.
type menuView struct {
	Label   string
	Choices []buttonView
}

type reactionView struct {
	Emoji, Who string
	Count      int
	Mine       bool
}

// look draws a message, with what its thread holds for the viewer.
func (v *Viewer) look(tx *storage.Tx, m room.Message) (seen, error) {
	s := seen{V: v, Ref: m.ID, Thread: m.Thread, Room: m.Room, At: v.time(m.At), Kind: "note"}
	if m.Card != nil {
		s.Kind = "card"
		v.draw(&s, *m.Card)
	} else {
		name := v.nameOf(m.By, m.Name)
		s.By, s.Initials, s.Mine, s.Text = line(name, 80), initials(name), m.By == v.User, v.inside(m.Text)
		for _, hash := range m.Pictures {
			s.Pictures = append(s.Pictures, v.picture(card.Picture{Hash: hash, Alt: card.Outside(v.Say("picture_of", "Name", s.By))}))
		}
	}
	s.ForMe = slices.Contains(m.Mention, v.User)
	for _, r := range m.Reactions {
		var who []string
		for _, u := range r.By {
			who = append(who, v.nameOf(u, ""))
		}
		s.Reactions = append(s.Reactions, reactionView{r.Emoji, strings.Join(who, ", "), len(r.By), slices.Contains(r.By, v.User)})
	}
	if m.Thread != "" {
		return s, nil
	}
	s.Link = Link(m.Brand, m.Room, string(m.ID))
	st, err := room.Stand(tx, m.Brand, v.User, m.Room, m.ID)
	s.Count, s.Unread = st.Count, min(st.Unread, st.Count)
	return s, err
}

// notice draws a card that only the viewer sees and nobody keeps.
func (v *Viewer) notice(k card.Card) seen {
	s := seen{V: v, Kind: "notice", At: v.time(v.Now())}
	v.draw(&s, k)
	return s
}

// draw fills in what a card shows.
func (v *Viewer) draw(s *seen, k card.Card) {
	s.Mark, s.Gone, s.Opens = v.mark(k.Mark), k.Gone, k.Opens
	s.Title, s.Foot = line(k.Title.String(), 300), line(k.Foot.String(), 400)
	if a := k.Author; a != nil {
		s.Author = &authorView{line(string(a.Name), 80), line(string(a.Handle), 80), web(a.URL), line(a.Network, 40)}
		if !a.At.IsZero() {
			s.At = v.time(a.At)
		}
	}
	for _, b := range k.Blocks {
		s.Blocks = append(s.Blocks, v.block(b))
	}
	for _, a := range k.Actions {
		if len(a.Needs) > 0 && !v.Person.Has(a.Needs...) {
			continue
		}
		link := web(a.Link)
		if a.Link != "" && link == "" {
			continue
		}
		button := buttonView{
			Verb: a.Verb, Label: line(a.Label.String(), 60), Style: string(a.Style), Subject: cmp.Or(a.Subject, k.Subject),
			Link: link, Confirm: line(a.Confirm.String(), 300), Revision: k.Revision,
		}
		if len(a.Choices) > 0 {
			menu := menuView{Label: button.Label}
			for _, c := range a.Choices {
				button.Label, button.Value = line(c.Label.String(), 60), c.Value
				menu.Choices = append(menu.Choices, button)
			}
			s.Menus = append(s.Menus, menu)
			continue
		}
		if len(s.Buttons) < 5 {
			s.Buttons = append(s.Buttons, button)
		} else {
			s.More = append(s.More, button)
		}
	}
}

func (v *Viewer) block(b card.Block) blockView {
	switch {
	case b.Words != nil:
		return blockView{Words: v.outside(b.Words.String()), Say: true}
	case b.Quote != nil:
		q := b.Quote
		return blockView{Quote: &quoteView{v.outside(string(q.Text)), line(string(q.By), 80), q.Struck, q.Public, v}}
	case b.Picture != nil:
		p := b.Picture
		return blockView{Picture: v.picture(*p)}
	case len(b.List) > 0:
		var list []lineView
		for _, l := range b.List {
			view := lineView{Mark: v.mark(l.Mark), Words: line(l.Words.String(), 300), Text: line(string(l.Text), 300)}
			if t := l.Thread; t != nil && v.Sees(t.Channel) {
				view.Link = Link(v.Brand.ID, t.Channel, t.Message)
			}
			list = append(list, view)
		}
		return blockView{List: list}
	}
	view := blockView{}
	for _, f := range b.Facts {
		view.Facts = append(view.Facts, line(f.String(), 200))
	}
	return view
}

// picture draws an image: one that Ponte keeps as it is, any other in words.
func (v *Viewer) picture(p card.Picture) *pictureView {
	out := &pictureView{V: v, Alt: line(string(p.Alt), 300), URL: web(p.URL), Type: line(p.Type, 40)}
	if upload.Hash(p.Hash) {
		out.Src = "/media/" + url.PathEscape(string(v.Brand.ID)) + "/" + p.Hash
	}
	return out
}

// mark draws a mark: its glyph, and its word in the viewer's language. That of a note
// has none: what it stands beside says all.
func (v *Viewer) mark(m card.Mark) markView {
	glyph, known := card.Glyphs[m]
	if !known {
		return markView{}
	}
	if m == card.MarkNote {
		return markView{string(m), glyph, ""}
	}
	return markView{string(m), glyph, v.Say("mark_" + string(m))}
}

// time writes a moment: for machines, exactly, and shortly.
func (v *Viewer) time(t time.Time) timeView {
	if t.IsZero() {
		return timeView{}
	}
	local := t.In(v.Zone)
	zone, _ := local.Zone()
	return timeView{
		ISO:   t.UTC().Format(time.RFC3339),
		Exact: v.Say("exact", "At", t, "Year", local.Format("2006"), "Zone", zone),
		Text:  v.Say("when", "At", t),
	}
}
