package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/storage"
)

func TestOnlyOnesOwnRoomsAreThere(t *testing.T) {
	r := newRig(t)
	r.listen(quiet)
	open := r.send("inbox", "k1", act.Send{Card: card.Notice(card.Literal("open to all"))})
	shut := r.send("secret", "k2", act.Send{Card: card.Notice(card.Literal("for managers"))})
	for _, c := range []struct {
		path, as string
		status   int
	}{
		{"/c/aurora/inbox", "aurora/olga", 200}, {"/c/aurora/secret", "aurora/ana", 200}, {"/c/aurora/secret/" + shut, "aurora/ana", 200},
		{"/c/aurora/secret", "aurora/olga", 404}, {"/c/aurora/secret/" + shut, "aurora/olga", 404}, {"/c/aurora/inbox/" + shut, "aurora/olga", 404},
		{"/pane/aurora/secret", "aurora/olga", 404}, {"/pane/aurora/secret/" + shut, "aurora/olga", 404}, {"/pane/aurora/inbox/" + shut, "aurora/olga", 404},
		{"/c/aurora/inbox", "aurora/zoe", 404}, {"/pane/aurora/inbox/" + open, "aurora/zoe", 404}, {"/", "aurora/zoe", 200},
		{"/c/aurora", "bosco/bruno", 404}, {"/c/aurora/inbox", "bosco/bruno", 404}, {"/pane/aurora/inbox", "bosco/bruno", 404},
		{"/live/aurora", "bosco/bruno", 404}, {"/commands/aurora", "bosco/bruno", 404}, {"/c/bosco/posta", "bosco/bruno", 200},
		{"/c/aurora/far", "aurora/ana", 404}, {"/c/nowhere", "aurora/ana", 404}, {"/c/aurora/inbox", "aurora/nobody", 404},
	} {
		for _, accept := range []string{"text/html", "application/json"} {
			status, body := r.get(c.path, c.as, "Accept", accept)
			if status != c.status || status == 404 && (strings.Contains(body, "open to all") || strings.Contains(body, "for managers")) {
				t.Errorf("%s sees %s as %d, not %d", c.as, c.path, status, c.status)
			}
		}
	}
	if _, body := r.get("/", "aurora/olga"); strings.Contains(body, `data-channel="secret"`) || !strings.Contains(body, `data-channel="inbox"`) {
		t.Error("an observer is shown other rooms than their own")
	}
	if _, body := r.get("/", "aurora/zoe"); strings.Contains(body, "data-channel") || !strings.Contains(body, "No channels for you here") {
		t.Error("somebody without a role is not told so")
	}
	for name, as := range map[string]string{"a room that is closed to them": "aurora/olga", "no role": "aurora/zoe", "another brand": "bosco/bruno"} {
		for _, deed := range []string{"say", "click", "submit", "react", "suggest", "read"} {
			status, got := r.act(deed, as, "room", "secret", "ref", shut, "text", "hello", "emoji", "✅")
			if status != http.StatusForbidden || got.said() == "" {
				t.Errorf("%s: %s answers %d %q", name, deed, status, got.said())
			}
		}
	}
	if status, _ := r.act("click", "aurora/olga", "ref", shut); status != http.StatusNotFound {
		t.Errorf("a click on a message of another room answers %d", status)
	}
	if status, _ := r.act("say", "aurora/olga", "thread", shut, "text", "hello"); status != http.StatusNotFound {
		t.Errorf("a note in a thread of another room answers %d", status)
	}
}

func TestWhoAsksIsChecked(t *testing.T) {
	r := newRig(t)
	heard := 0
	r.listen(func(context.Context, act.Event) (act.Answer, error) { heard++; return act.Answer{}, nil })
	form := url.Values{"brand": {"aurora"}, "room": {"inbox"}, "text": {"hello"}}
	for name, headers := range map[string][]string{
		"another site":        {"Sec-Fetch-Site", "cross-site"},
		"another port":        {"Sec-Fetch-Site", "same-site"},
		"an origin elsewhere": {"Origin", "https://evil.example"},
		"a rebound name":      {"Host", "evil.example"},
		"a lookalike":         {"Host", "localhost.evil.example"},
	} {
		if status, _, _ := r.answer(r.request("POST", "/act/say", "aurora/ana", form, headers...)); status != http.StatusForbidden {
			t.Errorf("%s is answered %d", name, status)
		}
	}
	for _, headers := range [][]string{{"Host", "evil.example"}, {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}} {
		if status, _ := r.get("/pane/aurora/inbox", "aurora/ana", headers...); status != http.StatusForbidden {
			t.Errorf("reading with %v is answered %d", headers, status)
		}
	}
	if heard != 0 {
		t.Errorf("%d forged deeds were heard", heard)
	}
	for _, host := range []string{"localhost:80", "console.localhost", "127.0.0.2", "[::1]:7001"} {
		if status, _ := r.get("/", "", "Host", host); status != http.StatusOK {
			t.Errorf("%s is answered %d", host, status)
		}
	}
	if status, _ := r.get("/", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"); status != http.StatusOK {
		t.Errorf("a link from elsewhere is answered %d", status)
	}
	far := httptest.NewRequest("GET", "http://localhost/", nil)
	far.RemoteAddr = "192.0.2.7:1234"
	w := httptest.NewRecorder()
	if r.c.Handler().ServeHTTP(w, far); w.Code != http.StatusForbidden {
		t.Errorf("another machine is answered %d", w.Code)
	}
}

func TestToken(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Token = "open sesame" })
	for path, want := range map[string]int{"/": 401, "/c/aurora": 401, "/live/aurora": 401, "/people": 401, "/healthz": 200} {
		if status, body := r.get(path, ""); status != want || strings.Contains(body, "inbox") {
			t.Errorf("%s without the token answers %d", path, status)
		}
	}
	give := func(token string) (int, string) {
		status, _, h := r.answer(r.request("POST", "/token", "", url.Values{"token": {token}}))
		return status, h.Get("Set-Cookie")
	}
	if status, cookie := give("wrong"); status != 401 || cookie != "" {
		t.Errorf("a wrong token answers %d %q", status, cookie)
	}
	status, cookie := give("open sesame")
	if status != http.StatusSeeOther || !strings.Contains(cookie, "HttpOnly") || strings.Contains(cookie, "sesame") {
		t.Errorf("the token answers %d %q", status, cookie)
	}
	pair, _, _ := strings.Cut(cookie, ";")
	if status, _ := r.get("/", "", "Cookie", pair, "Host", "console.example.org"); status != 200 {
		t.Errorf("with the cookie the page answers %d", status)
	}
	if status, _ := r.get("/", "", "Cookie", tokenCookie+"=1"); status != 401 {
		t.Errorf("with a made-up cookie the page answers %d", status)
	}
	if status, _ := r.get("/", "", "Authorization", "Bearer open sesame"); status != 200 {
		t.Errorf("with a bearer token the page answers %d", status)
	}
	for range triesAMinute {
		give("wrong")
	}
	if status, _ := give("wrong"); status != http.StatusTooManyRequests {
		t.Errorf("one wrong token too many answers %d", status)
	}
	if status, _ := r.get("/", "", "Authorization", "Bearer wrong"); status != http.StatusTooManyRequests {
		t.Errorf("so does a bearer token, with %d", status)
	}
	if status, cookie := give("open sesame"); status != http.StatusSeeOther || cookie == "" {
		t.Errorf("after many wrong tokens the right one answers %d", status)
	}
	r.now = r.now.Add(time.Minute)
	if status, _ := give("wrong"); status != http.StatusUnauthorized {
		t.Errorf("a minute later a wrong token answers %d", status)
	}
}

func TestWrongTokensCountByAddress(t *testing.T) {
	var w wrongTokens
	now := time.Date(2026, 11, 27, 17, 30, 0, 0, time.UTC)
	for i := range triesAMinute {
		if w.add(fmt.Sprintf("192.0.2.7:%d", 1000+i), now) || w.add(fmt.Sprintf("[2001:db8::%x]:80", i), now) {
			t.Fatalf("try %d is too many", i)
		}
	}
	for address, want := range map[string]bool{
		"192.0.2.7:1": true, "[::ffff:192.0.2.7]:1": true, "[2001:db8::ffff]:1": true, "192.0.2.8:1": false, "[2001:db8:0:1::1]:1": false,
	} {
		if got := w.add(address, now); got != want {
			t.Errorf("of %s it is too many: %v", address, got)
		}
	}
	for i := range 2 * maxAddresses {
		w.add(fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255), now)
	}
	if len(w.count) > maxAddresses {
		t.Errorf("%d addresses are remembered", len(w.count))
	}
}

func TestBehindAProxyATokenIsNeeded(t *testing.T) {
	open, shut := newRig(t), newRig(t, func(o *Options) { o.Token = "open sesame" })
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"} {
		if status, body := open.get("/", "", header, ""); status != http.StatusForbidden || !strings.Contains(body, "set a token") {
			t.Errorf("without a token a request with %s is answered %d %q", header, status, body)
		}
		if status, _ := shut.get("/", "", header, "x", "Authorization", "Bearer open sesame"); status != http.StatusOK {
			t.Errorf("with the token a request with %s is answered %d", header, status)
		}
	}
}

func TestADeedIsOneText(t *testing.T) {
	r := newRig(t)
	fails := true
	var heard []act.Noted
	r.listen(func(_ context.Context, e act.Event) (act.Answer, error) {
		heard = append(heard, e.(act.Noted))
		if fails {
			return act.Answer{}, bot.Errorf(bot.Unavailable, "error.busy")
		}
		return act.Answer{}, nil
	})
	top := r.send("inbox", "k", note("a card"))
	if status, got := r.act("say", "aurora/ana", "deed", "d", "thread", top, "text", "first", "seen", "9"); status != 503 || !got.Refused {
		t.Fatalf("a note that is not taken answers %d", status)
	}
	fails = false
	status, got := r.act("say", "aurora/ana", "deed", "d", "thread", top, "text", "first")
	if status != 200 || len(heard) != 2 || heard[0].Ref != heard[1].Ref || string(got.Ref) != heard[0].Ref {
		t.Errorf("sent again it answers %d %+v and is heard as %+v", status, got, heard)
	}
	if heard[0].Seen != "9" {
		t.Errorf("what the page showed is %q", heard[0].Seen)
	}
	for name, pairs := range map[string][]string{"another text": {"thread", top, "text", "second"}, "another place": {"text", "first"}} {
		status, got := r.act("say", "aurora/ana", append(pairs, "deed", "d")...)
		if status != http.StatusConflict || !strings.Contains(got.said(), "Yours is kept") || len(heard) != 2 {
			t.Errorf("%s under the same deed answers %d %q", name, status, got.said())
		}
	}
	if _, body := r.get("/pane/aurora/inbox/"+top, "aurora/ana"); strings.Count(body, ">first<") != 1 || strings.Contains(body, "second") {
		t.Error("the thread does not have the first text once")
	}
	r.act("say", "aurora/ana", "text", "in the room", "seen", "9")
	if heard[2].Seen != "9" {
		t.Errorf("what the page showed of the room is %q", heard[2].Seen)
	}
}

func TestAddressesAnswer(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 200}, {"HEAD", "/", 200}, {"GET", "/healthz", 200}, {"GET", "/people", 200}, {"GET", "/nothing", 404}, {"GET", "/c/", 404},
		{"POST", "/", 405}, {"DELETE", "/c/aurora/inbox", 405}, {"GET", "/act/say", 405}, {"GET", "/console/0/app.js", 404},
		{"GET", "/c/aurora/inbox/999", 404}, {"GET", "/c/aurora/inbox?before=%FF%00", 200}, {"GET", "/c/aurora/%2e%2e%2f", 404},
	} {
		status, _, h := r.answer(r.request(c.method, c.path, "aurora/ana", nil))
		if status != c.status {
			t.Errorf("%s %s answers %d, not %d", c.method, c.path, status, c.status)
		}
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s comes without its guards: %v", c.method, c.path, h)
		}
	}
	_, body := r.get("/", "aurora/ana")
	for _, file := range []string{"base.css", "app.js"} {
		_, after, _ := strings.Cut(body, `"/console/`)
		status, _, h := r.answer(r.request("GET", "/console/"+after[:13]+file, "", nil))
		if status != 200 || !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%s answers %d %v", file, status, h)
		}
	}
}

func TestNotesAreKeptOrRefusedWithAReason(t *testing.T) {
	r := newRig(t)
	if status, got := r.act("say", "aurora/ana", "text", "hello"); status != http.StatusServiceUnavailable || !got.Refused || got.said() == "" {
		t.Errorf("while nobody listens a note answers %d %q", status, got.said())
	}
	var heard []act.Event
	r.listen(func(_ context.Context, e act.Event) (act.Answer, error) {
		heard = append(heard, e)
		return act.Answer{}, nil
	})
	for _, c := range []struct {
		text   string
		status int
		events int
	}{
		{"hello", 200, 1}, {strings.Repeat("é", 8000), 200, 1}, {strings.Repeat("é", 8001), 422, 0}, {" \n ", 422, 0}, {"/remind me", 422, 0},
		{"/ponte", 200, 1}, {"/PONTE inbox", 200, 1}, {"@ponte\nreply two\nlines", 200, 1}, {"@ponter hello", 200, 1}, {"\xff\xfe", 200, 1},
		{strings.Repeat("x", 70_000), 422, 0},
	} {
		heard = nil
		status, got := r.act("say", "aurora/ana", "text", c.text)
		if status != c.status || len(heard) != c.events || got.Refused != (status != 200) || status != 200 && got.said() == "" {
			t.Errorf("%.20q answers %d %q and is %d events", c.text, status, got.said(), len(heard))
		}
	}
	for text, want := range map[string]string{"/ponte": "", "/Ponte  find a  b": "find a  b", "@ponte\nreply two\nlines": "reply two\nlines"} {
		heard = nil
		r.act("say", "aurora/ana", "text", text)
		if got, ok := heard[0].(act.Commanded); !ok || got.Text != want {
			t.Errorf("%q is heard as %#v", text, heard[0])
		}
	}
}

// A form holds a text of its own for each of several accounts, in any script.
func TestFormsWithSeveralTexts(t *testing.T) {
	r := newRig(t)
	var got map[string]string
	r.listen(func(_ context.Context, e act.Event) (act.Answer, error) {
		got = e.(act.Submitted).Values
		return act.Answer{}, nil
	})
	text := strings.Repeat("字", 5000)
	status, _ := r.act("submit", "aurora/ana", "verb", "post", "value.text", text, "value.text:square:aurora", text, "value.on:square:aurora", "true")
	if want := map[string]string{"text": text, "text:square:aurora": text, "on:square:aurora": "true"}; status != 200 || !cmp.Equal(got, want) {
		t.Errorf("%d with %d values", status, len(got))
	}
	if status, got := r.act("submit", "aurora/ana", "verb", "post", "value.text", strings.Repeat("x", maxBody)); status != 422 || !got.Refused {
		t.Errorf("too much for one form answers %d", status)
	}
}

func TestANoteWithoutScriptLeadsBack(t *testing.T) {
	r := newRig(t)
	r.listen(quiet)
	form := url.Values{"brand": {"aurora"}, "room": {"inbox"}, "text": {"by hand"}}
	status, _, h := r.answer(r.request("POST", "/act/say", "aurora/ana", form, "Accept", "text/html"))
	if status != http.StatusSeeOther || h.Get("Location") != "/c/aurora/inbox" {
		t.Errorf("it answers %d %s", status, h.Get("Location"))
	}
	if _, body := r.get("/c/aurora/inbox", "aurora/ana"); !strings.Contains(body, "by hand") {
		t.Error("the note is not on the page")
	}
	form.Set("text", "/remind <b>me")
	status, body, _ := r.answer(r.request("POST", "/act/say", "aurora/ana", form, "Accept", "text/html"))
	if status != 422 || !strings.Contains(body, "is not a command here") || strange(body) != "" {
		t.Errorf("what was not sent answers %d %s", status, body)
	}
}

func TestFaultsAreSaidWithoutTheirCause(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		err    error
		status int
		want   string
	}{
		{bot.Errorf(bot.Denied, "error.role", "Role", "manager"), 403, "«error.role»"},
		{bot.Errorf(bot.Conflict, "error.moved"), 409, "«error.moved»"},
		{errors.New("password=hunter2"), 500, "the number"},
		{bot.Errorf(bot.Internal, "x").Because(errors.New("password=hunter2")), 500, "the number"},
	} {
		r.listen(func(context.Context, act.Event) (act.Answer, error) { return act.Answer{}, c.err })
		status, got := r.act("click", "aurora/ana", "verb", "take")
		if status != c.status || !strings.Contains(got.said(), c.want) || strings.Contains(got.said(), "hunter2") || !got.Refused {
			t.Errorf("%v answers %d %q", c.err, status, got.said())
		}
	}
	if !strings.Contains(r.log.String(), "hunter2") {
		t.Error("the log does not have the cause")
	}
}

func TestButtonsAreForWhoMayPressThem(t *testing.T) {
	r := newRig(t)
	k := card.Card{Subject: "conversation/1", Revision: 7, Opens: true}
	for i := range 8 {
		a := card.Action{Verb: fmt.Sprint("verb", i), Label: card.Literal(fmt.Sprint("Label ", i))}
		if i < 2 {
			a.Needs = []bot.Role{bot.Manager}
		}
		k.Actions = append(k.Actions, a)
	}
	r.send("inbox", "k", act.Send{Card: k})
	for as, want := range map[string][2]int{"aurora/ana": {5, 3}, "aurora/olga": {5, 1}} {
		_, body := r.get("/pane/aurora/inbox", as)
		shown, more, _ := strings.Cut(body, `<details class="menu more">`)
		if got := [2]int{strings.Count(shown, "data-verb"), strings.Count(more, "data-verb")}; got != want {
			t.Errorf("%s has %v buttons, not %v", as, got, want)
		}
		_, raw := r.get("/pane/aurora/inbox", as, "Accept", "application/json")
		if got := strings.Count(raw, `"verb"`); got != want[0]+want[1] {
			t.Errorf("%s has %d buttons as a script", as, got)
		}
	}
	for as, want := range map[string]bool{"aurora/ana": true, "aurora/olga": false} {
		if _, body := r.get("/commands/aurora", as); strings.Contains(body, `"assign"`) != want || !strings.Contains(body, `"inbox"`) {
			t.Errorf("%s is offered %s", as, body)
		}
	}
}

func TestReactions(t *testing.T) {
	r := newRig(t)
	r.listen(quiet)
	ref := r.send("inbox", "k", act.Send{Card: card.Notice(card.Literal("look"))})
	count := func() int {
		_, body := r.get("/pane/aurora/inbox", "aurora/ana")
		return strings.Count(body, `data-emoji="✅" data-count="2"`)
	}
	r.act("react", "aurora/ana", "ref", ref, "emoji", "✅")
	r.act("react", "aurora/ana", "ref", ref, "emoji", "✅")
	r.act("react", "aurora/olga", "ref", ref, "emoji", "✅")
	if count() != 1 {
		t.Error("two people's reactions do not count two")
	}
	r.act("react", "aurora/olga", "ref", ref, "emoji", "✅", "removed", "true")
	if count() != 0 {
		t.Error("a reaction cannot be taken off")
	}
	for emoji, want := range map[string]int{"<b>": 422, "hello": 422, "": 422, "👍": 200} {
		if status, _ := r.act("react", "aurora/ana", "ref", ref, "emoji", emoji); status != want {
			t.Errorf("%q answers %d", emoji, status)
		}
	}
}

func TestUnreadIsCountedUntilRead(t *testing.T) {
	r := newRig(t)
	r.listen(quiet)
	var refs []string
	for i := range 3 {
		refs = append(refs, r.send("inbox", fmt.Sprint(i), act.Send{Card: card.Notice(card.Literal("x"))}))
	}
	under := r.send("inbox", "under", act.Send{Thread: refs[0], Card: card.Notice(card.Literal("y"))})
	unread := func(as string) string {
		_, body := r.get("/", as)
		_, rest, _ := strings.Cut(body, `data-unread="`)
		n, _, _ := strings.Cut(rest, `"`)
		return n
	}
	r.act("read", "aurora/ana", "ref", refs[1])
	if got := []string{unread("aurora/ana"), unread("aurora/olga")}; !cmp.Equal(got, []string{"2", "4"}) {
		t.Errorf("unread are %v", got)
	}
	if _, got := r.act("read", "aurora/ana", "ref", under); !strings.Contains(got.Rooms, `data-unread="0"`) {
		t.Errorf("after reading all the rooms are %s", got.Rooms)
	}
	r.act("read", "aurora/ana", "ref", refs[0])
	if got := unread("aurora/ana"); got != "0" {
		t.Errorf("reading an old message makes %s unread", got)
	}
	if _, body := r.get("/pane/aurora/inbox", "aurora/ana"); !strings.Contains(tag.ReplaceAllString(body, ""), "1 in thread · 1 new") {
		t.Error("the thread does not say that it has something new")
	}
	r.act("read", "aurora/ana", "thread", refs[0], "ref", under)
	if _, body := r.get("/pane/aurora/inbox", "aurora/ana"); strings.Contains(body, "1 new") {
		t.Error("a thread that was read has something new")
	}
}

func TestLongRoomsComeInPages(t *testing.T) {
	r := newRig(t)
	for i := range 120 {
		r.send("inbox", fmt.Sprint(i), act.Send{Card: card.Notice(card.Literal(fmt.Sprintf("message %03d.", i)))})
	}
	path, texts := "/pane/aurora/inbox", []string{}
	for range 5 {
		_, body := r.get(path, "aurora/ana")
		page := regexp.MustCompile(`message \d{3}`).FindAllString(body, -1)
		texts = append(page, texts...)
		_, rest, more := strings.Cut(body, `data-earlier href="/c/`)
		if !more {
			break
		}
		next, _, _ := strings.Cut(rest, `"`)
		path = "/pane/" + next
	}
	var want []string
	for i := range 120 {
		want = append(want, fmt.Sprintf("message %03d", i))
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("paging back (-want +got):\n%s", diff)
	}
}

func TestOnePersonAtATime(t *testing.T) {
	r := newRig(t)
	_, _, h := r.answer(r.request("GET", "/", "", nil))
	if got := h.Get("Set-Cookie"); !strings.Contains(got, "aurora%2Fana") {
		t.Errorf("a newcomer is %q, not the first manager", got)
	}
	status, _, h := r.answer(r.request("POST", "/as", "aurora/ana", url.Values{"who": {"bosco/bruno"}}))
	if status != http.StatusSeeOther || !strings.Contains(h.Get("Set-Cookie"), "bosco%2Fbruno") {
		t.Errorf("becoming somebody else answers %d %v", status, h)
	}
	if status, _, h := r.answer(r.request("POST", "/as", "aurora/ana", url.Values{"who": {"bosco/ana"}})); status != 404 || h.Get("Set-Cookie") != "" {
		t.Errorf("becoming nobody answers %d", status)
	}
	if _, body := r.get("/", "bosco/bruno"); !strings.Contains(body, `lang="it"`) || strings.Contains(body, "Aurora") {
		t.Error("another brand's page is not in its language, or names the first brand")
	}
}

func TestAFullStoreIsUnavailable(t *testing.T) {
	if got := bot.KindOf(refusal(fmt.Errorf("x: %w", storage.ErrFull))); got != bot.Unavailable {
		t.Errorf("a full store is %s", got)
	}
	if got := bot.KindOf(refusal(errors.New("disk"))); got != bot.Ambiguous {
		t.Errorf("an unknown fault is %s", got)
	}
}
