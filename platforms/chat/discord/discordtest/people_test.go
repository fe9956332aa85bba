package discordtest

import (
	"slices"
	"testing"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/world"
)

func TestWhatTheAppHearsOfPeopleAndPlaces(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room := s.Channel("#inbox")
		ana, bo := s.User("Ana"), s.User("Bo")
		role := s.Role("Support")
		a := in(t, s, intents)
		m := ana.Says("#inbox", "see https://a.example")
		a.events()
		for name, c := range map[string]struct {
			do   func()
			want []string
		}{
			"a preview":         {func() { room.Unfurl(m, "A page") }, []string{"MESSAGE_UPDATE"}},
			"a nick":            {func() { ana.Nick("Annie") }, []string{"GUILD_MEMBER_UPDATE"}},
			"a role given":      {func() { role.Gives(bo) }, []string{"GUILD_MEMBER_UPDATE"}},
			"and taken":         {func() { role.Takes(ana) }, nil},
			"a webhook":         {func() { room.Webhook("ding") }, []string{"MESSAGE_CREATE"}},
			"another app":       {func() { s.Bot("Other").Says("#inbox", "beep") }, []string{"GUILD_MEMBER_ADD", "MESSAGE_CREATE"}},
			"an outage":         {func() { s.Outage(true); s.Outage(false) }, []string{"GUILD_DELETE", "GUILD_CREATE"}},
			"a direct message":  {func() { ana.Tells("psst") }, []string{"MESSAGE_CREATE"}},
			"a new channel":     {func() { s.Channel("#crisis") }, []string{"CHANNEL_CREATE"}},
			"a name":            {func() { s.Channel("#old").Rename("new") }, []string{"CHANNEL_CREATE", "CHANNEL_UPDATE"}},
			"a deleted channel": {func() { s.Channel("#gone").Delete() }, []string{"CHANNEL_CREATE", "CHANNEL_DELETE"}},
			"a thread":          {func() { ana.Starts(ana.Says("#inbox", "x"), "about it") }, []string{"MESSAGE_CREATE", "THREAD_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE"}},
			"who is put out":    {func() { s.User("Cy"); s.User("Cy").Leaves() }, []string{"GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE"}},
			"a deleted role":    {func() { s.Role("Other one").Delete() }, []string{"GUILD_ROLE_CREATE", "GUILD_ROLE_DELETE"}},
			"a purge": {func() { ana.Purges(ana.Says("#inbox", "1"), ana.Says("#inbox", "2")) },
				[]string{"MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_DELETE_BULK"}},
			"emoji cleared": {func() { bo.Reacts(m, "👍"); bo.Reacts(m, "🎉"); bo.Clears(m, "👍"); bo.Clears(m, "") },
				[]string{"MESSAGE_REACTION_ADD", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE_EMOJI", "MESSAGE_REACTION_REMOVE_ALL"}},
		} {
			c.do()
			if got := a.events(); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		hidden := s.Private("#secret", ana)
		a.events()
		if ana.Says("#secret", "we two"); !slices.Equal(a.events(), []string{"MESSAGE_CREATE"}) {
			t.Error("the app does not hear of a private channel that it sees")
		}
		hidden.KickApp()
		a.events()
		if ana.Says("#secret", "and now alone"); len(a.events()) != 0 {
			t.Error("the app hears of a channel that it does not see")
		}
		if _, err := s.World.Says(bo.ID, hidden.ID, world.Post{Text: "let me in"}); err == nil {
			t.Error("somebody writes where they see nothing")
		}
	})
}

func TestSeveralServersAndDirectMessages(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		other := s.Guild("Globex")
		other.Channel("#inbox")
		s.Channel("#inbox")
		ana := s.User("Ana")
		if there := other.User("Ana"); there.ID != ana.ID {
			t.Error("one person, two ids")
		}
		var seen obj
		answering(t, s, func(d obj) obj {
			seen = d
			return obj{"type": 4, "data": obj{"content": "Only in a server", "flags": 64}}
		})
		ana.Speaks("es-ES")
		ana.InDirect().Commands("/ponte inbox")
		if seen["guild_id"] != nil || seen["user"].(obj)["id"] != ana.ID || seen["locale"] != "es-ES" {
			t.Errorf("%v", seen)
		}
		if d := ana.Direct(); len(d) != 1 || d[0].Text() != "Only in a server" {
			t.Errorf("%+v", d)
		}
		other.User("Ana").Commands("/ponte inbox")
		if seen["guild_id"] != other.ID {
			t.Errorf("%v", seen["guild_id"])
		}
		if got := s.Gateway.Sent("INTERACTION_CREATE"); len(got) != 2 || got[1].Data()["guild_id"] != other.ID || got[1].Session == "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestCommandsAreListedInOtherLanguagesWhenAsked(t *testing.T) {
	s := calm(t)
	at := "/applications/" + s.World.App().ID + "/commands"
	ok(t, s, "PUT "+at, []any{obj{"name": "ponte", "description": "d", "description_localizations": obj{"it": "tutto"}}})
	for query, want := range map[string]bool{"": false, "?with_localizations=true": true} {
		list := do(t, s, "GET "+at+query, nil).Body.([]any)
		if _, said := list[0].(obj)["description_localizations"]; said != want {
			t.Errorf("%q: %v", query, list)
		}
	}
}

func TestReactsWithWhatIsAnEmoji(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	m := post(t, s, room, obj{"content": "x"})
	for _, good := range []string{"👍", "✅", "❤️", "1️⃣", "👩‍💻", "🇪🇸", "©️"} {
		ok(t, s, "PUT /channels/"+room.ID+"/messages/"+m.ID+"/reactions/"+good+"/@me", nil)
	}
	for _, bad := range []string{"a", "中", "thumbsup", "1", "👍x", "party:123"} {
		no(t, s, 10014, "PUT /channels/"+room.ID+"/messages/"+m.ID+"/reactions/"+bad+"/@me", nil)
	}
	if got := room.Find(m.ID).Reactions; len(got) != 7 || got[0].Users[0] != s.World.App().User {
		t.Errorf("%+v", got)
	}
	room.DenyApp(guild.AddReactions)
	ok(t, s, "DELETE /channels/"+room.ID+"/messages/"+m.ID+"/reactions/👍/@me", nil)
}
