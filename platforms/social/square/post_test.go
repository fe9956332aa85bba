package square

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	got, err := r.square.Carry(t.Context(), "key", act.Publish{Text: "look", Pictures: []act.Picture{
		{URL: "https://square.example/m/1?key=a&b", Alt: `a "red" cup`},
		{URL: "https://elsewhere.example/m/2", Alt: "a blue cup"},
		{URL: "https://elsewhere.example/m/3"},
	}}, place)
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := r.ask("GET", "/p/"+got.Ref, "")
	for _, want := range []string{
		`<img src="/m/1?key=a&amp;b" alt="a &#34;red&#34; cup"`, "square.picture alt=a blue cup", "en square.untold",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	if strings.Contains(page, "elsewhere.example") {
		t.Error("the page has pictures of another's")
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

func TestOwnAddresses(t *testing.T) {
	for base, cases := range map[string]map[string]string{
		"https://square.example": {
			"https://square.example/m/1": "/m/1", "/m/1?a=b": "/m/1?a=b", "https://SQUARE.example/m/1": "",
			"http://square.example/m/1": "", "https://square.example:444/m/1": "", "https://a@square.example/m/1": "",
			"//evil.example/m/1": "", "https://square.example//evil.example/m": "", "javascript:alert(1)": "", "data:image/png,a": "", "": "", "%": "",
		},
		"": {"/m/1": "/m/1", "//evil.example/m": "", "///evil.example/m": "", "/\\evil.example": "/%5Cevil.example", "https://square.example/m/1": ""},
	} {
		s := New(nil, Options{Base: func() string { return base }})
		got := map[string]string{}
		for address := range cases {
			got[address] = s.own(address)
		}
		if d := cmp.Diff(cases, got); d != "" {
			t.Errorf("at %q: %s", base, d)
		}
	}
}
