//go:build browser

package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// album keeps pictures in a folder.
type album string

func (a album) keep(b *tab, name string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(string(a), name+".png"), b.picture(), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// TestShots takes the pictures of the documentation, into the folder that
// PONTE_SHOTS names; with PONTE_SHOTS_ALL every state in every size as well.
func TestShots(t *testing.T) {
	dir := os.Getenv("PONTE_SHOTS")
	if dir == "" {
		t.Skip("PONTE_SHOTS names no folder for the pictures")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p := start(t, t.TempDir())
	team, public := open(t, "console", p.Console), open(t, "square", p.Square)
	team.become("tom")
	ref := team.card("Maria Keller")
	team.look(1360, 900, "light")
	team.enter(ref)
	team.fromTop()
	a := album(dir)
	a.keep(team, "console")
	team.look(1360, 900, "dark")
	a.keep(team, "console-dark")
	team.look(390, 844, "light")
	team.fromTop()
	a.keep(team, "phone")
	team.look(1360, 900, "light")
	team.press("#thread [data-message='"+ref+"'] [data-verb=reply]", "")
	team.into("dialog[data-form=reply] [name='value.text']", "See you on Monday, Maria. Priya knows.")
	a.keep(team, "reply")
	public.look(1024, 1000, "light")
	a.keep(public, "square")
	if os.Getenv("PONTE_SHOTS_ALL") != "" {
		everything(t, p, a)
	}
}

// fromTop shows the beginning of each list.
func (b *tab) fromTop() {
	b.t.Helper()
	eval[int](b, "document.querySelectorAll('[data-list]').forEach(l => { l.scrollTop = 0 }) ?? 1")
}

// everything shows each state at each width, light and dark.
func everything(t *testing.T, p *ponte, a album) {
	team := open(t, "console", p.Console)
	team.become("tom")
	ref := team.card("Maria Keller")
	sizes := func(b *tab, name string) {
		for _, width := range []int64{1440, 1024, 390} {
			for _, scheme := range []string{"light", "dark"} {
				b.look(width, 900, scheme)
				a.keep(b, fmt.Sprintf("%s-%d-%s", name, width, scheme))
			}
		}
		b.look(1440, 900, "light")
	}
	sizes(team, "first")
	team.enter(ref)
	sizes(team, "thread")
	team.into("#room form[data-composer] textarea", "/ponte ")
	sizes(team, "completion")
	team.press("#thread [data-message='"+ref+"'] [data-verb=reply]", "")
	sizes(team, "form")
	team.visit(p.Console + "/c/aurora")
	sizes(team, "rooms")
	public := open(t, "square", p.Square)
	public.see(".comment", "Maria Keller")
	sizes(public, "square")

	empty := start(t, t.TempDir(), "--empty")
	none := open(t, "empty", empty.Console)
	none.become("tom")
	sizes(none, "empty")
	sizes(open(t, "empty square", empty.Square), "square-empty")
	empty.hook(map[string]any{"id": "one", "kind": "review", "rating": 4, "author": "Noor", "text": "قهوة ممتازة والمكان هادئ"})
	none.visit(empty.Console + "/c/aurora/reviews")
	none.card("Noor")
	sizes(none, "one")
	var many []map[string]any
	for i := range 500 {
		many = append(many, map[string]any{
			"id": fmt.Sprint("many-", i), "kind": "comment", "post": "closing", "author": fmt.Sprint("Guest ", i), "text": fmt.Sprint("Why do you close at six? ", i),
		})
	}
	empty.hook(many...)
	none.visit(empty.Console + "/c/aurora/inbox")
	none.card("conversations on one post")
	sizes(none, "many")
}
