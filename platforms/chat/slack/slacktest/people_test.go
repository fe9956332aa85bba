package slacktest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/platforms/chat/slack/slacktest/chat"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// field is a text field of a modal.
func field(block, label string, with obj) obj {
	element := obj{"type": "plain_text_input", "action_id": "text"}
	for key, value := range with {
		element[key] = value
	}
	return obj{"type": "input", "block_id": block, "label": plain(label), "element": element}
}

func modal(title string, blocks ...any) obj {
	return obj{"type": "modal", "title": plain(title), "submit": plain("Send"), "blocks": append([]any{}, blocks...)}
}

// events lists the types of what came, and acks it.
func (l *link) events() (kinds []string, payloads []obj) {
	time.Sleep(time.Millisecond)
	for len(l.got) > 0 {
		m := <-l.got
		if m["type"] == "hello" {
			continue
		}
		l.ack(m, nil)
		event := m["payload"].(obj)["event"].(obj)
		kind := event["type"].(string)
		if sub, _ := event["subtype"].(string); sub != "" {
			kind += "/" + sub
		}
		kinds, payloads = append(kinds, kind), append(payloads, event)
	}
	return kinds, payloads
}

func TestTheAppHearsWhatPeopleDo(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room, ana := s.Channel("#inbox"), s.User("Ana")
		l := join(t, s)
		for _, c := range []struct {
			name string
			does func()
			want []string
		}{
			{"writes", func() { ana.Says("#inbox", "2 < 3") }, []string{"message"}},
			{"calls the app", func() { ana.Says("#inbox", "@ponte reply") }, []string{"message", "app_mention"}},
			{"answers", func() { ana.InThread(room.Messages()[0]).Says("more") }, []string{"message"}},
			{"edits", func() { ana.Edits(room.Messages()[0], "less") }, []string{"message/message_changed"}},
			{"reacts", func() { ana.Reacts(room.Messages()[0], "white_check_mark::skin-tone-3") }, []string{"reaction_added"}},
			{"unreacts", func() { ana.Unreacts(room.Messages()[0], "white_check_mark::skin-tone-3") }, []string{"reaction_removed"}},
			{"shares a file", func() { ana.Uploads("#inbox", "", chat.Uploaded{Name: "a.png", Content: []byte("x")}) }, []string{"message/file_share", "file_shared"}},
			{"deletes", func() { ana.Deletes(room.Messages()[1]) }, []string{"message/message_deleted"}},
			{"another app writes", func() { ana.Reacts(room.Webhook("beep"), "eyes") }, []string{"message/bot_message", "reaction_added"}},
			{"opens the home tab", ana.OpensHome, []string{"app_home_opened"}},
			{"renames", func() { room.Rename("#post") }, []string{"channel_rename"}},
			{"shares it, so that it has another id", room.ChangeID, []string{"channel_id_changed"}},
			{"archives", func() { room.Archive(); room.Unarchive() }, []string{"channel_archive", "channel_unarchive"}},
			{"puts the app out", room.KickApp, []string{"channel_left"}},
			{"writes without the app", func() { ana.Says("#post", "alone") }, nil},
			{"brings the app back", room.InviteApp, []string{"member_joined_channel"}},
			{"may be heard by nobody", func() { s.Workspace.Grant("chat:write"); ana.Says("#post", "@ponte") }, nil},
		} {
			c.does()
			got, payloads := l.events()
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
			switch c.name {
			case "writes":
				if payloads[0]["text"] != "2 &lt; 3" {
					t.Errorf("the text came as %q", payloads[0]["text"])
				}
			case "another app writes":
				if _, said := payloads[1]["item_user"]; said {
					t.Errorf("a webhook's message has an author: %v", payloads[1])
				}
			}
		}
	})
}

func TestCommandsAreAnswered(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Workspace.Unsubscribe("message", "member_joined_channel", "channel_left")
		room, ana, ben := s.Channel("#inbox"), s.User("Ana"), s.User("Ben")
		l := join(t, s)
		l.next()
		var hook string
		l.takes(func(m obj) any {
			payload := m["payload"].(obj)
			hook = payload["response_url"].(string)
			if payload["text"] != "ask <@"+ben.ID+"|ben>" || payload["channel_id"] != room.ID {
				t.Errorf("the command came as %v", payload)
			}
			return obj{"text": "in a moment"}
		})
		if h := ana.In("#inbox").Commands("/ponte ask @ben"); !h.OK {
			t.Fatalf("heard %+v", h)
		}
		if got := ana.Whispers("#inbox"); len(got) != 1 || !got[0].Says("in a moment") || len(ben.Whispers("#inbox")) != 0 {
			t.Errorf("Ana reads %+v", got)
		}
		room.KickApp()
		answers := func(body string, status int) {
			t.Helper()
			if _, resp := send(t, s, hook, "application/json", "", []byte(body)); resp.StatusCode != status {
				t.Errorf("%s: %s", body, resp.Status)
			}
		}
		answers(`{"text":"only you"}`, 200)
		answers(`{"text":"all of you","response_type":"in_channel"}`, 200)
		answers(`{"blocks":[{"type":"song"}]}`, 400)
		answers(`no JSON`, 400)
		answers(`{"text":"the fifth"}`, 200)
		answers(`{"text":"the sixth"}`, 404)
		if got := ana.Sees("#inbox"); len(got) != 4 || len(ben.Sees("#inbox")) != 1 {
			t.Errorf("Ana sees %d, Ben %d", len(got), len(ben.Sees("#inbox")))
		}
		room.InviteApp()
		ana.In("#inbox").Commands("/ponte ask @ben")
		time.Sleep(workspace.HookLife + time.Second)
		answers(`{"text":"too late"}`, 404)
	})
}

func TestWhispersAreReplacedByTheirHook(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Workspace.Unsubscribe("message")
		room, ana := s.Channel("#inbox"), s.User("Ana")
		ok(t, s, "chat.postEphemeral", obj{"channel": room.ID, "user": ana.ID, "blocks": actions(button("More", "more"))})
		l := join(t, s)
		l.next()
		var payload obj
		l.takes(func(m obj) any { payload = m["payload"].(obj); return nil })
		ana.Presses(ana.Whispers("#inbox")[0], "More")
		if payload["message"] != nil || payload["container"].(obj)["is_ephemeral"] != true {
			t.Errorf("pressed: %v", payload)
		}
		hook := payload["response_url"].(string)
		send(t, s, hook, "application/json", "", []byte(`{"replace_original":true,"text":"all of it"}`))
		if got := ana.Whispers("#inbox"); len(got) != 1 || got[0].Text() != "all of it" {
			t.Errorf("Ana reads %+v", got)
		}
		send(t, s, hook, "application/json", "", []byte(`{"delete_original":true}`))
		if got := ana.Whispers("#inbox"); len(got) != 0 {
			t.Errorf("Ana still reads %+v", got)
		}
	})
}

func TestAModalLives(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Workspace.Unsubscribe("message")
		room, ana := s.Channel("#inbox"), s.User("Ana")
		card := post(t, s, room, obj{"blocks": actions(button("Reply", "reply"))})
		ask := modal("Reply", field("b1", "Your reply", obj{"max_length": 10}), obj{
			"type": "input", "block_id": "b2", "optional": true, "label": plain("To whom"),
			"element": obj{"type": "static_select", "action_id": "who", "options": []any{
				obj{"text": plain("Everybody"), "value": "all"}, obj{"text": plain("One"), "value": "one"},
			}},
		})
		l := join(t, s)
		l.next()
		var last obj
		var says any
		l.takes(func(m obj) any {
			last = m["payload"].(obj)
			if last["type"] == "block_actions" {
				ok(t, s, "views.open", obj{"trigger_id": last["trigger_id"], "view": ask})
			}
			return says
		})
		if h := ana.Presses(card, "Reply"); !h.OK || ana.Modal().Title() != "Reply" {
			t.Fatalf("heard %+v", h)
		}
		v := ana.Modal().Fill("Your reply", "0123456789").Pick("To whom", "One")
		if err := s.Workspace.Fills(v.was.ID, v.Shown().Controls[0], nil, "01234567890"); err == nil {
			t.Error("eleven characters went into a field of ten")
		}
		says = obj{"response_action": "errors", "errors": obj{"b1": "too short"}}
		if h := v.Submit(); !h.OK || !slices.Equal(v.Errors(), []string{"Your reply: too short"}) {
			t.Errorf("heard %+v, to mend: %v", h, v.Errors())
		}
		values := last["view"].(obj)["state"].(obj)["values"].(obj)
		if values["b1"].(obj)["text"].(obj)["value"] != "0123456789" || values["b2"].(obj)["who"].(obj)["selected_option"].(obj)["value"] != "one" {
			t.Errorf("sent %v", values)
		}
		says = obj{"response_action": "errors", "errors": obj{"b9": "no such field"}}
		if h := v.Submit(); h.OK {
			t.Error("a fault of no field was shown")
		}
		says = obj{"response_action": "update", "view": modal("Once more", field("b1", "Your reply", obj{"max_length": 10}))}
		if h := v.Submit(); !h.OK || ana.Modal().Title() != "Once more" || ana.Modal().Value("Your reply") != "0123456789" {
			t.Errorf("heard %+v, sees %q", h, ana.Modal().Text())
		}
		says = obj{"response_action": "push", "view": modal("On top")}
		if h := v.Submit(); !h.OK || ana.Modal().Title() != "On top" {
			t.Errorf("heard %+v", h)
		}
		ana.Modal().Close()
		says = nil
		if h := ana.Modal().Submit(); !h.OK || ana.Opened() != nil {
			t.Errorf("heard %+v, and the modal stays", h)
		}
		ana.Presses(card, "Reply")
		if _, err := s.Workspace.Submits(ana.ID); err == nil {
			t.Error("an empty form was sent")
		}
	})
}

func TestTriggersAreForOneViewAndThreeSeconds(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		ana := s.User("Ana")
		l := join(t, s)
		l.next()
		var trigger string
		l.takes(func(m obj) any { trigger = m["payload"].(obj)["trigger_id"].(string); return nil })
		open := func(view obj) obj { return obj{"trigger_id": trigger, "view": view} }
		ana.GlobalShortcut("compose")
		time.Sleep(workspace.TriggerLife)
		ok(t, s, "views.open", open(modal("A")))
		no(t, s, "exchanged_trigger_id", "views.open", open(modal("A")))
		ana.GlobalShortcut("compose")
		time.Sleep(workspace.TriggerLife + time.Millisecond)
		no(t, s, "expired_trigger_id", "views.open", open(modal("A")))
		no(t, s, "invalid_trigger_id", "views.open", obj{"trigger_id": "made.up", "view": modal("A")})
		ana.GlobalShortcut("compose")
		bad := no(t, s, "invalid_arguments", "views.open", open(modal(long(25))))
		if said := bad["response_metadata"].(obj)["messages"].([]any)[0].(string); !strings.HasSuffix(said, "[json-pointer:/view/title/text]") {
			t.Errorf("said %s", said)
		}
		for _, want := range []string{"B", "C"} {
			ana.GlobalShortcut("compose")
			ok(t, s, "views.push", open(modal(want)))
		}
		ana.GlobalShortcut("compose")
		no(t, s, "push_limit_reached", "views.push", open(modal("D")))
		id := ana.Modal().was.ID
		hash := ok(t, s, "views.update", obj{"view_id": id, "view": modal("C2")})["view"].(obj)["hash"]
		ok(t, s, "views.update", obj{"view_id": id, "hash": hash, "view": modal("C3")})
		no(t, s, "hash_conflict", "views.update", obj{"view_id": id, "hash": hash, "view": modal("C4")})
		no(t, s, "not_found", "views.update", obj{"view_id": "V404", "view": modal("C4")})
	})
}

func TestHomeTabsAndShortcuts(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Workspace.Unsubscribe("message")
		room, ana := s.Channel("#inbox"), s.User("Ana")
		card := post(t, s, room, nil)
		ok(t, s, "views.publish", obj{"user_id": ana.ID, "view": obj{"type": "home", "blocks": actions(button("Refresh", "again"))}})
		no(t, s, "invalid_arguments", "views.publish", obj{"user_id": "U404", "view": obj{"type": "home", "blocks": []any{}}})
		l := join(t, s)
		l.next()
		var last obj
		l.takes(func(m obj) any { last = m["payload"].(obj); return nil })
		if h := ana.Home().Presses("Refresh"); !h.OK || last["container"].(obj)["type"] != "view" || last["view"].(obj)["type"] != "home" {
			t.Errorf("heard %+v of %v", h, last)
		}
		if h := ana.Shortcut("add_to_timeline", card); !h.OK || last["type"] != "message_action" || last["message"].(obj)["ts"] != card.TS {
			t.Errorf("heard %+v of %v", h, last)
		}
	})
}

func TestPeopleReadWhatIsThere(t *testing.T) {
	s := calm(t)
	room, ana := s.Channel("#inbox"), s.User("Ana")
	guest := s.Guest("Eve", room)
	m := post(t, s, room, obj{
		"text": "for <@" + ana.ID + ">",
		"blocks": []any{
			obj{"type": "section", "text": obj{"type": "mrkdwn", "text": "for <@" + ana.ID + "> in <#" + room.ID + ">, see https://a.test"}},
			obj{"type": "context", "elements": []any{plain("late")}},
		},
	})
	if m.Text() != "for @Ana in #inbox, see https://a.test\nlate" || !slices.Equal(m.Pings, []string{ana.ID}) || !slices.Equal(m.Facts, []string{"late"}) {
		t.Errorf("people read %q, called %v, facts %v", m.Text(), m.Pings, m.Facts)
	}
	if !m.Unfurls || post(t, s, room, obj{"text": "https://a.test", "unfurl_links": "false", "unfurl_media": "false"}).Unfurls {
		t.Error("previews are shown where they are turned off, or not where they are on")
	}
	if here := post(t, s, room, obj{"text": "@here", "link_names": "true"}); !slices.Equal(here.Pings, []string{"here"}) {
		t.Errorf("link_names called %v", here.Pings)
	}
	who := ok(t, s, "users.info", obj{"user": guest.ID})["user"].(obj)
	about := ok(t, s, "conversations.info", obj{"channel": room.ID})["channel"].(obj)
	if who["is_stranger"] != true || about["is_ext_shared"] != true {
		t.Errorf("a guest: %v in %v", who, about)
	}
}
