package app

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// TestAPictureInTalkIsKeptWithIt has a stranger name the same one first.
func TestAPictureInTalkIsKeptWithIt(t *testing.T) {
	l := staffed(t)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	p, err := l.app.media.Keep(t.Context(), "acme", "tom", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who  string
		used bool
	}{{"nobody", false}, {"tom", true}} {
		_, err := l.app.Hear(t.Context(), act.Noted{
			Scene: act.Scene{Who: bot.Actor{Platform: "console", Space: "acme", User: c.who}, At: act.Place{Platform: "console", Space: "acme", Channel: "inbox"}},
			Ref:   "n-" + c.who, Text: "how about this one?", Pictures: []string{p.Hash},
		})
		if err != nil {
			t.Fatal(err)
		}
		k, err := storage.Look(t.Context(), l.app.store, func(tx *storage.Tx) (bot.Kept, error) {
			return records.Pictures.Get(tx, storage.K("acme", p.Hash))
		})
		if err != nil || k.Used.IsZero() == c.used {
			t.Errorf("after %s wrote: used %s, %v", c.who, k.Used, err)
		}
	}
}
