//go:build browser

package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// line takes the page's way to the server away: "lost" does what is asked and
// loses the answer, "held" waits until "through" lets everything pass again.
func (b *tab) line(state string) {
	b.t.Helper()
	eval[int](b, `(() => {
		if (!window.way) {
			window.way = { real: window.fetch.bind(window), waiting: [] };
			window.fetch = async (...what) => {
				if (!String(what[0]).startsWith('/act/say') && !String(what[0]).startsWith('/act/submit')) return way.real(...what);
				if (way.state === 'held') await new Promise(go => way.waiting.push(go));
				const sent = way.state; // what becomes of the line later is not its matter
				const answer = await way.real(...what);
				if (sent === 'lost') throw new TypeError('lost');
				return answer;
			};
		}
		way.state = '`+state+`';
		if (way.state === 'through') way.waiting.splice(0).forEach(go => go());
		return 1;
	})()`)
}

// holds waits until a composer has just that text.
func (b *tab) holds(selector, text string) {
	b.t.Helper()
	b.until(selector+" with "+text, script("document.querySelector("+quoted(selector)+").value === "+quoted(text)))
}

// once waits until just one note of the open thread says some words.
func (b *tab) once(words string) {
	b.t.Helper()
	b.until(words+" once", script(within(`#thread article[data-kind="note"]`, words)+".length === 1"))
}

func TestNotesOverABadLine(t *testing.T) {
	const composer = "#thread textarea"
	p := start(t, t.TempDir())
	b := open(t, "console", p.Console)
	b.become("tom")
	b.enter(b.card("Jonas Weber"))

	b.line("lost")
	b.into(composer, "alpha")
	b.keys(kb.Enter)
	b.see("#thread article[data-kind=notice]", "Not sent")
	b.holds(composer, "alpha")
	b.line("through")
	b.keys(kb.Enter)
	b.holds(composer, "")
	b.once("alpha")

	b.line("lost")
	b.write("bravo")
	b.keys(kb.Enter)
	b.holds(composer, "bravo")
	b.line("through")
	b.write(", corrected")
	b.keys(kb.Enter)
	b.once("bravo, corrected")

	b.line("held")
	b.write("charlie")
	b.keys(kb.Enter)
	b.holds(composer, "")
	b.write("delta")
	b.keys(kb.Enter)
	b.write("echo")
	b.see("#thread [data-going]", "charlie")
	b.line("through")
	b.once("charlie")
	b.once("delta")
	b.holds(composer, "echo")
	b.until("nothing on its way", script("!document.querySelector('#thread [data-going] p')"))

	b.line("held")
	b.keys(kb.Enter)
	b.holds(composer, "")
	b.write("foxtrot")
	b.line("lost")
	eval[int](b, "way.waiting.splice(0).forEach(go => go()) ?? 1")
	b.see("#thread [data-going]", "echo")
	b.holds(composer, "foxtrot")
	b.line("through")
	b.keys(kb.Enter)
	b.once("echo")
	b.once("foxtrot")

	b.write("/nothing")
	b.keys(kb.Enter)
	b.see("#thread article[data-kind=notice]", "/nothing is not a command")
	b.holds(composer, "/nothing")
}

func TestDraftsAreOnesOwn(t *testing.T) {
	p := start(t, t.TempDir())
	b := open(t, "console", p.Console)
	b.become("tom")
	b.into("#room textarea", "for nobody's eyes")
	b.become("ana")
	b.holds("#room textarea", "")
	b.become("tom")
	b.holds("#room textarea", "for nobody's eyes")
}

func TestACorrectedFormIsAnotherDeed(t *testing.T) {
	p := start(t, t.TempDir())
	b := open(t, "console", p.Console)
	b.become("tom")
	ref := b.card("Jonas Weber")
	b.enter(ref)
	b.press(`#thread [data-message="`+ref+`"] [data-verb="reply"]`, "Reply")
	b.into(`dialog[data-form="reply"] [name="value.text"]`, "Yes.")
	b.line("lost")
	b.press(`dialog[data-form="reply"] .row button:not([type="button"])`, "Send reply")
	b.see(`dialog[data-form="reply"] [data-said]`, "Not sent")
	first := eval[string](b, "document.querySelector('dialog[data-form]').dataset.deed ?? ''")
	if first == "" {
		t.Error("after a lost answer the deed is forgotten")
	}
	b.line("through")
	b.into(`dialog[data-form="reply"] [name="value.text"]`, "Surely. ")
	if eval[bool](b, "'deed' in document.querySelector('dialog[data-form]').dataset") {
		t.Error("other words are still the same deed")
	}
}
