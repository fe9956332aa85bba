//go:build browser

package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// focus waits until the focus is on an element that a selector finds.
func (b *tab) focus(selector string) {
	b.t.Helper()
	b.until("the focus on "+selector, script(fmt.Sprintf("document.activeElement?.matches(%s)", quoted(selector))))
}

// walk presses a key until the focus is on an element that a selector finds.
func (b *tab) walk(key, selector string) {
	b.t.Helper()
	for range 60 {
		if eval[bool](b, script(fmt.Sprintf("!!document.activeElement?.matches(%s)", quoted(selector)))) {
			return
		}
		b.keys(key)
	}
	b.t.Fatalf("%s: 60 times %q do not reach %s", b.name, key, selector)
}

func TestKeyboard(t *testing.T) {
	p := start(t, t.TempDir())
	b := open(t, "console", p.Console)
	b.become("tom")
	b.card("Jonas Weber")

	b.keys("/")
	b.focus("#room textarea")
	b.see("#room [data-offer] [role=option]", "/ponte inbox")
	b.keys("ponte in")
	b.keys(kb.ArrowDown)
	b.see("#room [data-offer] [aria-selected=true]", "/ponte inbox")
	b.keys(kb.Enter)
	b.until("the command in full", script("document.querySelector('#room textarea').value === '/ponte inbox '"))
	b.keys(kb.Escape)
	b.until("no offer", script("all('#room [data-offer]').every(e => !shown(e))"))
	b.focus("#room textarea")
	b.keys(kb.Enter)
	b.see("#room article[data-kind=notice]", "Open conversations")
	b.until("an empty composer", script("document.querySelector('#room textarea').value === ''"))

	b.keys(kb.ArrowUp)
	b.focus("#room article")
	first := eval[string](b, "document.activeElement.dataset.message ?? ''")
	b.keys(kb.ArrowUp)
	b.until("another message", script("document.activeElement.matches('#room article') && document.activeElement.dataset.message !== "+quoted(first)))
	b.keys(kb.ArrowDown)
	b.until("the message before", script("document.activeElement.dataset.message === "+quoted(first)))
}

func TestKeyboardMainJob(t *testing.T) {
	const answer = "It is gluten free, Jonas. Enjoy."
	p := start(t, t.TempDir())
	b := open(t, "console", p.Console)
	b.become("tom")
	ref := b.card("Jonas Weber")
	b.walk(kb.ArrowUp, `#room [data-message="`+ref+`"]`)
	b.keys(kb.Enter)
	b.focus("#thread textarea")
	b.write("The supplier says it is.")
	b.keys(kb.Enter)
	b.see(`#thread article[data-kind="note"]`, "The supplier says it is.")
	b.until("an empty composer", script("document.querySelector('#thread textarea').value === ''"))
	b.keys("/")
	b.write("ponte reply " + answer)
	b.keys(kb.Enter)
	b.see(`#thread article [data-verb="undo"]`, "Undo")
	p.absent(answer)
	b.keys(kb.ArrowUp)
	b.walk(kb.Tab, `#thread [data-verb="undo"]`)
	b.keys(" ")
	b.see("#thread article", "Undone: nothing went out")

	b.keys(kb.Escape)
	b.until("no thread", script("!document.querySelector('#thread [data-thread]')"))
	b.walk(kb.ArrowUp, `#room [data-message="`+ref+`"]`)
	b.walk(kb.Tab, `#room [data-message="`+ref+`"] [data-verb="reply"]`)
	b.keys(kb.Enter)
	b.focus(`dialog[data-form="reply"] textarea`)
	b.until("what was written before", script("'value' in document.activeElement"))
	eval[bool](b, "document.activeElement.select() ?? true")
	b.write(answer)
	b.walk(kb.Tab, `dialog[data-form="reply"] .row button:not([type="button"])`)
	b.keys(kb.Enter)
	b.miss("dialog", "")
	mine := `#room [data-message="` + ref + `"]`
	b.see(mine, "in thread")
	b.focus(mine + ", " + mine + " *")
	b.keys(kb.ArrowDown)
	b.walk(kb.ArrowUp, `#room [data-message="`+ref+`"]`)
	b.keys(kb.Enter)
	b.see(`#thread article [data-verb="now"]`, "Send now")
	b.keys(kb.Escape)
	b.walk(kb.Tab, `#thread [data-verb="now"]`)
	b.keys(kb.Enter)
	b.see("#thread article", "Out since")
	if n := strings.Count(p.comments("oat"), answer); n != 1 {
		t.Errorf("the answer is out %d times", n)
	}
	b.keys("/")
	b.write("ponte resolve")
	b.keys(kb.Enter)
	b.see(`#room [data-message="`+ref+`"][data-mark="resolved"]`, "")
}
