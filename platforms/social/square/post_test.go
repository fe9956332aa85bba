package square

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"ponte/bot"
	"ponte/bot/act"
)

func TestPostAppears(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Base = func() string { return "https://square.example" } })
	q, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, r.server.URL+"/live", nil)
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	lines := bufio.NewScanner(a.Body)
	lines.Scan()
	got, err := r.square.Carry(t.Context(), "key", act.Publish{Text: "  Open <b>on</b> Sunday\n"}, place)
	if err != nil {
		t.Fatal(err)
	}
	if want := "https://square.example/p/" + got.Ref; got.URL != want {
		t.Errorf("the post is at %s, want %s", got.URL, want)
	}
	for lines.Scan() && lines.Text() == "" {
	}
	if lines.Text() != "data: "+got.Ref {
		t.Errorf("open pages are told %q", lines.Text())
	}
	_, home, _ := r.ask("GET", "/", "")
	_, alone, _ := r.ask("GET", "/p/"+got.Ref, "")
	if want := ">Open &lt;b&gt;on&lt;/b&gt; Sunday</p>"; !strings.Contains(alone, want) || strings.Index(home, want) > strings.Index(home, "Our new lamp") {
		t.Errorf("it is not the first of %s, or not in %s", home, alone)
	}
	r.call("POST", "/api/posts/"+got.Ref+"/comments", 201, map[string]string{"author": "Ada", "text": "at last"})
}

func TestPictures(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Base = func() string { return "https://square.example" } })
	had := map[string][]byte{"aa": bytes.Repeat([]byte("picture"), 50_000), "bb": []byte("small")}
	r.square.opt.Media = func(_ context.Context, hash string) (bot.Picture, []byte, error) {
		if had[hash] == nil {
			return bot.Picture{}, nil, bot.Errorf(bot.NotFound, "error.picture_gone")
		}
		return bot.Picture{Hash: hash, Type: "image/png", Width: 40, Height: 30}, had[hash], nil
	}
	say := act.Publish{Text: "look", Pictures: []act.Picture{
		{URL: "https://square.example/media/aurora/aa?until=1", Hash: "aa", Alt: `a "red" cup`},
		{URL: "https://elsewhere.example/m/2", Alt: "a blue cup"},
		{URL: "https://elsewhere.example/m/3"},
	}}
	got, err := r.square.Carry(t.Context(), "key", say, place)
	if err != nil {
		t.Fatal(err)
	}
	want := had["aa"]
	delete(had, "aa") // the square has its own
	_, page, _ := r.ask("GET", "/p/"+got.Ref, "")
	for _, want := range []string{
		`<img src="/pictures/aa" alt="a &#34;red&#34; cup" width="40" height="30"`, "square.picture alt=a blue cup", "en square.untold",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	if strings.Contains(page, "elsewhere.example") || strings.Contains(page, "until=") {
		t.Error("the page names where pictures came from")
	}
	status, body, head := r.ask("GET", "/pictures/aa", "")
	if status != 200 || body != string(want) || head.Get("Content-Type") != "image/png" || head.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(head.Get("Content-Security-Policy"), "sandbox") || !strings.Contains(head.Get("Cache-Control"), "immutable") {
		t.Errorf("the picture: %d, %d bytes, %v", status, len(body), head)
	}
	if status, _, _ := r.ask("GET", "/pictures/bb", ""); status != 404 {
		t.Errorf("a picture that nothing shows: %d", status)
	}
	if again, err := r.square.Carry(t.Context(), "key", say, place); err != nil || again != got {
		t.Errorf("the same act again: %v, %v", again, err)
	}
	if _, err := r.square.Carry(t.Context(), "other", say, place); bot.KindOf(err) != bot.Invalid {
		t.Errorf("a picture that is gone: %v", err)
	}
	if _, err := r.square.Carry(t.Context(), "alone", act.Publish{Pictures: []act.Picture{{Hash: "bb", Alt: "b"}}}, place); err != nil {
		t.Errorf("a picture alone: %v", err)
	}
	many := make([]act.Picture, maxShown+1)
	for i, a := range []act.Publish{{Text: "look", Pictures: many}, {Text: "look", Pictures: []act.Picture{{Alt: strings.Repeat("é", maxText+1)}}}} {
		if _, err := r.square.Carry(t.Context(), "too much", a, place); bot.KindOf(err) != bot.Invalid {
			t.Errorf("%d: %v", i, err)
		}
	}
	if _, err := r.square.Carry(t.Context(), "just enough", act.Publish{Text: "look", Pictures: many[1:]}, place); err != nil {
		t.Error(err)
	}
}
