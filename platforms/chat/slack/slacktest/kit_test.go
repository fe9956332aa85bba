package slacktest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

type obj = map[string]any

// calm is a Slack that no pace ends.
func calm(t *testing.T) *Server {
	s := New(t)
	s.API.Unlimited(true)
	return s
}

// call calls a method as a form, with the bot's token.
func call(t *testing.T, s *Server, method string, args obj) (obj, *http.Response) {
	t.Helper()
	form := url.Values{"token": {BotToken}}
	for key, value := range args {
		text, ok := value.(string)
		if !ok {
			raw, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			text = string(raw)
		}
		form.Set(key, text)
	}
	return send(t, s, s.APIURL()+method, "application/x-www-form-urlencoded", "", []byte(form.Encode()))
}

func send(t *testing.T, s *Server, to, kind, token string, body []byte) (obj, *http.Response) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		return obj{"error": err.Error()}, nil
	}
	defer resp.Body.Close()
	var answer obj
	json.NewDecoder(resp.Body).Decode(&answer)
	return answer, resp
}

// ok calls a method that must be taken.
func ok(t *testing.T, s *Server, method string, args obj) obj {
	t.Helper()
	answer, _ := call(t, s, method, args)
	if answer["ok"] != true {
		t.Fatalf("%s %v: %v", method, args, answer)
	}
	return answer
}

// no calls a method that must be refused with this code.
func no(t *testing.T, s *Server, code, method string, args obj) obj {
	t.Helper()
	answer, _ := call(t, s, method, args)
	if answer["ok"] != false || answer["error"] != code {
		t.Errorf("%s %v: %v; want %s", method, args, answer, code)
	}
	return answer
}

func post(t *testing.T, s *Server, room *Room, args obj) Message {
	t.Helper()
	all := obj{"channel": room.ID, "text": "hello"}
	for key, value := range args {
		all[key] = value
	}
	return room.Find(ok(t, s, "chat.postMessage", all)["ts"].(string))
}

func plain(text string) obj { return obj{"type": "plain_text", "text": text} }

func button(label, action string) obj {
	return obj{"type": "button", "text": plain(label), "action_id": action, "value": "v-" + action}
}

func actions(elements ...any) []any {
	return []any{obj{"type": "actions", "elements": elements}}
}

func long(n int) string { return strings.Repeat("é", n) }

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
