package console

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/chattest"
)

// The templates' own tags and attributes; anything else came from outside.
var (
	tags = strings.Fields(`!doctype html head meta title link script body a nav div details summary form button strong bdi small ul li span main
		section header h1 h2 p input textarea aside dialog label article time figure figcaption blockquote s em select option
		template svg path fieldset legend ol img h3`)
	attributes = strings.Fields(`lang charset name content rel type href src class tabindex title datetime dir role action method target value id
		rows placeholder hidden popover autofocus open for checked selected required autocomplete novalidate aria-label aria-labelledby
		aria-describedby aria-hidden aria-live aria-current aria-pressed aria-invalid
		accept multiple maxlength alt width height viewBox fill stroke stroke-width stroke-linecap stroke-linejoin d`)
	tagged    = regexp.MustCompile(`(?s)<(/?)([^\s>/]*)([^>]*)>`)
	attribute = regexp.MustCompile(`(?s)\s*([^\s=]+)(?:="([^"]*)")?`)
)

// strange returns the first piece of a page that no template wrote.
func strange(page string) string {
	rest := page
	for {
		at := tagged.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		if text := rest[:at[0]]; strings.ContainsAny(text, "<>") {
			return "text " + text
		}
		name, attrs := rest[at[4]:at[5]], rest[at[6]:at[7]]
		if !slices.Contains(tags, name) {
			return "tag " + name
		}
		for _, m := range attribute.FindAllStringSubmatch(attrs, -1) {
			if m[1] == "html" && name == "!doctype" {
				continue
			}
			if !slices.Contains(attributes, m[1]) && !strings.HasPrefix(m[1], "data-") {
				return name + " with attribute " + m[1]
			}
			if (m[1] == "href" || m[1] == "src" || m[1] == "action") && !strings.HasPrefix(m[2], "/") && !strings.HasPrefix(m[2], "#") &&
				!strings.HasPrefix(m[2], "http://") && !strings.HasPrefix(m[2], "https://") {
				return "address " + m[2]
			}
		}
		rest = rest[at[1]:]
	}
	if strings.ContainsAny(rest, "<>") {
		return "text " + rest
	}
	return ""
}

func TestStrangeSeesWhatDoesNotBelong(t *testing.T) {
	for _, page := range []string{
		`<b>x</b>`, `<p onclick="x">x</p>`, `<a href="javascript:alert(1)">x</a>`, `x < y`, `<p title="" style="x">`, `<script src="data:x"></script>`,
	} {
		if strange(page) == "" {
			t.Errorf("%s is taken for the template's", page)
		}
	}
}

// everywhere is a card that has the text in every place that takes text.
func everywhere(text string) card.Card {
	o, w := card.Outside(text), card.Literal(text)
	return card.Card{
		Mark: card.MarkOpen, Title: w, Foot: w, Opens: true, Subject: text,
		Author: &card.Author{Name: o, Handle: o, URL: text, Network: text},
		Blocks: []card.Block{
			card.Say(w), {Quote: &card.Quote{Text: o, By: o, Public: true}}, {Quote: &card.Quote{Text: o, Struck: true}}, {Facts: []card.Words{w, w}},
			{List: []card.Line{{Mark: card.Mark(text), Words: w, Text: o, Thread: &card.Ref{Channel: "inbox", Message: text}}}},
			{Picture: &card.Picture{URL: text, Type: text, Alt: o}}, {Picture: &card.Picture{Hash: text, Alt: o}}, {Picture: &card.Picture{Hash: kept, Alt: o}},
		},
		Actions: []card.Action{{Verb: text, Label: w, Style: card.Style("primary"), Confirm: w}, {Verb: "link", Label: w, Link: text}},
	}
}

// kept is a hash as pictures have them.
var kept = strings.Repeat("a1", 32)

func formWith(text string) *card.Form {
	w := card.Literal(text)
	choices := []card.Choice{{Value: text, Label: w, Text: text}}
	return &card.Form{
		Verb: "reply", Subject: text, Token: text, Title: w, Submit: w, Public: true, Closed: text, Blocks: everywhere(text).Blocks,
		Fields: []card.Field{
			{Name: "a", Label: w, Hint: w, Kind: card.TextField, Value: text, Max: 10, Count: "runes", Fault: w},
			{Name: "b", Label: w, Kind: card.LineField, Value: text}, {Name: "c", Label: w, Kind: card.ChoiceField, Choices: choices, Fills: "a"},
			{Name: "d", Label: w, Kind: card.CheckField, Value: "true"}, {Name: "e", Label: w, Kind: card.TimeField, Value: text},
			{Name: "f", Label: w, Hint: w, Fault: w, Kind: card.PicturesField, Value: text, Pictures: []card.Picture{{Hash: kept, Alt: card.Outside(text)}, {Hash: text}}},
			{Name: "g", Label: w, Kind: card.TextField, Value: text, Folded: true},
		},
		Previews: []card.Preview{{Name: text, On: "d", Text: "a", Own: "g", Pictures: "f", Max: 10, Count: text}},
	}
}

var hostile = append(chattest.Hostile,
	`<script>alert(1)</script>`, `</textarea><script>alert(1)</script>`, `</title><img src=x onerror=alert(1)>`, `'"><svg/onload=alert(1)>`,
	`javascript:alert(1)`, ` jAvAsCrIpT:alert(1)`, `data:text/html,<script>alert(1)</script>`, `https://user@evil.example/`, `{{.V.Brand}}`,
	"\x00\x01\x1b[31m", "\xff\xfe broken", "a\u202eb\u2066c", "--><!--", "]]>", "&lt;b&gt;", "<style>*{display:none}</style>", strings.Repeat("<", 2000),
)

func TestHostileTextStaysText(t *testing.T) {
	r := newRig(t)
	r.listen(quiet)
	var top string
	for i, text := range hostile {
		top = r.send("inbox", "k"+string(rune('a'+i)), act.Send{Card: everywhere(text)})
	}
	for _, text := range hostile {
		if !strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "@") {
			if status, got := r.act("say", "aurora/ana", "thread", top, "text", text); status != http.StatusOK {
				t.Errorf("a note %q answers %d %s", text, status, got.said())
			}
		}
	}
	for _, path := range []string{"/", "/c/aurora/inbox/" + top, "/pane/aurora/inbox", "/pane/aurora/inbox/" + top, "/people"} {
		status, body := r.get(path, "aurora/ana")
		if what := strange(body); status != http.StatusOK || what != "" {
			t.Errorf("%s answers %d with %.300s\n%s", path, status, what, r.log)
		}
	}
}

func TestHostileAnswersStayText(t *testing.T) {
	r := newRig(t)
	for _, text := range hostile {
		k := everywhere(text)
		r.listen(func(context.Context, act.Event) (act.Answer, error) {
			return act.Answer{Notice: &k, Form: formWith(text)}, nil
		})
		_, got := r.act("click", "aurora/ana", "verb", "reply")
		if got.Form == nil || got.Notice == nil {
			t.Fatalf("%q: no form or no notice", text)
		}
		if what := strange(got.Form.HTML) + strange(got.Notice.HTML); what != "" {
			t.Errorf("%q draws %.300s", text, what)
		}
	}
}

func TestFloodsAreContained(t *testing.T) {
	r := newRig(t)
	for key, text := range map[string]string{
		"marks": "e" + strings.Repeat("\u0301", 10_000), "long": strings.Repeat("word ", 200_000), "turned": "safe\u202egpj.exe",
	} {
		k := everywhere(text)
		k.Subject, k.Actions[0].Verb, k.Blocks[4].List[0].Thread = "conversation/1", "take", nil
		r.send("inbox", key, act.Send{Card: k})
	}
	_, body := r.get("/pane/aurora/inbox", "aurora/ana")
	if strings.Contains(body, strings.Repeat("\u0301", 7)) || !strings.Contains(body, strings.Repeat("\u0301", 6)) {
		t.Error("a letter carries more than six marks, or none")
	}
	if strings.ContainsRune(body, '\u202e') || !strings.Contains(body, "safe[U&#43;202E]gpj.exe") {
		t.Error("what turns the text around is not written out")
	}
	if !strings.Contains(body, "980000 more characters are not shown") || !strings.Contains(body, `<details class="long">`) {
		t.Error("a long text is neither folded nor cut")
	}
	if len(body) > 400_000 {
		t.Errorf("three messages make a page of %d bytes", len(body))
	}
}

func FuzzRender(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	r := newRig(f)
	f.Fuzz(func(t *testing.T, text string) {
		v := r.c.person(r.c.opt.Brands(), "aurora", "ana")
		if what := strange(v.Notice(everywhere(text))); what != "" {
			t.Errorf("%q draws %s", text, what)
		}
		if what := strange(v.Form(*formWith(text), "inbox", text)); what != "" {
			t.Errorf("a form of %q draws %s", text, what)
		}
	})
}
