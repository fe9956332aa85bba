package console

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/chattest"
	"ponte/storage/bolt"
)

// sentences reads a language's catalogues, the plural forms as "key.form".
func sentences(t testing.TB, lang bot.Lang) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "internal", "i18n", string(lang), "*.toml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no catalogues", err)
	}
	out := map[string]string{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		table := ""
		for _, l := range strings.Split(string(body), "\n") {
			if name, ok := strings.CutPrefix(l, "["); ok {
				table = strings.TrimSuffix(name, "]")
			} else if key, text, ok := strings.Cut(l, " = "); ok {
				out[table+"."+key] = strings.Trim(text, `"`)
			}
		}
	}
	return out
}

var hole = regexp.MustCompile(`{{\.(\w+)}}`)

// printer prints from the catalogues, and fails the test for what is not there.
func printer(t testing.TB) func(bot.Lang, *time.Location, card.Words) string {
	all := map[bot.Lang]map[string]string{}
	for _, lang := range bot.Langs {
		all[lang] = sentences(t, lang)
	}
	return func(lang bot.Lang, zone *time.Location, w card.Words) string {
		if w.Key == "" {
			return w.Text
		}
		if !strings.HasPrefix(w.Key, "console.") {
			return "«" + w.Key + "»"
		}
		args := map[string]string{}
		form := ".other"
		for _, a := range w.Args {
			switch {
			case a.Count != nil:
				args[a.Name] = fmt.Sprint(*a.Count)
				if *a.Count == 1 {
					form = ".one"
				}
			case !a.At.IsZero():
				args[a.Name] = a.At.In(zone).Format("2 Jan 15:04")
			default:
				args[a.Name] = a.Text
			}
		}
		text, ok := all[lang][w.Key]
		if !ok {
			if text, ok = all[lang][w.Key+form]; !ok {
				t.Errorf("no sentence %s in %s", w.Key, lang)
			}
		}
		return hole.ReplaceAllStringFunc(text, func(h string) string { return args[hole.FindStringSubmatch(h)[1]] })
	}
}

func person(brand bot.BrandID, id bot.PersonID, name string, roles ...bot.Role) bot.Person {
	return bot.Person{ID: id, Name: name, Roles: roles, Users: []string{"console/" + string(brand) + "/" + string(id)}}
}

func brands() *bot.Brands {
	channel := func(brand, id string, restricted ...bot.Role) bot.Channel {
		return bot.Channel{ID: id, Platform: "console", Space: brand, Remote: id, Restricted: restricted}
	}
	return bot.NewBrands(
		bot.Brand{ID: "aurora", Name: "Café Aurora", Language: bot.English, Zone: "Europe/Madrid",
			Channels: []bot.Channel{channel("aurora", "inbox"), channel("aurora", "secret", bot.Manager), {ID: "far", Platform: "other", Space: "aurora", Remote: "far"}},
			People: []bot.Person{person("aurora", "olga", "Olga", bot.Observer), person("aurora", "ana", "Ana Ruiz", bot.Manager),
				person("aurora", "zoe", "Zoe"), {ID: "far", Name: "Far", Roles: []bot.Role{bot.Manager}, Users: []string{"other/aurora/far"}}}},
		bot.Brand{ID: "bosco", Name: "Il Bosco", Language: bot.Italian,
			Channels: []bot.Channel{channel("bosco", "posta")}, People: []bot.Person{person("bosco", "bruno", "Bruno", bot.Manager)}},
	)
}

// rig is a console on a real store, served over HTTP.
type rig struct {
	t      testing.TB
	c      *Console
	server *httptest.Server
	now    time.Time
	log    *strings.Builder
}

func newRig(t testing.TB, change ...func(*Options)) *rig {
	t.Helper()
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "ponte.db"), bolt.Options{RunTwice: true}, Collections()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	r := &rig{t: t, now: time.Date(2026, 11, 27, 17, 30, 0, 0, time.UTC), log: &strings.Builder{}}
	all := brands()
	opt := Options{
		Brands: func() *bot.Brands { return all }, Print: printer(t), Now: func() time.Time { return r.now },
		Log: slog.New(slog.NewTextHandler(r.log, nil)), Square: "http://127.0.0.1:7002/",
		Commands: func() []act.Command {
			return []act.Command{
				{Name: "assign", Summary: card.Literal("Give it to somebody"), Roles: []bot.Role{bot.Manager}, Examples: []string{"assign ana"},
					Options: []act.Option{{Name: "person", Kind: act.PersonOption, Required: true}}},
				{Name: "inbox", Summary: card.Literal("What waits")},
			}
		},
	}
	for _, f := range change {
		f(&opt)
	}
	r.c = New(store, opt)
	r.server = httptest.NewServer(r.c.Handler())
	t.Cleanup(r.server.Close)
	return r
}

// listen answers every deed with f until the test ends.
func (r *rig) listen(f act.Handler) {
	r.c.listen(f)
	r.t.Cleanup(func() { r.c.listen(nil) })
}

func aurora(room string) act.Place {
	return act.Place{Platform: "console", Space: "aurora", Channel: room}
}

func (r *rig) send(room, key string, a act.Send) string {
	r.t.Helper()
	got, err := r.c.Carry(r.t.Context(), key, a, aurora(room))
	if err != nil {
		r.t.Fatal(err)
	}
	return got.Ref
}

// request asks as somebody; headers come in pairs.
func (r *rig) request(method, path, as string, form url.Values, headers ...string) *http.Request {
	r.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.server.URL+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if form != nil {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if as != "" {
		q.AddCookie(&http.Cookie{Name: asCookie, Value: url.QueryEscape(as)})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if q.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			q.Host = headers[i+1]
		}
	}
	return q
}

// get returns the status and body of an answer, not following redirects.
func (r *rig) answer(q *http.Request) (int, string, http.Header) {
	r.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return got.StatusCode, string(body), got.Header
}

func (r *rig) get(path, as string, headers ...string) (int, string) {
	r.t.Helper()
	status, body, _ := r.answer(r.request("GET", path, as, nil, headers...))
	return status, body
}

// act does a deed of aurora's in the inbox unless the fields say otherwise.
func (r *rig) act(name, as string, pairs ...string) (int, reply) {
	r.t.Helper()
	form := url.Values{"brand": {"aurora"}, "room": {"inbox"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	status, body, _ := r.answer(r.request("POST", "/act/"+name, as, form, "Accept", "application/json"))
	var out reply
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		r.t.Fatalf("%s answers %d %q", name, status, body)
	}
	return status, out
}

// said is the text of a notice.
func (r reply) said() string {
	if r.Notice == nil || len(r.Notice.Card.Blocks) == 0 {
		return ""
	}
	return r.Notice.Card.Blocks[0].Words.String()
}

// contract plays the platform's people for the suite of all chats.
type contract struct{ *rig }

func (c contract) Adapter() act.Adapter { return c.c }

func (c contract) At() (act.Place, bot.Actor) {
	return aurora("inbox"), bot.Actor{Platform: "console", Space: "aurora", User: "ana", Name: "Ana Ruiz"}
}

var tag = regexp.MustCompile(`<[^>]*>`)

func (c contract) Shown(t testing.TB) (out []chattest.Message) {
	t.Helper()
	status, body := c.get("/pane/aurora/inbox", "aurora/ana")
	if status != http.StatusOK {
		t.Fatalf("the room answers %d", status)
	}
	for _, top := range split(body) {
		out = append(out, shown(top))
		_, body := c.get("/pane/aurora/inbox/"+shown(top).Ref, "aurora/ana")
		for _, a := range split(body) {
			if m := shown(a); m.Ref != shown(top).Ref {
				out = append(out, m)
			}
		}
	}
	return out
}

func split(body string) []string {
	return regexp.MustCompile(`(?s)<article.*?</article>`).FindAllString(body, -1)
}

func shown(article string) chattest.Message {
	attr := func(name string) string {
		if m := regexp.MustCompile(name + `="([^"]*)"`).FindStringSubmatch(article); m != nil {
			return m[1]
		}
		return ""
	}
	m := chattest.Message{
		Ref: attr("data-message"), Thread: attr("data-under"), Text: html.UnescapeString(tag.ReplaceAllString(article, " ")),
		Markup: strange(article) != "" || strings.Contains(article, "evil.example\""),
	}
	if strings.Contains(article, " for-me") {
		m.Pings = []string{"ana"}
	}
	return m
}

func (c contract) Do(t testing.TB, d chattest.Deed) chattest.Heard {
	t.Helper()
	var out reply
	at := []string{"deed", d.ID, "thread", d.Thread}
	switch {
	case d.Say != "":
		_, out = c.act("say", "aurora/ana", append(at, "text", d.Say)...)
	case d.Press != nil:
		_, out = c.act("click", "aurora/ana", append(at, "ref", d.Ref, "verb", d.Press.Verb, "subject", "conversation/1", "revision", "1")...)
	case d.Submit != nil:
		at = append(at, "verb", d.Submit.Verb, "subject", d.Submit.Subject, "revision", fmt.Sprint(d.Submit.Revision), "token", d.Submit.Token)
		for _, f := range d.Submit.Fields {
			at = append(at, "value."+f.Name, f.Value)
		}
		_, out = c.act("submit", "aurora/ana", at...)
	case d.React != "":
		_, out = c.act("react", "aurora/ana", append(at, "ref", d.Ref, "emoji", d.React, "removed", fmt.Sprint(d.Off))...)
	}
	return chattest.Heard{Notice: out.said(), Form: out.Form != nil}
}

func TestContract(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Rig { return contract{newRig(t)} })
}

// quiet is a listener that answers nothing.
func quiet(context.Context, act.Event) (act.Answer, error) { return act.Answer{}, nil }
