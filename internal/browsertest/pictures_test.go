//go:build browser

package browsertest

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// give hands a picture of one colour to an input as if it was chosen.
func (b *tab) give(selector, colour string) {
	b.t.Helper()
	b.paint(selector, `p.fillStyle = `+quoted(colour)+`; p.fillRect(0, 0, 640, 400);
		p.fillStyle = 'white'; p.font = '64px sans-serif'; p.fillText(`+quoted(colour)+`, 40, 220);`)
}

// paint hands a picture to an input as if it was chosen: what a script draws on p, 640
// wide and 400 high.
func (b *tab) paint(selector, drawing string) {
	b.t.Helper()
	b.hand(selector, drawing, `input.files = files.files; input.dispatchEvent(new Event('change', {bubbles: true}))`)
}

// paste and drop hand one to where people write.
func (b *tab) paste(selector, colour string) {
	b.t.Helper()
	b.hand(selector, `p.fillStyle = `+quoted(colour)+`; p.fillRect(0, 0, 640, 400);`,
		`input.dispatchEvent(new ClipboardEvent('paste', {clipboardData: files, bubbles: true, cancelable: true}))`)
}

func (b *tab) drop(selector, colour string) {
	b.t.Helper()
	b.hand(selector, `p.fillStyle = `+quoted(colour)+`; p.fillRect(0, 0, 640, 400);`,
		`input.dispatchEvent(new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true}))`)
}

func (b *tab) hand(selector, drawing, how string) {
	b.t.Helper()
	eval[bool](b, script(`new Promise(done => {
		const c = Object.assign(document.createElement('canvas'), {width: 640, height: 400});
		const p = c.getContext('2d');
		`+drawing+`
		c.toBlob(blob => {
			const files = new DataTransfer();
			files.items.add(new File([blob], 'picture.png', {type: 'image/png'}));
			const input = document.querySelector(`+quoted(selector)+`);
			`+how+`;
			done(true);
		}, 'image/png');
	})`))
}

const writing = `dialog[data-form="post"] `

// TestPictures writes a post with two pictures, sees beforehand what goes out, and
// finds it on the card. A note brings a picture of its own.
func TestPictures(t *testing.T) {
	p := start(t, t.TempDir())
	team := open(t, "console", p.Console)
	team.look(1440, 900, "light")
	team.become("tom")
	shots := album(os.Getenv("PONTE_SHOTS"))
	keep := func(name string) {
		if shots == "" {
			return
		}
		for _, size := range []struct {
			name          string
			width, height int64
		}{{"wide", 1440, 900}, {"phone", 390, 844}} {
			for _, scheme := range []string{"light", "dark"} {
				team.look(size.width, size.height, scheme)
				shots.keep(team, name+"-"+size.name+"-"+scheme)
			}
		}
		team.look(1440, 900, "light")
	}

	team.give("#room [data-attach]", "teal")
	team.see("#room [data-attached] img", "")
	keep("attached")
	team.paste("#room-text", "olive")
	team.drop("#room [data-list]", "purple")
	team.until("three pictures", script(`document.querySelectorAll('#room [data-attached] img').length === 3`))
	for range 2 {
		team.press("#room [data-attached] li:last-child [data-detach]", "")
	}
	team.until("one picture", script(`document.querySelectorAll('#room [data-attached] img').length === 1`))
	team.into("#room-text", "A draft of the poster")
	team.keys(kb.Enter)
	team.see("#room article .kept img", "")
	team.until("the picture of the note", script(`[...document.querySelectorAll('#room article .kept img')].every(i => i.complete && i.naturalWidth === 640)`))
	team.miss("#room [data-attached] img", "")

	team.into("#room-text", "/ponte post")
	team.keys(kb.Enter)
	team.see(writing, "This is what goes out")
	keep("form-empty")
	team.into(writing+`[name="value.text"]`, "We open on Sunday. Come and see.")
	team.see(writing+"[data-preview] blockquote", "We open on Sunday. Come and see.")
	team.give(writing+"[data-choose]", "navy")
	team.see(writing+"[data-picture] img", "")
	team.until("the focus on its description", script(`document.activeElement?.name?.startsWith('value.alt:')`))
	team.write("The sea, from above")
	team.paste(writing+"textarea", "crimson")
	team.until("a second picture", script(`document.querySelectorAll('dialog [data-rows] > li').length === 2`))
	team.write("The tram, in red")
	team.until("both in the preview", script(`document.querySelectorAll('dialog [data-preview]:not([hidden]) [data-shown] img').length === 2`))
	team.press(writing+"li:nth-child(2) [data-up]", "")
	team.until("the tram first", script(`document.querySelector('dialog [data-rows] textarea').value === 'The tram, in red'`))
	team.until("the tram first in the preview", script(`document.querySelector('dialog [data-preview]:not([hidden]) [data-shown] img').alt === 'The tram, in red'`))
	team.into(writing+`[name="value.at"]`, "tomorrow 18:30")
	team.see(writing+"[data-echo]", "18:30")
	keep("form")
	team.press(writing+".go-public", "")
	team.miss("dialog", "")
	keep("after")
	team.visit(p.Console + "/c/aurora/approvals")
	team.see("#room article", "We open on Sunday")
	keep("card")
}
