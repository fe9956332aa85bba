package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// about is a draft of a text for one account without limits.
func about(text string) Input {
	return Input{Content: bot.Content{Text: text}, Accounts: []Account{{ID: "net:acme"}}, Now: now, Graphemes: clusters}
}

// names lists what was found, what stops with an exclamation mark.
func names(found []bot.Finding) string {
	var all []string
	for _, f := range found {
		name := f.Check
		if f.Stops {
			name += "!"
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func TestTexts(t *testing.T) {
	key := "-----BEGIN RSA PRIVATE KEY-----\nMIIE"
	cases := []struct{ name, text, want string }{
		{"plain", "Our new shop opens on Friday at 10:30, see you there!", ""},
		{"nothing", "", "empty!"},
		{"spaces", " \n\t", "empty!"},
		{"what nobody sees", "\u200b\u2060\u3164\u00ad", "empty!"},
		{"an emoji alone", "🎉", ""},

		{"a key", key, "secret!"},
		{"a key of a cloud", "AKIA" + "IOSFODNN7EXAMPLE", "secret!"},
		{"one sign short of it", "AKIA" + "IOSFODNN7EXAMPL", ""},
		{"a live key", "use sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "secret!"},
		{"a token of a forge", "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a", "secret!"},
		{"a token of a chat", "xoxb-" + "17653672481-19874698323", "secret!"},
		{"a token in a link", "https://example.com/?t=ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a", "secret!"},
		{"a signed token", "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "secret!"},
		{"a link with a password", "https://ana:hunter2@example.com/x", "secret!"},
		{"chance", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY9q2", "secret!"},
		{"a pattern", strings.Repeat("zZ1", 12), ""},
		{"a sum", "9e107d9d372bb6826bd81d3542a419d6", "secret_maybe"},
		{"a long link", "https://example.com/watch/wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY9q2", ""},
		{"a long hashtag", "#BlackFriday2026OfertasEspecialesEnMadridCentro", ""},
		{"a long name", "BlackFriday2026OfertasEspecialesEnMadridCentro", ""},
		{"a long word", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", ""},
		{"a line of signs", strings.Repeat("=-", 30), ""},
		{"an order's number", "order 550e8400-e29b-41d4-a716-446655440000", ""},

		{"a card", "pay with 4111 1111 1111 1111", "card!"},
		{"a card without spaces", "5555555555554444", "card!"},
		{"a card with hyphens", "(4111-1111-1111-1111)", "card!"},
		{"a card of fifteen digits", "3782 822463 10005", "card!"},
		{"a card behind a year", "in 2026 4111 1111 1111 1111 now", "card!"},
		{"a card behind CJK", "カード4111111111111111", "card!"},
		{"a wrong last digit", "4111 1111 1111 1112", ""},
		{"of no maker", "1234567812345670", ""},
		{"an order behind a hash", "#4111111111111111", ""},
		{"a number behind a hash and a space", "Order # 4111 1111 1111 1111", ""},
		{"the number of a book", "ISBN 978-3-16-148410-0", ""},
		{"in a link", "https://example.com/4111111111111111", ""},

		{"a name to fill in", "Hello {name}, hello", "placeholder!"},
		{"in two braces", "Hello {{ first_name }}", "placeholder!"},
		{"with a dollar", "only ${price}", "placeholder!"},
		{"a link to fill in", "Look: [link]", "placeholder!"},
		{"in Spanish", "Mira [enlace] y [tu nombre]", "placeholder! placeholder!"},
		{"in Italian", "Ciao <nome>", "placeholder!"},
		{"per cents", "Dear %FIRST_NAME%", "placeholder!"},
		{"latin", "Lorem ipsum dolor sit amet", "placeholder!"},
		{"to do", "TODO write this", "placeholder!"},
		{"to do later", "The price is TODO", "placeholder!"},
		{"to fix", "FIXME", "placeholder!"},
		{"crosses", "It costs XXX euros", "placeholder!"},
		{"twice the same", "{name} {name} {name}", "placeholder!"},
		{"many", "{aa} {bb} {cc} {dd} {ee} {ff} {gg}", strings.TrimSpace(strings.Repeat("placeholder! ", most))},
		{"all, in Spanish", "Ya llegó TODO lo que esperabas", "placeholder_maybe"},
		{"all, in capitals", "TODO INCLUIDO", "placeholder_maybe"},
		{"all, in small letters", "todo va bien", ""},
		{"to do, in Spanish", "TODO: escribir algo con más gracia", "placeholder!"},
		{"all, and to do", "TODO lo que buscas\nTODO: poner el precio", "placeholder! placeholder_maybe"},
		{"thirty", "la XXX edición del festival", "placeholder_maybe"},
		{"to be decided", "Venue TBD", "placeholder_maybe"},
		{"kisses", "love you xxx", ""},
		{"a size", "XXXL and XXXIV", ""},
		{"a hashtag", "#TODO", ""},
		{"a link as some write it", "[link](https://example.com)", ""},
		{"brackets", "[Actualizado] [1/3] (link) [x]", ""},
		{"braces", "{} {a, b} :-{ }", ""},

		{"an address", "write to ana.lopez+x@mail.example.com.", "email"},
		{"an address behind a colon", "email:ana@example.com", "email"},
		{"two addresses", "ana@example.com, berta@example.com", "email email"},
		{"twice the same address", "ana@example.com ana@example.com", "email"},
		{"an address in a link", "https://example.com/?to=ana@example.com", ""},
		{"a handle", "thanks @ana and @ana@example.social", ""},
		{"at", "5 @ 3, @home", ""},

		{"a phone", "Call +34 600 123 456", "phone"},
		{"a phone from abroad", "0034600123456", "phone"},
		{"a phone of nine", "600 12 34 56", "phone"},
		{"a phone in brackets", "(555) 123-4567", "phone"},
		{"a phone after a word", "Tel. 600123456", "phone"},
		{"an order", "your order 600123456 is here", ""},
		{"an order's hash", "#600 123 456", ""},
		{"a price", "1.234.567 € or $600 123 456", ""},
		{"thousands", "600 000 000 people, 600.123.456 of them", ""},
		{"a day", "27-11-2026, 2026-11-27, 10.11.2026", ""},
		{"years", "2024-2026", ""},
		{"a share", "600 123 456 %", ""},

		{"a good link", "https://example.com/a?b=c#d and www.example.com.", ""},
		{"a good link in brackets", "(http://example.com/a_(b)), [https://example.com]", ""},
		{"a good link beyond Latin", "http://例え.jp/パス", ""},
		{"no colon", "http//example.com", "link"},
		{"no slash", "https:/example.com", "link"},
		{"no slashes", "https:example.com", "link"},
		{"a letter missing", "htps://example.com", "link"},
		{"a letter too many", "hhttps://example.com", "link"},
		{"no dot", "https://example", "link"},
		{"no dot behind www", "www.example", "link"},
		{"a comma", "www,example.com", "link"},
		{"a space", "https:// example.com", "link"},
		{"a space behind www", "www. example.com", "link"},
		{"two schemes", "https://https://example.com", "link"},
		{"two dots", "https://example..com", "link"},
		{"a broken escape", "https://example.com/%zz", "link"},
		{"nothing behind", "https://", "link"},
		{"twice the same broken", "http//x http//x", "link"},
		{"words", "HTTP: how it works. http/2, https and www", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			found := Run(about(tc.text))
			if got := names(found); got != tc.want {
				t.Errorf("%q: found %q, want %q (%v)", tc.text, got, tc.want, found)
			}
			for _, f := range found {
				if f.Field != "text" || f.Account != "" {
					t.Errorf("%+v is not told of the text of all", f)
				}
			}
		})
	}
}

func TestSecretsAreNotQuoted(t *testing.T) {
	for _, text := range []string{"4111 1111 1111 1111", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY9q2"} {
		found := Run(about(text))
		if len(found) != 1 {
			t.Fatalf("%q: found %v", text, found)
		}
		if got := found[0].Args; !cmp.Equal(got, map[string]string{"Begins": text[:4] + "…"}) {
			t.Errorf("%q: told as %v", text, got)
		}
	}
}

func TestLengths(t *testing.T) {
	scripts := map[string]struct {
		limits    Limits
		sign      string
		fit, over int // how many signs fit; by how much one more is over
		want      string
	}{
		"ASCII":              {Limits{Max: 500}, "a", 500, 1, "too_long!"},
		"Arabic":             {Limits{Count: Runes, Max: 500}, "م", 500, 1, "too_long!"},
		"CJK weighted":       {Limits{Count: Weighted, Max: 280}, "春", 140, 2, "too_long!"},
		"Latin weighted":     {Limits{Count: Weighted, Max: 280}, "é", 280, 1, "too_long!"},
		"families weighted":  {Limits{Count: Weighted, Max: 280}, "👨\u200d👩\u200d👧", 140, 2, "too_long!"},
		"families":           {Limits{Count: Graphemes, Max: 300}, "👨\u200d👩\u200d👧", 300, 1, "too_long!"},
		"flags":              {Limits{Count: Graphemes, Max: 300}, "🇪🇸", 300, 1, "too_long!"},
		"marks":              {Limits{Count: Graphemes, Max: 300}, "e\u0301", 300, 1, "too_long!"},
		"bytes":              {Limits{Count: Bytes, Max: 300}, "é", 150, 2, "too_long_bytes!"},
		"code units":         {Limits{Count: UTF16, Max: 4096}, "😀", 2048, 2, "too_long!"},
		"bytes alone":        {Limits{MaxBytes: 300}, "é", 150, 2, "too_long_bytes!"},
		"both, bytes first":  {Limits{Count: Graphemes, Max: 300, MaxBytes: 3000}, "👨\u200d👩\u200d👧", 166, 6, "too_long_bytes!"},
		"both, letters only": {Limits{Count: Graphemes, Max: 300, MaxBytes: 3000}, "a", 300, 1, "too_long!"},
	}
	for name, tc := range scripts {
		t.Run(name, func(t *testing.T) {
			for n, want := range map[int]string{tc.fit: "", tc.fit + 1: tc.want} {
				in := about(strings.Repeat(tc.sign, n))
				in.Accounts[0].Limits = tc.limits
				in.Accounts[0].Name = "the town"
				found := Run(in)
				if got := names(found); got != want {
					t.Fatalf("%d signs: %q, want %q", n, got, want)
				}
				if want != "" && (found[0].Args["Over"] != number(tc.over) || found[0].Account != "net:acme" || found[0].Args["Account"] != "the town") {
					t.Errorf("told as %+v", found[0])
				}
			}
		})
	}
	in := about(strings.Repeat("👨\u200d👩\u200d👧", 301))
	in.Accounts[0].Limits = Limits{Count: Graphemes, Max: 300, MaxBytes: 3000}
	if got := names(Run(in)); got != "too_long! too_long_bytes!" {
		t.Errorf("over both limits: %q", got)
	}
}

func TestPictures(t *testing.T) {
	takes := Limits{Pictures: 4, PictureTypes: []string{"image/png", "image/jpeg"}, PictureBytes: 2_000_000, PicturePixels: 1000 * 1000}
	good := bot.Picture{Type: "image/png", Size: 2_000_000, Width: 1000, Height: 1000, Alt: "A cup"}
	with := func(change func(*bot.Picture)) []bot.Picture {
		p := good
		change(&p)
		return []bot.Picture{good, p}
	}
	cases := []struct {
		name     string
		pictures []bot.Picture
		limits   Limits
		needs    bool
		want     string
	}{
		{"at the limits", []bot.Picture{good, good, good, good}, takes, true, ""},
		{"one too many", []bot.Picture{good, good, good, good, good}, takes, true, "too_many_pictures!"},
		{"none taken", []bot.Picture{good}, Limits{}, false, "no_pictures!"},
		{"of any kind", []bot.Picture{{Type: "image/avif", Size: 1 << 40, Alt: "A cup"}}, Limits{Pictures: 1}, false, ""},
		{"another type", with(func(p *bot.Picture) { p.Type = "image/gif" }), takes, false, "picture_type!"},
		{"a byte too large", with(func(p *bot.Picture) { p.Size++ }), takes, false, "picture_bytes!"},
		{"a row too many", with(func(p *bot.Picture) { p.Height++ }), takes, false, "picture_pixels!"},
		{"wide and flat", with(func(p *bot.Picture) { p.Width, p.Height = 1_000_000, 1 }), takes, false, ""},
		{"beyond all numbers", with(func(p *bot.Picture) { p.Width, p.Height = 1<<62, 1<<62 }), takes, false, "picture_pixels!"},
		{"of unknown size", with(func(p *bot.Picture) { p.Width, p.Height = 0, 0 }), takes, false, ""},
		{"no description", with(func(p *bot.Picture) { p.Alt = " \u200b" }), takes, false, "alt"},
		{"no description where one is needed", with(func(p *bot.Picture) { p.Alt = "" }), takes, true, "alt!"},
		{"all at once, what stops first", with(func(p *bot.Picture) { *p = bot.Picture{Type: "image/gif", Size: 2_000_001} }), takes, false, "picture_type! picture_bytes! alt"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			in := about("")
			in.Content.Pictures, in.Accounts[0].Limits, in.NeedsAlt = tc.pictures, tc.limits, tc.needs
			found := Run(in)
			if got := names(found); got != tc.want {
				t.Errorf("found %q, want %q", got, tc.want)
			}
			for _, f := range found {
				if f.Field != "pictures" || f.Args["Picture"] == "1" {
					t.Errorf("told of another place: %+v", f)
				}
			}
		})
	}
	in := about("")
	in.Content.Pictures, in.Accounts[0].Limits = with(func(p *bot.Picture) { p.Size++ }), takes
	want := map[string]string{"Account": "net:acme", "Picture": "2", "Size": "2.01 MB", "Max": "2 MB"}
	if diff := cmp.Diff(want, Run(in)[0].Args); diff != "" {
		t.Error(diff)
	}
}

func TestBlockedWords(t *testing.T) {
	cases := []struct{ word, text, want string }{
		{"free", "Free for all", "blocked!"},
		{"free", "freedom and carefree", ""},
		{"Black Friday", "our black-friday week", "blocked!"},
		{"gratis", "GRA\u200bTIS", "blocked!"},
		{"無料", "今日は無料です", "blocked!"},
		{"$$$", "make $$$ now", "blocked!"},
		{"ÑANDÚ", "un ñandú", "blocked!"},
		{" ", "a b", ""},
		{"", "a b", ""},
	}
	for _, tc := range cases {
		in := about(tc.text)
		in.Blocked = []string{tc.word}
		if got := names(Run(in)); got != tc.want {
			t.Errorf("%q in %q: %q, want %q", tc.word, tc.text, got, tc.want)
		}
	}
}

// TestWhere follows a finding to the account whose text has the fault.
func TestWhere(t *testing.T) {
	in := about("Hello {name}")
	in.Accounts = []Account{
		{ID: "net:a", Name: "the town"},
		{ID: "net:b", Blocked: []string{"free"}, Limits: Limits{Max: 12}},
		{ID: "net:c", Blocked: []string{"free"}, Limits: Limits{Max: 12}},
	}
	in.Content.Variants = map[bot.AccountID]string{"net:c": "free http//x and ana@example.com"}
	want := []bot.Finding{
		{Check: "placeholder", Stops: true, Field: "text", Args: map[string]string{"Word": "{name}"}},
		{Check: "too_long", Stops: true, Account: "net:c", Field: "text", Args: map[string]string{"Account": "net:c", "Over": "20", "Max": "12"}},
		{Check: "blocked_there", Stops: true, Account: "net:c", Field: "text", Args: map[string]string{"Account": "net:c", "Word": "free"}},
		{Check: "link", Account: "net:c", Field: "text", Args: map[string]string{"Link": "http//x"}},
		{Check: "email", Account: "net:c", Field: "text", Args: map[string]string{"Address": "ana@example.com"}},
	}
	if diff := cmp.Diff(want, Run(in)); diff != "" {
		t.Error(diff)
	}
	in.Content.Variants = map[bot.AccountID]string{"net:a": "One", "net:b": "Two", "net:c": "Three"}
	if found := Run(in); len(found) > 0 {
		t.Errorf("a text that goes nowhere was looked at: %v", found)
	}
	if got := names(Run(Input{})); got != "empty!" {
		t.Errorf("a draft for nobody: %q", got)
	}
}

func TestRepetition(t *testing.T) {
	words := strings.Fields("our new shop in the old town opens its doors this friday at ten in the morning and there is coffee and cake for all who come by before noon so bring your friends")
	text := strings.Join(words, " ")
	changed := func(n int) string {
		w := slices.Clone(words)
		for i := range n {
			w[len(w)-1-i] = "other" + number(i)
		}
		return strings.Join(w, " ")
	}
	const day = 24 * time.Hour
	cases := []struct {
		name, text, earlier string
		ago                 time.Duration
		account             bot.AccountID
		want                string
	}{
		{"the same", text, text, day, "net:acme", "same"},
		{"the same in other dress", text, strings.ToUpper(text) + "!!", day, "net:acme", "same"},
		{"the same a month ago", text, text, 30 * day, "net:acme", "same"},
		{"the same longer ago", text, text, 30*day + 1, "net:acme", "similar"},
		{"the same elsewhere", text, text, day, "net:other", ""},
		{"nearly the same", text, changed(3), day, "net:acme", "similar"},
		{"another text", text, changed(20), day, "net:acme", ""},
		{"in Chinese", "今天我们的新店在老城开业欢迎大家来喝咖啡吃蛋糕", "今天我们的新店在老城开业欢迎大家来喝咖啡吃蛋糕吧", day, "net:acme", "similar"},
		{"emoji alone", "🎉🎉", "🎉🎉", day, "net:acme", "same"},
		{"other emoji", "🎉🎉", "🎂", day, "net:acme", ""},
		{"two words", "Good morning", "Good night", day, "net:acme", ""},
		{"nothing earlier", text, "", day, "net:acme", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			in := about(tc.text)
			in.Recent = []Recent{{"net:acme", "Something else altogether, long ago", now.Add(-40 * day)}, {tc.account, tc.earlier, now.Add(-tc.ago)}}
			if got := names(Run(in)); got != tc.want {
				t.Errorf("found %q, want %q", got, tc.want)
			}
		})
	}
	in := about(text)
	in.Recent = []Recent{{"net:acme", changed(4), now.Add(-day)}, {"net:acme", changed(1), now.Add(-2 * day)}, {"net:acme", changed(3), now}}
	found := Run(in)
	if len(found) != 1 || found[0].On.Format(time.DateOnly) != "2026-11-25" {
		t.Errorf("found %v, want the one most alike", found)
	}
}

// TestNewestFirst lets the older of very much that was said fall aside.
func TestNewestFirst(t *testing.T) {
	in := about("Good morning to all of you")
	in.Recent = []Recent{{"net:acme", strings.Repeat("Another word. ", compared/14), now.Add(-2 * time.Hour)}, {"net:acme", in.Content.Text, now.Add(-time.Hour)}}
	if got := names(Run(in)); got != "same" {
		t.Errorf("the newest: %q", got)
	}
	in.Recent[1].At = now.Add(-3 * time.Hour)
	if got := names(Run(in)); got != "" {
		t.Errorf("beyond what is compared: %q", got)
	}
}

// TestAlike measures around the share from which texts are alike: four of five.
func TestAlike(t *testing.T) {
	text := func(n int) []string { return strings.Fields("a b c d e f g h i j k l m n o p")[:n] }
	for n, want := range map[int]float64{10: 1, 12: 0.8, 13: 8.0 / 11} {
		if got := jaccard(shingles(text(10)), shingles(text(n))); got != want {
			t.Errorf("10 and %d words: %v, want %v", n, got, want)
		}
	}
	for n, want := range map[int]string{12: "similar", 13: ""} {
		in := about(strings.Join(text(10), " "))
		in.Recent = []Recent{{"net:acme", strings.Join(text(n), " "), now}}
		if got := names(Run(in)); got != want {
			t.Errorf("10 and %d words: %q, want %q", n, got, want)
		}
	}
}

func TestSpacing(t *testing.T) {
	cases := []struct {
		name string
		when time.Time
		next time.Time
		want string
	}{
		{"as far as wanted", now, now.Add(2 * time.Hour), ""},
		{"a second less", now, now.Add(2*time.Hour - time.Second), "1 h 59 min"},
		{"before it", now, now.Add(-time.Hour), "1 h"},
		{"at the same time", now, now, "at once"},
		{"seconds away", now, now.Add(59 * time.Second), "at once"},
		{"as soon as it may", time.Time{}, now.Add(5 * time.Minute), "5 min"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			for name, in := range map[string]Input{
				"planned": {Planned: []Planned{{"net:other", now}, {"net:acme", tc.next}, {"net:acme", now.Add(9 * time.Hour)}}},
				"out":     {Recent: []Recent{{"net:acme", "Other", tc.next}}},
			} {
				in.Content = bot.Content{Text: "Hello", When: tc.when}
				in.Accounts, in.Now = []Account{{ID: "net:acme", Spacing: 2 * time.Hour}}, now
				found := Run(in)
				got := ""
				if len(found) == 1 && found[0].Field == "when" {
					got = map[string]string{"spacing": found[0].Args["Gap"], "at_once": "at once"}[found[0].Check]
				}
				if got != tc.want || tc.want == "" && len(found) > 0 {
					t.Errorf("%s: found %v, want %q", name, found, tc.want)
				}
			}
		})
	}
}

func FuzzRun(f *testing.F) {
	for _, s := range []string{"", "Hello {name}", "4111 1111 1111 1111", "http//x www. a@b.co", "+34 600 123 456", "TODO XXX [link](", "\xff\xfe\u200d", "-----BEGIN", "https://a:b@c", "春の風"} {
		f.Add(s, "Hello", "free")
	}
	f.Fuzz(func(t *testing.T, text, earlier, word string) {
		in := about(text)
		in.Accounts[0] = Account{ID: "net:acme", Limits: Limits{Count: Weighted, Max: 10}, Blocked: []string{word}, Spacing: time.Hour}
		in.Recent, in.Blocked = []Recent{{"net:acme", earlier, now}}, []string{word}
		found := Run(in)
		if len(found) > 20*most {
			t.Errorf("%d findings", len(found))
		}
		for i, f := range found {
			if f.Check == "" || f.Field == "" || f.Args == nil || i > 0 && f.Stops && !found[i-1].Stops {
				t.Errorf("%+v at %d", f, i)
			}
		}
	})
}

func BenchmarkRun(b *testing.B) {
	in := about(long)
	in.Accounts[0].Limits = Limits{Count: Weighted, Max: 280}
	in.Blocked = []string{"gratis", "無料"}
	in.Recent = []Recent{{"net:acme", long[:len(long)/2], now}}
	for b.Loop() {
		Run(in)
	}
}
