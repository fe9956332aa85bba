//go:build browser

package browsertest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// album keeps pictures in a folder.
type album string

func (a album) keep(b *tab, name string) {
	b.t.Helper()
	small, err := fewer(b.picture())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(string(a), name+".png"), small, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// fewer draws a picture anew in the 256 colours that it has the most of: a page has
// few others, and the file is less than half as large.
func fewer(file []byte) ([]byte, error) {
	whole, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	area := whole.Bounds()
	often := map[color.Color]int{}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			often[whole.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(often), func(a, b color.Color) int { return often[b] - often[a] })
	palette := color.Palette(colours[:min(len(colours), 256)])
	nearest := map[color.Color]uint8{}
	for _, c := range colours {
		nearest[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(area, palette)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			out.SetColorIndex(x, y, nearest[whole.At(x, y)])
		}
	}
	var small bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, out)
	return small.Bytes(), err
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
	team.look(1360, 960, "light")
	team.enter(ref)
	team.fromTop()
	a := album(dir)
	a.keep(team, "console")
	team.look(1360, 960, "dark")
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
	posts(t, a)
	if os.Getenv("PONTE_SHOTS_ALL") != "" {
		everything(t, p, a)
	}
}

// posts shows what the brand says by itself: as it is written, as it is asked about,
// and in the calendar.
func posts(t *testing.T, a album) {
	p := shopped(t, openShop(t))
	team := open(t, "posts", p.Console+"/c/aurora/approvals")
	team.become("tom")
	n := 0
	say := func(as, text string) {
		n++
		if status, said := p.act(as, "say", url.Values{"room": {"approvals"}, "deed": {fmt.Sprint("shot-", n)}, "text": {text}}); status != http.StatusOK || strings.Contains(said, `"refused":true`) {
			t.Fatalf("%s gets %d %s", text, status, said)
		}
	}
	for i, text := range []string{
		"Breakfast until noon on Sundays.", "The winter menu is here.", "Latte art with Giulia, from six.", "New beans from Huila, light and sweet.",
		"Half a panettone for two.", "We are hiring in Station Road.", "Closed on the holiday.",
	} {
		day := time.Now().AddDate(0, 0, 9+i*7/3)
		say("tom", fmt.Sprintf(`/ponte post %s --to square --at "%s %d:30"`, text, day.Format(time.DateOnly), 9+i*5%9))
		if i%3 != 2 {
			say("giulia", fmt.Sprint("/ponte approve ", i+1))
		}
	}
	team.look(1100, 960, "light")
	team.compose("From Monday there is hot chocolate again, with orange peel from Valencia and a little cinnamon.",
		"Hot chocolate is back on Monday: order ahead, and skip the queue.", "A white cup of hot chocolate, steaming")
	team.write("tomorrow 18:30")
	team.see(writing+"[data-echo]", "18:30")
	eval[bool](team, "!(document.querySelector('dialog .body').scrollTop = 0)")
	a.keep(team, "post")
	team.keys(kb.Enter)
	team.miss("dialog", "")
	team.press(`a[data-channel="approvals"]`, "")
	ref := team.card("hot chocolate")
	team.until("its picture", script(`[...document.querySelectorAll('#room .kept img')].every(i => i.naturalWidth > 0)`))
	other := open(t, "request", p.Console)
	other.become("giulia")
	other.visit(p.Console + "/c/aurora/approvals")
	other.look(1000, 820, "light")
	other.see(`[data-message="`+ref+`"] [data-verb="approve"]`, "")
	eval[bool](other, script(`(document.querySelector('[data-message="`+ref+`"]').scrollIntoView({block: 'end'}), true)`))
	other.until("all read", script(`document.querySelector('a[data-channel="approvals"]').dataset.unread === '0'`))
	a.keep(other, "request")
	team.visit(p.Console + "/calendar/aurora?day=" + time.Now().AddDate(0, 0, 16).Format(time.DateOnly))
	team.see("table li", "")
	team.look(1240, 900, "light")
	a.keep(team, "calendar")
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
