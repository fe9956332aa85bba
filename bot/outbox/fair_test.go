package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
)

// However often people have a card drawn anew, and however much comes in, an edit of a
// worse class has its turn soon: what they look at goes first, and not for ever.
func TestNoClassStarves(t *testing.T) {
	in(t, paced(0, 0.5), func(w *world) {
		class := func(c act.Class) func(*outbox.Shown) { return func(s *outbox.Shown) { s.Class = c } }
		slots := map[string]act.Class{"hot/1": act.PersonClass, "hot/2": act.PersonClass, "item/1": act.ItemClass, "routine/1": act.RoutineClass}
		for slot, c := range slots {
			w.touch(slot, slot, class(c))
		}
		w.run()
		w.idle()
		w.touch("routine/1", "routine/edit", class(act.RoutineClass))
		for i := range 240 { // a minute
			w.touch("hot/1", fmt.Sprint("hot/", i), class(act.PersonClass))
			w.touch("hot/2", fmt.Sprint("hot/", i), class(act.PersonClass))
			w.touch("item/1", fmt.Sprint("item/", i), class(act.ItemClass))
			pass(250 * time.Millisecond)
		}
		edits := map[string]int{}
		for _, text := range w.dest.carried()[len(slots):] {
			kind, _, _ := strings.Cut(text, "/")
			edits[kind]++
		}
		if edits["routine"] != 1 || edits["item"] < 4 || edits["hot"] < 18 {
			t.Errorf("in a minute of edits there were %v", edits)
		}
	})
}

// What a platform turned away goes before what came to be due while it waited.
func TestTurnedAwayKeepsItsPlace(t *testing.T) {
	in(t, paced(0, 1), func(w *world) {
		for _, slot := range []string{"hot", "storm"} {
			w.touch(slot, slot)
		}
		w.run()
		w.idle()
		pass(time.Minute)
		for range 3 {
			w.dest.fails("storm edited", fault{err: &bot.Error{Kind: bot.RateLimited, Key: "x", RetryAfter: 1200 * time.Millisecond, Parks: bot.ParksBudget}})
		}
		w.touch("storm", "storm edited")
		pass(10 * time.Millisecond)
		for range 60 {
			w.touch("hot", "hot edited")
			pass(100 * time.Millisecond)
		}
		var order []string
		for _, text := range w.dest.carried()[2:] {
			order = append(order, strings.TrimSuffix(text, " edited"))
		}
		want := []string{"storm", "storm", "storm", "storm", "hot"}
		if len(order) < len(want) || !slices.Equal(order[:len(want)], want) {
			t.Errorf("they went as %q, and not as %q first", order, want)
		}
	})
}
