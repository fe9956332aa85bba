package app

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/commands"
	"ponte/internal/ops"
	world "ponte/platforms/chat/discord/discordtest/guild"
)

// TestDiscordIsOutOfReach: a Discord that cannot be reached is not called connected; it
// is tried again, and then it is, since then.
func TestDiscordIsOutOfReach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		if got := w.is(); got.State != ops.Connected {
			t.Fatalf("at first it is %+v", got)
		}
		w.pass(time.Minute)
		lost := time.Now()
		w.Gateway.Refuse(6, 503)
		w.Gateway.Drop()
		w.pass(5 * time.Second)
		if got := w.is(); got.State != ops.Retrying || got.Fault != string(bot.Unavailable) || got.Since.Before(lost) {
			t.Errorf("it is %+v", got)
		}
		if h := w.app.health(); !slices.ContainsFunc(h, func(h commands.Health) bool { return h.Name == "discord" && h.Fault != "" }) {
			t.Errorf("people are told %+v", h)
		}
		w.pass(5 * time.Minute)
		if got := w.is(); got.State != ops.Connected || got.Fault != "" || !got.Since.After(lost) {
			t.Errorf("later it is %+v", got)
		}
		w.comments("Bea", "Do you have oat milk?")
		w.ana.Presses(w.last(w.inbox), "Take")
		w.pass(5 * time.Second)
		if got := w.last(w.inbox); !got.Says("with Ana Ruiz") {
			t.Errorf("nothing came of it:\n%s", got.Text())
		}
		w.closes()
	})
}

// TestDeletedInDiscord: a card that somebody deletes is posted again once, with a word
// under it, and works as before; that a channel is lost is told in another one.
func TestDeletedInDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		w.ana.Deletes(card)
		w.pass(10 * time.Second)
		again := w.last(w.inbox)
		if again.ID == card.ID || again.Text() != card.Text() {
			t.Fatalf("there stands\n%s\n%s", again.Text(), w.log)
		}
		if under := w.inbox.Thread(again); len(under) != 1 || !under[0].Says("it stands here once more") {
			t.Errorf("under it stand %d messages", len(under))
		}
		w.ana.Presses(again, "Take")
		w.pass(5 * time.Second)
		if got := w.inbox.Find(again.ID); !got.Says("with Ana Ruiz") {
			t.Errorf("it does not work:\n%s", got.Text())
		}
		w.ana.Deletes(again)
		w.pass(time.Minute)
		for _, m := range w.inbox.Messages() {
			if m.Says("Bea") {
				t.Errorf("it came back again: %s", m.Text())
			}
		}

		w.approvals.KickApp()
		w.pass(10 * time.Second)
		if got := w.last(w.inbox); !got.Says("lacks permissions in the Discord channel approvals: View Channels") {
			t.Errorf("nobody is told:\n%s", got.Text())
		}
		w.closes()
	})
}

// TestRolesInDiscord: whoever has a role in Discord has its roles in the brand for as
// long as they have it, whether or not Discord lists who that is.
func TestRolesInDiscord(t *testing.T) {
	for _, listed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := newGuild(t)
			w.World.ChangeApp(func(a *world.App) { a.Members = listed })
			desk := w.Role("Desk")
			w.cfg.Brands[0].Groups = []bot.Group{{ID: "discord/" + w.ID + "/" + desk.ID, Roles: []bot.Role{bot.Manager}}}
			w.opens()
			w.comments("Bea", "Do you have oat milk?")
			card := w.last(w.inbox)
			w.sam.Presses(card, "Take")
			w.pass(5 * time.Second)
			if got := w.inbox.Find(card.ID); got.Says("with Sam Okafor") {
				t.Errorf("listed %v: a stranger took it:\n%s", listed, got.Text())
			}
			desk.Gives(w.sam)
			w.pass(3 * time.Minute)
			w.sam.Presses(card, "Take")
			w.pass(5 * time.Second)
			if got := w.inbox.Find(card.ID); !got.Says("with Sam Okafor") {
				t.Errorf("listed %v: nothing came of it:\n%s\n%s", listed, got.Text(), w.log)
			}
			desk.Takes(w.sam)
			w.pass(3 * time.Minute)
			w.sam.Presses(card, "Reply")
			w.pass(5 * time.Second)
			if w.sam.Opened() != nil {
				t.Errorf("listed %v: who has the role no more may reply", listed)
			}
			told := slices.ContainsFunc(w.app.health(), func(h commands.Health) bool { return h.Key == "team.group_trouble" })
			if told == listed {
				t.Errorf("listed %v: people are told %+v", listed, w.app.health())
			}
			w.closes()
		})
	}
}

// TestAnotherServerOfDiscord: a server that comes into the configuration while Ponte
// runs is served, and one that is taken out is not heard any more.
func TestAnotherServerOfDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		annex := w.Guild("Annex")
		desk, tom := annex.Channel("#desk"), annex.User("Tom Baker")
		next := w.cfg
		next.Discord.Bot.Guilds = []string{w.ID, annex.ID}
		b := w.cfg.Brands[0]
		b.Channels = append(slices.Clone(b.Channels[1:]), bot.Channel{ID: "inbox", Platform: "discord", Space: annex.ID, Remote: desk.ID, Default: true})
		b.People = append(slices.Clone(b.People), bot.Person{ID: "thomas", Name: "Thomas", Roles: []bot.Role{bot.Manager}, Users: []string{"discord/" + annex.ID + "/" + tom.ID}})
		next.Brands = []bot.Brand{b}
		if err := w.app.Reload(next); err != nil {
			t.Fatal(err)
		}
		w.pass(30 * time.Second)
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(desk)
		if h := tom.InThread(card).Commands("/ponte take"); !h.OK {
			t.Errorf("the command: %+v", h)
		}
		w.pass(5 * time.Second)
		if got := desk.Find(card.ID); !got.Says("with Thomas") {
			t.Errorf("nothing came of it:\n%s\n%s", got.Text(), w.log)
		}
		if err := w.app.Reload(w.cfg); err != nil {
			t.Fatal(err)
		}
		w.pass(30 * time.Second)
		tom.InThread(card).Commands("/ponte resolve")
		w.pass(5 * time.Second)
		if got := desk.Find(card.ID); !got.Says("with Thomas") || strings.HasPrefix(got.Text(), "✓") {
			t.Errorf("it was heard:\n%s", got.Text())
		}
		w.closes()
	})
}

// TestTwoBotsInOneProcess: two bots do not hear, nor write, what is the other's.
func TestTwoBotsInOneProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, other := newGuild(t), newGuild(t)
		one.opens()
		other.opens()
		one.comments("Bea", "Do you have oat milk?")
		other.comments("Carl", "Do you have tea?")
		for w, want := range map[*guild]string{one: "oat milk", other: "tea"} {
			if all := w.inbox.Messages(); len(all) != 1 || !all[0].Says(want) {
				t.Errorf("%d messages stand where %s is asked for", len(all), want)
			}
			w.closes()
		}
	})
}

// TestIntentOfDiscord: an intent that nobody switched on is named with what mends it;
// without it, as with it switched on, Ponte is let in by a reload.
func TestIntentOfDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.World.ChangeApp(func(a *world.App) { a.Content = false })
		w.cfg.Discord.Bot.Content = true
		w.opens()
		w.pass(time.Minute)
		if got := w.is(); got.State != ops.Stopped || !strings.Contains(got.Fault, "Message Content Intent") {
			t.Errorf("it is %+v", got)
		}
		if n := w.Gateway.Identified(); n != 1 {
			t.Errorf("it tried %d times", n)
		}
		next := w.cfg
		next.Discord.Bot.Content = false
		if err := w.app.Reload(next); err != nil {
			t.Fatal(err)
		}
		w.pass(30 * time.Second)
		if got := w.is(); got.State != ops.Connected {
			t.Errorf("without it, it is %+v", got)
		}
		w.World.ChangeApp(func(a *world.App) { a.Content = true })
		if err := w.app.Reload(w.cfg); err != nil {
			t.Fatal(err)
		}
		w.pass(30 * time.Second)
		if got := w.is(); got.State != ops.Connected || w.Gateway.Listening() != 1 {
			t.Errorf("with it, it is %+v", got)
		}
		w.closes()
	})
}

// TestPaceOfPlaces: a place is talked to as fast as it is configured, and no faster than
// its platform takes it.
func TestPaceOfPlaces(t *testing.T) {
	slow, fast := outbox.Pace{Messages: 0.25, Edits: 0.25}, outbox.Pace{Messages: 5}
	for _, c := range []struct {
		platform string
		served   served
		want     outbox.Pace
	}{
		{"console", served{pace: fast}, fast},
		{"slack", served{pace: fast}, outbox.Pace{Messages: 1, Edits: 0.5}},
		{"slack", served{pace: fast, slack: Slack{Unpaced: true}}, fast},
		{"slack", served{pace: slow}, slow},
		{"discord", served{pace: fast}, outbox.Pace{Messages: 1, Edits: 1}},
		{"discord", served{pace: fast, discord: Discord{Unpaced: true}}, fast},
		{"discord", served{pace: slow}, slow},
	} {
		if got := c.served.paceOf(act.Place{Platform: c.platform}); got != c.want {
			t.Errorf("%s at %+v: %+v, not %+v", c.platform, c.served.pace, got, c.want)
		}
	}
}

// TestTimelineInDiscord: what somebody picks of a thread is kept as it was said, whether
// or not Discord tells what is said there; and by 📌 where it does.
func TestTimelineInDiscord(t *testing.T) {
	for _, told := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newGuild(t)
			w.World.ChangeApp(func(a *world.App) { a.Content = told })
			w.cfg.Discord.Bot.Content = told
			w.opens()
			w.comments("Bea", "Do you have oat milk?")
			thread := w.ana.InThread(w.last(w.inbox))
			picked, pinned := thread.Says("The supplier comes on Monday."), thread.Says("The oat one is sold out.")
			w.pass(5 * time.Second)
			if h := w.ana.Shortcut("Add to the timeline", picked); !h.OK {
				t.Errorf("the pick: %+v", h)
			}
			w.ana.Reacts(pinned, "📌")
			w.pass(30 * time.Second)
			thread.Commands("/ponte timeline")
			w.pass(5 * time.Second)
			all := w.ana.SeesIn(thread.Room)
			shown := all[len(all)-1]
			if !shown.Says("The supplier comes on Monday.") || shown.Says("The oat one is sold out.") != told || shown.Says("Message Content Intent is off") == told {
				t.Errorf("told %v: the timeline is\n%s\n%s", told, shown.Text(), w.log)
			}
			w.closes()
		})
	}
}
