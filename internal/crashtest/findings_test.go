package crashtest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// findings is what was found, and what of it is wrong.
type findings struct {
	*world
	sight
	list    []string
	unknown int                  // effects at blind
	found   map[string]bot.Reply // by the text that the team wrote
	posts   map[string]bot.Post  // by the last wording of the draft and the place
	tally   map[bot.PostState]int
	reasons []string // for which acts may have failed
}

func (f *findings) wrong(format string, args ...any) {
	f.list = append(f.list, fmt.Sprintf(format, args...))
}

func (f *findings) look(tx *storage.Tx) error {
	for _, message := range f.twice {
		f.wrong("message %s is there twice", message)
	}
	for _, look := range []func(*storage.Tx) error{f.kept, f.shown, f.asked, f.named, f.over, f.said, f.spoken} {
		if err := look(tx); err != nil {
			return err
		}
	}
	return nil
}

// kept: every item that was acknowledged is there once, as it reads now.
func (f *findings) kept(tx *storage.Tx) error {
	seen := map[itemKey]int{}
	for it, err := range records.Items.Under(tx, nil) {
		if err != nil {
			return err
		}
		k := itemKey{it.Account, it.Remote}
		seen[k]++
		want, known := f.items[k]
		switch {
		case !known:
			f.wrong("item %v: nobody said it", k)
		case it.Deleted() != want.deleted:
			f.wrong("item %v: deleted is %t, want %t", k, it.Deleted(), want.deleted)
		case !want.deleted && it.Reads() != want.text:
			f.wrong("item %v reads %q, want %q", k, it.Reads(), want.text)
		}
	}
	for k := range f.items {
		if seen[k] != 1 {
			f.wrong("item %v was acknowledged and is there %d times", k, seen[k])
		}
	}
	return nil
}

// shown: every conversation has its card, every further item and every reply its
// message in the thread, and each shows how things stand.
func (f *findings) shown(tx *storage.Tx) error {
	for c, err := range records.Conversations.Under(tx, nil) {
		if err != nil {
			return err
		}
		if err := f.message(tx, "card/"+string(c.ID), c.Revision); err != nil {
			return err
		}
		for it, err := range records.ItemsOf.Under(tx, storage.K(c.ID)) {
			if err != nil {
				return err
			}
			if it.ID == c.First {
				continue
			}
			if err := f.message(tx, "item/"+string(c.ID)+"/"+string(it.ID), len(it.Events)); err != nil {
				return err
			}
		}
		for r, err := range records.RepliesOf.Under(tx, storage.K(c.ID)) {
			if err != nil {
				return err
			}
			if err := f.message(tx, "reply/"+string(c.ID)+"/"+string(r.ID), r.Revision); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *findings) message(tx *storage.Tx, id string, revision int) error {
	slot, err := records.Slots.Get(tx, storage.K(id))
	switch {
	case errors.Is(err, storage.ErrNotFound):
		f.wrong("%s has no message", id)
		return nil
	case err != nil:
		return err
	case slot.Shown != revision:
		f.wrong("%s shows revision %d of %d", id, slot.Shown, revision)
	}
	if m, near := f.messages[slot.Ref]; near && m.Card.Revision != revision {
		f.wrong("%s shows revision %d of %d on the page", id, m.Card.Revision, revision)
	}
	return nil
}

// named: what stands at a place is what Ponte knows to stand there, each once.
func (f *findings) named(tx *storage.Tx) error {
	known := map[string]map[string]string{}
	for s, err := range records.Slots.Under(tx, nil) {
		if err != nil {
			return err
		}
		if known[s.At.Platform] == nil {
			known[s.At.Platform] = map[string]string{}
		}
		if s.Ref == "" {
			f.wrong("slot %s has no message", s.ID)
		}
		known[s.At.Platform][s.Ref] = s.ID
	}
	unsettled := map[string]bool{}
	for e, err := range records.EffectsByState.Under(tx, storage.K(act.Unknown)) {
		if err != nil {
			return err
		}
		unsettled[e.Key] = true
	}
	there := map[string]map[string]string{onConsole: {}, onSquare: {}} // place, ref, key
	for ref := range f.messages {
		there[onConsole][ref] = ""
	}
	for _, c := range f.comments {
		if c.Brand {
			there[onSquare][c.ID] = ""
		}
	}
	for _, e := range f.entries {
		if e.ID != thePost {
			there[onSquare][e.ID] = ""
		}
	}
	for _, place := range []string{onAsked, onBlind, onChat} {
		there[place] = f.fresh(place)
	}
	for place, refs := range there {
		for ref, key := range refs {
			if known[place][ref] == "" && !(place == onBlind && unsettled[key]) {
				f.wrong("%s has %s %s, and nobody knows of it", place, ref, key)
			}
		}
		for ref, slot := range known[place] {
			if _, stands := refs[ref]; !stands {
				f.wrong("%s of %s does not stand at %s", ref, slot, place)
			}
		}
	}
	return nil
}

// fresh lists what is new at a far place, by its name there, with its key.
func (f *findings) fresh(place string) map[string]string {
	out, keys := map[string]string{}, map[string]bool{}
	for _, t := range f.sink.all(place) {
		if t.Act.Kind() == "edit" {
			continue // what is shown anew may be shown anew twice
		}
		if keys[t.Key] {
			f.wrong("%s: %s happened twice", place, t.Key)
		}
		keys[t.Key] = true
		if t.Act.Kind() != "change" {
			out[t.ref] = t.Key
		}
	}
	return out
}

// over: nothing is on its way, nothing is left to a person but what may have
// happened at blind, and nothing failed but for a reason.
func (f *findings) over(tx *storage.Tx) error {
	for e, err := range records.Effects.Under(tx, nil) {
		if err != nil {
			return err
		}
		switch e.State {
		case act.Waiting, act.Started:
			f.wrong("effect %s is %s", e.ID, e.State)
		case act.Failed:
			if e.Fault == nil || !slices.Contains(f.reasons, e.Fault.Key) {
				f.wrong("effect %s at %s failed: %v", e.ID, e.At.Platform, e.Fault)
			}
		case act.Unknown:
			f.unknown++
			if e.At.Platform != onBlind {
				f.wrong("effect %s at %s is unknown: %v", e.ID, e.At.Platform, e.Fault)
			} else if !f.open(&e) {
				f.wrong("effect %s at %s is unknown without a reason", e.ID, e.At.Platform)
			}
		}
	}
	return nil
}

// open reports whether Ponte could not know what became of the effect: blind did
// it without saying so, or Ponte died while it was under way.
func (f *findings) open(e *act.Effect) bool {
	for _, t := range f.sink.all(e.At.Platform) {
		if t.Key == e.Key && t.outcome != takes {
			return true
		}
	}
	return slices.ContainsFunc(f.deaths, func(at time.Time) bool { return at.After(e.StartedAt) && at.Before(e.EndedAt) })
}

// said: every reply that was accepted is kept once, and went out once; what was
// undone never did. What the team reads of it is so.
func (f *findings) said(tx *storage.Tx) error {
	kept := map[string][]bot.Reply{}
	n := 0
	for r, err := range records.Replies.Under(tx, nil) {
		if err != nil {
			return err
		}
		kept[r.Text] = append(kept[r.Text], r)
		n++
	}
	if n != len(f.replies) {
		f.wrong("%d replies were accepted, %d are kept", len(f.replies), n)
	}
	for _, r := range f.replies {
		text := r.text
		if r.edited != "" {
			text = r.edited
		}
		if len(kept[text]) != 1 {
			f.wrong("reply %+v is kept %d times", *r, len(kept[text]))
			continue
		}
		f.found[r.text] = kept[text][0]
		f.judge(r, kept[text][0])
	}
	return nil
}

func (f *findings) judge(r *reply, kept bot.Reply) {
	out := f.delivered(r)
	switch {
	case r.undone && kept.State == bot.Cancelled && out == 0:
	case r.undone:
		f.wrong("reply %+v was undone, is %s and out %d times", *r, kept.State, out)
	case kept.State == bot.Published && out == 1 && kept.Change == "" && kept.Fault == nil && kept.Remote != "":
	case kept.State == bot.Failed && out == 0 && kept.Fault != nil && kept.Fault.Key == "error.comment_deleted":
	case kept.State == bot.Uncertain && out <= 1 && r.place == onBlind:
	default:
		f.wrong("reply %+v is %s (%q, %v) and out %d times", *r, kept.State, kept.Change, kept.Fault, out)
	}
}

// delivered counts how often a reply is out as it should read now.
func (f *findings) delivered(r *reply) (n int) {
	if r.place == onSquare {
		for _, c := range f.comments {
			if c.Brand && (c.Text == r.text && r.edited == "" || c.Text == r.edited) {
				n++
			}
		}
		return n
	}
	changed := 0
	for _, t := range f.sink.all(r.place) {
		did, err := t.Act.Open()
		if err != nil {
			f.wrong("%s: %v", t.Key, err)
		}
		switch a := did.(type) {
		case act.Reply:
			if a.Text == r.text {
				n++
			}
		case act.Change:
			if a.Text == r.edited {
				changed++
			}
		}
	}
	if r.edited != "" && changed != 1 {
		f.wrong("reply %+v was changed %d times", *r, changed)
	}
	return n
}
