package discordtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/world"
)

func TestThreadsOfMessages(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room, ana := s.Channel("#inbox"), s.User("Ana")
		card := post(t, s, room, obj{"content": "A comment"})
		at := "/channels/" + room.ID + "/messages/" + card.ID
		no(t, s, 50035, "POST "+at+"/threads", obj{"name": long(101)})
		no(t, s, 50035, "POST "+at+"/threads", obj{"name": ""})
		no(t, s, 50035, "POST "+at+"/threads", obj{"name": "x", "auto_archive_duration": 61})
		th := ok(t, s, "POST "+at+"/threads", obj{"name": long(100), "auto_archive_duration": 60})
		if th["id"] != card.ID || th["parent_id"] != room.ID {
			t.Errorf("%v", th)
		}
		no(t, s, 160004, "POST "+at+"/threads", obj{"name": "again"})
		in := "/channels/" + card.ID + "/messages"
		reply := ok(t, s, "POST "+in, obj{"content": "in the thread"})
		no(t, s, 50024, "POST "+in+"/"+reply["id"].(string)+"/threads", obj{"name": "deeper"})
		ana.InThread(card).Says("a note")
		if got := room.Thread(card); len(got) != 2 || got[1].From != "Ana" {
			t.Errorf("%+v", got)
		}
		thread := room.ThreadOf(card)
		time.Sleep(61 * time.Minute)
		if !thread.Now().Archived {
			t.Error("it does not archive itself")
		}
		no(t, s, 50083, "PATCH "+in+"/"+reply["id"].(string), obj{"content": "edited"})
		no(t, s, 50083, "PUT "+in+"/"+reply["id"].(string)+"/reactions/👍/@me", nil)
		no(t, s, 50083, "PATCH /channels/"+card.ID, obj{"name": "renamed"})
		ok(t, s, "POST "+in, obj{"content": "opens it again"})
		if thread.Now().Archived {
			t.Error("a message did not open it")
		}
		ok(t, s, "PATCH "+in+"/"+reply["id"].(string), obj{"content": "edited"})
		ok(t, s, "PATCH /channels/"+card.ID, obj{"archived": true, "locked": true})
		no(t, s, 50083, "POST "+in, obj{"content": "into a locked one"})
		ok(t, s, "PATCH /channels/"+card.ID, obj{"archived": false})
		thread.Unlock()
		s.AppMay(0)
		thread.Lock()
		no(t, s, 160005, "POST "+in, obj{"content": "locked, and no right to it"})
		no(t, s, 50013, "PATCH /channels/"+card.ID, obj{"locked": false})
	})
}

func TestPostsOfForums(t *testing.T) {
	s := calm(t)
	forum := s.Forum("care", "open", "done", "a", "b", "c", "d")
	var ids []any
	for _, tag := range forum.Now().Tags {
		ids = append(ids, tag.ID)
	}
	at := "POST /channels/" + forum.ID + "/threads"
	message := obj{"content": "A comment", "components": []any{row(button("Reply", "r"))}}
	no(t, s, 50008, "POST /channels/"+forum.ID+"/messages", obj{"content": "x"})
	no(t, s, 50035, at, obj{"name": "x"})
	if a := no(t, s, 50035, at, obj{"name": "x", "message": obj{"content": long(2001)}}); a.at("message.content") == "" {
		t.Error(a.Raw)
	}
	no(t, s, 50006, at, obj{"name": "x", "message": obj{}})
	no(t, s, 10087, at, obj{"name": "x", "message": message, "applied_tags": []any{"123"}})
	ok(t, s, at, obj{"name": "five", "message": message, "applied_tags": ids[:5]})
	no(t, s, 50035, at, obj{"name": "six", "message": message, "applied_tags": ids})
	forum.RequireTag()
	no(t, s, 40067, at, obj{"name": "none", "message": message})
	made := ok(t, s, at, obj{"name": "one", "message": message, "applied_tags": ids[:1]})
	if made["message"].(obj)["id"] != made["id"] {
		t.Errorf("%v", made)
	}
	thread := forum.Threads()[1]
	ok(t, s, "PATCH /channels/"+thread.ID, obj{"applied_tags": ids[1:2]})
	if got := thread.Tags(); !slices.Equal(got, []string{"done"}) || thread.Messages()[0].Buttons()[0] != "Reply" {
		t.Errorf("%v", got)
	}
	ok(t, s, "PATCH /channels/"+thread.ID+"/messages/"+thread.ID, obj{"content": "edited"})
	for i := range 2 {
		ok(t, s, "PATCH /channels/"+thread.ID, obj{"name": fmt.Sprint("name ", i)})
	}
	if a := do(t, s, "PATCH /channels/"+thread.ID, obj{"name": "third"}); a.Status != 429 || a.Header.Get("X-RateLimit-Scope") != "shared" {
		t.Errorf("a third name in ten minutes: %d %v", a.Status, a.Header)
	}
	ok(t, s, "PATCH /channels/"+thread.ID, obj{"archived": true})
	if got := ok(t, s, "GET /guilds/"+s.ID+"/threads/active", nil)["threads"].([]any); len(got) != 1 {
		t.Errorf("%d are active", len(got))
	}
	if got := ok(t, s, "GET /channels/"+forum.ID+"/threads/archived/public", nil)["threads"].([]any); len(got) != 1 {
		t.Errorf("%d are archived", len(got))
	}
	s.ThreadCap(1)
	no(t, s, 160006, at, obj{"name": "full", "message": message, "applied_tags": ids[:1]})
	s.ThreadCap(2)
	ok(t, s, at, obj{"name": "room for one", "message": message, "applied_tags": ids[:1]})
	no(t, s, 160006, "PATCH /channels/"+thread.ID, obj{"archived": false})
	s.User("Ana").Posts("care", "question", "where is it")
}

func TestPermissionsByBitAndChannel(t *testing.T) {
	for _, c := range []struct {
		name string
		bit  uint64
		code int
		do   string
		body any
	}{
		{"see", guild.ViewChannel, 50001, "POST /channels/%s/messages", obj{"content": "x"}},
		{"see, to read", guild.ViewChannel, 50001, "GET /channels/%s", nil},
		{"send", guild.SendMessages, 50013, "POST /channels/%s/messages", obj{"content": "x"}},
		{"embed", guild.EmbedLinks, 50013, "POST /channels/%s/messages", obj{"embeds": []any{obj{"title": "t"}}}},
		{"react", guild.AddReactions, 50013, "PUT /channels/%s/messages/%s/reactions/👍/@me", nil},
		{"read history", guild.ReadHistory, 50013, "GET /channels/%s/messages/%s", nil},
		{"pin", guild.PinMessages, 50013, "PUT /channels/%s/pins/%s", nil},
		{"start threads", guild.PublicThreads, 50013, "POST /channels/%s/messages/%s/threads", obj{"name": "t"}},
		{"delete others'", guild.ManageMessages, 50013, "DELETE /channels/%s/messages/%s", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := calm(t)
			room := s.Channel("#inbox")
			m := s.User("Ana").Says("#inbox", "hello")
			request := strings.Replace(strings.Replace(c.do, "%s", room.ID, 1), "%s", m.ID, 1)
			room.DenyApp(c.bit)
			no(t, s, c.code, request, c.body)
			room.AllowApp(c.bit)
			ok(t, s, request, c.body)
		})
	}
	s := calm(t)
	room := s.Channel("#inbox")
	s.EverybodyMay(guild.ViewChannel | guild.ReadHistory)
	s.AppMay(guild.SendMessages)
	m := post(t, s, room, obj{"content": "x"})
	no(t, s, 50013, "POST /channels/"+room.ID+"/messages/"+m.ID+"/threads", obj{"name": "t"})
	s.AppMay(guild.SendMessages | guild.PublicThreads)
	ok(t, s, "POST /channels/"+room.ID+"/messages/"+m.ID+"/threads", obj{"name": "t"})
	no(t, s, 50013, "POST /channels/"+m.ID+"/messages", obj{"content": "the right to send is not the right to send in threads"})
	room.DenyApp(guild.ReadHistory)
	if a := do(t, s, "GET /channels/"+room.ID+"/messages", nil); a.Raw != "[]" {
		t.Errorf("without history: %s", a.Raw)
	}
	s.KickApp()
	no(t, s, 50001, "POST /channels/"+room.ID+"/messages", obj{"content": "x"})
	no(t, s, 10004, "GET /guilds/"+s.ID, nil)
}

func TestWhoIsCalled(t *testing.T) {
	s := calm(t)
	room, ana := s.Channel("#inbox"), s.User("Ana")
	role := s.Role("Crisis")
	all := "<@" + ana.ID + "> <@&" + role.ID + "> @everyone"
	for name, c := range map[string]struct {
		allowed any
		want    []string
	}{
		"without a word, all": {nil, []string{ana.ID, role.ID, "everyone"}},
		"nobody":              {obj{"parse": []any{}}, nil},
		"one":                 {obj{"parse": []any{}, "users": []any{ana.ID}}, []string{ana.ID}},
		"roles":               {obj{"parse": []any{"roles"}}, []string{role.ID}},
		"an empty one":        {obj{}, nil},
	} {
		body := obj{"content": all}
		if c.allowed != nil {
			body["allowed_mentions"] = c.allowed
		}
		if m := post(t, s, room, body); !slices.Equal(m.Pinged(), c.want) || m.Message.Pings.Unsaid != (c.allowed == nil) {
			t.Errorf("%s: %v, want %v", name, m.Pinged(), c.want)
		}
	}
	room.DenyApp(guild.MentionEveryone)
	if m := post(t, s, room, obj{"content": all}); !slices.Equal(m.Pinged(), []string{ana.ID}) {
		t.Errorf("without the right to call everybody: %v", m.Pinged())
	}
	if m := post(t, s, room, obj{"embeds": []any{obj{"description": all}}}); len(m.Pinged()) != 0 {
		t.Errorf("an embed called %v", m.Pinged())
	}
}

func TestOneNonceOneMessage(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room := s.Channel("#inbox")
		at, body := "POST /channels/"+room.ID+"/messages", obj{"content": "x", "nonce": "n1", "enforce_nonce": true}
		first := ok(t, s, at, body)
		time.Sleep(3*time.Minute - time.Second)
		if again := ok(t, s, at, body); again["id"] != first["id"] {
			t.Error("the nonce was not honoured")
		}
		ok(t, s, at, obj{"content": "x", "nonce": "n1"})
		time.Sleep(3*time.Minute + time.Second)
		if late := ok(t, s, at, body); late["id"] == first["id"] || len(room.Messages()) != 3 {
			t.Errorf("%d messages", len(room.Messages()))
		}
	})
}

func TestEditsOfOldMessagesAreFew(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.World.LimitOldEdits(2)
		room := s.Channel("#inbox")
		m := post(t, s, room, obj{"content": "x"})
		edit := func() answer { return do(t, s, "PATCH /channels/"+room.ID+"/messages/"+m.ID, obj{"content": "y"}) }
		time.Sleep(time.Hour)
		for range 3 {
			if a := edit(); a.Status != 200 {
				t.Fatalf("an hour old: %s", a.Raw)
			}
		}
		time.Sleep(time.Second)
		edit()
		edit()
		if a := edit(); a.Status != 429 || a.code() != 30046 {
			t.Errorf("over the limit: %d %s", a.Status, a.Raw)
		}
		time.Sleep(time.Hour)
		if a := edit(); a.Status != 200 {
			t.Errorf("an hour later: %s", a.Raw)
		}
	})
}

func TestReactionsAreFewAndListed(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	m := post(t, s, room, obj{"content": "x"})
	at := "/channels/" + room.ID + "/messages/" + m.ID + "/reactions/"
	own := s.Emoji("party")
	ok(t, s, "PUT "+at+own+"/@me", nil)
	for i := range 19 {
		ok(t, s, "PUT "+at+string(rune(0x1F600+i))+"/@me", nil)
	}
	no(t, s, 30010, "PUT "+at+"👍/@me", nil)
	for i := range 101 {
		s.User(fmt.Sprint("P", i)).Reacts(m, own)
	}
	page := do(t, s, "GET "+at+own+"?limit=100", nil).Body.([]any)
	rest := do(t, s, "GET "+at+own+"?limit=100&after="+page[99].(obj)["id"].(string), nil).Body.([]any)
	if len(page) != 100 || len(rest) != 2 {
		t.Errorf("%d and %d", len(page), len(rest))
	}
	no(t, s, 50035, "GET "+at+own+"?limit=101", nil)
	ok(t, s, "DELETE "+at+own+"/@me", nil)
	no(t, s, 10014, "DELETE "+at+own+"/@me", nil)
	s.User("P1").Unreacts(m, own)
	if got := room.Find(m.ID).Reactions[0]; got.Emoji != own || len(got.Users) != 100 {
		t.Errorf("%d", len(got.Users))
	}
}

func TestPagesOfMessages(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	var ids []string
	for i := range 120 {
		ids = append(ids, post(t, s, room, obj{"content": fmt.Sprint(i)}).ID)
	}
	list := func(query string) (got []string) {
		for _, v := range do(t, s, "GET /channels/"+room.ID+"/messages"+query, nil).Body.([]any) {
			got = append(got, v.(obj)["content"].(string))
		}
		return got
	}
	for query, want := range map[string][2]string{
		"":                             {"119", "70"},
		"?limit=100":                   {"119", "20"},
		"?limit=2&before=" + ids[10]:   {"9", "8"},
		"?limit=2&after=" + ids[10]:    {"12", "11"},
		"?limit=3&around=" + ids[10]:   {"11", "9"},
		"?limit=100&after=" + ids[110]: {"119", "111"},
	} {
		if got := list(query); got[0] != want[0] || got[len(got)-1] != want[1] {
			t.Errorf("%s: %s to %s, want %v", query, got[0], got[len(got)-1], want)
		}
	}
	no(t, s, 50035, "GET /channels/"+room.ID+"/messages?before=1&after=2", nil)
	ok(t, s, "PUT /channels/"+room.ID+"/messages/pins/"+ids[0], nil)
	if got := do(t, s, "GET /channels/"+room.ID+"/pins", nil).Body.([]any); len(got) != 1 || got[0].(obj)["id"] != ids[0] {
		t.Errorf("%v", got)
	}
	ok(t, s, "DELETE /channels/"+room.ID+"/pins/"+ids[0], nil)
	ok(t, s, "DELETE /channels/"+room.ID+"/messages/"+ids[0], nil)
	no(t, s, 10008, "DELETE /channels/"+room.ID+"/messages/"+ids[0], nil)
}

func TestWhoIsInAThread(t *testing.T) {
	s := calm(t)
	room, ana := s.Channel("#inbox"), s.User("Ana")
	card := post(t, s, room, obj{"content": "x"})
	at := "/channels/" + card.ID + "/thread-members"
	no(t, s, 10003, "GET "+at, nil)
	ok(t, s, "POST /channels/"+room.ID+"/messages/"+card.ID+"/threads", obj{"name": "t"})
	ok(t, s, "PUT "+at+"/"+ana.ID, nil)
	if got := do(t, s, "GET "+at, nil).Body.([]any); len(got) != 2 {
		t.Errorf("%v", got)
	}
	no(t, s, 10007, "PUT "+at+"/123", nil)
	ok(t, s, "DELETE "+at+"/"+ana.ID, nil)
	room.ThreadOf(card).Archive()
	no(t, s, 50083, "PUT "+at+"/@me", nil)
	no(t, s, 50024, "GET /channels/"+room.ID+"/thread-members", nil)
	room.ThreadOf(card).Lock()
	if _, err := s.World.Says(ana.ID, card.ID, world.Post{Text: "x"}); err == nil {
		t.Error("somebody wrote in a locked thread")
	}
	if err := s.World.Reacts(ana.ID, card.ID, room.ThreadOf(card).All()[0].ID, "👍", true); err == nil {
		t.Error("somebody reacted in an archived thread")
	}
}
