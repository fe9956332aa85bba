//go:build browser

package browsertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// twoPlaces is a brand that speaks in two places, with two people who may agree to what
// it says.
const twoPlaces = `
data: data
console: {listen: "127.0.0.1:0"}
public: {listen: "127.0.0.1:0"}
limits: {messages_per_second: none, edits_per_second: none, square_writes_per_minute: none}
brands:
  - id: aurora
    name: Caffè Aurora
    language: en
    zone: Europe/Madrid
    approvals: {channel: approvals, posts: 1}
    pictures: {needs_alt: true}
    accounts:
      - {id: square:aurora, posts: [{id: opening, text: Tomorrow we open at 7:30 in Station Road.}]}
      - {id: webhook:shop, network: the shop, signature: none, answers: {to: "%s", secret: "file:secret", allow_private_addresses: true, max_text: 80}}
    channels:
      - {id: inbox, default: true}
      - {id: approvals}
      - {id: messages, direct: true, restricted: [manager, approver]}
    people:
      - {id: tom, name: Tom Baker, roles: [manager, approver]}
      - {id: giulia, name: Giulia Conti, roles: [manager, approver]}
`

// cup is a picture, as a script draws it.
const cup = `
	p.fillStyle = '#f3e4cf'; p.fillRect(0, 0, 640, 400);
	p.fillStyle = '#dcc19a'; p.fillRect(0, 320, 640, 80);
	p.fillStyle = '#fffdf9'; p.beginPath(); p.ellipse(320, 330, 190, 26, 0, 0, 7); p.fill();
	p.beginPath(); p.moveTo(210, 170); p.lineTo(430, 170); p.quadraticCurveTo(420, 320, 320, 320); p.quadraticCurveTo(220, 320, 210, 170); p.fill();
	p.strokeStyle = '#fffdf9'; p.lineWidth = 18; p.beginPath(); p.arc(430, 225, 40, -1.4, 1.6); p.stroke();
	p.fillStyle = '#6b3e23'; p.beginPath(); p.ellipse(320, 172, 108, 20, 0, 0, 7); p.fill();
	p.strokeStyle = '#c9a67c'; p.lineWidth = 7; p.lineCap = 'round';
	for (const x of [270, 320, 370]) { p.beginPath(); p.moveTo(x, 130); p.bezierCurveTo(x - 30, 100, x + 30, 80, x, 45); p.stroke(); }`

// A shop is where a webhook's posts go.
type shop struct {
	*httptest.Server
	got chan string // what goes out there, as its pictures' descriptions and its text
}

func openShop(t *testing.T) *shop {
	s := &shop{got: make(chan string, 10)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var notice struct {
			Type string
			Data struct {
				Text     string
				Pictures []struct{ Alt string }
			}
		}
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &notice); err == nil && notice.Type == "post.created" {
			s.got <- fmt.Sprint(notice.Data.Pictures, " ", notice.Data.Text)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// shopped runs a Ponte of a brand that speaks in two places, one of them a shop.
func shopped(t *testing.T, s *shop) *ponte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"ponte.yaml": fmt.Sprintf(twoPlaces, s.URL), "secret": "whsec_" + strings.Repeat("c2Vj", 8)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return launch(t, "public ", "run", "--config", filepath.Join(dir, "ponte.yaml"))
}

// says waits until an element is visible that says all of some words.
func (b *tab) says(selector string, words ...string) {
	b.t.Helper()
	each := make([]string, len(words))
	for i, w := range words {
		each[i] = "says(e, " + quoted(w) + ")"
	}
	b.until(selector+" that says "+strings.Join(words, " and "), script("all("+quoted(selector)+").some(e => shown(e) && "+strings.Join(each, " && ")+")"))
}

// wear reacts to a card of the open channel that says some words.
func (b *tab) wear(words, emoji string) {
	b.t.Helper()
	b.press(`#room [data-message="`+b.card(words)+`"] [data-picker]`, "")
	b.press(`#picker [data-pick="`+emoji+`"]`, "")
}

// compose fills in the form of a post, by keyboard alone, and hands it in.
func (b *tab) compose(text, own, alt string) {
	b.t.Helper()
	b.keys("/")
	b.focus("#room textarea")
	b.keys("ponte post")
	b.keys(kb.Enter)
	b.focus(writing + `[name="value.text"]`)
	b.see(writing, "This will be public")
	b.write(text)
	b.walk(kb.Tab, writing+`[name="value.on:webhook:shop"]`)
	b.keys(" ")
	b.miss(writing+"[data-preview]", "the shop")
	b.keys(" ")
	b.says(writing+"[data-preview]", "the shop", text, "Characters too many: 15")

	b.walk(kb.Tab, writing+`[data-folds="text:webhook:shop"] > summary`)
	b.keys(kb.Enter)
	b.walk(kb.Tab, writing+`[name="value.text:webhook:shop"]`)
	eval[bool](b, "document.activeElement.select() ?? true")
	b.write(own)
	b.says(writing+"[data-preview]", "the shop", own, fmt.Sprint("Characters left: ", 80-len(own)))
	b.says(writing+"[data-preview]", "the square", text)

	b.walk(kb.Tab, writing+"[data-choose]") // what it opens is the system's own
	b.paint(writing+"[data-choose]", cup)
	b.until("the focus on its description", script(`document.activeElement?.name?.startsWith('value.alt:')`))
	b.write(alt)
	b.until("the picture in both previews", script(`all('dialog [data-preview]').every(p => shown(p) && p.querySelector('img')?.alt === `+quoted(alt)+`)`))
	b.walk(kb.Tab, writing+`[name="value.at"]`)
}

// TestPost has the brand speak, from the form to what became of it.
func TestPost(t *testing.T) {
	const (
		text = "From Monday there is hot chocolate again, with orange peel from Valencia and a little cinnamon."
		own  = "Hot chocolate is back on Monday: order ahead, and skip the queue."
		alt  = "A white cup of hot chocolate, steaming"
	)
	t.Parallel() // it waits a minute
	book, sink := axe(t), openShop(t)
	p := shopped(t, sink)
	team, public := open(t, "console", p.Console+"/c/aurora/inbox"), open(t, "square", p.Square)
	team.become("tom")
	other := open(t, "other", p.Console)
	other.become("giulia")
	other.visit(p.Console + "/c/aurora/approvals")

	team.compose(text, own, alt)
	team.judge(book, "post form")
	team.focus(writing + `[name="value.at"]`)
	team.write("in 1 minute")
	team.see(writing+"[data-echo]", ":")
	team.walk(kb.Tab, writing+".go-public")
	team.keys(kb.Enter)
	team.miss("dialog", "")
	team.see("#room article[data-kind=notice]", "Draft 1 is written. It waits for a decision in approvals.")

	team.press(`a[data-channel="approvals"]`, "")
	team.says("#room article[data-kind=card]", "Draft 1 by Tom Baker waits for a decision", text, own, "as Caffè Aurora on the square", "as Caffè Aurora on the shop",
		fmt.Sprint(80-len(own), " characters left"), "a text of its own", alt, "goes out", "Europe/Madrid", "decide until", "Needs 1 approver")
	team.until("the picture on the card", script(`document.querySelector('#room .kept img')?.naturalWidth === 640`))
	team.wear("Draft 1", "✅")
	team.see("#room article[data-kind=notice]", "you wrote this, and somebody else decides")
	team.see("#room article[data-kind=card]", "Draft 1 by Tom Baker waits for a decision")
	other.wear("Draft 1", "✅")
	team.see("#room article[data-kind=card]", "Draft 1 by Tom Baker is approved")
	team.see("#room article[data-kind=card]", "Approved by Giulia Conti")
	team.enter(team.card("Draft 1"))
	team.says("#thread article", "Draft 1 by Tom Baker", "the square · Caffè Aurora: goes out", "the shop · Caffè Aurora: goes out")
	if strings.Contains(p.read(p.Square), "hot chocolate") {
		t.Error("what is only approved is out")
	}
	team.judge(book, "post scheduled")

	p.mend(team, other)

	public.await(patience+time.Minute, "the post on the square", script(within("article.post .text", text)+".length > 0"))
	public.until("its picture, with the description", script(`all('article.post img').some(i => i.alt === `+quoted(alt)+` && (i.scrollIntoView(), i.complete && i.naturalWidth === 640))`))
	if n := strings.Count(p.read(p.Square), text); n != 1 {
		t.Errorf("the post stands %d times on the square", n)
	}
	select {
	case got := <-sink.got:
		if want := "[{" + alt + "}] " + own; got != want {
			t.Errorf("the shop gets %q, want %q", got, want)
		}
	case <-time.After(patience):
		t.Error("the shop gets nothing")
	}
	eval[int](public, "(scrollTo(0, 0), 1)")
	public.judge(book, "post on the square")
	public.press("article.post:has(img) [data-like]", "")

	team.enter(team.card("Draft 1 by Tom Baker is approved"))
	team.says("#thread article", "Draft 1 by Tom Baker", "the square · Caffè Aurora: out since", "the shop · Caffè Aurora: out since")
	team.see("#thread article", "Giulia Conti approves")
	team.into("#thread textarea", "/ponte results 1")
	team.keys(kb.Enter)
	team.says("#thread article[data-kind=card]", "Results of draft 1", "the square · Caffè Aurora: 1 like", "the shop · Caffè Aurora: not given by this network")
	team.until("its chart", script(`all('#thread article').some(a => says(a, 'Results of draft 1') && a.querySelector('.kept img')?.naturalWidth > 300)`))
	eval[int](team, script("(all('#thread article').at(-1).scrollIntoView(), 1)"))
	team.judge(book, "post results")
}

// mend writes a draft for another day, and once it is approved writes it anew: that
// asks anew, and the word that was given counts no more.
func (p *ponte) mend(author, other *tab) {
	p.t.Helper()
	author.into("#room textarea", `/ponte post We are opn on the holiday. --to square --at "tomorrow 9:30"`)
	author.keys(kb.Enter)
	other.wear("Draft 2", "✅")
	ref := author.card("Draft 2 by Tom Baker is approved")
	author.enter(ref)
	author.press("#thread [data-verb=edit]", "Edit")
	edit := `dialog[data-form="edit"] `
	author.until("the form of the draft", script("document.querySelector("+quoted(edit+`[name="value.at"]`)+")?.value.endsWith('09:30')"))
	author.press(edit+`[name="value.text"]`, "")
	eval[bool](author, "document.activeElement.select() ?? true")
	author.write("We are open on the holiday.")
	author.press(edit+".go-public", "")
	author.miss("dialog", "")
	author.see(`#room [data-message="`+ref+`"]`, "Draft 2 by Tom Baker, an earlier version")
	author.see(`#room [data-message="`+ref+`"]`, "no word on this one counts")
	author.says("#room article[data-kind=card]", "Draft 2 by Tom Baker waits for a decision", "We are open on the holiday.", "Needs 1 approver")
	author.says("#thread article", "Draft 2 by Tom Baker", "the square · Caffè Aurora: waits for a decision")
	other.wear("an earlier version", "✅")
	other.see("#room article[data-kind=notice]", "the content is another now")
	other.see("#room article[data-kind=card]", "Draft 2 by Tom Baker waits for a decision")
}
