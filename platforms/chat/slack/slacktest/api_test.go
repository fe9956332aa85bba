package slacktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/platforms/chat/slack/slacktest/chat"
	"ponte/platforms/chat/slack/slacktest/webapi"
)

func TestLetsInWhoMay(t *testing.T) {
	s := calm(t)
	s.API.Know("xoxb-gone", webapi.Token{State: "token_revoked"})
	s.API.Know("xoxb-closed", webapi.Token{State: "account_inactive"})
	for token, want := range map[string]any{
		"": "not_authed", "xoxb-nobody": "invalid_auth", "xoxb-gone": "token_revoked", "xoxb-closed": "account_inactive",
		AppToken: "not_allowed_token_type", BotToken: nil,
	} {
		answer, _ := send(t, s, s.APIURL()+"auth.test", "application/json; charset=utf-8", token, []byte("{}"))
		if answer["error"] != want {
			t.Errorf("%q: %v; want %v", token, answer, want)
		}
	}
	s.Workspace.Grant("chat:write")
	lacks := no(t, s, "missing_scope", "users.list", nil)
	if lacks["needed"] != "users:read" || lacks["provided"] != "chat:write" {
		t.Errorf("missing scope: %v", lacks)
	}
	if answer, _ := send(t, s, s.APIURL()+"apps.connections.open", "application/x-www-form-urlencoded", "", []byte("token="+AppToken)); answer["error"] != "invalid_auth" {
		t.Errorf("an app's token in the form: %v", answer)
	}
	no(t, s, "unknown_method", "chat.sing", nil)
}

func TestTakesFormsAndJSON(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	body, _ := json.Marshal(obj{"channel": room.ID, "text": "by JSON", "blocks": actions(button("Go", "go"))})
	answer, _ := send(t, s, s.APIURL()+"chat.postMessage", "application/json", BotToken, body)
	if answer["ok"] != true || answer["warning"] != "missing_charset" {
		t.Errorf("JSON: %v", answer)
	}
	if got := room.Messages(); len(got) != 1 || !slices.Equal(got[0].Buttons(), []string{"Go"}) {
		t.Errorf("people see %+v", got)
	}
	for kind, want := range map[string]string{"text/plain": "invalid_post_type", "application/json": "invalid_json"} {
		if answer, _ := send(t, s, s.APIURL()+"chat.postMessage", kind, BotToken, []byte("channel=1")); answer["error"] != want {
			t.Errorf("%s: %v", kind, answer)
		}
	}
	read, _ := json.Marshal(obj{"channel": room.ID})
	if answer, _ := send(t, s, s.APIURL()+"conversations.info", "application/json; charset=utf-8", BotToken, read); answer["ok"] != false {
		t.Errorf("a method that takes forms only took JSON: %v", answer)
	}
}

func TestWritesWhereTheAppMay(t *testing.T) {
	s := calm(t)
	open, ana := s.Channel("#open"), s.User("Ana")
	secret := s.Private("#secret", ana)
	secret.KickApp()
	no(t, s, "channel_not_found", "chat.postMessage", obj{"channel": "C404", "text": "a"})
	no(t, s, "channel_not_found", "chat.postMessage", obj{"channel": secret.ID, "text": "a"})
	no(t, s, "no_text", "chat.postMessage", obj{"channel": open.ID, "text": " "})
	open.KickApp()
	ok(t, s, "chat.postMessage", obj{"channel": open.ID, "text": "public"})
	no(t, s, "not_in_channel", "conversations.history", obj{"channel": open.ID})
	s.Workspace.Grant("chat:write", "channels:join")
	no(t, s, "not_in_channel", "chat.postMessage", obj{"channel": open.ID, "text": "a"})
	ok(t, s, "conversations.join", obj{"channel": open.ID})
	ok(t, s, "chat.postMessage", obj{"channel": open.ID, "text": "a"})
	open.Archive()
	no(t, s, "is_archived", "chat.postMessage", obj{"channel": open.ID, "text": "a"})
	open.Unarchive()
	ok(t, s, "chat.postMessage", obj{"channel": ana.ID, "text": "only you"})
	if got := ana.Direct(); len(got) != 1 || !got[0].Says("only you") {
		t.Errorf("Ana sees %+v", got)
	}
}

func TestTextsEndAtTheirLimits(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	m := post(t, s, room, obj{"text": long(chat.TextCut + 1)})
	if got := len([]rune(m.Message.Text)); got != chat.TextCut {
		t.Errorf("%d characters came through", got)
	}
	ok(t, s, "chat.update", obj{"channel": room.ID, "ts": m.TS, "text": long(4000)})
	no(t, s, "msg_too_long", "chat.update", obj{"channel": room.ID, "ts": m.TS, "text": long(4001)})
	attachments := slices.Repeat([]any{obj{"text": "a"}}, 101)
	ok(t, s, "chat.postMessage", obj{"channel": room.ID, "attachments": attachments[:100]})
	no(t, s, "too_many_attachments", "chat.postMessage", obj{"channel": room.ID, "attachments": attachments})
	bad := no(t, s, "invalid_blocks", "chat.postMessage", obj{"channel": room.ID, "blocks": []any{obj{"type": "header", "text": plain(long(151))}}})
	messages := bad["response_metadata"].(obj)["messages"].([]any)
	if want := "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"; messages[0] != want {
		t.Errorf("said %q; want %q", messages[0], want)
	}
}

func TestEditsAndDeletesWhatIsItsOwn(t *testing.T) {
	s := calm(t)
	room, ana := s.Channel("#inbox"), s.User("Ana")
	mine := post(t, s, room, obj{"blocks": actions(button("Go", "go")), "metadata": obj{"event_type": "ponte", "event_payload": obj{"key": "k1"}}})
	hers := ana.Says("#inbox", "mine")
	no(t, s, "cant_update_message", "chat.update", obj{"channel": room.ID, "ts": hers.TS, "text": "a"})
	no(t, s, "cant_delete_message", "chat.delete", obj{"channel": room.ID, "ts": hers.TS})
	no(t, s, "message_not_found", "chat.update", obj{"channel": room.ID, "ts": "1.000001", "text": "a"})
	ok(t, s, "chat.update", obj{"channel": room.ID, "ts": mine.TS, "text": "only text"})
	if now := room.Find(mine.TS); len(now.Controls) != 0 || string(now.Metadata) == "" {
		t.Errorf("a text without blocks left %+v, metadata %s", now.Controls, now.Metadata)
	}
	room.CloseEdits(mine)
	no(t, s, "edit_window_closed", "chat.update", obj{"channel": room.ID, "ts": mine.TS, "text": "a"})
	ok(t, s, "chat.delete", obj{"channel": room.ID, "ts": mine.TS})
	no(t, s, "message_not_found", "chat.delete", obj{"channel": room.ID, "ts": mine.TS})
	no(t, s, "message_not_found", "chat.getPermalink", obj{"channel": room.ID, "message_ts": mine.TS})
}

func TestThreadsKeepToTheirParent(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	parent := post(t, s, room, nil)
	reply := post(t, s, room, obj{"thread_ts": parent.TS})
	if reply.ThreadTS != parent.TS || len(room.Thread(parent)) != 1 || len(room.Messages()) != 1 {
		t.Errorf("the reply stands at %q", reply.ThreadTS)
	}
	no(t, s, "cannot_reply_to_message", "chat.postMessage", obj{"channel": room.ID, "text": "a", "thread_ts": reply.TS})
	no(t, s, "thread_not_found", "chat.postMessage", obj{"channel": room.ID, "text": "a", "thread_ts": "yesterday"})
	ok(t, s, "chat.delete", obj{"channel": room.ID, "ts": parent.TS})
	if mark := room.Messages(); len(mark) != 1 || mark[0].Subtype != "tombstone" {
		t.Errorf("a thread that lost its parent shows %+v", mark)
	}
	lone := post(t, s, room, nil)
	ok(t, s, "chat.delete", obj{"channel": room.ID, "ts": lone.TS})
	if orphan := post(t, s, room, obj{"thread_ts": lone.TS}); orphan.ThreadTS != "" {
		t.Errorf("a reply to what is gone stands in %q", orphan.ThreadTS)
	}
	no(t, s, "thread_not_found", "conversations.replies", obj{"channel": room.ID, "ts": lone.TS})
}

func TestHistoriesComeInPagesWithTheirMetadata(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	var stamps []string
	for range 4 {
		m := post(t, s, room, obj{"metadata": obj{"event_type": "ponte", "event_payload": obj{"key": "k"}}})
		stamps = append(stamps, m.TS)
	}
	if !slices.IsSorted(stamps) || len(slices.Compact(slices.Clone(stamps))) != 4 {
		t.Errorf("time stamps do not rise: %v", stamps)
	}
	post(t, s, room, obj{"thread_ts": stamps[0]})
	var got []string
	cursor := ""
	for range 3 {
		page := ok(t, s, "conversations.history", obj{"channel": room.ID, "limit": "2", "cursor": cursor, "oldest": stamps[0]})
		for _, m := range page["messages"].([]any) {
			if m.(obj)["metadata"] != nil {
				t.Error("metadata that nobody asked for")
			}
			got = append(got, m.(obj)["ts"].(string))
		}
		if page["has_more"] != true {
			break
		}
		cursor = page["response_metadata"].(obj)["next_cursor"].(string)
	}
	if want := []string{stamps[3], stamps[2], stamps[1]}; !slices.Equal(got, want) {
		t.Errorf("after the first came %v; want %v", got, want)
	}
	s.API.CapPages(1)
	all := ok(t, s, "conversations.replies", obj{"channel": room.ID, "ts": stamps[0], "include_all_metadata": "true"})["messages"].([]any)
	if len(all) != 2 || all[0].(obj)["metadata"] == nil || all[0].(obj)["reply_count"] != 1.0 {
		t.Errorf("the thread holds %v", all)
	}
	no(t, s, "metadata_too_large", "chat.postMessage", obj{"channel": room.ID, "text": "a", "metadata": obj{"event_type": "a", "event_payload": obj{"k": long(9000)}}})
}

func TestReactionsAndPins(t *testing.T) {
	s := calm(t)
	room, ana := s.Channel("#inbox"), s.User("Ana")
	m := post(t, s, room, nil)
	at := obj{"channel": room.ID, "timestamp": m.TS, "name": "thumbsup"}
	ok(t, s, "reactions.add", at)
	no(t, s, "already_reacted", "reactions.add", at)
	ana.Reacts(m, "+1")
	if got := room.Find(m.TS).Reactions; len(got) != 1 || got[0].Name != "+1" || got[0].Count != 2 {
		t.Errorf("reactions %+v", got)
	}
	ok(t, s, "reactions.remove", at)
	no(t, s, "no_reaction", "reactions.remove", at)
	no(t, s, "invalid_name", "reactions.add", obj{"channel": room.ID, "timestamp": m.TS, "name": "👍"})
	no(t, s, "message_not_found", "reactions.get", obj{"channel": room.ID, "timestamp": "1.000001"})
	pin := obj{"channel": room.ID, "timestamp": m.TS}
	ok(t, s, "pins.add", pin)
	no(t, s, "already_pinned", "pins.add", pin)
	ok(t, s, "pins.remove", pin)
	no(t, s, "no_pin", "pins.remove", pin)
}

func TestFilesGoUpAndComeDown(t *testing.T) {
	s := calm(t)
	room, ana := s.Channel("#inbox"), s.User("Ana")
	no(t, s, "alt_txt_too_large", "files.getUploadURLExternal", obj{"filename": "a.png", "length": "3", "alt_txt": long(1001)})
	start := ok(t, s, "files.getUploadURLExternal", obj{"filename": "a.png", "length": "3", "alt_txt": long(1000)})
	id := start["file_id"].(string)
	finish := obj{"files": []any{obj{"id": id, "title": "A"}}, "channel_id": room.ID, "initial_comment": "look"}
	no(t, s, "file_not_found", "files.completeUploadExternal", finish)
	if _, resp := send(t, s, start["upload_url"].(string), "application/octet-stream", "", []byte("long")); resp.StatusCode != 400 {
		t.Errorf("too many bytes: %v", resp.Status)
	}
	if _, resp := send(t, s, start["upload_url"].(string), "application/octet-stream", "", []byte("png")); resp.StatusCode != 200 {
		t.Errorf("the bytes: %v", resp.Status)
	}
	no(t, s, "internal_error", "files.completeUploadExternal", obj{"files": []any{obj{"id": id}}, "blocks": []any{obj{"type": "markdown", "text": "a"}}})
	done := ok(t, s, "files.completeUploadExternal", finish)
	if _, told := done["ts"]; told || len(room.Messages()) != 1 || len(room.Messages()[0].Files) != 1 {
		t.Errorf("answered %v, people see %+v", done, room.Messages())
	}
	image := []any{obj{"type": "image", "alt_text": "a", "slack_file": obj{"id": id}}}
	ok(t, s, "chat.postMessage", obj{"channel": room.ID, "blocks": image})
	image[0].(obj)["slack_file"] = obj{"id": "F404"}
	no(t, s, "invalid_blocks", "chat.postMessage", obj{"channel": room.ID, "blocks": image})

	brought := ana.Uploads("#inbox", "mine", chat.Uploaded{Name: "b.txt", Content: []byte("text")}).Files[0]
	for token, want := range map[string]int{BotToken: 200, "": 200, "xoxb-nobody": 200} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, brought.URLPrivate, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		client := s.Client()
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if token != BotToken {
			want = http.StatusFound
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("token %q: %s; want %d", token, resp.Status, want)
		}
	}
	ok(t, s, "files.info", obj{"file": brought.ID})
	no(t, s, "file_not_found", "files.info", obj{"file": "F404"})
}

func TestWhispersAreForOne(t *testing.T) {
	s := calm(t)
	room, ana, ben := s.Channel("#inbox"), s.User("Ana"), s.User("Ben")
	ok(t, s, "chat.postEphemeral", obj{"channel": room.ID, "user": ana.ID, "text": "psst"})
	if len(ana.Whispers("#inbox")) != 1 || len(ben.Sees("#inbox")) != 0 || len(room.All()) != 0 {
		t.Error("a whisper was heard by others, or by nobody")
	}
	ts := ana.Whispers("#inbox")[0].TS
	no(t, s, "message_not_found", "chat.update", obj{"channel": room.ID, "ts": ts, "text": "a"})
	room.Kick(ben)
	no(t, s, "user_not_in_channel", "chat.postEphemeral", obj{"channel": room.ID, "user": ben.ID, "text": "psst"})
	no(t, s, "user_not_found", "users.info", obj{"user": "U404"})
}

func TestPacesEndAtTheirLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(t)
		room := s.Channel("#inbox")
		for range webapi.Burst {
			ok(t, s, "chat.postMessage", obj{"channel": room.ID, "text": "a"})
		}
		answer, resp := call(t, s, "chat.postMessage", obj{"channel": room.ID, "text": "a"})
		if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "1" || answer["error"] != "ratelimited" {
			t.Errorf("one too many: %v %v", resp.Status, answer)
		}
		ok(t, s, "chat.postMessage", obj{"channel": s.Channel("#other").ID, "text": "a"})
		time.Sleep(time.Second)
		ok(t, s, "chat.postMessage", obj{"channel": room.ID, "text": "a"})
		for range 20 {
			ok(t, s, "users.list", nil)
		}
		if _, resp := call(t, s, "users.list", nil); resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "3" {
			t.Errorf("the twenty-first list: %v, %v", resp.Status, resp.Header)
		}
		s.API.Unlimited(true)
		ok(t, s, "users.list", nil)
	})
}

func TestGoesWrongAsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(t)
		room := s.Channel("#inbox")
		s.API.Unlimited(true)
		for _, c := range []struct {
			name   string
			fault  webapi.Fault
			status int // 0: no answer
			error  any
			acts   int
		}{
			{"limited", webapi.Limited(7 * time.Second), 429, "ratelimited", 0},
			{"limited with 200", webapi.LimitedOK(), 200, "ratelimited", 0},
			{"broken", webapi.Broken(503), 503, nil, 0},
			{"broken after", webapi.BrokenAfter(502), 502, nil, 1},
			{"refused after", webapi.RefusedAfter("internal_error"), 200, "internal_error", 1},
			{"dropped", webapi.Dropped(), 0, nil, 0},
			{"lost", webapi.Lost(), 0, nil, 1},
			{"doubled", webapi.Doubled(), 200, nil, 2},
			{"slow", webapi.Slow(20 * time.Second), 200, nil, 1},
		} {
			s.API.Fail("chat.postMessage", c.fault)
			before, start := len(room.All()), time.Now()
			answer, resp := call(t, s, "chat.postMessage", obj{"channel": room.ID, "text": c.name})
			switch {
			case c.status == 0 && resp != nil, c.status > 0 && (resp == nil || resp.StatusCode != c.status):
				t.Errorf("%s: %v", c.name, answer)
			case c.status == 200 && answer["error"] != c.error:
				t.Errorf("%s: %v; want %v", c.name, answer, c.error)
			}
			if acts := len(room.All()) - before; acts != c.acts {
				t.Errorf("%s: happened %d times; want %d", c.name, acts, c.acts)
			}
			if waited := time.Since(start); (c.name == "slow") != (waited == 20*time.Second) {
				t.Errorf("%s: took %v", c.name, waited)
			}
		}
		ok(t, s, "chat.postMessage", obj{"channel": room.ID, "text": "well again"})
		if got := s.API.Requests("chat.postMessage"); len(got) != 10 || got[0].Status != 429 || got[9].Error != "" || !strings.Contains(got[9].Args["text"], "well") {
			t.Errorf("recorded %d requests: %+v", len(got), got)
		}
	})
}
