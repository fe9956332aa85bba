package app

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestMentionsGoOutAsNames: whom a reply mentions stands in public by name, and calls nobody.
func TestMentionsGoOutAsNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.opens()
		w.comments("Bea", "Who makes the coffee?")
		card := w.last(w.inbox)
		w.User("Zed Zeller")
		w.ana.InThread(card).Says("@ponte reply @tom.baker and @zed.zeller do.")
		w.pass(time.Minute)
		public := w.square("GET", "/api/posts/opening/comments", "")
		if !strings.Contains(public, `"Tom Baker and zed.zeller do."`) {
			t.Errorf("in public stands %s", public)
		}
		w.closes()
	})
}
