package webhook

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestWholeItem(t *testing.T) {
	body := `{"id": 42, "kind": "review", "author": {"id":"u1","name":"Ada\u0000 ","handle":"@ada","url":"https://a.example/ada","followers":9},
		"text": "two\u0000 \ud800 lines", "url": "https://a.example/42", "in_reply_to": "41", "post": "p1", "rating": 4, "edited": true,
		"created_at": "2026-03-01T10:00:00+02:00", "media": [{"url":"http://a.example/x.png","type":"image/png","alt":"a cat"}],
		"id": 43, "unheard": {"of": [1e999]}}`
	items, faults, no := parse([]byte("\xef\xbb\xbf"+body), false, noon)
	if no != nil || len(faults) > 0 {
		t.Fatal(no, faults)
	}
	want := []act.Incoming{{
		Kind: bot.Review, Remote: "43", Text: "two � lines", URL: "https://a.example/42", Post: "p1", InReplyTo: "41", Rating: 4, Edited: true,
		CreatedAt: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC),
		Author:    bot.Author{ID: "u1", Name: "Ada", Handle: "@ada", URL: "https://a.example/ada", Followers: 9},
		Media:     []bot.Media{{URL: "http://a.example/x.png", Type: "image/png", Alt: "a cat"}},
	}}
	if d := cmp.Diff(want, items); d != "" {
		t.Error(d)
	}
}

func TestAuthorsAndKinds(t *testing.T) {
	for body, want := range map[string]act.Incoming{
		`{"id":"1","author":"Ada","text":"a"}`:                                    {Kind: bot.Comment, Author: bot.Author{ID: "Ada", Name: "Ada"}},
		`{"id":"1","author":{"handle":"@ada"},"text":"a","in_reply_to":"0"}`:      {Kind: bot.Answer, InReplyTo: "0", Author: bot.Author{ID: "@ada", Name: "@ada", Handle: "@ada"}},
		`{"id":"1","author":{"id":7},"text":"a","kind":"message"}`:                {Kind: bot.Direct, Author: bot.Author{ID: "7", Name: "7"}},
		`{"id":"1","author":"Ada","text":"a","kind":"message"}`:                   {Kind: bot.Direct, Author: bot.Author{Name: "Ada"}},
		`{"id":"1","author":{"handle":"@ada"},"text":"a","kind":"message"}`:       {Kind: bot.Direct, Author: bot.Author{ID: "@ada", Name: "@ada", Handle: "@ada"}},
		`{"id":"1","author":null,"text":"a","deleted":true,"author":{"name":""}}`: {Kind: bot.Comment, Deleted: true},
	} {
		want.Remote, want.Text, want.CreatedAt = "1", "a", noon
		items, faults, _ := parse([]byte(body), false, noon)
		if d := cmp.Diff([]act.Incoming{want}, items); d != "" || len(faults) > 0 {
			t.Errorf("%s: %v %s", body, faults, d)
		}
	}
}

func TestItemFaults(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	with := func(field, value string) string {
		return `{"id":"1","author":"Ada","text":"a","` + field + `":` + value + `}`
	}
	for body, want := range map[string]fault{
		`[1]`:                                           {Message: "must be an object"},
		`{"author":"Ada","text":"a"}`:                   {Field: "id", Message: "is missing"},
		`{"id":"1","text":"a"}`:                         {Field: "author", Message: "is missing"},
		`{"id":"1","author":"Ada"}`:                     {Field: "text", Message: "is missing"},
		with("text", `" \n\u0000"`):                     {Field: "text", Message: "is missing"},
		with("text", `5`):                               {Field: "text", Message: "must be a string, not a JSON number"},
		with("id", `1.5`):                               {Field: "id", Message: "must be a string"},
		with("id", `{}`):                                {Field: "id", Message: "must be a string"},
		with("id", `"`+long(256)+`"`):                   {Field: "id", Message: "has more than 255 bytes"},
		with("id", strings.Repeat("9", 256)):            {Field: "id", Message: "has more than 255 bytes"},
		with("author", `7`):                             {Field: "author", Message: "must be a string or an object"},
		with("author", `{"id":[]}`):                     {Field: "author.id", Message: "must be a string"},
		with("author", `{"name":"A","followers":1e99}`): {Field: "author.followers", Message: "must be a whole number, not a JSON number 1e99"},
		with("author", `{"name":"A","followers":-1}`):   {Field: "author.followers", Message: "must not be negative"},
		with("author", `{"name":"A","url":"javascript:alert(1)"}`):      {Field: "author.url", Message: "must be an http or https address of at most 2048 bytes"},
		with("url", `"//a.example"`):                                    {Field: "url", Message: "must be an http or https address of at most 2048 bytes"},
		with("url", `"https://a.example/`+long(2048)+`"`):               {Field: "url", Message: "must be an http or https address of at most 2048 bytes"},
		with("media", `[{"url":"http://a.example/"},{"url":"data:x"}]`): {Field: "media.1.url", Message: "must be an http or https address of at most 2048 bytes"},
		with("media", `["http://a.example/"]`):                          {Field: "media", Message: "must be an object, not a JSON string"},
		with("media", "["+strings.Repeat(`{},`, 20)+"{}]"):              {Field: "media", Message: "has more than 20 entries"},
		with("rating", `6`):                                             {Field: "rating", Message: "must be 1 to 5"},
		with("rating", `4.5`):                                           {Field: "rating", Message: "must be a whole number, not a JSON number 4.5"},
		with("kind", `"shout"`):                                         {Field: "kind", Message: "must be comment, reply, mention, review or message"},
		with("in_reply_to", `"1"`):                                      {Field: "in_reply_to", Message: "is the item itself"},
		with("edited", `"yes"`):                                         {Field: "edited", Message: "must be true or false, not a JSON string"},
		with("created_at", `"today"`):                                   {Field: "created_at", Message: "must be a time as 2026-01-02T15:04:05Z (RFC 3339)"},
		with("created_at", `"9999-12-31T23:59:59-23:00"`):               {Field: "created_at", Message: "must lie between 1970 and a day from now"},
		with("created_at", `"0001-01-01T00:00:00Z"`):                    {Field: "created_at", Message: "must lie between 1970 and a day from now"},
	} {
		want.Index = 1
		_, faults, no := parse([]byte("["+good+","+body+"]"), false, noon)
		if d := cmp.Diff([]fault{want}, faults); d != "" || no != nil {
			t.Errorf("%.80s: %v %s", body, no, d)
		}
	}
}

func TestCut(t *testing.T) {
	items, _, _ := parse([]byte(`{"id":"1","text":"a","author":"`+strings.Repeat("é", 300)+`"}`), false, noon)
	if len(items) != 1 || len(items[0].Author.Name) > maxName || !strings.HasSuffix(items[0].Author.Name, "é…") {
		t.Errorf("%+v", items)
	}
}

func FuzzItems(f *testing.F) {
	f.Add([]byte(good), false)
	f.Add([]byte("["+good+","+good+"]"), false)
	f.Add([]byte(good+"\n"+good), true)
	f.Add([]byte(`{"id":1,"author":{"id":2,"name":"`+strings.Repeat("é", 200)+`"},"text":"\ud800","media":[{"url":"http://x"}],"created_at":"2026-01-01T00:00:00Z"}`), false)
	f.Add([]byte(`[null,{"id":null}`), false)
	f.Fuzz(func(t *testing.T, body []byte, lines bool) {
		items, faults, no := parse(body, lines, noon)
		if no != nil {
			if no.status != http.StatusBadRequest && no.status != http.StatusRequestEntityTooLarge || len(items)+len(faults) > 0 {
				t.Errorf("refused with %+v, and yet %d items", no, len(items))
			}
			if lines := strings.Count(string(body), "\n") + 1; no.Line > lines || no.Column > len(body)+1 || (no.Line == 0) != (no.Column == 0) {
				t.Errorf("the fault is said to be at %d:%d", no.Line, no.Column)
			}
			return
		}
		if len(items)+len(faults) > maxItems {
			t.Errorf("%d items", len(items))
		}
		for _, it := range items {
			if bad := check(&it, noon); bad != nil {
				t.Errorf("%+v came through: %+v", it, bad)
			}
			if !utf8.ValidString(it.Text) || strings.Contains(it.Text, "\x00") || len(it.Author.Name) > maxName {
				t.Errorf("%+v came through", it)
			}
			if _, err := json.Marshal(it); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzSignature(f *testing.F) {
	h := http.Header{}
	_ = sign(h, secretA, "msg_1", noon, []byte(good))
	right := h.Get("webhook-signature")
	f.Add("msg_1", h.Get("webhook-timestamp"), right, []byte(good))
	f.Add("msg_1", h.Get("webhook-timestamp"), "v1 v1, ,v1 "+right, []byte(good))
	f.Add("", "-1", ",", []byte{})
	f.Fuzz(func(t *testing.T, id, at, signature string, body []byte) {
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {at}, "Webhook-Signature": {signature}}
		err := signed(body, h, []string{secretB, secretA}, noon)
		if err == nil && !strings.Contains(signature, right[3:]) && string(body) == good && id == "msg_1" && at == "1772366400" {
			t.Errorf("%q was taken for a signature", signature)
		}
		if err == nil && signed(append(body, ' '), h, []string{secretB, secretA}, noon) == nil {
			t.Error("a signature fits two bodies")
		}
		if signed(body, h, []string{"", "whsec_", "whsec_AAAA", "not base64"}, noon) == nil {
			t.Error("a secret that is none verifies")
		}
	})
}
