package outbox_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/storage"
)

// A message that somebody took away is shown once more, as a new one with a word under
// it, and not a third time; what was under way for it loses nothing.
func TestAgain(t *testing.T) {
	again := func(w *world, ref string) (does bool) {
		w.update(func(tx *storage.Tx) (err error) {
			does, err = w.out.Again(tx, w.slot("card/1").At, ref, card.Notice(card.Literal("word")))
			return err
		})
		return does
	}
	for name, meanwhile := range map[string]func(*world){
		"at rest":        func(*world) {},
		"while it waits": func(w *world) { w.touch("card/1", "one") },
		"while it is changed": func(w *world) {
			w.dest.fails("one", fault{slow: 5 * time.Second})
			w.touch("card/1", "one")
			pass(time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, nil, func(w *world) {
				w.run()
				w.touch("card/1", "one")
				w.idle()
				first := w.slot("card/1").Ref
				meanwhile(w)
				if !again(w, first) || again(w, first) {
					t.Error("it is shown again once")
				}
				pass(time.Minute)
				w.idle()
				w.state(w.shown("card/1").ID, act.Done)
				second := w.slot("card/1").Ref
				if second == "" || second == first || w.slot("again/card/1").Ref == "" {
					t.Errorf("it was %q and is %q; under it is %q", first, second, w.slot("again/card/1").Ref)
				}
				if again(w, second) || again(w, "another") {
					t.Error("it is shown a third time")
				}
				w.touch("card/1", "two")
				w.idle()
				if diff := cmp.Diff(second, w.slot("card/1").Ref); diff != "" {
					t.Errorf("a change goes elsewhere: %s", diff)
				}
			})
		})
	}
}
