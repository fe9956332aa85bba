package app

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/storage"
)

// away lets something happen in Slack while no Ponte runs, and none hears of it later.
func (w *team) away(happens func()) {
	w.t.Helper()
	w.stop()
	w.Carrier.Hold()
	happens()
	w.pass(time.Hour)
	w.Carrier.Release(nil)
	w.pass(10 * time.Minute) // so long Slack tries to deliver it
	w.opens()
}

// goesOn has somebody say more under the first comment on the square.
func (w *team) goesOn(author, text string) {
	w.t.Helper()
	var all struct {
		Comments []struct{ ID string }
	}
	if err := json.Unmarshal([]byte(w.square("GET", "/api/posts/opening/comments", "")), &all); err != nil || len(all.Comments) == 0 {
		w.t.Fatalf("%d comments, %v", len(all.Comments), err)
	}
	body, err := json.Marshal(map[string]string{"author": author, "text": text, "in_reply_to": all.Comments[0].ID})
	if err != nil {
		w.t.Fatal(err)
	}
	w.square("POST", "/api/posts/opening/comments", string(body))
	w.pass(3 * time.Second)
}

// standing lists the messages of Ponte's that say something.
func standing(r *slacktest.Room, text string) []slacktest.Message {
	return slices.DeleteFunc(r.Messages(), func(m slacktest.Message) bool { return m.BotID == "" || !m.Says(text) })
}

// TestDeletedWhileOff: a card that was deleted while Ponte was off, with talk under it or
// without, is noticed when Ponte looks at its newest cards at the start: it stands there
// once more, says so, and what happens goes on in its new thread.
func TestDeletedWhileOff(t *testing.T) {
	for name, talk := range map[string]bool{"alone": false, "with talk": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTeam(t)
				w.opens()
				w.comments("Bea", "Do you have oat milk?")
				card := w.last(w.inbox)
				if talk {
					w.tom.InThread(card).Says("Do we?")
					w.pass(3 * time.Second)
				}
				w.away(func() { w.ana.Deletes(card) })
				w.goesOn("Bea", "And soy?")
				w.pass(time.Minute)
				all := standing(w.inbox, "oat milk")
				if len(all) != 1 || all[0].TS == card.TS {
					t.Fatalf("%d cards stand there\n%s", len(all), w.log)
				}
				again := all[0]
				var said []string
				for _, m := range w.inbox.Thread(again) {
					said = append(said, m.Text())
				}
				if under := strings.Join(said, "\n"); !strings.Contains(under, "it stands here once more") || !strings.Contains(under, "And soy?") {
					t.Errorf("under it stands %q", under)
				}
				for _, m := range w.inbox.Thread(card) {
					if m.BotID != "" && m.Says("soy") {
						t.Errorf("it went on under the card that is gone: %s", m.Text())
					}
				}
				w.ana.Presses(again, "Take")
				w.pass(5 * time.Second)
				if got := w.inbox.Find(again.TS); !got.Says("with Ana Ruiz") {
					t.Errorf("it does not work:\n%s", got.Text())
				}
				w.tom.InThread(again).Says("@Ponte resolve")
				w.pass(time.Minute)
				if got := w.inbox.Find(again.TS); !got.Says("✓") {
					t.Errorf("its thread does not work:\n%s", got.Text())
				}
				w.failed()
				w.closes()
			})
		})
	}
}

// TestMarkedWhileOff: 📌 that was put on a card, or taken off what is kept, while Ponte was
// off is found at the start.
func TestMarkedWhileOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.opens()
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		talk := w.ana.InThread(card).Says("We do.")
		w.ana.Reacts(talk, "pushpin")
		w.pass(time.Minute)
		kept := func() (refs []string) {
			all, err := storage.Look(t.Context(), w.app.store, func(tx *storage.Tx) (out []records.Moment, err error) {
				for m, err := range records.Moments.Under(tx, nil) {
					if err != nil {
						return nil, err
					}
					out = append(out, m)
				}
				return out, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range all {
				refs = append(refs, m.Ref)
			}
			return refs
		}
		if got := kept(); !slices.Equal(got, []string{talk.TS}) {
			t.Fatalf("kept are %v", got)
		}
		w.away(func() { w.ana.Reacts(card, "pushpin"); w.ana.Unreacts(talk, "pushpin") })
		w.pass(time.Minute)
		if got := kept(); !slices.Equal(got, []string{card.TS}) {
			t.Errorf("kept are %v, not %s", got, card.TS)
		}
		w.failed()
		w.closes()
	})
}

// TestARequestDeletedWhileOff: a request to decide is looked at when Ponte starts.
func TestARequestDeletedWhileOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.opens()
		w.tom.In("#inbox").Commands("/ponte post We open on Sunday as well.")
		w.pass(5 * time.Second)
		request := w.last(w.approvals)
		w.away(func() { w.ana.Deletes(request) })
		w.pass(time.Minute)
		all := standing(w.approvals, "We open on Sunday as well.")
		if len(all) != 1 || all[0].TS == request.TS {
			t.Fatalf("%d requests stand there\n%s", len(all), w.log)
		}
		w.ana.Reacts(all[0], "white_check_mark")
		w.pass(30 * time.Second)
		if out := w.square("GET", "/api/posts", ""); strings.Count(out, "We open on Sunday as well.") != 1 {
			t.Errorf("on the square: %s", out)
		}
		w.failed()
		w.closes()
	})
}

// TestArchivedWhileOff: a channel that was archived while Ponte was off is told of where
// the brand reads it, and what should go there goes when it is there again.
func TestArchivedWhileOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.opens()
		w.away(w.approvals.Archive)
		w.tom.In("#inbox").Commands("/ponte post We open on Sunday as well.")
		w.pass(time.Minute)
		if told := standing(w.inbox, "was archived in Slack"); len(told) != 1 || !told[0].Says("approvals") {
			t.Errorf("it is told %d times:\n%s", len(told), w.log)
		}
		w.approvals.Unarchive()
		w.pass(2 * time.Hour)
		if all := standing(w.approvals, "We open on Sunday as well."); len(all) != 1 {
			t.Errorf("%d requests stand there", len(all))
		}
		w.closes()
	})
}

// failed is a fault when something was given up.
func (w *team) failed() {
	w.t.Helper()
	for _, state := range []act.State{act.Failed, act.Unknown} {
		effects, err := storage.Do(w.t.Context(), w.app.store, func(tx *storage.Tx) (all []act.Effect, err error) {
			for e, err := range records.EffectsByState.Under(tx, storage.K(state)) {
				if err != nil {
					return nil, err
				}
				all = append(all, e)
			}
			return all, nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range effects {
			w.t.Errorf("%s is %s: %v", e.ID, state, e.Fault)
		}
	}
}
