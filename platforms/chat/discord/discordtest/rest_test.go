package discordtest

import (
	"fmt"
	"testing"
)

func embed(o obj) obj { return obj{"embeds": []any{o}} }

func buttons(n int, label string) []any {
	return spots(n, func(i int) any { return button(label, fmt.Sprintf("b%d", i)) })
}

func menu(o obj) obj {
	all := obj{"type": 3, "custom_id": "m", "options": []any{obj{"label": "a", "value": "a"}}}
	for k, v := range o {
		all[k] = v
	}
	return obj{"content": "x", "components": []any{row(all)}}
}

func options(n int) []any {
	return spots(n, func(i int) any { return obj{"label": "o", "value": fmt.Sprint(i)} })
}

func TestMessagesAreHeldToTheirLimits(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	one := embed
	field := func(name, value string) obj { return one(obj{"fields": []any{obj{"name": name, "value": value}}}) }
	fields := func(n int) obj {
		return one(obj{"fields": spots(n, func(int) any { return obj{"name": "n", "value": "v"} })})
	}
	rows := func(n int) obj {
		return obj{"content": "x", "components": spots(n, func(i int) any { return row(button("b", fmt.Sprint(i))) })}
	}
	b := func(o obj) obj {
		all := button("b", "c")
		for k, v := range o {
			all[k] = v
		}
		return obj{"content": "x", "components": []any{row(all)}}
	}
	link := func(url string) obj {
		return obj{"content": "x", "components": []any{row(obj{"type": 2, "style": 5, "label": "l", "url": url})}}
	}
	web := func(n int) string { return "https://a.example/" + string(make([]byte, 0)) + longASCII(n-18) }
	for _, c := range []struct {
		name     string
		good, no obj
		path     string
		code     string
	}{
		{"content", obj{"content": long(2000)}, obj{"content": long(2001)}, "content", "BASE_TYPE_MAX_LENGTH"},
		{"embeds", obj{"embeds": spots(10, func(int) any { return obj{"title": "t"} })}, obj{"embeds": spots(11, func(int) any { return obj{"title": "t"} })}, "embeds", "BASE_TYPE_MAX_LENGTH"},
		{"embeds in all", obj{"embeds": []any{obj{"description": long(4000)}, obj{"description": long(2000)}}}, obj{"embeds": []any{obj{"description": long(4000)}, obj{"description": long(2001)}}}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"},
		{"title", one(obj{"title": long(256)}), one(obj{"title": long(257)}), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"},
		{"description", one(obj{"description": long(4096)}), one(obj{"description": long(4097)}), "embeds.0.description", "BASE_TYPE_MAX_LENGTH"},
		{"fields", fields(25), fields(26), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"},
		{"field name", field(long(256), "v"), field(long(257), "v"), "embeds.0.fields.0.name", "BASE_TYPE_BAD_LENGTH"},
		{"field value", field("n", long(1024)), field("n", long(1025)), "embeds.0.fields.0.value", "BASE_TYPE_BAD_LENGTH"},
		{"empty field", field("n", "v"), field("n", " "), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"},
		{"footer", one(obj{"footer": obj{"text": long(2048)}}), one(obj{"footer": obj{"text": long(2049)}}), "embeds.0.footer.text", "BASE_TYPE_BAD_LENGTH"},
		{"author", one(obj{"author": obj{"name": long(256)}}), one(obj{"author": obj{"name": long(257)}}), "embeds.0.author.name", "BASE_TYPE_BAD_LENGTH"},
		{"image", one(obj{"image": obj{"url": "https://a.example/i.png"}}), one(obj{"image": obj{"url": "file:///i.png"}}), "embeds.0.image.url", "URL_TYPE_INVALID_SCHEME"},
		{"empty embed", one(obj{"title": "t"}), one(obj{"color": 1}), "embeds.0.description", "BASE_TYPE_REQUIRED"},
		{"rows", rows(5), rows(6), "components", "BASE_TYPE_MAX_LENGTH"},
		{"buttons", obj{"content": "x", "components": []any{row(buttons(5, "b")...)}}, obj{"content": "x", "components": []any{row(buttons(6, "b")...)}}, "components.0.components", "BASE_TYPE_BAD_LENGTH"},
		{"an empty row", rows(1), obj{"content": "x", "components": []any{row()}}, "components.0.components", "BASE_TYPE_REQUIRED"},
		{"label", b(obj{"label": long(80)}), b(obj{"label": long(81)}), "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"},
		{"custom_id", b(obj{"custom_id": long(100)}), b(obj{"custom_id": long(101)}), "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"},
		{"an empty custom_id", b(obj{"custom_id": "x"}), b(obj{"custom_id": ""}), "components.0.components.0.custom_id", "BASE_TYPE_REQUIRED"},
		{"custom_id twice", rows(2), obj{"content": "x", "components": []any{row(button("a", "1")), row(button("b", "1"))}}, "components.1.components.0.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"},
		{"a button with nothing on it", b(nil), b(obj{"label": ""}), "components.0.components.0", "BUTTON_COMPONENT_EMPTY"},
		{"style", b(obj{"style": 4}), b(obj{"style": 9}), "components.0.components.0.style", "BASE_TYPE_CHOICES"},
		{"url", link(web(512)), link(web(513)), "components.0.components.0.url", "BASE_TYPE_MAX_LENGTH"},
		{"url's scheme", link("https://a.example"), link("javascript://x"), "components.0.components.0.url", "URL_TYPE_INVALID_SCHEME"},
		{"options", menu(obj{"options": options(25)}), menu(obj{"options": options(26)}), "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"},
		{"option label", menu(obj{"options": []any{obj{"label": long(100), "value": "v"}}}), menu(obj{"options": []any{obj{"label": long(101), "value": "v"}}}), "components.0.components.0.options.0.label", "BASE_TYPE_BAD_LENGTH"},
		{"option value", menu(obj{"options": []any{obj{"label": "l", "value": long(100)}}}), menu(obj{"options": []any{obj{"label": "l", "value": long(101)}}}), "components.0.components.0.options.0.value", "BASE_TYPE_BAD_LENGTH"},
		{"option description", menu(obj{"options": []any{obj{"label": "l", "value": "v", "description": long(100)}}}), menu(obj{"options": []any{obj{"label": "l", "value": "v", "description": long(101)}}}), "components.0.components.0.options.0.description", "BASE_TYPE_MAX_LENGTH"},
		{"option twice", menu(nil), menu(obj{"options": []any{obj{"label": "l", "value": "v"}, obj{"label": "k", "value": "v"}}}), "components.0.components.0.options.1.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
		{"placeholder", menu(obj{"placeholder": long(150)}), menu(obj{"placeholder": long(151)}), "components.0.components.0.placeholder", "BASE_TYPE_MAX_LENGTH"},
		{"a menu beside a button", menu(nil), obj{"content": "x", "components": []any{row(button("b", "b"), obj{"type": 5, "custom_id": "u"})}}, "components.0.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
		{"an unknown component", rows(1), obj{"content": "x", "components": []any{obj{"type": 99}}}, "components.0.type", "UNION_TYPE_CHOICES"},
		{"nonce", obj{"content": "x", "nonce": long(25)}, obj{"content": "x", "nonce": long(26)}, "nonce", "BASE_TYPE_MAX_LENGTH"},
		{"parse null", obj{"content": "x", "allowed_mentions": obj{"parse": []any{}}}, obj{"content": "x", "allowed_mentions": obj{"parse": nil}}, "allowed_mentions.parse", "LIST_TYPE_CONVERT"},
		{"users", obj{"content": "x", "allowed_mentions": obj{"users": spots(100, func(int) any { return "1" })}}, obj{"content": "x", "allowed_mentions": obj{"users": spots(101, func(int) any { return "1" })}}, "allowed_mentions.users", "BASE_TYPE_MAX_LENGTH"},
		{"users beside parse", obj{"content": "x", "allowed_mentions": obj{"parse": []any{"roles"}, "users": []any{"1"}}}, obj{"content": "x", "allowed_mentions": obj{"parse": []any{"users"}, "users": []any{"1"}}}, "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ok(t, s, "POST /channels/"+room.ID+"/messages", c.good)
			a := no(t, s, 50035, "POST /channels/"+room.ID+"/messages", c.no)
			if got := a.at(c.path); got != c.code {
				t.Errorf("at %s: %q, want %q in %s", c.path, got, c.code, a.Raw)
			}
		})
	}
}

func longASCII(n int) string { return string(bytesOf(n)) }

func bytesOf(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a'
	}
	return b
}

func TestRefusesWithoutTouchingAnything(t *testing.T) {
	s := calm(t)
	room := s.Channel("#inbox")
	m := post(t, s, room, obj{"content": "hello"})
	at := "/channels/" + room.ID + "/messages"
	no(t, s, 50006, "POST "+at, obj{"content": "  "})
	no(t, s, 10003, "POST /channels/123/messages", obj{"content": "x"})
	no(t, s, 10008, "PATCH "+at+"/123", obj{"content": "x"})
	no(t, s, 10004, "GET /guilds/123", nil)
	no(t, s, 0, "GET /nothing", nil)
	theirs := s.User("Ana").Says("#inbox", "mine")
	no(t, s, 50005, "PATCH "+at+"/"+theirs.ID, obj{"content": "x"})
	no(t, s, 10014, "PUT "+at+"/"+m.ID+"/reactions/notanemoji/@me", nil)
	ok(t, s, "PUT "+at+"/"+m.ID+"/reactions/%E2%9C%85/@me", nil)
	no(t, s, 50035, "GET "+at+"?limit=101", nil)
	ok(t, s, "GET "+at+"?limit=100", nil)
	s.API.Revoke(true)
	if a := do(t, s, "GET /users/@me", nil); a.Status != 401 {
		t.Errorf("a revoked token: %d", a.Status)
	}
}
