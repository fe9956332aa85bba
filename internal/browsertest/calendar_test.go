//go:build browser

package browsertest

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// planned has Tom write posts for a day at times, and Ana agree to all but the last.
func planned(t *testing.T, p *ponte, day time.Time, texts map[string]string) {
	t.Helper()
	n := 0
	say := func(as, room, text string) {
		n++
		if status, said := p.act(as, "say", url.Values{"room": {room}, "deed": {"plan-" + strconv.Itoa(n)}, "text": {text}}); status != http.StatusOK || strings.Contains(said, `"refused":true`) {
			t.Fatalf("%s gets %d %s", text, status, said)
		}
	}
	for _, clock := range []string{"9:00", "12:30", "18:00"} {
		say("tom", "inbox", "/ponte post "+texts[clock]+` --to square --at "`+day.Format(time.DateOnly)+" "+clock+`"`)
	}
	say("ana", "approvals", "/ponte approve 1")
	say("ana", "approvals", "/ponte approve 2")
}

var plans = map[string]string{
	"9:00":  "The winter menu is here: chestnut cake, hot orange, spiced chocolate, and a word of a length that nobody expects: Donaudampfschifffahrtsgesellschaft.",
	"12:30": "قهوة ممتازة والمكان هادئ",
	"18:00": "Latte art with Giulia tonight.",
}

func TestCalendar(t *testing.T) {
	p := start(t, t.TempDir())
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Now().In(madrid).AddDate(0, 0, 8)
	date := day.Format(time.DateOnly)
	b := open(t, "calendar", p.Console)
	b.become("tom")
	planned(t, p, day, plans)
	b.visit(p.Console + "/c/aurora/approvals")
	b.see("#room article[data-kind=card]", "Latte art")

	b.press(`#room header a[href="/calendar/aurora"]`, "Calendar")
	b.see("h1", "")
	b.see("td[data-today] .today", "Today")
	b.visit(p.Console + "/calendar/aurora?day=" + date)
	at := `td[data-day="` + date + `"] `
	b.see(at+`li[data-state="scheduled"]`, "The winter menu")
	b.see(at+`li[data-state="in review"]`, "Latte art")
	b.see(at+"li", "waits for a decision")
	b.press("nav a", "Week")
	b.see("[data-view=week] li", "Latte art")
	b.press("nav a", "Earlier")
	b.miss("li", "")
	b.press("nav a", "Later")
	b.see("[data-view=week] li", "Latte art")
	b.see("#account", "")
	eval[bool](b, `document.querySelector('#account').value = 'webhook:demo', document.querySelector('.filter').requestSubmit() ?? true`)
	b.see(".note", "Nothing goes out")
	b.visit(p.Console + "/calendar/aurora?day=" + date)
	for _, width := range []int64{1440, 1024, 390} {
		b.look(width, 900, "light")
		if wide := eval[int](b, "document.documentElement.scrollWidth"); wide > int(width) {
			t.Errorf("at %d px the page is %d px wide", width, wide)
		}
	}
	b.see(at+".name", strconv.Itoa(day.Day()))
	b.look(1440, 900, "light")
	b.press(at+"li a", "Latte art")
	b.see("#thread [data-top]", "Latte art")

	b.become("giulia")
	b.visit(p.Console + "/calendar/aurora?day=" + date)
	b.see("nav a", "Settimana")
}

// TestCalendarIsAccessible holds the page to the rules in every size.
func TestCalendarIsAccessible(t *testing.T) {
	book := axe(t)
	p := start(t, t.TempDir())
	day := time.Now().AddDate(0, 0, 8)
	planned(t, p, day, plans)
	b := open(t, "calendar", p.Console)
	b.become("tom")
	for _, view := range []string{"month", "week"} {
		b.visit(p.Console + "/calendar/aurora?view=" + view + "&day=" + day.Format(time.DateOnly))
		b.see("table li", "")
		b.judge(book, "calendar "+view)
	}
}

// TestCalendarPrints makes a page of paper of a month: all of its words are there,
// and nothing that is for clicking.
func TestCalendarPrints(t *testing.T) {
	p := start(t, t.TempDir())
	day := time.Now().AddDate(0, 0, 8)
	planned(t, p, day, plans)
	b := open(t, "calendar", p.Console)
	b.become("tom")
	b.visit(p.Console + "/calendar/aurora?day=" + day.Format(time.DateOnly))
	b.see("table li", "")
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(func(p *page.PrintToPDFParams) { p.PreferCSSPageSize = new(true) }))
	if err != nil || len(pdf) < 1000 {
		t.Fatal(len(pdf), err)
	}
	b.do(send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	for selector, want := range map[string]string{"nav": "none", ".filter": "none", "table": "table", "td": "table-cell"} {
		if got := eval[string](b, "getComputedStyle(document.querySelector("+quoted(selector)+")).display"); got != want {
			t.Errorf("on paper %s is drawn as %s, want %s", selector, got, want)
		}
	}
	if cut := eval[int](b, "[...document.querySelectorAll('.text')].filter(e => e.scrollHeight > e.clientHeight + 1).length"); cut > 0 {
		t.Errorf("on paper %d texts are cut", cut)
	}
	if dir := os.Getenv("PONTE_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "calendar.pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
