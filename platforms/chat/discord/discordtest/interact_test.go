package discordtest

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ponte/platforms/chat/discord/discordtest/world"
)

// table is what the app of these tests offers.
var table = []any{
	obj{"name": "ponte", "description": "Everything", "options": []any{
		obj{"type": 1, "name": "inbox", "description": "What is open"},
		obj{"type": 1, "name": "assign", "description": "Give it to somebody", "options": []any{
			obj{"type": 6, "name": "who", "description": "Who", "required": true},
			obj{"type": 3, "name": "item", "description": "Which", "autocomplete": true},
			obj{"type": 3, "name": "how", "description": "How", "choices": []any{obj{"name": "At once", "value": "now"}}},
			obj{"type": 3, "name": "why", "description": "Why"},
		}},
	}},
	obj{"type": 3, "name": "Add to timeline"},
}

// answering is an app that answers each interaction; nil: it does not.
func answering(t *testing.T, s *Server, answer func(d obj) obj) *app {
	t.Helper()
	ok(t, s, "PUT /applications/"+s.World.App().ID+"/commands", table)
	a := in(t, s, intents)
	go func() {
		for {
			select {
			case o := <-a.frames:
				d, _ := o["d"].(obj)
				if o["t"] != "INTERACTION_CREATE" {
					continue
				}
				if body := answer(d); body != nil {
					do(t, s, callback(d), body)
				}
			case <-t.Context().Done():
				return
			}
		}
	}()
	return a
}

func callback(d obj) string {
	return fmt.Sprintf("POST /interactions/%s/%s/callback", d["id"], d["token"])
}

func TestAnswersToACommand(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room, ana, bo := s.Channel("#inbox"), s.User("Ana"), s.User("Bo")
		var seen obj
		answering(t, s, func(d obj) obj {
			seen = d
			return obj{"type": 4, "data": obj{"content": "Only you see this <@" + bo.ID + "> @everyone", "flags": 64}}
		})
		if h := ana.Commands("/ponte assign @Bo how:At once why:it is his"); !h.OK || h.Took != 0 {
			t.Errorf("%+v", h)
		}
		sub := seen["data"].(obj)["options"].([]any)[0].(obj)
		var got []string
		for _, v := range sub["options"].([]any) {
			o := v.(obj)
			got = append(got, fmt.Sprint(o["name"], "=", o["value"]))
		}
		if want := []string{"who=" + bo.ID, "how=now", "why=it is his"}; sub["name"] != "assign" || !slices.Equal(got, want) {
			t.Errorf("%v %v", sub["name"], got)
		}
		if seen["member"].(obj)["user"].(obj)["id"] != ana.ID || seen["data"].(obj)["resolved"].(obj)["users"].(obj)[bo.ID] == nil {
			t.Errorf("%v", seen)
		}
		told := ana.Ephemerals()
		if len(told) != 1 || !told[0].Says("Only you see this @Bo") || !slices.Equal(told[0].Pinged(), []string{bo.ID}) {
			t.Errorf("%+v", told)
		}
		if len(room.Messages()) != 0 || len(bo.Ephemerals()) != 0 {
			t.Error("others see it too")
		}
		no(t, s, 10008, "GET /channels/"+room.ID+"/messages/"+told[0].ID, nil)
		no(t, s, 40060, callback(seen), obj{"type": 5})
	})
}

func TestPutsOffAndFillsIn(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room, ana := s.Channel("#inbox"), s.User("Ana")
		var seen obj
		answering(t, s, func(d obj) obj {
			seen = d
			return obj{"type": 5}
		})
		ana.Commands("/ponte inbox")
		if m := room.Messages(); len(m) != 1 || !m[0].Loading() || m[0].Text() != "…" {
			t.Fatalf("%+v", m)
		}
		hook := fmt.Sprintf("/webhooks/%s/%s", s.World.App().ID, seen["token"])
		ok(t, s, "POST "+hook, obj{"content": "Nothing is open"})
		if m := room.Messages(); len(m) != 1 || m[0].Text() != "Nothing is open" {
			t.Fatalf("the first follow-up fills in what was put off: %+v", m)
		}
		ok(t, s, "PATCH "+hook+"/messages/@original", obj{"content": "Two are open"})
		more := ok(t, s, "POST "+hook, obj{"content": "and one more", "flags": 64})
		if m := ana.Sees("#inbox"); len(m) != 2 || m[0].Text() != "Two are open" || m[1].To != ana.ID {
			t.Errorf("%+v", m)
		}
		ok(t, s, fmt.Sprintf("DELETE %s/messages/%s", hook, more["id"]), nil)
		ok(t, s, "GET "+hook+"/messages/@original", nil)
		time.Sleep(world.Life - time.Second)
		ok(t, s, "PATCH "+hook+"/messages/@original", obj{"content": "still good"})
		time.Sleep(2 * time.Second)
		no(t, s, 50027, "PATCH "+hook+"/messages/@original", obj{"content": "too late"})
		no(t, s, 10015, "POST /webhooks/"+s.World.App().ID+"/nonsense", obj{"content": "x"})
	})
}

func TestAnswersTooLate(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		var seen obj
		wait := world.Patience
		a := answering(t, s, func(d obj) obj {
			seen = d
			time.Sleep(wait)
			return obj{"type": 5}
		})
		h := s.User("Ana").Commands("/ponte inbox")
		if h.OK || h.Why != FailedText {
			t.Errorf("%+v", h)
		}
		synctest.Wait()
		no(t, s, 10062, callback(seen), obj{"type": 5})
		if s.Failed() != 1 {
			t.Errorf("%d failed", s.Failed())
		}
		wait = world.Patience - time.Millisecond
		if h := s.User("Ana").Commands("/ponte inbox"); !h.OK || s.Failed() != 1 {
			t.Errorf("just in time: %+v, %d failed", h, s.Failed())
		}
		a.ws.Close()
		no(t, s, 10062, "POST /interactions/123/nonsense/callback", obj{"type": 5})
	})
}

func TestPressesPicksAndFillsIn(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room, ana := s.Channel("#inbox"), s.User("Ana")
		var seen []obj
		answering(t, s, func(d obj) obj {
			seen = append(seen, d)
			switch d["data"].(obj)["custom_id"] {
			case "reply":
				return obj{"type": 9, "data": obj{"title": "Reply", "custom_id": "form", "components": []any{
					row(obj{"type": 4, "custom_id": "text", "label": "Your reply", "style": 2, "max_length": 10, "value": "Hi"}),
					obj{"type": 18, "label": "Tone", "component": obj{"type": 3, "custom_id": "tone", "options": []any{obj{"label": "Warm", "value": "w"}, obj{"label": "Cool", "value": "c", "default": true}}}},
				}}}
			case "form":
				return obj{"type": 7, "data": obj{"content": "Sent", "components": []any{}}}
			}
			return obj{"type": 6}
		})
		card := post(t, s, room, obj{"content": "A comment", "components": []any{
			row(button("Reply", "reply"), obj{"type": 2, "style": 5, "label": "Open", "url": "https://a.example"}),
			row(obj{"type": 3, "custom_id": "more", "placeholder": "More", "options": []any{obj{"label": "Snooze", "value": "s1"}}}),
		}})
		if h := ana.Picks(card, "More", "Snooze"); !h.OK || seen[0]["data"].(obj)["values"].([]any)[0] != "s1" {
			t.Errorf("%+v %v", h, seen)
		}
		ana.Presses(card, "Reply")
		form := ana.Modal()
		if form.Title() != "Reply" || form.Value("Your reply") != "Hi" || form.Value("Tone") != "Cool" {
			t.Errorf("%q %q %q", form.Title(), form.Value("Your reply"), form.Value("Tone"))
		}
		if why := form.Fill("Your reply", "much too long").Refused(); why == "" {
			t.Error("no reason")
		}
		if h := form.Fill("Your reply", "On its way").Pick("Tone", "Warm").Submit(); !h.OK {
			t.Errorf("%+v", h)
		}
		sent := seen[2]["data"].(obj)["components"].([]any)
		if got := sent[0].(obj)["components"].([]any)[0].(obj)["value"]; got != "On its way" || seen[2]["message"].(obj)["id"] != card.ID {
			t.Errorf("%v", sent)
		}
		if got := sent[1].(obj)["component"].(obj)["values"].([]any)[0]; got != "w" {
			t.Errorf("%v", sent)
		}
		if now := room.Find(card.ID); now.Text() != "Sent" || len(now.Buttons()) != 0 || ana.Opened() != nil {
			t.Errorf("%+v", now)
		}
		if h := ana.Shortcut("Add to timeline", card); !h.OK && h.Why != FailedText {
			t.Errorf("%+v", h)
		}
	})
}

func TestCompletes(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		n := 25
		answering(t, s, func(d obj) obj {
			return obj{"type": 8, "data": obj{"choices": spots(n, func(i int) any { return obj{"name": fmt.Sprint("Item ", i), "value": fmt.Sprint(i)} })}}
		})
		ana := s.User("Ana")
		if got := ana.Types("/ponte assign", "item", "it"); len(got) != 25 || got[3] != (Choice{"Item 3", "3"}) {
			t.Errorf("%v", got)
		}
		n = 26
		if h, got := ana.Typing("/ponte assign", "item", "it"); h.OK || got != nil {
			t.Errorf("26 choices: %+v", h)
		}
	})
}

func TestModalsAreHeldToTheirLimits(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room, ana := s.Channel("#inbox"), s.User("Ana")
		card := post(t, s, room, obj{"content": "x", "components": []any{row(button("Reply", "r"))}})
		input := func(o obj) obj {
			all := obj{"type": 4, "custom_id": "i", "label": "l", "style": 1}
			for k, v := range o {
				all[k] = v
			}
			return all
		}
		modal := func(o obj) obj {
			all := obj{"title": "t", "custom_id": "c", "components": []any{row(input(nil))}}
			for k, v := range o {
				all[k] = v
			}
			return all
		}
		field := func(o obj) obj { return modal(obj{"components": []any{row(input(o))}}) }
		inputs := func(n int) obj {
			return modal(obj{"components": spots(n, func(i int) any { return row(input(obj{"custom_id": fmt.Sprint(i)})) })})
		}
		next := make(chan obj, 1)
		a := in(t, s, intents)
		const at = "data.components.0.components.0."
		for _, c := range []struct {
			name     string
			good, no obj
			path     string
		}{
			{"title", modal(obj{"title": long(45)}), modal(obj{"title": long(46)}), "data.title"},
			{"custom_id", modal(obj{"custom_id": long(100)}), modal(obj{"custom_id": long(101)}), "data.custom_id"},
			{"inputs", inputs(5), inputs(6), "data.components"},
			{"one input a row", inputs(1), modal(obj{"components": []any{row(input(nil), input(obj{"custom_id": "j"}))}}), "data.components.0.components"},
			{"label", field(obj{"label": long(45)}), field(obj{"label": long(46)}), at + "label"},
			{"value", field(obj{"value": long(4000)}), field(obj{"value": long(4001)}), at + "value"},
			{"value over its own limit", field(obj{"value": "ab", "max_length": 2}), field(obj{"value": "abc", "max_length": 2}), at + "value"},
			{"max_length", field(obj{"max_length": 4000}), field(obj{"max_length": 4001}), at + "max_length"},
			{"placeholder", field(obj{"placeholder": long(100)}), field(obj{"placeholder": long(101)}), at + "placeholder"},
			{"no button in a form", inputs(1), modal(obj{"components": []any{row(button("b", "b"))}}), at + "type"},
		} {
			for good, body := range map[bool]obj{true: c.good, false: c.no} {
				go func() { next <- a.next(0, "INTERACTION_CREATE") }()
				done := make(chan Heard, 1)
				go func() { done <- ana.Presses(card, "Reply") }()
				got := do(t, s, callback(<-next), obj{"type": 9, "data": body})
				h := <-done
				if good && (got.Status != 204 || !h.OK) {
					t.Errorf("%s at the limit: %s", c.name, got.Raw)
				}
				if !good && (got.at(c.path) == "" || h.OK) {
					t.Errorf("%s over the limit: no word of %s in %s", c.name, c.path, got.Raw)
				}
			}
		}
	})
}

func TestWhatOnePersonSeesCanBePressed(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room, ana := s.Channel("#inbox"), s.User("Ana")
		answering(t, s, func(d obj) obj {
			if d["data"].(obj)["custom_id"] == "yes" {
				if d["message"].(obj)["flags"] != 64.0 {
					t.Errorf("%v", d["message"])
				}
				return obj{"type": 7, "data": obj{"content": "Gone.", "components": []any{}}}
			}
			return obj{"type": 4, "data": obj{"content": "Sure?", "flags": 64, "components": []any{row(button("Yes", "yes"))}}}
		})
		ana.Commands("/ponte inbox")
		asked := ana.Whispers("#inbox")[0]
		if h := ana.Presses(asked, "Yes"); !h.OK {
			t.Errorf("%+v", h)
		}
		if now := ana.Whispers("#inbox"); len(now) != 1 || now[0].Text() != "Gone." || len(now[0].Buttons()) != 0 {
			t.Errorf("%+v", now)
		}
		if len(room.Messages()) != 0 || len(s.Gateway.Sent("MESSAGE_CREATE", "MESSAGE_UPDATE")) != 0 {
			t.Error("others were told")
		}
		if _, err := s.World.Presses(s.User("Bo").ID, room.ID, asked.ID, "yes", 2, nil); err == nil {
			t.Error("somebody else pressed it")
		}
	})
}

// A client that did not hear of its own deed does it again, as another one.
func TestDoesTheSameOnceMore(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		s.Channel("#inbox")
		var ids []string
		answering(t, s, func(d obj) obj {
			ids = append(ids, d["id"].(string)+" "+d["data"].(obj)["name"].(string))
			return obj{"type": 4, "data": obj{"content": "Nothing is open", "flags": 64}}
		})
		s.User("Ana").Commands("/ponte inbox")
		came, err := s.World.Repeats(s.World.Interactions()[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if r := <-came; !r.OK || len(ids) != 2 || ids[0] == ids[1] || ids[1][len(ids[1])-5:] != "ponte" {
			t.Errorf("%+v %q", r, ids)
		}
		if _, err := s.World.Repeats("1"); err == nil {
			t.Error("what nobody did was done again")
		}
		if got := s.ReadText("hi <@" + s.User("Ana").ID + "> **you**"); got != "hi @Ana you" {
			t.Errorf("%q", got)
		}
	})
}
