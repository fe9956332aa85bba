package discord

import (
	"net/http"
	"testing"

	"ponte/platforms/chat/discord/register"
)

// Commands that were registered and are there no more are registered again: at a start,
// and when Ponte is let in after it was thrown out.
func TestCommandsThatAreGoneAreRegisteredAgain(t *testing.T) {
	r := newRig(t)
	there := func() bool { _, ok := r.discord.World.Offered(r.discord.ID, register.Name, 1); return ok }
	offers := func(r *rig) {
		t.Helper()
		if r.offer(t.Context(), r.opt.Bot().Guilds, true); !there() {
			t.Fatalf("they are not registered:\n%s", r.log)
		}
	}
	offers(r)
	path := "/applications/" + r.discord.World.App().ID + "/guilds/" + r.discord.ID + "/commands"
	if err := r.web.Do(t.Context(), http.MethodPut, path, []string{}, nil); err != nil || there() {
		t.Fatalf("they stay: %v", err)
	}
	next := r.again()
	offers(next)

	next.listens()
	r.discord.KickApp()
	name := "commands." + r.discord.ID
	r.until("it is forgotten that they are registered", func() bool {
		known, _ := r.notes.Read(t.Context(), name)
		return len(known) == 0
	})
}
