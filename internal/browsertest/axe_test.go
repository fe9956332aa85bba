//go:build browser

package browsertest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// axe is the rule book of accessibility, as a script for the page.
func axe(t *testing.T) string {
	file := os.Getenv("PONTE_AXE")
	if file == "" {
		t.Fatal("PONTE_AXE does not say where axe.min.js of axe-core is; .ci/run axe brings it to .cache")
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// broken runs every rule and tells what is broken, and where.
const broken = `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.flatMap(v => v.nodes.map(n =>
	v.id + ': ' + v.help + '\n  ' + n.target.join(' ') + '\n  ' + n.html.slice(0, 300) + '\n  ' + (n.any[0]?.message ?? ''))))`

// judge holds what a tab shows to every rule, wide and narrow, light and dark. Where PONTE_SHOTS names a folder it keeps pictures there.
func (b *tab) judge(book, what string) {
	b.t.Helper()
	shots := album(os.Getenv("PONTE_SHOTS"))
	for _, width := range []int64{1440, 390} {
		for _, scheme := range []string{"light", "dark"} {
			b.look(width, 900, scheme)
			if shots != "" {
				shots.keep(b, fmt.Sprintf("%s-%d-%s", strings.ReplaceAll(what, " ", "-"), width, scheme))
			}
			for _, fault := range eval[[]string](b, book+";"+broken) {
				b.t.Errorf("%s, %d px, %s: %s", what, width, scheme, fault)
			}
		}
	}
	b.look(1440, 900, "light")
}

func TestAccessible(t *testing.T) {
	book := axe(t)
	p := start(t, t.TempDir())
	check := func(b *tab, what string) {
		t.Helper()
		b.judge(book, what)
	}

	public := open(t, "square", p.Square)
	public.see(".comment", "Maria Keller")
	check(public, "square")
	public.press("#c-jonas details.reply > summary", "")
	check(public, "square, answering")

	team := open(t, "console", p.Console)
	team.become("tom")
	ref := team.card("Maria Keller")
	check(team, "console")
	team.press("#room [data-message='"+ref+"'] .more > summary", "")
	check(team, "console, more buttons")
	team.enter(ref)
	check(team, "console, thread")
	team.into("#room form[data-composer] textarea", "/ponte ")
	team.see("[data-offer]", "")
	check(team, "console, completion")
	team.press("#thread [data-message='"+ref+"'] [data-verb=reply]", "")
	team.see("dialog[data-form=reply]", "")
	check(team, "console, reply form")

	team.press("dialog [data-close]", "")
	team.miss("dialog", "")
	team.into("#room form[data-composer] textarea", "/ponte post")
	team.keys(kb.Enter)
	team.see(writing, "This is what goes out")
	team.give(writing+"[data-choose]", "navy")
	team.see(writing+"[data-picture] img", "")
	check(team, "console, form of a post with a picture")

	for _, user := range []string{"ana", "giulia", "sam"} {
		other := open(t, user, p.Console)
		other.become(user)
		check(other, fmt.Sprintf("console, %s", user))
	}
}
