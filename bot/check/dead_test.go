package check

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

func TestAddresses(t *testing.T) {
	c := bot.Content{
		Text:     "Look at https://shop.example/a, at shop.com/b and https://shop.example/a again; ftp://no.example",
		Accounts: []bot.AccountID{"net:a", "net:b"}, Variants: map[bot.AccountID]string{"net:b": "Here: HTTP://Shop.example/c?x=1#y."},
	}
	want := []string{"https://shop.example/a", "https://shop.com/b", "HTTP://Shop.example/c?x=1#y"}
	if diff := cmp.Diff(want, Addresses(&c)); diff != "" {
		t.Error(diff)
	}
	c.Text = "https://shop.example/" + strings.Repeat("x", 2000)
	for n := range 30 {
		c.Text += " https://shop.example/" + string(rune('a'+n%26)) + strings.Repeat("z", n)
	}
	if got := Addresses(&c); len(got) != 20 || len(got[0]) > 2000 {
		t.Errorf("%d addresses, the first of %d bytes", len(got), len(got[0]))
	}
}

func TestDeadLinks(t *testing.T) {
	in := Input{
		Content: bot.Content{Text: "https://a.example/x shop.com/gone https://a.example/x https://c.example https://d.example https://e.example https://f.example"},
		Links: map[string]bot.Link{
			"https://a.example/x": {Code: 404}, "https://shop.com/gone": {Code: 410}, "https://c.example": {Fault: "private"}, "https://d.example": {Fault: "slow"},
			"https://e.example": {Code: 503}, "https://f.example": {Code: 200},
		},
	}
	var got []bot.Finding
	for _, f := range Run(in) {
		if strings.HasPrefix(f.Check, "dead_link") {
			got = append(got, f)
		}
	}
	want := []bot.Finding{
		{Check: "dead_link", Field: "text", Args: map[string]string{"Link": "https://a.example/x", "Code": "404"}},
		{Check: "dead_link", Field: "text", Args: map[string]string{"Link": "shop.com/gone", "Code": "410"}},
		{Check: "dead_link_private", Field: "text", Args: map[string]string{"Link": "https://c.example"}},
		{Check: "dead_link_silent", Field: "text", Args: map[string]string{"Link": "https://d.example"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnfetchedPicturesStop(t *testing.T) {
	in := Input{
		Fetch: []bot.Fetch{{URL: "https://a.example/1.png"}, {URL: "https://a.example/2"}, {URL: "https://a.example/unknown"}},
		Links: map[string]bot.Link{"https://a.example/1.png": {Code: 404}, "https://a.example/2": {Code: 200, Fault: "picture"}},
	}
	want := []bot.Finding{
		{Check: "fetch", Stops: true, Args: map[string]string{"Link": "https://a.example/1.png", "Code": "404"}},
		{Check: "fetch_picture", Stops: true, Args: map[string]string{"Link": "https://a.example/2"}},
		{Check: "fetch_silent", Stops: true, Args: map[string]string{"Link": "https://a.example/unknown"}},
	}
	if diff := cmp.Diff(want, Run(in)); diff != "" {
		t.Error(diff)
	}
}
