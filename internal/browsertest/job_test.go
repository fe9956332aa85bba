//go:build browser

package browsertest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// stay marks a page, and stayed tells whether it is still the one that was marked.
func (b *tab) stay() { eval[int](b, "window.stayed = 1") }

func (b *tab) stayed() {
	b.t.Helper()
	if !eval[bool](b, "window.stayed === 1") {
		b.t.Errorf("%s was loaded anew", b.name)
	}
}

// become makes the person in front of the console somebody else.
func (b *tab) become(user string) {
	b.t.Helper()
	eval[int](b, "window.former = 1")
	b.press("[data-people] > summary", "")
	b.press(`[data-people] button[value="aurora/`+user+`"]`, "")
	b.until(user+" in front of it", script(`document.readyState === 'complete' && !('former' in window) && document.querySelector('[data-people] [aria-current]')?.value === 'aurora/`+user+`'`))
}

// card waits for a card in the open channel that says some words, and returns its ref.
func (b *tab) card(words string) string {
	b.t.Helper()
	b.see(`#room article[data-kind="card"]`, words)
	return eval[string](b, script(within(`#room article[data-kind="card"]`, words)+"[0].dataset.message"))
}

// enter opens a card's thread.
func (b *tab) enter(ref string) {
	b.t.Helper()
	b.press(`#room [data-message="`+ref+`"] [data-open]`, "")
	b.see(`#thread [data-thread="`+ref+`"] [data-message="`+ref+`"]`, "")
}

// reply fills in the reply form of the open thread and sends it.
func (b *tab) reply(ref, text string) {
	b.t.Helper()
	b.press(`#thread [data-message="`+ref+`"] [data-verb="reply"]`, "Reply")
	b.see(`dialog[data-form="reply"]`, "This will be public")
	b.into(`dialog[data-form="reply"] [name="value.text"]`, text)
	b.press(`dialog[data-form="reply"] .row button:not([type="button"])`, "Send reply")
	b.see(`#thread article [data-verb="undo"]`, "Undo")
	b.miss("dialog", "")
}

// publish writes a comment on the square as a person does.
func (b *tab) publish(post, author, text string) {
	b.t.Helper()
	form := "#p-" + post + " > form "
	b.into(form+"[name=text]", text)
	b.press(form+"[name=author]", "")
	eval[bool](b, "document.activeElement.select() ?? true")
	b.write(author)
	b.press(form+"button[type=submit]", "")
	b.see("#p-"+post+" .comment .text", text)
}

// absent checks that nobody outside can read some words.
func (p *ponte) absent(words string) {
	p.t.Helper()
	for _, at := range []string{"/", "/p/oat", "/api/posts", "/api/posts/oat/comments"} {
		if strings.Contains(p.read(p.Square+at), words) {
			p.t.Errorf("%s shows %q to everybody", at, words)
		}
	}
}

func TestMainJob(t *testing.T) {
	const (
		complaint = "My order came without the sandwich that I paid for"
		note      = "She is right, the kitchen forgot it. Voucher?"
		hasty     = "That is your own fault"
		answer    = "We are sorry, Nora. The sandwich is on us tomorrow."
		last      = "Just show this comment at the counter."
	)
	t.Parallel() // it waits until a reply goes out
	data := t.TempDir()
	p := start(t, data)
	team, public := open(t, "console", p.Console), open(t, "square", p.Square)
	team.become("tom")
	team.stay()
	public.stay()

	public.publish("oat", "Nora Lind", complaint)
	ref := team.card(complaint)
	team.enter(ref)
	team.see("#thread form[data-composer]", "Only the team sees this")
	team.into("#thread form[data-composer] textarea", note)
	team.keys(kb.Enter)
	team.see(`#thread article[data-kind="note"]`, note)
	team.see(`#thread article[data-kind="notice"]`, "Only the team sees this")
	team.until("an empty composer", script(`document.querySelector('#thread textarea').value === ''`))
	p.absent(note)

	team.press(`#thread [data-message="`+ref+`"] [data-verb="reply"]`, "Reply")
	team.see(`dialog[data-form="reply"]`, "This will be public")
	team.see(`dialog[data-form="reply"]`, complaint)
	team.into(`dialog[data-form="reply"] [name="value.text"]`, hasty)
	team.until("the characters left", script(fmt.Sprintf(`document.querySelector('dialog [data-left]').textContent.replace(/\D/g, '') === '%d'`, 2000-len(hasty))))
	team.press(`dialog[data-form="reply"] .row button:not([type="button"])`, "Send reply")
	team.press(`#thread article [data-verb="undo"]`, "Undo")
	team.see("#thread article", "Undone: nothing went out")
	p.absent(hasty)

	team.reply(ref, answer)
	team.press(`#thread article [data-verb="now"]`, "Send now")
	public.see("#p-oat .replies .comment", answer)
	team.see("#thread article", "Out since")
	p.absent(hasty)
	p.absent(note)
	if public.has("body", note) || public.has("body", hasty) {
		t.Error("the square shows what is for the team only")
	}

	team.reply(ref, last)
	p.absent(last)
	p.end(os.Kill)
	p = p.again(data)
	public.see("#p-oat .replies .comment", last)
	for _, words := range []string{note, hasty, answer, last} {
		team.until(words+" once in the thread", script(within("#thread article", words)+".length === 1"))
	}
	team.until("the reply that waited out", script(within("#thread article", last)+".every(e => says(e, 'Out since'))"))
	if n := strings.Count(p.comments("oat"), last); n != 1 {
		t.Errorf("the reply that waited when the process was killed is out %d times", n)
	}
	p.absent(hasty)
	team.stayed()
	public.stayed()
}

func TestObserver(t *testing.T) {
	p := start(t, t.TempDir())
	b := open(t, "console", p.Console)
	b.become("sam")
	ref := b.card("Jonas Weber")
	if b.has("#room [data-verb=reply], #room [data-verb=resolve]", "") {
		t.Error("an observer is offered what only a manager may do")
	}
	b.enter(ref)
	if b.has("#thread [data-verb=reply]", "") {
		t.Error("an observer is offered to reply")
	}
	subject := eval[string](b, script(`document.querySelector('#room [data-message="`+ref+`"] [data-subject]').dataset.subject`))
	click := func(as string) (int, string) {
		return p.act(as, "click", url.Values{"room": {"inbox"}, "ref": {ref}, "verb": {"reply"}, "subject": {subject}, "revision": {"1"}})
	}
	if status, said := click("tom"); status != http.StatusOK || !strings.Contains(said, `"form"`) {
		t.Fatalf("a manager who presses Reply gets %d %s", status, said)
	}
	if status, said := click("sam"); strings.Contains(said, `"form"`) || !strings.Contains(said, `"refused":true`) {
		t.Errorf("an observer who presses Reply gets %d %s", status, said)
	}
	if status, said := p.act("sam", "say", url.Values{"room": {"inbox"}, "thread": {ref}, "text": {"/ponte reply Hello"}}); !strings.Contains(said, `"refused":true`) {
		t.Errorf("an observer who writes /ponte reply gets %d %s", status, said)
	}
	if status, said := p.act("sam", "say", url.Values{"room": {"messages"}, "text": {"hello"}}); status != http.StatusForbidden {
		t.Errorf("an observer who writes in a restricted channel gets %d %s", status, said)
	}
}

func TestChangedAtTheSource(t *testing.T) {
	const first, second = "The Wi-Fi at Harbour is down", "The Wi-Fi at Harbour is back, thank you"
	p := start(t, t.TempDir(), "--empty")
	team, public := open(t, "console", p.Console), open(t, "square", p.Square)
	team.become("tom")
	team.stay()
	team.see("#room [data-empty]", "")
	public.publish("oat", "Iker", first)
	ref := team.card(first)
	mine := `#room [data-message="` + ref + `"]`
	team.miss("#room [data-empty]", "")

	public.press("[data-do=edit]", "")
	eval[bool](public, "document.querySelector('.comment form textarea').select() ?? true")
	public.write(second)
	public.press(".comment form button[type=submit]", "")
	public.see(".comment .text", second)
	team.see(mine, second)
	team.see(mine, "Edited on the network")

	public.agree()
	public.press("[data-do=delete]", "")
	team.see(mine+".gone", "Deleted on the network")
	team.miss(mine+" [data-verb=reply]", "")
	if strings.Contains(p.comments("oat"), second) {
		t.Error("what the customer deleted can still be read")
	}
	if len(public.asked()) != 1 {
		t.Errorf("before it deletes, the square asks %q", public.asked())
	}
	team.stayed()
}
