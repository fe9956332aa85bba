package discordtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"ponte/platforms/chat/discord/discordtest/guild"
)

type obj = map[string]any

// calm is a Discord that no pace ends.
func calm(t *testing.T) *Server {
	s := New(t)
	s.API.Unlimited(true)
	return s
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   any
	Raw    string
}

func (a answer) obj() obj { o, _ := a.Body.(obj); return o }

func (a answer) code() int { n, _ := a.obj()["code"].(float64); return int(n) }

// do sends a request with the bot's token; "METHOD /path".
func do(t *testing.T, s *Server, request string, body any) answer {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		raw = nil
	}
	return send(t, s, request, "application/json", raw)
}

func send(t *testing.T, s *Server, request, kind string, raw []byte) answer {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, s.APIURL()+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+BotToken)
	r.Header.Set("User-Agent", "DiscordBot (https://ponte.example, 1)")
	if raw != nil {
		r.Header.Set("Content-Type", kind)
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		return answer{Raw: err.Error()}
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	a := answer{Status: resp.StatusCode, Header: resp.Header, Raw: string(text)}
	json.Unmarshal(text, &a.Body)
	return a
}

// ok sends what must be taken.
func ok(t *testing.T, s *Server, request string, body any) obj {
	t.Helper()
	a := do(t, s, request, body)
	if a.Status != 200 && a.Status != 204 {
		t.Fatalf("%s: %d %s", request, a.Status, a.Raw)
	}
	return a.obj()
}

// no sends what must be refused with this code.
func no(t *testing.T, s *Server, code int, request string, body any) answer {
	t.Helper()
	a := do(t, s, request, body)
	if a.Status < 400 || a.code() != code {
		t.Errorf("%s: %d %s; want %d", request, a.Status, a.Raw, code)
	}
	return a
}

// at is the code that a refusal has for the field with this path.
func (a answer) at(path string) string {
	o, _ := a.obj()["errors"].(obj)
	if path != "" {
		for _, part := range strings.Split(path, ".") {
			o, _ = o[part].(obj)
		}
	}
	list, _ := o["_errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	return list[0].(obj)["code"].(string)
}

func post(t *testing.T, s *Server, room *Room, body obj) Message {
	t.Helper()
	return room.Find(ok(t, s, "POST /channels/"+room.ID+"/messages", body)["id"].(string))
}

func row(held ...any) obj { return obj{"type": 1, "components": held} }

func button(label, custom string) obj {
	return obj{"type": 2, "style": 1, "label": label, "custom_id": custom}
}

func long(n int) string { return strings.Repeat("é", n) }

func spots(n int, of func(int) any) []any {
	var all []any
	for i := range n {
		all = append(all, of(i))
	}
	return all
}

var _ = guild.Text
