package discordtest

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"ponte/platforms/chat/discord/discordtest/guild"
)

const intents = guild.IntentGuilds | guild.IntentMembers | guild.IntentMessages | guild.IntentReactions | guild.IntentDirect | guild.IntentContent

// app is somebody at the other end of the gateway.
type app struct {
	t      *testing.T
	ws     *websocket.Conn
	frames chan obj
	closed chan int
	seq    float64
	id     string
	resume string
}

func dial(t *testing.T, s *Server, url string) *app {
	t.Helper()
	ws, resp, err := s.Dialer().DialContext(t.Context(), url+"/?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	a := &app{t: t, ws: ws, frames: make(chan obj, 1000), closed: make(chan int, 1)}
	go func() {
		for {
			_, raw, err := ws.ReadMessage()
			if err != nil {
				code := 1006
				if end, is := errors.AsType[*websocket.CloseError](err); is {
					code = end.Code
				}
				a.closed <- code
				return
			}
			var o obj
			json.Unmarshal(raw, &o)
			a.frames <- o
		}
	}()
	t.Cleanup(func() { ws.Close() })
	return a
}

func (a *app) send(op int, d any) {
	a.t.Helper()
	if err := a.ws.WriteJSON(obj{"op": op, "d": d}); err != nil {
		a.t.Fatal(err)
	}
}

// next is the next frame of an op, and of a type when it is an event.
func (a *app) next(op float64, kind string) obj {
	a.t.Helper()
	for {
		select {
		case o := <-a.frames:
			if seq, is := o["s"].(float64); is {
				a.seq = seq
			}
			if o["op"] == op && (kind == "" || o["t"] == kind) {
				d, _ := o["d"].(obj)
				if d == nil {
					d = o
				}
				return d
			}
		case code := <-a.closed:
			a.t.Fatalf("closed with %d, waiting for %v %s", code, op, kind)
		case <-time.After(time.Minute):
			a.t.Fatalf("no %v %s came", op, kind)
		}
	}
}

func (a *app) ended() int {
	a.t.Helper()
	select {
	case code := <-a.closed:
		return code
	case <-time.After(10 * time.Minute):
		a.t.Fatal("it did not end")
		return 0
	}
}

// events lists the types of what came since, for what is on its way to settle.
func (a *app) events() (types []string) {
	synctest.Wait()
	for {
		select {
		case o := <-a.frames:
			if o["op"] == 0.0 {
				a.seq = o["s"].(float64)
				types = append(types, o["t"].(string))
			}
		default:
			return types
		}
	}
}

func hello(token string, want int) obj {
	return obj{"token": token, "intents": want, "properties": obj{"os": "linux", "browser": "ponte", "device": "ponte"}}
}

// in is an app that listens.
func in(t *testing.T, s *Server, want int) *app {
	t.Helper()
	a := dial(t, s, s.GatewayURL())
	a.next(10, "")
	a.send(2, hello(BotToken, want))
	ready := a.next(0, "READY")
	a.id, a.resume = ready["session_id"].(string), ready["resume_gateway_url"].(string)
	return a
}

func bubble(t *testing.T, test func(t *testing.T, s *Server)) {
	synctest.Test(t, func(t *testing.T) {
		s := New(t)
		s.API.Unlimited(true)
		s.Gateway.Hasty(true)
		test(t, s)
	})
}

func TestTellsWhatTheIntentsAskFor(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		ana := s.User("Ana")
		a := in(t, s, guild.IntentGuilds|guild.IntentMessages)
		m := ana.Says("#inbox", "secret")
		if d := a.next(0, "MESSAGE_CREATE"); d["content"] != "" || d["guild_id"] != s.ID || d["member"] == nil {
			t.Errorf("without the intent for content: %v", d)
		}
		ana.Says("#inbox", "hello @Ponte")
		if d := a.next(0, "MESSAGE_CREATE"); d["content"] != "hello <@"+s.World.App().User+">" {
			t.Errorf("a mention: %v", d["content"])
		}
		ana.Reacts(m, "👍")
		if got := a.events(); len(got) != 0 {
			t.Errorf("without the intent for reactions: %v", got)
		}
		b := in(t, s, intents)
		ana.Reacts(m, "🎉")
		if d := b.next(0, "MESSAGE_REACTION_ADD"); d["member"] == nil || d["emoji"].(obj)["name"] != "🎉" {
			t.Errorf("%v", d)
		}
		s.Role("Support").Gives(ana)
		b.next(0, "GUILD_MEMBER_UPDATE")
		ana.Edits(m, "open")
		if d := b.next(0, "MESSAGE_UPDATE"); d["content"] != "open" {
			t.Errorf("%v", d)
		}
		ana.Deletes(m)
		b.next(0, "MESSAGE_DELETE")
		s.KickApp()
		b.next(0, "GUILD_DELETE")
		s.InviteApp()
		b.next(0, "GUILD_CREATE")
	})
}

func TestRefusesBadIdentifies(t *testing.T) {
	for name, c := range map[string]struct {
		d    obj
		code int
	}{
		"token":             {hello("x", intents), 4004},
		"intents":           {hello(BotToken, 1<<30), 4013},
		"presences":         {hello(BotToken, 1<<8), 4014},
		"no properties":     {obj{"token": BotToken, "intents": 1}, 4002},
		"content, not let":  {hello(BotToken, guild.IntentContent), 4014},
		"no intents at all": {obj{"token": BotToken, "properties": obj{"os": "", "browser": "", "device": ""}}, 4013},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *Server) {
				s.World.ChangeApp(func(a *guild.App) { a.Content = false })
				a := dial(t, s, s.GatewayURL())
				a.send(2, c.d)
				if got := a.ended(); got != c.code {
					t.Errorf("closed with %d, want %d", got, c.code)
				}
			})
		})
	}
}

func TestResumesWithWhatWasMissed(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		ana := s.User("Ana")
		a := in(t, s, intents)
		a.events()
		s.Gateway.Drop()
		a.ended()
		ana.Says("#inbox", "missed")
		b := dial(t, s, a.resume)
		b.send(6, obj{"token": BotToken, "session_id": a.id, "seq": a.seq})
		if d := b.next(0, ""); d["content"] != "missed" {
			t.Errorf("%v", d)
		}
		b.next(0, "RESUMED")
		s.Gateway.Reconnect()
		b.next(7, "")
		if code := b.ended(); code != 4000 {
			t.Errorf("after reconnect: %d", code)
		}
		c := dial(t, s, a.resume)
		c.send(6, obj{"token": BotToken, "session_id": a.id, "seq": b.seq})
		c.next(0, "RESUMED")
		c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
		c.ended()
		d := dial(t, s, a.resume)
		d.send(6, obj{"token": BotToken, "session_id": a.id, "seq": b.seq})
		if o := d.next(9, ""); o["d"] != false {
			t.Errorf("a session that was closed with 1000: %v", o)
		}
		if got := s.Gateway.Closes(); len(got) != 1 || got[0] != 1000 {
			t.Errorf("closes: %v", got)
		}
	})
}

func TestSessionsEndAsAsked(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		a := in(t, s, intents)
		s.Gateway.Invalidate(true)
		if o := a.next(9, ""); o["d"] != true {
			t.Errorf("%v", o)
		}
		s.Gateway.Close(4014)
		if code := a.ended(); code != 4014 {
			t.Errorf("%d", code)
		}
		b := dial(t, s, a.resume)
		b.send(6, obj{"token": BotToken, "session_id": a.id, "seq": 1})
		if o := b.next(9, ""); o["d"] != false {
			t.Errorf("%v", o)
		}
		c := in(t, s, intents)
		d := dial(t, s, a.resume)
		d.send(6, obj{"token": BotToken, "session_id": c.id, "seq": 10_000})
		if code := d.ended(); code != 4007 {
			t.Errorf("a seq that was never sent: %d", code)
		}
		s.Gateway.Mute(1)
		e := dial(t, s, s.GatewayURL())
		if got := e.events(); len(e.frames) != 0 || len(got) != 0 {
			t.Error("a mute gateway said hello")
		}
		s.Gateway.Refuse(1, http.StatusServiceUnavailable)
		if _, resp, err := s.Dialer().Dial(s.GatewayURL()+"/?v=10&encoding=json", nil); err == nil || resp.StatusCode != 503 {
			t.Errorf("refused: %v", err)
		}
		f := dial(t, s, s.GatewayURL()+"/?v=9&and=")
		if code := f.ended(); code != 4012 {
			t.Errorf("version 9: %d", code)
		}
	})
}

func TestHeartbeats(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		a := in(t, s, intents)
		a.send(1, nil)
		a.next(11, "")
		s.Gateway.Zombie(true)
		a.send(1, nil)
		synctest.Wait()
		for len(a.frames) > 0 {
			if o := <-a.frames; o["op"] == 11.0 {
				t.Error("a zombie acked")
			}
		}
		s.Gateway.Beat()
		a.next(1, "")
		if code := a.ended(); code != 4009 {
			t.Errorf("without heartbeats: %d", code)
		}
		b := in(t, s, intents)
		for range 118 {
			b.send(1, nil)
		}
		synctest.Wait()
		b.send(1, nil)
		select {
		case code := <-b.closed:
			t.Fatalf("at the limit: %d", code)
		default:
		}
		b.send(1, nil)
		if code := b.ended(); code != 4008 {
			t.Errorf("over 120 sends: %d", code)
		}
	})
}

func TestCountsIdentifies(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Gateway.Hasty(false)
		s.Gateway.Budget(2)
		in(t, s, intents)
		left := ok(t, s, "GET /gateway/bot", nil)["session_start_limit"].(obj)
		if left["remaining"] != 1.0 || left["total"] != 2.0 {
			t.Errorf("%v", left)
		}
		a := dial(t, s, s.GatewayURL())
		a.send(2, hello(BotToken, intents))
		if o := a.next(9, ""); o["d"] != false {
			t.Errorf("too soon: %v", o)
		}
		time.Sleep(6 * time.Second)
		b := dial(t, s, s.GatewayURL())
		b.send(2, hello(BotToken, intents))
		if code := b.ended(); code != 4004 {
			t.Errorf("over the budget: %d", code)
		}
		if a := do(t, s, "GET /users/@me", nil); a.Status != 401 {
			t.Errorf("the token was not reset: %d", a.Status)
		}
	})
}

func TestEventsTwiceLateAndOutOfOrder(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		ana := s.User("Ana")
		a := in(t, s, intents)
		a.events()
		s.Gateway.Double(1)
		ana.Says("#inbox", "twice")
		if got := a.events(); len(got) != 2 {
			t.Errorf("%v", got)
		}
		s.Gateway.Hold()
		first := ana.Says("#inbox", "one")
		ana.Reacts(first, "👍")
		if got := a.events(); len(got) != 0 {
			t.Errorf("%v", got)
		}
		s.Gateway.Release(func(p []int) { p[0], p[1] = p[1], p[0] })
		if got := a.events(); len(got) != 2 || got[0] != "MESSAGE_REACTION_ADD" {
			t.Errorf("%v", got)
		}
	})
}
