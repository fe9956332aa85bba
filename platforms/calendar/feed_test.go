package calendar

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/apognu/gocal"
	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/internal/i18n"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func aurora() *bot.Brand {
	return &bot.Brand{
		ID: "aurora", Name: "Caffè Aurora", Language: bot.English, Zone: "Europe/Madrid",
		Accounts: []bot.Account{{ID: "net:aurora", Network: "the net", Name: "Aurora"}, {ID: "shop:aurora", Network: "the shop", Name: "Aurora"}},
	}
}

func printer(t testing.TB) Print {
	t.Helper()
	words, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return words.Print
}

// house is a feed of one brand, under one secret.
type house struct {
	t       *testing.T
	entries []bot.Entry
	err     error
	log     bytes.Buffer
	now     time.Time
	mux     *http.ServeMux
}

const secret = "a-secret-of-a-kind"

func newHouse(t *testing.T, entries ...bot.Entry) *house {
	h := &house{t: t, entries: entries, now: noon, mux: http.NewServeMux()}
	h.mux.Handle("GET /calendar/{file}", NewFeed(FeedOptions{
		Print: printer(t), Now: func() time.Time { return h.now }, Log: slog.New(slog.NewTextHandler(&h.log, nil)),
		Read: func(_ context.Context, given string) (*bot.Brand, []bot.Entry, error) {
			if given != secret || h.err != nil {
				return nil, nil, h.err
			}
			return aurora(), h.entries, nil
		},
	}))
	return h
}

func (h *house) get(file string, with func(*http.Request)) *http.Response {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/calendar/"+file, nil)
	if with != nil {
		with(r)
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	if strings.Contains(h.log.String(), secret) {
		h.t.Errorf("the log has the secret: %s", h.log.String())
	}
	return w.Result()
}

func text(t testing.TB, a *http.Response) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(a.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parsed reads a feed as calendar programs do.
func parsed(t testing.TB, feed string) map[string]gocal.Event {
	t.Helper()
	from, to := noon.AddDate(-30, 0, 0), noon.AddDate(30, 0, 0)
	p := gocal.NewParser(strings.NewReader(feed))
	p.Start, p.End = &from, &to
	if err := p.Parse(); err != nil {
		t.Fatalf("%v in\n%s", err, feed)
	}
	out := map[string]gocal.Event{}
	for _, e := range p.Events {
		e.Description = strings.ReplaceAll(e.Description, `\n`, "\n") // it leaves that to others
		out[e.Uid] = e
	}
	if len(out) != len(p.Events) {
		t.Errorf("%d events have %d names", len(p.Events), len(out))
	}
	return out
}

func TestFeed(t *testing.T) {
	changed := noon.Add(-time.Hour)
	h := newHouse(t,
		bot.Entry{UID: "one", At: noon, Account: "net:aurora", State: bot.Scheduled, Draft: "d1", Number: 12, Text: "We are open,\nalso on Sunday; come.", Campaign: "winter", Changed: changed, Revision: 4},
		bot.Entry{UID: "two", At: noon.Add(time.Hour), Account: "shop:aurora", State: bot.InReview, Draft: "d2", Number: 13, Text: "Maybe.", Changed: changed, Revision: 1},
		bot.Entry{UID: "three", At: noon.Add(2 * time.Hour), Account: "net:aurora", State: bot.Cancelled, Draft: "d3", Number: 14, Text: "Never mind.", Changed: changed, Revision: 9},
		bot.Entry{UID: "four", At: noon.Add(-2 * time.Hour), Account: "net:aurora", State: bot.Published, Draft: "d4", Number: 11, Text: "Out.", Changed: changed, URL: "https://net.example/p/4"},
		bot.Entry{UID: "five-2026-12-01T09:00-net:aurora", At: noon.Add(96 * time.Hour), Account: "net:aurora", State: bot.Scheduled, Text: "Every Tuesday.", Series: 3},
		bot.Entry{UID: "six", At: noon, Account: "net:gone", State: bot.Failed, Draft: "d6", Number: 15, Text: "Hm.", URL: "javascript:alert(1)"},
	)
	a := h.get(secret+".ics", nil)
	body := text(t, a)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Fatalf("%s %v", a.Status, a.Header)
	}
	type event struct{ At, Summary, Description, Status, URL, Changed, Stamp string }
	got, read := map[string]event{}, parsed(t, body)
	for id, e := range read {
		ev := event{e.Start.UTC().Format("02 15:04"), e.Summary, e.Description, e.Status, e.URL, "", ""}
		if e.LastModified != nil {
			ev.Changed = e.LastModified.UTC().Format("02 15:04")
		}
		if e.Stamp != nil {
			ev.Stamp = e.Stamp.UTC().Format("2006-01-02 15:04")
		}
		got[id] = ev
	}
	want := map[string]event{
		"one@ponte":                              {"27 12:00", "↗ the net: We are open, also on Sunday; come.", "We are open,\nalso on Sunday; come.\n\nthe net · Aurora · scheduled · draft 12 · campaign winter", "CONFIRMED", "", "27 11:00", "2026-11-27 11:00"},
		"two@ponte":                              {"27 13:00", "◐ the shop, waits for a decision: Maybe.", "Maybe.\n\nthe shop · Aurora · waits for a decision · draft 13", "TENTATIVE", "", "27 11:00", "2026-11-27 11:00"},
		"three@ponte":                            {"27 14:00", "· the net, cancelled: Never mind.", "Never mind.\n\nthe net · Aurora · cancelled · draft 14", "CANCELLED", "", "27 11:00", "2026-11-27 11:00"},
		"four@ponte":                             {"27 10:00", "➜ the net: Out.", "Out.\n\nthe net · Aurora · out · draft 11", "CONFIRMED", "https://net.example/p/4", "27 11:00", "2026-11-27 11:00"},
		"five-2026-12-01T09:00-net:aurora@ponte": {"01 12:00", "↗ the net: Every Tuesday.", "Every Tuesday.\n\nthe net · Aurora · comes with its series · series 3", "CONFIRMED", "", "", "2000-01-01 00:00"},
		"six@ponte":                              {"27 12:00", "✕ net:gone, failed: Hm.", "Hm.\n\nnet:gone · failed · draft 15", "TENTATIVE", "", "", "2000-01-01 00:00"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, line := range []string{"X-WR-CALNAME:Caffè Aurora\\, posts", "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "SEQUENCE:4", "SEQUENCE:9", "VERSION:2.0", "DTSTART:20261127T120000Z", "TRANSP:TRANSPARENT"} {
		if !strings.Contains(body, "\r\n"+line+"\r\n") {
			t.Errorf("there is no line %q in\n%s", line, body)
		}
	}
}

func TestFeedThatDidNotChange(t *testing.T) {
	h := newHouse(t, bot.Entry{UID: "one", At: noon, Account: "net:aurora", State: bot.Scheduled, Number: 1, Text: "One.", Revision: 1})
	tag := h.get(secret+".ics", nil).Header.Get("ETag")
	again := func(r *http.Request) { r.Header.Set("If-None-Match", tag) }
	h.now = noon.Add(time.Hour)
	if a := h.get(secret+".ics", again); a.StatusCode != http.StatusNotModified || text(t, a) != "" {
		t.Errorf("the same feed is answered %s", a.Status)
	}
	h.entries[0].Revision++
	if a := h.get(secret+".ics", again); a.StatusCode != http.StatusOK || a.Header.Get("ETag") == tag {
		t.Errorf("another feed is answered %s", a.Status)
	}
}

func TestFeedIsNobodyElses(t *testing.T) {
	h := newHouse(t, bot.Entry{UID: "one", At: noon, Account: "net:aurora", State: bot.Scheduled, Number: 1, Text: "One."})
	for _, file := range []string{"", "x.ics", ".ics", secret, secret + ".ICS", secret + "x.ics", secret[1:] + ".ics", strings.Repeat("x", 5000) + ".ics", "%2e%2e.ics"} {
		if a := h.get(file, nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("%.40q is answered %s", file, a.Status)
		}
	}
	h.err = errors.New("the disk is broken")
	if a := h.get(secret+".ics", nil); a.StatusCode != http.StatusServiceUnavailable || text(t, a) != "" {
		t.Errorf("a fault is answered %s", a.Status)
	}
	if !strings.Contains(h.log.String(), "the disk is broken") {
		t.Error("the log does not tell of the fault")
	}
	h.err = nil
	asks := func(from string) int {
		return h.get(secret+".ics", func(r *http.Request) { r.RemoteAddr = from }).StatusCode
	}
	for i := range 120 {
		if got := asks(fmt.Sprintf("198.51.100.7:%d", 1000+i)); got != http.StatusOK {
			t.Fatalf("request %d is answered %d", i, got)
		}
	}
	if a, b := asks("198.51.100.7:9"), asks("198.51.100.8:9"); a != http.StatusTooManyRequests || b != http.StatusOK {
		t.Errorf("one too many is answered %d, and another's %d", a, b)
	}
	h.now = noon.Add(time.Minute)
	if got := asks("198.51.100.7:9"); got != http.StatusOK {
		t.Errorf("a minute later it is answered %d", got)
	}
}

// FuzzFeed writes any text, and reads the same from the feed.
func FuzzFeed(f *testing.F) {
	for _, text := range []string{
		"plain", "one, two; three: four\\five \"six\"", "a\r\nb\rc\n\nd", strings.Repeat("ñandú ", 60), strings.Repeat("👩‍👩‍👧‍👦", 40), strings.Repeat("x", 300),
		"\\n is not a line", "END:VEVENT\r\nBEGIN:VEVENT", "\x00\x1b[31m\u202eabc\u2028z", "\xff\xfe", " leading", "tab\tin\tit", "مرحبا بالعالم", "\\", ",", "\n", strings.Repeat("é\n", 90),
	} {
		f.Add(text, "campaign", "uid")
	}
	print := printer(f)
	f.Fuzz(func(t *testing.T, text, campaign, uid string) {
		if len(text)+len(campaign)+len(uid) > 20_000 {
			return // no draft is so long
		}
		entries := []bot.Entry{
			{UID: "first", At: noon, Account: "net:aurora", State: bot.Scheduled, Number: 1, Text: text, Campaign: campaign, Revision: 1},
			{UID: "second-" + uid, At: noon, Account: "net:aurora", State: bot.Held, Number: 2, Text: "after it", Revision: 2},
		}
		feed := write(aurora(), entries, print)
		for _, line := range strings.SplitAfter(feed, "\r\n") {
			bare := strings.TrimSuffix(line, "\r\n")
			if len(bare) > 75 || strings.ContainsAny(bare, "\r\n") || !utf8.ValidString(bare) || line != "" && bare == line {
				t.Fatalf("the line %q is %d bytes", line, len(bare))
			}
		}
		events := map[string]string{}
		starts, unfolded := 0, strings.ReplaceAll(feed, "\r\n ", "")
		uidNow := ""
		for line := range strings.SplitSeq(unfolded, "\r\n") {
			switch {
			case line == "BEGIN:VEVENT":
				starts++
			case strings.HasPrefix(line, "UID:"):
				uidNow = unescaped(line[len("UID:"):])
			case strings.HasPrefix(line, "DESCRIPTION:"):
				events[uidNow] = unescaped(line[len("DESCRIPTION:"):])
			}
		}
		if starts != 2 || len(events) != 2 {
			t.Fatalf("%d events begin, %d have a text, in\n%s", starts, len(events), feed)
		}
		if got := events["first@ponte"]; !strings.HasPrefix(got, clean(text)+"\n\n") {
			t.Errorf("it reads %q, want %q", got, clean(text))
		}
	})
}

// unescaped reads a text as RFC 5545 has it.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'n' || s[i] == 'N' {
				b.WriteByte('\n')
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// TestOthersReadWhatIsHard reads hard texts with the parser of others.
func TestOthersReadWhatIsHard(t *testing.T) {
	print := printer(t)
	for _, text := range []string{
		"one, two; three: four", strings.Repeat("ñandú, ", 60), strings.Repeat("👩‍👩‍👧‍👦", 40), strings.Repeat("x", 300), "a\r\nb", "END:VEVENT\r\nBEGIN:VEVENT", "مرحبا",
	} {
		e := parsed(t, write(aurora(), []bot.Entry{{UID: "one", At: noon, Account: "net:aurora", State: bot.Scheduled, Number: 1, Text: text}}, print))["one@ponte"]
		if got, _, _ := strings.Cut(e.Description, "\n\nthe net"); got != clean(text) {
			t.Errorf("others read %q, want %q", got, clean(text))
		}
	}
}
