//go:build browser

package browsertest

import (
	"fmt"
	"strings"
	"testing"
)

// hostile is what nobody writes by accident.
var hostile = map[string]string{
	"script":     `<script>window.pwned=1</script>`,
	"image":      `<img src=x onerror="window.pwned=1">`,
	"svg":        `"><svg onload=window.pwned=1>`,
	"closing":    `</blockquote></article></main><iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`,
	"template":   `{{.}} ${window.pwned=1} </template><script>window.pwned=1</script>`,
	"style":      `<style>*{display:none}</style><link rel=stylesheet href=//evil.example/x.css>`,
	"link":       `<a href="javascript:window.pwned=1">here</a> javascript:window.pwned=1 https://evil.example/"onmouseover="window.pwned=1`,
	"markdown":   `[here](javascript:window.pwned=1) ![x](x"onerror="window.pwned=1)`,
	"form":       `<form action=//evil.example><input name=text><button data-verb=spam data-subject=x>Reply</button></form>`,
	"attribute":  `" autofocus onfocus="window.pwned=1" data-verb="reply" x="`,
	"entities":   `&lt;script&gt;window.pwned=1&lt;/script&gt; &#x3c;img src=x onerror=window.pwned=1&#x3e;`,
	"everyone":   `@everyone @here <!channel> <!here> <@U0001> <@&1> <#C1>`,
	"reversed":   "invoice\u202efdp.exe and \u2066isolated without end",
	"marks":      "Z" + strings.Repeat("\u0301\u0323\u20dd", 3400) + "algo",
	"word":       strings.Repeat("Donaudampfschifffahrtsgesellschaft", 50),
	"wide":       strings.Repeat("\ufdfd\U0001242b", 300),
	"emoji":      strings.Repeat("👩🏽‍🚀👨‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿🇪🇸", 200),
	"lines":      "begin" + strings.Repeat("\n", 1490) + "end",
	"invisible":  "\u200b\u200c\u2060\ufeff\u00ad\U000e0041" + strings.Repeat("\u3164", 500),
	"arabic":     "القهوة باردة جدا 25 دقيقة ولم يعتذر أحد",
	"control":    "a\x01\x02\x1b[31mred\x07\u0085\u2028b",
	"megabyte":   strings.Repeat("All of it was cold. ", 50_000),
	"long words": strings.Repeat("W", 200_000),
}

// spills lists what reaches beyond the right edge of the window, and cards that
// are taller than three windows.
const spills = `[...document.querySelectorAll('body, body *')].filter(e => {
	const r = e.getBoundingClientRect();
	if (!e.checkVisibility() || r.width === 0) return false;
	for (let p = e.parentElement; p; p = p.parentElement) {
		const o = getComputedStyle(p);
		if (o.overflowX !== 'visible' || o.position === 'fixed' || o.contain.includes('paint')) { if (p.getBoundingClientRect().right <= innerWidth + 1) return false; }
	}
	return r.right > innerWidth + 1 && r.left < innerWidth && !e.closest('.skip, .unseen');
}).slice(0, 5).map(e => 'reaches to ' + e.getBoundingClientRect().right + ' of ' + innerWidth + ': ' + e.outerHTML.slice(0, 160))
.concat(document.documentElement.scrollWidth > innerWidth + 1 ? ['the page is ' + document.documentElement.scrollWidth + ' wide'] : [])
.concat([...document.querySelectorAll('article.message, li[data-comment] > .comment')].filter(e => e.getBoundingClientRect().height > 3 * 900)
.map(e => 'is ' + e.getBoundingClientRect().height + ' tall: ' + e.textContent.slice(0, 80)))`

func TestHostile(t *testing.T) {
	p := start(t, t.TempDir(), "--empty")
	var items []map[string]any
	for name, text := range hostile {
		items = append(items, map[string]any{
			"id": name, "kind": "review", "rating": 1, "author": map[string]any{"id": name, "name": text[:min(len(text), 120)], "handle": name}, "text": text,
		})
	}
	team, public := open(t, "console", p.Console+"/c/aurora/reviews"), open(t, "square", p.Square)
	p.hook(items...)
	n := 0
	for name, text := range hostile {
		if len(text) < 4000 && name != "invisible" && name != "control" {
			p.comment("oat", name+" "+strings.ReplaceAll(text[:min(len(text), 30)], "\n", " "), strings.ToValidUTF8(shorten(text, 1500), ""))
			n++
		}
	}
	cards := `#room article[data-kind=card]`
	team.until("every review as a card", script(fmt.Sprintf("all(%s).length >= %d", quoted(cards), len(hostile))))
	public.until("every comment on the square", script(fmt.Sprintf("all('li[data-comment]').length >= %d", n)))

	safe := func(b *tab, what string) {
		t.Helper()
		for _, width := range []int64{1440, 390} {
			b.look(width, 900, "light")
			for _, fault := range eval[[]string](b, spills) {
				t.Errorf("%s at %d px: %s", what, width, fault)
			}
		}
		b.look(1440, 900, "light")
		if eval[bool](b, "'pwned' in window || !!document.querySelector('iframe, main form[action*=evil], [onerror], [onload], [onfocus], [onmouseover], a[href^=javascript]')") {
			t.Errorf("%s: what somebody wrote became part of the page", what)
		}
		if asked := b.asked(); len(asked) > 0 {
			t.Errorf("%s asks %q", what, asked)
		}
	}
	safe(team, "console")
	safe(public, "square")
	team.visit(p.Console + "/c/aurora/inbox")
	team.until("the comments as cards", script("all('#room article[data-kind=card]').length > 0"))
	safe(team, "console, inbox")
	team.visit(p.Console + "/c/aurora/reviews")
	for _, name := range []string{"closing", "marks", "megabyte"} {
		team.enter(eval[string](team, script(fmt.Sprintf("%s[0].dataset.message", within(cards, name)))))
		safe(team, "console, thread of "+name)
	}
}

// shorten cuts a text after n code points.
func shorten(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}
