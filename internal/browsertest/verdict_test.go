//go:build browser

package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestVerdict corrects what an item was found to be, at one click and by keys, and
// has a look at it in every size and colour.
func TestVerdict(t *testing.T) {
	p := start(t, t.TempDir())
	b := open(t, "console", p.Console)
	b.become("tom")
	ref := b.card("Maria Keller")
	card := "#room [data-message='" + ref + "'] "

	b.press(card+".menus details:first-child > summary", "")
	b.see(card+".menus [data-value='intent praise']", "praise")
	b.judge(axe(t), "the menu of intents")
	b.press(card+"[data-value='intent praise']", "")
	b.see(card+".facts", "praise, says Tom")
	b.miss(card+".menus details[open]", "")

	b.press(card+".menus details:last-child > summary", "")
	b.keys(kb.Tab + kb.Enter) // the first of them
	b.see(card+".facts", "negative, says Tom")

	b.press(card+".more > summary", "")
	b.press(card+"[data-verb=verdict]:not([data-value])", "")
	b.see("dialog[data-form=verdict]", "What is it?")
	b.judge(axe(t), "the form of a verdict")

	other := open(t, "sam", p.Console)
	other.become("sam")
	other.see("#room [data-message='"+ref+"'] .facts", "praise, says Tom")
	other.miss("#room [data-message='"+ref+"'] .menus", "")
}
