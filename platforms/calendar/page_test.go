package calendar

import (
	"context"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

// desk is the page of one brand, seen by one person.
type desk struct {
	t        *testing.T
	viewer   Viewer
	entries  []Entry
	more     int
	err      error
	now      time.Time
	from, to time.Time // what was asked for
}

func newDesk(t *testing.T, entries ...Entry) *desk {
	return &desk{t: t, viewer: Viewer{Brand: aurora(), Lang: bot.English}, entries: entries, now: noon}
}

// visit asks for the page, and returns it with its status.
func (d *desk) visit(query string) (int, string) {
	d.t.Helper()
	mux := http.NewServeMux()
	p := NewPage(PageOptions{
		Print: printer(d.t), Now: func() time.Time { return d.now }, Log: slog.New(slog.DiscardHandler),
		Home: func(id bot.BrandID) string { return "/c/" + string(id) },
		Viewer: func(_ *http.Request, id bot.BrandID) Viewer {
			if id != "aurora" {
				return Viewer{Lang: d.viewer.Lang}
			}
			return d.viewer
		},
		Entries: func(_ context.Context, _ *bot.Brand, from, to time.Time) (out []Entry, _ int, _ error) {
			d.from, d.to = from, to
			for _, e := range d.entries {
				if !e.At.Before(from) && e.At.Before(to) {
					out = append(out, e)
				}
			}
			return out, d.more, d.err
		},
	})
	for pattern, h := range p.Handlers() {
		mux.Handle(pattern, h)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, query, nil))
	return w.Code, w.Body.String()
}

func (d *desk) sees(query string) string {
	d.t.Helper()
	status, page := d.visit(query)
	if status != http.StatusOK {
		d.t.Fatalf("%s is answered %d", query, status)
	}
	return page
}

func entry(at, text string) Entry {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return Entry{Entry: bot.Entry{UID: at, At: t, Account: "net:aurora", State: bot.Scheduled, Draft: "d", Number: 7, Text: text}}
}

var (
	cell = regexp.MustCompile(`(?s)<td data-day="([^"]+)"(.*?)</td>`)
	tags = regexp.MustCompile(`<[^>]*>`)
)

// cells reads the days of a page: what each says.
func cells(page string) (days []string, says map[string]string) {
	says = map[string]string{}
	for _, m := range cell.FindAllStringSubmatch(page, -1) {
		_, body, _ := strings.Cut(m[2], ">")
		days = append(days, m[1])
		says[m[1]] = strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, " "))), " ")
	}
	return days, says
}

func TestMonth(t *testing.T) {
	d := newDesk(t,
		entry("2026-10-31T23:30:00Z", "after midnight"), entry("2026-11-27T17:30:00Z", "We are open.\nReally."),
		entry("2026-12-06T22:59:00Z", "the last"), entry("2026-12-06T23:00:00Z", "of the week after"), entry("2026-10-25T22:59:00Z", "of the week before"),
	)
	d.entries[1].Link = "/c/aurora/approvals/1"
	page := d.sees("/calendar/aurora")
	days, says := cells(page)
	if len(days) != 42 || days[0] != "2026-10-26" || days[41] != "2026-12-06" {
		t.Fatalf("the days are %v", days)
	}
	for day, want := range map[string]string{
		"2026-11-01": "Sunday 1 November 1 00:30 ↗ scheduled the net after midnight",
		"2026-11-27": "Friday 27 November 27 Today 18:30 ↗ scheduled the net We are open. Really.",
		"2026-12-06": "Sunday 6 December 6 23:59 ↗ scheduled the net the last",
		"2026-11-26": "Thursday 26 November 26",
	} {
		if says[day] != want {
			t.Errorf("%s says %q, want %q", day, says[day], want)
		}
	}
	for _, want := range []string{
		"<h1>November 2026</h1>", `<a href="/c/aurora/approvals/1">`, `<html lang="en">`, "day=2026-10-01&amp;view=month", "day=2026-12-01&amp;view=month", `<th scope="col">Monday</th><th scope="col">Tuesday`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(page, "of the week") {
		t.Error("it shows what is not of its days")
	}
}

func TestMonthsOfTheYear(t *testing.T) {
	d := newDesk(t)
	for m := time.January; m <= time.December; m++ {
		days, says := cells(d.sees(fmt.Sprintf("/calendar/aurora?day=2027-%02d-15", m)))
		if len(days)%7 != 0 || !slices.Contains(days, fmt.Sprintf("2027-%02d-01", m)) || !slices.IsSorted(days) || len(says) != len(days) {
			t.Errorf("%s has the days %v", m, days)
		}
		for _, day := range days {
			if turns := strings.Contains(says[day], "clocks"); turns != (day == "2027-03-28" || day == "2027-10-31") {
				t.Errorf("%s says %q", day, says[day])
			}
		}
		if d.from.Weekday() != time.Monday || d.to.Weekday() != time.Monday || d.from.Hour() != 0 || d.to.Hour() != 0 {
			t.Errorf("%s goes from %s to %s", m, d.from, d.to)
		}
	}
	_, says := cells(d.sees("/calendar/aurora?day=2027-03-01"))
	if want := "Sunday 28 March 28 The clocks go forward: 02:00 becomes 03:00."; says["2027-03-28"] != want {
		t.Errorf("it says %q, want %q", says["2027-03-28"], want)
	}
}

func TestATimeThatComesTwice(t *testing.T) {
	d := newDesk(t, entry("2027-10-31T00:30:00Z", "first"), entry("2027-10-31T01:30:00Z", "second"))
	_, says := cells(d.sees("/calendar/aurora?view=week&day=2027-10-31"))
	want := "Sunday 31 October 31 The clocks go back: 03:00 becomes 02:00 again. 02:30 +02:00 ↗ scheduled the net first 02:30 +01:00 ↗ scheduled the net second"
	if diff := cmp.Diff(want, says["2027-10-31"]); diff != "" {
		t.Error(diff)
	}
}

func TestWeek(t *testing.T) {
	d := newDesk(t, entry("2026-11-22T23:30:00Z", "Monday's"), entry("2026-11-29T22:30:00Z", "Sunday's"))
	page := d.sees("/calendar/aurora?view=week&day=2026-11-26")
	days, says := cells(page)
	if len(days) != 7 || days[0] != "2026-11-23" || !strings.Contains(says["2026-11-23"], "Monday's") || !strings.Contains(says["2026-11-29"], "Sunday's") {
		t.Errorf("the week is %v", says)
	}
	for _, want := range []string{"<h1>Week of 23 November 2026</h1>", "day=2026-11-19&amp;view=week", "day=2026-12-03&amp;view=week"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

func TestOneAccount(t *testing.T) {
	d := newDesk(t, entry("2026-11-27T12:00:00Z", "of the net"), entry("2026-11-27T13:00:00Z", "of the shop"))
	d.entries[1].Account = "shop:aurora"
	for account, want := range map[string][2]bool{"": {true, true}, "net:aurora": {true, false}, "shop:aurora": {false, true}, "net:boreal": {true, true}} {
		page := d.sees("/calendar/aurora?account=" + account)
		if got := [2]bool{strings.Contains(page, "of the net<"), strings.Contains(page, "of the shop<")}; got != want {
			t.Errorf("%q shows %v, want %v", account, got, want)
		}
	}
	if page := d.sees("/calendar/aurora?account=shop:aurora"); !strings.Contains(page, "account=shop%3Aaurora&amp;day=") || !strings.Contains(page, `<option value="shop:aurora" selected>`) {
		t.Error("the account is forgotten on the way")
	}
}

func TestFullDay(t *testing.T) {
	d := newDesk(t)
	for i := range 50 {
		d.entries = append(d.entries, entry("2026-11-27T12:00:00Z", fmt.Sprintf("post-%02d", i)))
	}
	d.more = 1234
	page := d.sees("/calendar/aurora")
	if _, says := cells(page); !strings.Contains(says["2026-11-27"], "post-05 44 more") || strings.Contains(page, "post-06") {
		t.Errorf("the day says %q", says["2026-11-27"])
	}
	if !strings.Contains(page, "1,234 more are not shown here.") {
		t.Error("it does not say how much is left out")
	}
	if page := d.sees("/calendar/aurora?view=week"); !strings.Contains(page, "post-49") {
		t.Error("the week leaves something out")
	}
}

func TestWhatNobodyMeant(t *testing.T) {
	d := newDesk(t, entry("2026-11-27T12:00:00Z", `<script>alert(1)</script>"&`+"\x00\u202e"))
	for _, query := range []string{"", "?day=2026-02-30", "?day=9999-01-01", "?day=x&view=year", "?day=-1", "?account=%00", "?day=2026-11-27&day=1"} {
		page := d.sees("/calendar/aurora" + query)
		if !strings.Contains(page, "<h1>November 2026</h1>") || strings.Contains(page, "<script") || strings.Contains(page, "\u202e") {
			t.Errorf("%s shows\n%s", query, page)
		}
	}
}

func TestOnlyTheBrandsOwnPeopleSeeIt(t *testing.T) {
	d := newDesk(t, entry("2026-11-27T12:00:00Z", "a secret plan"))
	refused := func(query string) {
		t.Helper()
		d.from = time.Time{}
		status, page := d.visit(query)
		if status != http.StatusNotFound || strings.Contains(page, "secret plan") || strings.Contains(page, "Aurora") || !d.from.IsZero() {
			t.Errorf("%s is answered %d, and read %v:\n%s", query, status, d.from, page)
		}
	}
	refused("/calendar/boreal")
	refused("/calendar/%2e%2e")
	d.viewer.Brand = nil
	refused("/calendar/aurora")
	d.viewer.Lang = bot.Italian
	if _, page := d.visit("/calendar/aurora"); !strings.Contains(page, "non è per te") {
		t.Errorf("it says\n%s", page)
	}
}

func TestBroken(t *testing.T) {
	d := newDesk(t)
	d.err = errors.New("the disk is broken")
	if status, page := d.visit("/calendar/aurora"); status != http.StatusServiceUnavailable || strings.Contains(page, "disk") || !strings.Contains(page, "Try again") {
		t.Errorf("it is answered %d:\n%s", status, page)
	}
}

func TestTongues(t *testing.T) {
	d := newDesk(t)
	for lang, want := range map[bot.Lang][]string{
		bot.Spanish: {"<h1>noviembre de 2026</h1>", `<th scope="col">lunes</th>`, "viernes 27 de noviembre", "Hoy"},
		bot.Italian: {"<h1>novembre 2026</h1>", `<th scope="col">lunedì</th>`, "venerdì 27 novembre", "Oggi"},
	} {
		d.viewer.Lang = lang
		page := d.sees("/calendar/aurora")
		for _, w := range append(want, `<html lang="`+string(lang)+`">`) {
			if !strings.Contains(page, w) {
				t.Errorf("%s: the page has no %q", lang, w)
			}
		}
		if strings.Contains(page, "⟦") {
			t.Errorf("%s: a word is missing:\n%s", lang, page)
		}
	}
}
