package crashtest

import (
	"fmt"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// out is a text of a draft that arrived at a place.
type out struct {
	*wording
	at time.Time
}

// asked: every request and every draft that is shown shows how things stand.
func (f *findings) asked(tx *storage.Tx) error {
	for r, err := range records.Requests.Under(tx, nil) {
		if err != nil {
			return err
		}
		if err := f.message(tx, "ask/"+string(r.ID), r.Revision); err != nil {
			return err
		}
		if r.Content == nil || f.worded[r.Content.Text] == nil {
			f.wrong("request %s is about what nobody wrote", r.ID)
		}
	}
	for s, err := range records.Slots.Under(tx, nil) {
		if err != nil {
			return err
		}
		if !strings.HasPrefix(s.ID, "draft/") {
			continue
		}
		d, err := records.Drafts.Get(tx, storage.K(s.Brand, s.Subject.ID))
		if err != nil {
			return err
		}
		if err := f.message(tx, s.ID, d.Revision); err != nil {
			return err
		}
	}
	return nil
}

// spoken: every draft that was taken in is kept once. What was agreed on in time
// and stayed so is out, once at each place; nothing else is, and what is not out
// says why.
func (f *findings) spoken(tx *storage.Tx) error {
	kept := map[string][]bot.Draft{}
	n := 0
	for d, err := range records.Drafts.Under(tx, nil) {
		if err != nil {
			return err
		}
		kept[d.Content.Text] = append(kept[d.Content.Text], d)
		n++
	}
	if n != len(f.drafts) {
		f.wrong("%d drafts were taken in, %d are kept", len(f.drafts), n)
	}
	for _, d := range f.drafts {
		found := kept[d.last().text]
		if len(found) != 1 {
			f.wrong("draft %q is kept %d times", d.last().text, len(found))
			continue
		}
		rows := map[bot.AccountID]bot.Post{}
		for p, err := range records.PostsOf.Under(tx, storage.K(found[0].ID)) {
			if err != nil {
				return err
			}
			rows[p.Account] = p
		}
		if len(rows) != len(d.to) {
			f.wrong("draft %q has %d posts, want %d", d.last().text, len(rows), len(d.to))
		}
		for _, place := range d.to {
			if err := f.weigh(tx, d, place, rows[accountAt[place]]); err != nil {
				return err
			}
		}
	}
	f.unknownTexts()
	return f.paused(tx)
}

// weigh judges one post of a draft, by what arrived at its place.
func (f *findings) weigh(tx *storage.Tx, d *draft, place string, p bot.Post) error {
	arrived := f.arrived(d, place)
	f.posts[d.last().text+" at "+place] = p
	f.tally[p.State]++
	w := d.last()
	fits := false
	switch p.State {
	case bot.Published:
		fits = len(arrived) == 1 && p.Fault == nil
	case bot.Uncertain:
		fits = len(arrived) <= 1 && place == onBlind
	case bot.InReview:
		fits = d.due.IsZero() && !d.must()
	case bot.Expired:
		fits = !d.due.IsZero() && !d.must()
	case bot.Rejected:
		fits = w.doubt
	case bot.Cancelled:
		fits = d.cancelled
	case bot.Failed:
		fits = d.left == bot.Failed && p.Fault != nil
	}
	if p.State != bot.Published && p.State != bot.Uncertain && len(arrived) > 0 {
		fits = false
	}
	if !fits {
		past, err := history(tx, d, &p)
		if err != nil {
			return err
		}
		f.wrong("draft %q at %s (cancelled %t) is %s and arrived %d times: %s", w.text, place, d.cancelled, p.State, len(arrived), past)
	}
	for _, o := range arrived {
		switch {
		case o.begun.IsZero():
			f.wrong("%q is at %s, and nobody agreed", o.text, place)
		case o.at.Before(o.begun):
			f.wrong("%q came to %s at %s, before anybody agreed at %s", o.text, place, clock(o.at), clock(o.begun))
		case !o.off.IsZero() && o.at.After(o.off):
			f.wrong("%q came to %s at %s, and was off at %s", o.text, place, clock(o.at), clock(o.off))
		case o.at.Before(d.due):
			f.wrong("%q came to %s at %s, before its time %s", o.text, place, clock(o.at), clock(d.due))
		}
	}
	return nil
}

// history tells, for whoever looks into a fault, when what happened to a post.
func history(tx *storage.Tx, d *draft, p *bot.Post) (string, error) {
	text := "due " + clock(d.due)
	for _, w := range d.wordings {
		text += fmt.Sprintf("; %q yes %s, heard %s, off %s, doubt %t", w.text, clock(w.begun), clock(w.heard), clock(w.off), w.doubt)
	}
	subjects := []string{act.OnDraft + "/" + string(p.Draft), act.OnPost + "/" + string(p.ID), "brand/" + string(p.Brand)}
	for r, err := range records.RequestsOn.Under(tx, storage.K(p.Brand, p.Draft)) {
		if err != nil {
			return "", err
		}
		subjects = append(subjects, act.OnRequest+"/"+string(r.ID))
	}
	for _, s := range subjects {
		for r, err := range records.AuditOn.Under(tx, storage.K(s)) {
			if err != nil {
				return "", err
			}
			text += fmt.Sprintf("\n\t%s %s %s %v", clock(r.At), r.Who, r.What, r.Details)
		}
	}
	return text, nil
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("04:05.000")
}

// arrived lists what of a draft is at a place, in any of its wordings.
func (f *findings) arrived(d *draft, place string) (list []out) {
	texts := map[string]*wording{}
	for _, w := range d.wordings {
		texts[w.text] = w
	}
	for _, o := range f.public(place) {
		if w := texts[o.text]; w != nil {
			list = append(list, out{w, o.at})
		}
	}
	return list
}

// said is a text that the brand said by itself, at a place.
type said struct {
	text string
	at   time.Time
}

func (f *findings) public(place string) (list []said) {
	if place == onSquare {
		for _, e := range f.entries {
			if e.ID != thePost {
				list = append(list, said{e.Text, e.At})
			}
		}
		return list
	}
	for _, t := range f.sink.all(place) {
		if t.Act.Kind() != "publish" {
			continue
		}
		did, err := t.Act.Open()
		if err != nil {
			f.wrong("%s: %v", t.Key, err)
			continue
		}
		list = append(list, said{did.(act.Publish).Text, t.at})
	}
	return list
}

// unknownTexts finds what is out and belongs to no draft that was taken in.
func (f *findings) unknownTexts() {
	known := map[string]bool{}
	for _, d := range f.drafts {
		for _, w := range d.wordings {
			known[w.text] = true
		}
	}
	for place := range accountAt {
		for _, s := range f.public(place) {
			if !known[s.text] {
				f.wrong("%q is at %s, and no draft says it", s.text, place)
			}
		}
	}
}

// paused: nothing started to go out while the brand was paused.
func (f *findings) paused(tx *storage.Tx) error {
	for e, err := range records.Effects.Under(tx, nil) {
		if err != nil {
			return err
		}
		if e.Act.Kind() != "publish" {
			continue
		}
		for _, p := range f.pauses {
			if e.StartedAt.After(p.from) && e.StartedAt.Before(p.to) {
				f.wrong("effect %s at %s started at %s, while the brand was paused", e.ID, e.At.Platform, clock(e.StartedAt))
			}
		}
	}
	return nil
}
