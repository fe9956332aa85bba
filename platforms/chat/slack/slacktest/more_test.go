package slacktest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/platforms/chat/slack/slacktest/workspace"
)

func TestListsComeInPages(t *testing.T) {
	s := calm(t)
	ana, ben := s.User("Ana"), s.User("Ben")
	group := s.Workspace.AddGroup("team", ana.ID)
	for _, name := range []string{"#one", "#two", "#three"} {
		s.Channel(name)
	}
	s.Channel("#two").Archive()
	s.Private("#secret", ana)
	s.Private("#other", ben).KickApp()
	var got []string
	cursor := ""
	for range 5 {
		page := ok(t, s, "conversations.list", obj{"types": "public_channel,private_channel", "exclude_archived": "true", "limit": "1", "cursor": cursor})
		for _, c := range page["channels"].([]any) {
			got = append(got, c.(obj)["name"].(string))
		}
		if cursor = page["response_metadata"].(obj)["next_cursor"].(string); cursor == "" {
			break
		}
	}
	if want := []string{"one", "three", "secret"}; !slices.Equal(got, want) {
		t.Errorf("the app sees %v; want %v", got, want)
	}
	no(t, s, "invalid_cursor", "users.list", obj{"cursor": "made up"})
	if in := ok(t, s, "usergroups.users.list", obj{"usergroup": group.ID})["users"].([]any); len(in) != 1 || in[0] != ana.ID {
		t.Errorf("the group holds %v", in)
	}
	no(t, s, "no_such_subteam", "usergroups.users.list", obj{"usergroup": "S404"})
	no(t, s, "bot_not_found", "bots.info", obj{"bot": "B404"})
	if team := ok(t, s, "team.info", nil)["team"].(obj); team["id"] != s.Workspace.ID {
		t.Errorf("team.info: %v", team)
	}
	direct := ok(t, s, "conversations.open", obj{"users": ben.ID})["channel"].(obj)
	ok(t, s, "chat.postMessage", obj{"channel": direct["id"], "text": "hello"})
	if len(ben.Direct()) != 1 || len(ana.Direct()) != 0 {
		t.Error("a direct message went to somebody else")
	}
	ben.Leaves()
	no(t, s, "user_not_found", "conversations.open", obj{"users": ben.ID})
}

func TestKeepsTheClockItIsGiven(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 6000, time.UTC)
	s := NewAt(t, func() time.Time { return at })
	room := s.Channel("#inbox")
	first, second := post(t, s, room, nil), post(t, s, room, nil)
	if first.TS != "1893553445.000006" || second.TS != "1893553445.000007" {
		t.Errorf("time stamps %s and %s", first.TS, second.TS)
	}
	if got := s.API.Requests()[0].At; !got.Equal(at) {
		t.Errorf("the request came at %v", got)
	}
}

func TestViewsEndAtTheirSize(t *testing.T) {
	s := calm(t)
	ana := s.User("Ana")
	padding := 0
	view := func() obj {
		var blocks []any
		for left := padding; left > 0; left -= 3000 {
			blocks = append(blocks, obj{"type": "section", "text": plain(strings.Repeat("x", min(left, 3000)))})
		}
		return obj{"type": "home", "blocks": blocks}
	}
	padding = 3000
	size := func() int { return len(encoded(t, view())) }
	for size() < workspace.ViewBytes {
		padding += 3000
	}
	padding -= size() - workspace.ViewBytes
	if got := size(); got != workspace.ViewBytes {
		t.Fatalf("the view has %d bytes", got)
	}
	ok(t, s, "views.publish", obj{"user_id": ana.ID, "view": view()})
	padding++
	no(t, s, "view_too_large", "views.publish", obj{"user_id": ana.ID, "view": view()})
}

func TestAReactionHasItsLimit(t *testing.T) {
	s := calm(t)
	room, ana := s.Channel("#inbox"), s.User("Ana")
	m := post(t, s, room, nil)
	for i := range 23 {
		ana.Reacts(m, "emoji_"+strings.Repeat("x", i))
	}
	no(t, s, "too_many_emoji", "reactions.add", obj{"channel": room.ID, "timestamp": m.TS, "name": "eyes"})
	ok(t, s, "reactions.add", obj{"channel": room.ID, "timestamp": m.TS, "name": "emoji_"})
}

func TestMarkdownEndsAtItsLimit(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	ok(t, s, "chat.postMessage", obj{"channel": room.ID, "markdown_text": long(12_000)})
	no(t, s, "msg_too_long", "chat.postMessage", obj{"channel": room.ID, "markdown_text": long(12_001)})
	no(t, s, "markdown_text_conflict", "chat.postMessage", obj{"channel": room.ID, "text": "a", "markdown_text": "b"})
}

func TestAMetadataHasItsLimit(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	at := func(n int) obj {
		base := obj{"event_type": "e", "event_payload": obj{"k": ""}}
		base["event_payload"] = obj{"k": strings.Repeat("x", n-len(encoded(t, base)))}
		return obj{"channel": room.ID, "text": "a", "metadata": base}
	}
	ok(t, s, "chat.postMessage", at(16<<10))
	no(t, s, "metadata_too_large", "chat.postMessage", at(16<<10+1))
	no(t, s, "invalid_metadata_format", "chat.postMessage", obj{"channel": room.ID, "text": "a", "metadata": obj{"event_type": "e"}})
}
