package post

import (
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/storage"
)

const tellUntil = 24 * time.Hour // a word that comes later would be stale

func (s *sheet) subject() act.Subject { return act.Subject{Kind: act.OnDraft, ID: s.draft.ID} }

func (s *sheet) lane() string { return "draft/" + string(s.draft.ID) }

// slot names the message that shows a draft; where a decision was asked for it
// stands in that thread.
func slot(draft, request bot.ID) string {
	if request == "" {
		return "draft/" + string(draft)
	}
	return "draft/" + string(draft) + "/" + string(request)
}

// show draws the draft anew wherever it stands, and where it belongs once a
// decision on it was made.
func (s *sheet) show() error {
	var slots []act.Slot
	for sl, err := range records.SlotsOn.Under(s.tx, storage.K(act.OnDraft, s.draft.ID)) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(sl.ID, "draft/") {
			slots = append(slots, sl)
		}
	}
	home, ok, err := s.home()
	if err != nil {
		return err
	}
	if ok && !slices.ContainsFunc(slots, func(sl act.Slot) bool { return sl.ID == home.ID }) {
		slots = append(slots, home)
	}
	for _, sl := range slots {
		if err := s.desk.out.Touch(s.tx, outbox.Shown{Slot: sl, Lane: s.lane(), Class: act.PersonClass}); err != nil {
			return err
		}
	}
	return nil
}

// home is the message that shows the draft where it was decided about: in the
// thread of the request, or in the channel itself when nobody was asked.
func (s *sheet) home() (act.Slot, bool, error) {
	request, own, err := s.asked()
	out := act.Slot{ID: slot(s.draft.ID, s.draft.Request), Brand: s.b.ID, Subject: s.subject()}
	if !s.any(bot.Scheduled, bot.Publishing, bot.Published, bot.Held, bot.Failed, bot.Expired, bot.Uncertain) || err != nil {
		return out, false, err
	}
	ask, ok, err := records.Found(records.Slots.Get(s.tx, storage.K("ask/"+string(request))))
	if out.At, out.Parent = ask.At, ask.ID; ok || err != nil || own && request != "" {
		return out, ok, err
	}
	ch := s.b.DecidesIn()
	out.At = act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}
	return out, ch.ID != "", nil
}

// tell says to the author, in the thread, what became of posts that need somebody.
func (s *sheet) tell() error {
	home, ok, err := s.home()
	if err != nil || !ok || len(s.news) == 0 {
		return err
	}
	parent := home.ID
	if home.Parent != "" {
		parent = home.Parent
	}
	var posts []bot.Post
	for _, id := range s.news {
		posts = append(posts, *s.post(id))
	}
	s.news = nil
	for _, w := range postcard.Told(s.b, s.draft.Number, posts) {
		if err := s.say(home.At, parent, w); err != nil {
			return err
		}
	}
	return nil
}

// say writes a line into a thread, and pings the author of the draft.
func (s *sheet) say(at act.Place, parent string, w card.Words) error {
	told := act.Slot{ID: "told/" + string(bot.NewID(s.tx.Now())), Brand: s.b.ID, Subject: s.subject(), At: at, Parent: parent}
	if err := records.Slots.Insert(s.tx, told); err != nil {
		return err
	}
	_, err := s.desk.out.Say(s.tx, act.Effect{
		Brand: s.b.ID, Subject: s.subject(), Slot: told.ID, At: at, Lane: s.lane(), Class: act.RoutineClass,
		Act: act.Seal(act.Send{Card: card.Notice(w), Mention: s.b.Users(s.draft.By, at.Platform, at.Space)}), Until: s.tx.Now().Add(tellUntil),
	})
	return err
}

// draw shows a draft wherever it stands in team chat.
func (d *Desk) draw(tx *storage.Tx, at act.Slot) (outbox.Drawing, error) {
	s, err := d.of(tx, at.Brand, at.Subject.ID)
	if err != nil {
		return outbox.Drawing{}, err
	}
	c, err := s.card()
	c.Opens = at.Parent == ""
	return outbox.Drawing{Card: c}, err
}

// Card is what a draft looks like now.
func (d *Desk) Card(tx *storage.Tx, b *bot.Brand, draft bot.Draft) (card.Card, error) {
	s, err := d.open(tx, b, draft.ID)
	if err != nil {
		return card.Card{}, err
	}
	return s.card()
}

// card draws the draft, with what stops it while it is not handed in.
func (s *sheet) card() (card.Card, error) {
	drawn := postcard.Sheet{Brand: s.b, Draft: &s.draft, Posts: s.posts}
	if s.draft.Series != "" {
		series, _, err := records.Found(records.Series.Get(s.tx, storage.K(s.b.ID, s.draft.Series)))
		if err != nil {
			return card.Card{}, err
		}
		drawn.Series = series.Number
	}
	if s.any(bot.Drafted) {
		var err error
		if drawn.Found, err = s.findings(); err != nil {
			return card.Card{}, err
		}
	}
	return drawn.Draw(), nil
}
