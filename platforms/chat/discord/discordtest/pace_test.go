package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/rest"
)

func TestPacesByBucketAndAllTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(t)
		room, other := s.Channel("#inbox"), s.Channel("#other")
		at := "POST /channels/" + room.ID + "/messages"
		for i := range 5 {
			a := do(t, s, at, obj{"content": "x"})
			if a.Status != 200 || a.Header.Get("X-RateLimit-Remaining") != fmt.Sprint(4-i) || a.Header.Get("X-RateLimit-Limit") != "5" || a.Header.Get("X-RateLimit-Reset-After") != "5.000" {
				t.Fatalf("%d: %v", a.Status, a.Header)
			}
		}
		a := do(t, s, at, obj{"content": "x"})
		if a.Status != 429 || a.Header.Get("X-RateLimit-Scope") != "user" || a.Header.Get("Retry-After") != "5" || a.obj()["retry_after"] != 5.0 || a.obj()["global"] != false {
			t.Errorf("%d %v %s", a.Status, a.Header, a.Raw)
		}
		ok(t, s, "POST /channels/"+other.ID+"/messages", obj{"content": "another bucket"})
		time.Sleep(5 * time.Second)
		ok(t, s, at, obj{"content": "x"})
		for range 49 {
			ok(t, s, "GET /users/@me", nil)
		}
		a = do(t, s, "GET /users/@me", nil)
		if a.Status != 429 || a.Header.Get("X-RateLimit-Scope") != "global" || a.obj()["global"] != true {
			t.Errorf("over 50 a second: %d %v", a.Status, a.Header)
		}
		if b := do(t, s, "GET /webhooks/1/2/messages/3", nil); b.code() != 10015 {
			t.Errorf("answers are outside of that: %s", b.Raw)
		}
	})
}

func TestTooManyInvalidRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(t)
		room := s.Channel("#inbox")
		s.API.Fail("*", rest.LimitedShared(time.Second))
		if do(t, s, "GET /users/@me", nil); s.API.Wrong() != 0 {
			t.Error("a pace that others share was counted")
		}
		s.API.Unlimited(true)
		room.DenyApp(guild.ViewChannel)
		r := func() answer { return do(t, s, "GET /channels/"+room.ID, nil) }
		r()
		if s.API.Wrong() != 1 {
			t.Errorf("counted %d", s.API.Wrong())
		}
		s.API.Spoil(rest.Invalid - 1)
		if a := r(); a.Status != 403 {
			t.Errorf("at the limit: %d", a.Status)
		}
		a := r()
		if a.Status != 429 || a.Header.Get("X-RateLimit-Scope") != "" || !strings.HasPrefix(a.Raw, "<html>") {
			t.Errorf("over the limit: %d %s", a.Status, a.Raw)
		}
		time.Sleep(rest.InvalidSpan)
		ok(t, s, "GET /users/@me", nil)
	})
}

func TestFaults(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room := s.Channel("#inbox")
		at := "POST /channels/" + room.ID + "/messages"
		const route = "POST /channels/{channel}/messages"
		for _, c := range []struct {
			name   string
			fault  rest.Fault
			status int
			posted int
		}{
			{"limited", rest.Limited(time.Second), 429, 0},
			{"limited globally", rest.LimitedGlobal(time.Second), 429, 0},
			{"cloudflare", rest.Cloudflare(), 429, 0},
			{"broken", rest.Broken(503), 503, 0},
			{"broken after", rest.BrokenAfter(502), 502, 1},
			{"refused", rest.Refused(400, 50035, "no"), 400, 0},
			{"dropped", rest.Dropped(), 0, 0},
			{"lost", rest.Lost(), 0, 1},
			{"doubled", rest.Doubled(), 200, 2},
			{"slow", rest.Slow(time.Hour), 200, 1},
		} {
			before, since := len(room.Messages()), time.Now()
			s.API.Fail(route, c.fault)
			a := do(t, s, at, obj{"content": "x"})
			if n := len(room.Messages()) - before; a.Status != c.status || n != c.posted {
				t.Errorf("%s: %d, %d posted", c.name, a.Status, n)
			}
			if c.name == "slow" && time.Since(since) != time.Hour {
				t.Errorf("slow took %v", time.Since(since))
			}
			ok(t, s, at, obj{"content": "healed"})
		}
		s.API.Fail("POST /channels/*", rest.Broken(500).Times(2))
		for _, want := range []int{500, 500, 200} {
			if a := do(t, s, at, obj{"content": "x"}); a.Status != want {
				t.Errorf("%d, want %d", a.Status, want)
			}
		}
		last := s.API.Requests(route)
		if n := len(last); n != 23 || last[n-1].Obj()["content"] != "x" || last[n-1].Status != 200 || last[n-2].Status != 500 {
			t.Errorf("%d recorded", n)
		}
	})
}

// parts writes a message with files as a form.
func parts(t *testing.T, payload obj, files map[string][]byte) (kind string, raw []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	text, _ := json.Marshal(payload)
	w.WriteField("payload_json", string(text))
	for key, data := range files {
		h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf("form-data; name=%q; filename=%q", key, "a b.png")}, "Content-Type": {"image/png"}}
		p, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		p.Write(data)
	}
	w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func TestFilesBothWays(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room := s.Channel("#inbox")
		at := "POST /channels/" + room.ID + "/messages"
		var picture bytes.Buffer
		png.Encode(&picture, image.NewGray(image.Rect(0, 0, 3, 2)))
		kind, raw := parts(t, obj{
			"embeds":      []any{obj{"image": obj{"url": "attachment://a_b.png"}}},
			"attachments": []any{obj{"id": 0, "description": "a chart"}},
		}, map[string][]byte{"files[0]": picture.Bytes()})
		a := send(t, s, at, kind, raw)
		if a.Status != 200 {
			t.Fatal(a.Raw)
		}
		f := a.obj()["attachments"].([]any)[0].(obj)
		if f["width"] != 3.0 || f["description"] != "a chart" || f["content_type"] != "image/png" {
			t.Errorf("%v", f)
		}
		shown := a.obj()["embeds"].([]any)[0].(obj)["image"].(obj)["url"].(string)
		if !strings.HasPrefix(f["url"].(string), shown) {
			t.Errorf("the embed shows %s", shown)
		}
		get := func() (int, []byte) {
			resp, err := s.Client().Get(f["url"].(string))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			data, _ := io.ReadAll(resp.Body)
			return resp.StatusCode, data
		}
		if status, data := get(); status != 200 || !bytes.Equal(data, picture.Bytes()) {
			t.Errorf("%d, %d bytes", status, len(data))
		}
		time.Sleep(25 * time.Hour)
		if status, _ := get(); status != 404 {
			t.Errorf("a day later: %d", status)
		}
		no(t, s, 50035, at, obj{"content": "x", "attachments": []any{obj{"id": 7}}})
		kind, raw = parts(t, obj{}, map[string][]byte{"files[0]": make([]byte, 10<<20)})
		if a := send(t, s, at, kind, raw); a.Status != 200 {
			t.Errorf("a file at the limit: %s", a.Raw)
		}
		kind, raw = parts(t, obj{}, map[string][]byte{"files[0]": make([]byte, 10<<20+1)})
		if a := send(t, s, at, kind, raw); a.Status != 413 || a.code() != 40005 {
			t.Errorf("a file over the limit: %d %s", a.Status, a.Raw)
		}
		room.DenyApp(guild.AttachFiles)
		kind, raw = parts(t, obj{}, map[string][]byte{"files[0]": picture.Bytes()})
		if a := send(t, s, at, kind, raw); a.code() != 50013 {
			t.Errorf("without the right to attach: %s", a.Raw)
		}
		m := s.User("Ana").Uploads("#inbox", "look", Uploaded{Name: "cat.png", Data: picture.Bytes()})
		if got := room.Find(m.ID); len(got.Files) != 1 || got.Files[0].Type != "image/png" || got.Text() != "look\n[cat.png]" {
			t.Errorf("%q", got.Text())
		}
	})
}

func TestCommandsAreHeldToTheirLimits(t *testing.T) {
	s := calm(t)
	put := "PUT /applications/" + s.World.App().ID + "/guilds/" + s.ID + "/commands"
	command := func(o obj) []any {
		all := obj{"name": "ponte", "description": "d"}
		for k, v := range o {
			all[k] = v
		}
		return []any{all}
	}
	option := func(o obj) []any {
		all := obj{"type": 3, "name": "o", "description": "d"}
		for k, v := range o {
			all[k] = v
		}
		return command(obj{"options": []any{all}})
	}
	opts := func(n int) []any {
		return command(obj{"options": spots(n, func(i int) any { return obj{"type": 3, "name": fmt.Sprint("o", i), "description": "d"} })})
	}
	choices := func(n, name, value int) []any {
		return option(obj{"choices": spots(n, func(i int) any {
			return obj{"name": longASCII(name), "value": longASCII(value)}
		})})
	}
	// Each option counts 330: its name, what it says, and the names and values of its choices.
	heavy := func(last int) []any {
		options := spots(24, func(i int) any {
			return obj{"type": 3, "name": string(rune('a' + i)), "description": longASCII(99), "choices": []any{
				obj{"name": longASCII(100), "value": longASCII(100)}, obj{"name": longASCII(20), "value": longASCII(10)},
			}}
		})
		return []any{obj{"name": "ab", "description": longASCII(last), "options": options}}
	}
	for _, c := range []struct {
		name     string
		good, no []any
		path     string
	}{
		{"name", command(obj{"name": longASCII(32)}), command(obj{"name": longASCII(33)}), "0.name"},
		{"small letters", command(obj{"name": "ponte-2"}), command(obj{"name": "Ponte"}), "0.name"},
		{"no spaces", command(obj{"name": "buzón"}), command(obj{"name": "pon te"}), "0.name"},
		{"description", command(obj{"description": longASCII(100)}), command(obj{"description": longASCII(101)}), "0.description"},
		{"a description", command(nil), command(obj{"description": ""}), "0.description"},
		{"options", opts(25), opts(26), "0.options"},
		{"option name", option(obj{"name": longASCII(32)}), option(obj{"name": longASCII(33)}), "0.options.0.name"},
		{"option description", option(obj{"description": longASCII(100)}), option(obj{"description": longASCII(101)}), "0.options.0.description"},
		{"choices", choices(25, 3, 3), choices(26, 3, 3), "0.options.0.choices"},
		{"choice name", choices(1, 100, 1), choices(1, 101, 1), "0.options.0.choices.0.name"},
		{"choice value", choices(1, 1, 100), choices(1, 1, 101), "0.options.0.choices.0.value"},
		{"localised name", command(obj{"name_localizations": obj{"es-ES": "buzón"}}), command(obj{"name_localizations": obj{"es-ES": "El Buzón"}}), "0.name_localizations.es-ES"},
		{"locale", command(obj{"description_localizations": obj{"it": "tutto"}}), command(obj{"description_localizations": obj{"es": "todo"}}), "0.description_localizations"},
		{"required first", command(obj{"options": []any{obj{"type": 3, "name": "a", "description": "d", "required": true}, obj{"type": 3, "name": "b", "description": "d"}}}), command(obj{"options": []any{obj{"type": 3, "name": "a", "description": "d"}, obj{"type": 3, "name": "b", "description": "d", "required": true}}}), "0.options.1"},
		{"autocomplete or choices", option(obj{"autocomplete": true}), option(obj{"autocomplete": true, "choices": []any{obj{"name": "a", "value": "a"}}}), "0.options.0.autocomplete"},
		{"subcommands alone", command(obj{"options": []any{obj{"type": 1, "name": "a", "description": "d"}}}), command(obj{"options": []any{obj{"type": 1, "name": "a", "description": "d"}, obj{"type": 3, "name": "b", "description": "d"}}}), "0.options"},
		{"characters", heavy(78), heavy(79), "0"},
		{"names that are their own", command(nil), append(command(nil), command(nil)...), "1.name"},
	} {
		if a := do(t, s, put, c.good); a.Status != 200 {
			t.Errorf("%s at the limit: %s", c.name, a.Raw)
		}
		if a := no(t, s, 50035, put, c.no); a.at(c.path) == "" {
			t.Errorf("%s over the limit: no word of %s in %s", c.name, c.path, a.Raw)
		}
	}
	many := func(n, kind int) []any {
		return spots(n, func(i int) any {
			o := obj{"name": fmt.Sprint("c", i), "type": kind}
			if kind == 1 {
				o["description"] = "d"
			}
			return o
		})
	}
	other := "PUT /applications/" + s.World.App().ID + "/commands"
	ok(t, s, other, append(append(many(100, 1), many(15, 2)...), many(15, 3)...))
	no(t, s, 30032, other, many(101, 1))
	no(t, s, 30032, other, many(16, 2))
	ok(t, s, other, []any{})
	ok(t, s, other, many(70, 1))
	ok(t, s, other, many(70, 1))
	ok(t, s, other, []any{})
	no(t, s, 30034, other, many(1, 1))
	no(t, s, 20012, "PUT /applications/123/commands", []any{})
	no(t, s, 50001, "PUT /applications/"+s.World.App().ID+"/guilds/123/commands", []any{})
}

func TestPeopleNeedTheirIntent(t *testing.T) {
	s := calm(t)
	ana := s.User("Ana")
	ok(t, s, "GET /guilds/"+s.ID+"/members/"+ana.ID, nil)
	no(t, s, 10013, "GET /guilds/"+s.ID+"/members/123", nil)
	s.Role("Support").Gives(ana)
	if got := do(t, s, "GET /guilds/"+s.ID+"/members?limit=1000", nil).Body.([]any); len(got) != 3 {
		t.Errorf("%d people", len(got))
	}
	no(t, s, 50035, "GET /guilds/"+s.ID+"/members?limit=1001", nil)
	s.World.ChangeApp(func(a *guild.App) { a.Members, a.Content = false, false })
	no(t, s, 50001, "GET /guilds/"+s.ID+"/members?limit=1000", nil)
	m := s.Channel("#inbox").Find(ana.Says("#inbox", "secret").ID)
	if got := ok(t, s, "GET /channels/"+m.Channel+"/messages/"+m.ID, nil); got["content"] != "" {
		t.Errorf("without the intent for content: %v", got["content"])
	}
	ana.Leaves()
	no(t, s, 10007, "GET /guilds/"+s.ID+"/members/"+ana.ID, nil)
}

func TestSpeaksOverARealAddressToo(t *testing.T) {
	s := calm(t)
	base := s.Listen()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.APIURL()+"/gateway/bot", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+BotToken)
	if resp, err := http.DefaultClient.Do(r); err != nil || resp.StatusCode != 403 {
		t.Errorf("without a name of its own: %v", err)
	} else {
		resp.Body.Close()
	}
	r.Header.Set("User-Agent", "DiscordBot (https://ponte.example, 1)")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var o obj
	json.NewDecoder(resp.Body).Decode(&o)
	if o["url"] != "ws"+strings.TrimPrefix(base, "http")+"/gateway" {
		t.Errorf("%v", o)
	}
}
