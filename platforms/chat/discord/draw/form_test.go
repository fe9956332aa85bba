package draw_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/draw"
)

func reply() card.Form {
	return card.Form{
		Verb: "reply", Subject: "conversation/01kb0000000000000000000000", Revision: 4, Token: "01kc0000000000000000000000", Closed: "leave", Public: true,
		Title: words("Reply to Maria of the oat milk"), Submit: words("Send"),
		Blocks: []card.Block{{Quote: &card.Quote{Text: "Sour <!here>", By: "Maria"}}, {Facts: []card.Words{words("as Aurora on Mastodon")}}},
		Fields: []card.Field{
			{Name: "saved", Label: words("Saved reply"), Kind: card.ChoiceField, Fills: "text", Choices: []card.Choice{
				{Value: "sorry", Label: words("Sorry"), Text: "We are sorry."}, {Value: "hours", Label: words("Hours"), Text: "We open at 9."},
			}},
			{Name: "text", Label: words("Text"), Kind: card.TextField, Value: "Dear *Maria*", Required: true, Max: 500, Count: "runes"},
			{Name: "who", Label: words("Who"), Kind: card.ChoiceField, Value: "ana", Choices: []card.Choice{{Value: "ana", Label: words("Ana")}, {Value: "", Label: words("Nobody")}}},
			{Name: "own", Label: words("Another text for the square"), Kind: card.TextField, Folded: true},
			{Name: "when", Label: words("When"), Kind: card.TimeField, Hint: words("For example: tomorrow 9:00"), Fault: words("That is past.")},
			{Name: "short", Label: words("Short"), Kind: card.LineField, Max: 300, Count: "graphemes"},
			{Name: "on", Label: words("Also on the square"), Kind: card.CheckField, Value: "true"},
			{Name: "off", Label: words("Not there"), Kind: card.CheckField},
			{Name: "pictures", Label: words("Pictures"), Kind: card.PicturesField, Pictures: []card.Picture{{Hash: "aa11", Alt: "A cup"}, {Hash: "bb22"}}},
		},
	}
}

func TestForms(t *testing.T) {
	for _, lang := range bot.Langs {
		p := pen(t, lang)
		pages, err := p.Pages(reply())
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			if err := shape.Modal(object(t, page.Modal), ""); err != nil {
				t.Error(err)
			}
		}
		step, err := p.Step(reply())
		if err != nil {
			t.Fatal(err)
		}
		taken(t, step)
		golden(t, "reply."+string(lang), map[string]any{"pages": pages, "step": step})
	}
}

func TestWhatIsAskedForAtOnce(t *testing.T) {
	p := pen(t, bot.English)
	text := card.Field{Name: "text", Kind: card.TextField}
	for name, c := range map[string]struct {
		f    card.Form
		want bool
	}{
		"a text":              {card.Form{Fields: []card.Field{text}}, true},
		"a quote and a text":  {card.Form{Blocks: reply().Blocks, Fields: []card.Field{text}}, true},
		"something to read":   {card.Form{Blocks: []card.Block{card.Say(words("Ana writes"))}, Fields: []card.Field{text}}, false},
		"something to choose": {reply(), false},
		"nothing to write":    {card.Form{}, false},
		"two windows":         {card.Form{Fields: []card.Field{text, {Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}, {Name: "e"}}}, false},
		"a fault":             {card.Form{Fields: []card.Field{{Name: "text", Fault: words("no")}}}, false},
	} {
		if got := p.Direct(c.f); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// sent is what Discord sends of a window in which nothing was changed, with some changes.
func sent(t *testing.T, m draw.Modal, change map[string]string) map[string]string {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"custom_id": m.CustomID, "components": m.Components})
	if err != nil {
		t.Fatal(err)
	}
	var data discordgo.ModalSubmitInteractionData
	if err := json.Unmarshal(raw, &data); err != nil {
		t.Fatal(err)
	}
	in := inputs(data.Components)
	for id, value := range change {
		if _, there := in[id]; !there {
			t.Errorf("there is no %s in %v", id, in)
		}
		in[id] = value
	}
	return in
}

func TestWhatIsWrittenAndChosenComesBack(t *testing.T) {
	p, f := pen(t, bot.English), reply()
	f.Fields[1].Value = strings.Repeat("long <text>\n", 800)
	pages, err := p.Pages(f)
	if err != nil {
		t.Fatal(err)
	}
	where, ok := draw.Locate(pages[1].Modal.CustomID)
	want := draw.At{Part: draw.InWindow, N: 1, Token: f.Token, Verb: "reply", Subject: f.Subject, Revision: 4}
	if diff := cmp.Diff(want, where); diff != "" || !ok {
		t.Error(diff)
	}
	for _, page := range pages {
		f = draw.Typed(f, sent(t, page.Modal, nil))
	}
	values := map[string]string{
		"saved": "", "text": strings.Repeat("long <text>\n", 800), "who": "ana", "own": "", "when": "", "short": "", "on": "true",
		"pictures": "aa11 bb22", "alt:aa11": "A cup", "alt:bb22": "",
	}
	if diff := cmp.Diff(values, draw.Values(f)); diff != "" {
		t.Error(diff)
	}
	f = draw.Typed(reply(), sent(t, mustPages(t, p)[0].Modal, map[string]string{"0.text": "Hello", "0.when": "tomorrow"}))
	f, writes := draw.Chosen(f, draw.At{Part: draw.Chooses, N: 0}, []string{"=hours"})
	if !writes {
		t.Error("a saved reply does not write")
	}
	f, _ = draw.Chosen(f, draw.At{Part: draw.Chooses, N: 200}, []string{"="})
	f, _ = draw.Chosen(f, draw.At{Part: draw.Checks}, []string{"=off"})
	f, _ = draw.Chosen(f, draw.At{Part: draw.Keeps, N: 8}, []string{"=bb22"})
	values = map[string]string{"saved": "hours", "text": "We open at 9.", "who": "", "own": "", "when": "tomorrow", "short": "", "off": "true", "pictures": "bb22", "alt:bb22": ""}
	if diff := cmp.Diff(values, draw.Values(f)); diff != "" {
		t.Error(diff)
	}
	if !f.Fields[4].Fault.Zero() {
		t.Error("a field that was written anew still has its fault")
	}
	if diff := cmp.Diff(draw.Values(reply()), draw.Values(reply())); diff != "" || reply().Fields[1].Value != "Dear *Maria*" {
		t.Error("the form itself was changed")
	}
}

func mustPages(t *testing.T, p draw.Pen) []draw.Page {
	t.Helper()
	pages, err := p.Pages(reply())
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestStrangeChoicesChangeNothing(t *testing.T) {
	for _, a := range []draw.At{{Part: draw.Chooses, N: -100}, {Part: draw.Chooses, N: 9999}, {Part: draw.Chooses, N: 100}, {Part: draw.Keeps, N: 99}, {Part: draw.Keeps, N: -1}, {Part: "x"}, {Part: draw.Checks, N: 7}} {
		f, writes := draw.Chosen(reply(), a, []string{"=sorry", "=on"})
		if diff := cmp.Diff(draw.Values(reply()), draw.Values(f)); diff != "" || writes {
			t.Errorf("%+v: %s", a, diff)
		}
	}
	for _, id := range []string{"", "w", "w|f|x|t", "d|reply|c|1|0", "w|f|0|t|v|s|x", "w|f|0"} {
		if a, ok := draw.Locate(id); ok {
			t.Errorf("%q is taken for %+v", id, a)
		}
	}
}

func TestAForgottenFormIsRead(t *testing.T) {
	got := draw.Read(map[string]string{"0.text": "a", "1.text": "b", "0.alt:x": "c", "strange": "d", "-1.text": "e", "9999.text": "f"})
	if diff := cmp.Diff(map[string]string{"text": "ab", "alt:x": "c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAFormTooBigIsRefused(t *testing.T) {
	p := pen(t, bot.English)
	many := card.Form{Verb: "v"}
	for i := range 5 {
		many.Fields = append(many.Fields, card.Field{Name: fmt.Sprint(i), Kind: card.ChoiceField, Choices: []card.Choice{{Value: "a"}}})
	}
	for name, f := range map[string]card.Form{
		"a name":  {Verb: "v", Fields: []card.Field{{Name: strings.Repeat("x", 300)}}},
		"a token": {Verb: "v", Token: strings.Repeat("x", 300), Fields: []card.Field{{}}},
		"texts":   {Verb: "v", Fields: make([]card.Field, 41)},
		"menus":   many,
	} {
		if _, err := p.Step(f); bot.KindOf(err) != bot.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestManyChoicesHaveManyMenus(t *testing.T) {
	for n, want := range map[int]int{1: 1, 25: 25, 26: 26, 100: 100, 101: 100} {
		d := card.Field{Name: "c", Label: words("c"), Kind: card.ChoiceField, Value: "v0"}
		for i := range n {
			d.Choices = append(d.Choices, card.Choice{Value: fmt.Sprint("v", i), Label: words(fmt.Sprint("Choice ", i))})
		}
		m, err := pen(t, bot.English).Step(card.Form{Verb: "v", Title: words("t"), Submit: words("s"), Fields: []card.Field{d}})
		if err != nil {
			t.Fatal(err)
		}
		taken(t, m)
		raw, _ := json.Marshal(m)
		if got := strings.Count(string(raw), `"Choice `); got != want {
			t.Errorf("of %d choices %d are there", n, got)
		}
	}
}

// What does not all fit into the menus is said to be there, and is found by its name.
func TestMoreChoicesThanFitAreFound(t *testing.T) {
	d := card.Field{Name: "c", Label: words("Saved"), Kind: card.ChoiceField, Value: "v7"}
	for i := range 200 {
		d.Choices = append(d.Choices, card.Choice{Value: fmt.Sprint("v", i), Label: words(fmt.Sprintf("Choice %03d", i))})
	}
	f := card.Form{Verb: "v", Token: "tok", Title: words("t"), Submit: words("s"), Fields: []card.Field{d, {Name: "few", Label: words("Few"), Kind: card.ChoiceField, Choices: d.Choices[:3]}}}
	for find, want := range map[string]struct {
		here int
		says string
	}{
		"":             {75, "75 of 200 are here"},
		"choice 19":    {13, ""}, // and the one that is chosen
		"CHOICE":       {75, "75 of 200 are here"},
		"nothing <@1>": {1, ""},
	} {
		p := pen(t, bot.English)
		p.Find = map[string]string{"c": find}
		m, err := p.Step(f)
		if err != nil {
			t.Fatal(err)
		}
		taken(t, m)
		raw, _ := json.Marshal(m.Components)
		if got := strings.Count(string(raw), `"Choice `) - 3; got != want.here {
			t.Errorf("%q: %d are there", find, got)
		}
		if said := m.Embeds[0].Description; !strings.Contains(said, want.says) || want.says == "" && strings.Contains(said, " of 200") {
			t.Errorf("%q: it says %q", find, said)
		}
		if !strings.Contains(string(raw), "Search choices") {
			t.Errorf("%q: there is no way to look for others", find)
		}
		window := p.Finder(f)
		if at, ok := draw.Locate(window.CustomID); !ok || at.Part != draw.Finds || at.Token != "tok" || len(window.Components) != 1 {
			t.Errorf("the window is %+v", window)
		}
	}
	d.Value, f.Fields = "", []card.Field{d}
	f.Fields[0].Value = ""
	p := pen(t, bot.English)
	p.Find = map[string]string{"c": "nothing"}
	if m, err := p.Step(f); err != nil || !strings.Contains(m.Embeds[0].Description, "nothing has “nothing” in its name") {
		t.Errorf("it says %+v, %v", m.Embeds[0], err)
	}
}

// ids are the ids of all that can be pressed or chosen on a message.
func ids(m draw.Message) (out []string) {
	for _, r := range m.Components {
		for _, c := range r.(discordgo.ActionsRow).Components {
			switch c := c.(type) {
			case discordgo.Button:
				out = append(out, c.CustomID)
			case discordgo.SelectMenu:
				out = append(out, c.CustomID)
				for _, o := range c.Options {
					out = append(out, o.Value)
				}
			}
		}
	}
	return out
}

func TestManyButtonsAllHaveAPlace(t *testing.T) {
	for n := range 31 {
		c := card.Card{Title: words("x"), Subject: "conversation/1", Revision: 2}
		for i := range n {
			c.Actions = append(c.Actions, card.Action{Verb: fmt.Sprint("verb", i), Label: words(fmt.Sprint("Label ", i))})
		}
		m := pen(t, bot.English).Card(c)
		taken(t, m)
		all := map[string]bool{}
		for _, id := range ids(m) {
			if p, ok := draw.Unpack(id, nil); ok {
				all[p.Verb] = true
			}
		}
		if len(all) != n {
			t.Errorf("of %d buttons %d are there", n, len(all))
		}
	}
}

func TestAPressComesBackAsItWas(t *testing.T) {
	p, kept := pen(t, bot.English), map[string]string{}
	p.Mark, p.Keep = "~k1", func(id, value string) { kept[id] = value }
	held := func(id string) (string, bool) { v, ok := kept[id]; return v, ok }
	long := "series/01kb0000000000000000000000/" + strings.Repeat("x", 90)
	m := p.Card(card.Card{Subject: "conversation/01kb", Revision: 3, Actions: []card.Action{
		{Verb: "reply", Label: words("Reply")}, {Verb: "spam", Label: words("Spam"), Confirm: words("Mark it?")},
		{Verb: "route", Label: words("Route"), Subject: "item/1|2", Choices: []card.Choice{{Value: "a"}}}, {Verb: "stop", Label: words("Stop"), Subject: long, Confirm: words("Stop all?")},
	}})
	taken(t, m)
	var got []draw.Press
	for _, id := range ids(m) {
		if p, ok := draw.Unpack(id, held); ok {
			got = append(got, p)
		}
	}
	want := []draw.Press{
		{Verb: "reply", Subject: "conversation/01kb", Revision: 3}, {Verb: "spam", Subject: "conversation/01kb", Revision: 3, Asks: true},
		{Verb: "stop", Subject: long, Revision: 3, Asks: true}, {Verb: "route", Subject: "item/1|2", Revision: 3, Menu: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, strange := range []string{"", "x", "d|a|b|c|d", "d||b|1|0", "h|none|0", "d|a|b|1", "n"} {
		if p, ok := draw.Unpack(strange, held); ok {
			t.Errorf("%q is taken for %+v", strange, p)
		}
	}
	if !draw.IsMore("m|0") || draw.IsMore("menu") || !draw.IsCancel("n") {
		t.Error("the menu More is not known")
	}
}

func TestWhatAsksFirst(t *testing.T) {
	p, kept := pen(t, bot.English), map[string]string{}
	p.Keep = func(id, value string) { kept[id] = value }
	held := func(id string) (string, bool) { v, ok := kept[id]; return v, ok }
	m := p.Card(card.Card{Subject: "item/1", Revision: 3, Actions: []card.Action{{Verb: "spam", Label: words("Spam"), Confirm: words("Mark it?")}, {Verb: "take", Label: words("Take")}}})
	id := ids(m)[0]
	for want, held := range map[string]func(string) (string, bool){"Mark it?": held, "Really: Spam?": nil} {
		sure, ok := p.Sure(id, "Spam", held)
		if !ok || sure.Embeds[0].Description != want {
			t.Fatalf("it asks %+v", sure.Embeds)
		}
		taken(t, sure)
		press, ok := draw.Unpack(ids(sure)[0], nil)
		if diff := cmp.Diff(draw.Press{Verb: "spam", Subject: "item/1", Revision: 3}, press); !ok || diff != "" || !draw.IsCancel(ids(sure)[1]) {
			t.Errorf("it leads to %v", ids(sure))
		}
	}
	if _, ok := p.Sure(ids(m)[1], "Take", held); ok {
		t.Error("what does not ask first asks")
	}
}

// inputs are the texts of a window that was sent, by their ids.
func inputs(rows []discordgo.MessageComponent) map[string]string {
	out := map[string]string{}
	for _, r := range rows {
		var held []discordgo.MessageComponent
		switch r := r.(type) {
		case *discordgo.ActionsRow:
			held = r.Components
		case discordgo.ActionsRow:
			held = r.Components
		}
		for _, c := range held {
			switch c := c.(type) {
			case *discordgo.TextInput:
				out[c.CustomID] = c.Value
			case discordgo.TextInput:
				out[c.CustomID] = c.Value
			}
		}
	}
	return out
}
