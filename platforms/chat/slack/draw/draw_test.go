package draw_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/chat/chattest"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/draw/drawtest"
	"ponte/platforms/chat/slack/slacktest/blocks"
)

var update = flag.Bool("update", false, "write the goldens anew")

const top = "../../../.."

func pen(t testing.TB, lang bot.Lang) draw.Pen {
	return draw.Pen{Printer: drawtest.New(t, top, lang), Link: func(r card.Ref) string {
		return "https://acme.slack.example/archives/" + r.Channel + "/p" + strings.ReplaceAll(r.Message, ".", "")
	}}
}

func golden(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func words(s string) card.Words { return card.Literal(s) }

// spoken is what a card says in one language, once it was printed.
type spoken struct {
	title, facts, foot, reply, take, resolve, assign, snooze, spam, sure, waits string
}

var tongues = map[bot.Lang]spoken{
	bot.English: {"New comment", "English", "Waiting since 18:02, due at 19:02", "Reply", "Take", "Resolve", "Assign", "Snooze", "Spam", "Mark 1 comment as spam?", "waits 2 h 5 min"},
	bot.Spanish: {"Comentario nuevo", "español", "Espera desde las 18:02, vence a las 19:02", "Responder", "Tomar", "Resolver", "Asignar", "Posponer", "Spam", "¿Marcar 1 comentario como spam?", "espera 2 h 5 min"},
	bot.Italian: {"Nuovo commento", "italiano", "Attende dalle 18:02, scade alle 19:02", "Rispondi", "Prendi", "Risolvi", "Assegna", "Rimanda", "Spam", "Segnare 1 commento come spam?", "attende 2 h 5 min"},
}

var at = time.Date(2026, 11, 27, 18, 2, 0, 0, time.UTC)

// comment is the card of a conversation.
func comment(s spoken) card.Card {
	return card.Card{
		Mark: card.MarkOverdue, Title: words(s.title), Subject: "conversation/01kb0000000000000000000000", Revision: 3, Opens: true,
		Author: &card.Author{Name: "Maria <3", Handle: "@maria", URL: "https://social.example/@maria", Network: "Mastodon", At: at},
		Blocks: []card.Block{
			{Quote: &card.Quote{Text: "The *oat milk* is <!channel> sour & old :smile:\nhttps://evil.example"}},
			{Picture: &card.Picture{URL: "https://social.example/1.png", Alt: "A cup"}},
			{Facts: []card.Words{words(s.facts), words("Mastodon")}},
			{Quote: &card.Quote{Text: "Sorry, Maria. We look into it.", Public: true, By: "Ana"}},
			{List: []card.Line{
				{Mark: card.MarkOpen, Words: words(s.waits), Text: "joe: hello", Thread: &card.Ref{Channel: "C1", Message: "1764266520.000100"}},
				{Mark: card.MarkSnoozed, Text: "ann"},
			}},
		},
		Foot: words(s.foot),
		Actions: []card.Action{
			{Verb: "reply", Label: words(s.reply), Style: card.Primary}, {Verb: "take", Label: words(s.take)}, {Verb: "resolve", Label: words(s.resolve)},
			{Verb: "open", Label: words("Mastodon"), Link: "https://social.example/@maria/1"}, {Verb: "assign", Label: words(s.assign)},
			{Verb: "snooze", Label: words(s.snooze)}, {Verb: "label", Label: words("…")},
			{Verb: "spam", Label: words(s.spam), Style: card.Danger, Confirm: words(s.sure)},
		},
	}
}

func TestCards(t *testing.T) {
	for _, lang := range bot.Langs {
		m := pen(t, lang).Card(comment(tongues[lang]), "U012AB", "<!here>", "U2")
		golden(t, "comment."+string(lang), m)
		taken(t, m)
	}
	gone := comment(tongues[bot.English])
	gone.Gone, gone.Actions, gone.Foot = true, gone.Actions[:6], card.Words{}
	golden(t, "gone.en", pen(t, bot.English).Card(gone))
}

func reply() card.Form {
	return card.Form{
		Verb: "reply", Subject: "conversation/01kb", Revision: 4, Token: "01kc", Closed: "leave", Public: true,
		Title: words("Reply to Maria of the oat milk"), Submit: words("Send"),
		Blocks: []card.Block{{Quote: &card.Quote{Text: "Sour <!here>", By: "Maria"}}, {Facts: []card.Words{words("as Aurora on Mastodon")}}},
		Fields: []card.Field{
			{Name: "saved", Label: words("Saved reply"), Kind: card.ChoiceField, Fills: "text", Choices: []card.Choice{
				{Value: "sorry", Label: words("Sorry"), Text: "We are sorry."}, {Value: "hours", Label: words("Hours"), Text: "We open at 9."},
			}},
			{Name: "text", Label: words("Text"), Kind: card.TextField, Value: "Dear Maria", Required: true, Max: 500, Count: "runes"},
			{Name: "who", Label: words("Who"), Kind: card.ChoiceField, Value: "ana", Choices: []card.Choice{{Value: "ana", Label: words("Ana")}, {Value: "", Label: words("Nobody")}}},
			{Name: "when", Label: words("When"), Kind: card.TimeField, Hint: words("For example: tomorrow 9:00"), Fault: words("That is past.")},
			{Name: "short", Label: words("Short"), Kind: card.LineField, Max: 300, Count: "graphemes"},
			{Name: "on", Label: words("Also on the square"), Kind: card.CheckField, Value: "true"},
		},
	}
}

func TestForms(t *testing.T) {
	for _, lang := range bot.Langs {
		v, err := pen(t, lang).Form(reply(), "C1", "1764266520.000100", nil)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "reply."+string(lang), v)
		viewed(t, v)
	}
	if diff := cmp.Diff(map[string]string{"0.0.when": "That is past."}, draw.Faults(reply(), nil)); diff != "" {
		t.Error(diff)
	}
}

// taken fails when Slack would refuse a message.
func taken(t testing.TB, m draw.Message) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	filled, faults := blocks.Message(raw, "/blocks")
	for _, f := range faults {
		t.Error(f)
	}
	if n := len([]rune(m.Text)); n == 0 || n > 4000 {
		t.Errorf("the text has %d characters", n)
	}
	return filled
}

func viewed(t testing.TB, v any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	filled, faults := blocks.View(raw)
	for _, f := range faults {
		t.Error(f)
	}
	return filled
}

// harmless fails when something of a text from outside formats, links or pings.
func harmless(t testing.TB, m draw.Message, pings int) {
	t.Helper()
	var walk func(v any)
	found := 0
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			switch v["type"] {
			case "mrkdwn", "usergroup", "broadcast", "emoji":
				t.Errorf("there is a %s", v["type"])
			case "user":
				found++
			case "plain_text":
				if v["emoji"] != false {
					t.Error("a plain text has emoji")
				}
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	var all any
	if err := json.Unmarshal(taken(t, m), &all); err != nil {
		t.Fatal(err)
	}
	walk(all)
	if found != pings {
		t.Errorf("%d people are pinged, not %d", found, pings)
	}
	if strings.ContainsAny(m.Text, "<>") {
		t.Errorf("the text says %q", m.Text)
	}
}

func everywhere(s string) card.Card {
	w, o := words(s), card.Outside(s)
	c := card.Card{
		Mark: card.MarkOpen, Title: w, Foot: w, Subject: s, Revision: 1, Author: &card.Author{Name: o, Handle: o, URL: s, Network: s, At: at},
		Blocks: []card.Block{
			{Words: &w}, {Quote: &card.Quote{Text: o, By: o, Public: true}}, {Quote: &card.Quote{Text: o}}, {Facts: []card.Words{w, w}},
			{List: []card.Line{{Words: w, Text: o, Thread: &card.Ref{Channel: s, Message: s}}, {Text: o}}}, {Picture: &card.Picture{URL: s, Alt: o}}, {Picture: &card.Picture{Hash: "kept", Alt: o}},
		},
	}
	for range 8 {
		c.Actions = append(c.Actions, card.Action{Verb: "v", Label: w, Confirm: w}, card.Action{Verb: s, Label: w, Subject: s, Style: card.Danger}, card.Action{Verb: "l", Label: w, Link: s})
	}
	return c
}

func form(s string) card.Form {
	w := words(s)
	f := card.Form{Verb: "v", Subject: "s", Token: "t", Title: w, Submit: w, Public: true, Blocks: everywhere(s).Blocks}
	for i, kind := range []card.FieldKind{card.LineField, card.TextField, card.TimeField, card.CheckField, card.ChoiceField, "other"} {
		f.Fields = append(f.Fields, card.Field{
			Name: fmt.Sprint("f", i), Label: w, Hint: w, Kind: kind, Value: s, Fault: w, Max: i * 700, Count: "utf16",
			Choices: []card.Choice{{Value: s, Label: w, Text: s}, {Value: "b", Label: w}},
		})
	}
	return f
}

func FuzzTextFromOutside(f *testing.F) {
	for _, s := range chattest.Hostile {
		f.Add(s)
	}
	for _, s := range []string{"", " \n", "\x00\xff", "https://evil.example/", strings.Repeat("<&>", 5000), strings.Repeat("👩‍👩‍👧", 4000), strings.Repeat("\n", 100), "\u202egnp.exe", "e" + strings.Repeat("\u0301", 50)} {
		f.Add(s)
	}
	p := pen(f, bot.English)
	p.Files = map[string]string{"kept": "F1"}
	f.Fuzz(func(t *testing.T, s string) {
		pings := 0
		if regexp.MustCompile(`^[UW][A-Z0-9]{1,20}$`).MatchString(s) {
			pings = 1
		}
		harmless(t, p.Card(everywhere(s), s), pings)
		v, err := p.Form(form(s), "C1", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		viewed(t, v)
	})
}

func TestALongTextOfOursIsShownWhole(t *testing.T) {
	long := strings.Repeat("ü🙂 word ", 1000)
	m := pen(t, bot.English).Card(card.Card{Title: words("x"), Blocks: []card.Block{{Quote: &card.Quote{Text: card.Outside(long), Public: true}}}})
	shown := blocks.Read(taken(t, m), func(id string) string { return id }).Text()
	if got := strings.Count(shown, "word"); got != 1000 {
		t.Errorf("%d of 1000 words are shown", got)
	}
	m = pen(t, bot.English).Card(card.Card{Title: words("x"), Blocks: []card.Block{{Quote: &card.Quote{Text: card.Outside(long)}}}})
	if shown := blocks.Read(taken(t, m), func(id string) string { return id }).Text(); !strings.Contains(shown, "more characters are not shown") {
		t.Errorf("a long text of theirs does not say that it is cut: %.200s", shown)
	}
}

func TestManyButtonsAllHaveAPlace(t *testing.T) {
	for n := range 30 {
		c := card.Card{Title: words("x"), Subject: "conversation/1", Revision: 2}
		for i := range n {
			c.Actions = append(c.Actions, card.Action{Verb: fmt.Sprint("verb", i), Label: words(fmt.Sprint("Label ", i))})
		}
		raw := string(taken(t, pen(t, bot.English).Card(c)))
		for i := range n {
			if want := fmt.Sprintf(`verb%d\nconversation/1\n2\n`, i); !strings.Contains(raw, want) {
				t.Errorf("of %d buttons the one for verb%d is nowhere", n, i)
			}
		}
	}
}

func TestAPressComesBackAsItWas(t *testing.T) {
	p := pen(t, bot.English)
	p.Channel = "C7"
	raw := taken(t, p.Card(comment(tongues[bot.English])))
	var list []struct {
		Elements []struct {
			Value string `json:"value"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	got, ok := draw.Unpack(list[len(list)-1].Elements[0].Value)
	want := draw.Press{Verb: "reply", Subject: "conversation/01kb0000000000000000000000", Revision: 3, Channel: "C7"}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Error(diff)
	}
	for _, strange := range []string{"", "x", "a\nb\nc\nd", "\n\n1\n"} {
		if _, ok := draw.Unpack(strange); ok {
			t.Errorf("%q is taken for a press", strange)
		}
	}
}

// filled reads the inputs of a modal as they are shown at first.
func filled(t *testing.T, view map[string]any) draw.State {
	t.Helper()
	state := draw.State{}
	for _, b := range view["blocks"].([]any) {
		b := b.(map[string]any)
		if b["type"] != "input" {
			continue
		}
		e := b["element"].(map[string]any)
		value, _ := e["initial_value"].(string)
		raw, _ := json.Marshal(map[string]any{"value": value, "selected_option": e["initial_option"], "selected_options": e["initial_options"]})
		var in draw.Input
		if err := json.Unmarshal(raw, &in); err != nil {
			t.Fatal(err)
		}
		state[b["block_id"].(string)] = map[string]draw.Input{e["action_id"].(string): in}
	}
	return state
}

func TestWhatIsTypedComesBack(t *testing.T) {
	f := reply()
	f.Fields[1].Value = strings.Repeat("long <text>\n", 800)
	v, err := pen(t, bot.English).Form(f, "C1", "1.000001", draw.Turns{"text": 2})
	if err != nil {
		t.Fatal(err)
	}
	state := filled(t, viewed(t, v))
	want := map[string]string{"saved": "", "text": f.Fields[1].Value, "who": "ana", "when": "", "short": "", "on": "true"}
	if diff := cmp.Diff(want, state.Values()); diff != "" {
		t.Error(diff)
	}
	if got := state.Turns()["text"]; got != 2 {
		t.Errorf("the text was written into %d times", got)
	}
	meta, ok := draw.Read(v.PrivateMetadata)
	if diff := cmp.Diff(draw.Meta{Verb: "reply", Subject: "conversation/01kb", Revision: 4, Token: "01kc", Closed: "leave", Channel: "C1", Thread: "1.000001"}, meta); diff != "" || !ok {
		t.Error(diff)
	}
	filled, turns, ok := draw.Fill(reply(), "saved", "hours", state)
	if !ok || filled.Fields[1].Value != f.Fields[1].Value+"We open at 9." || turns["text"] != 3 || reply().Fields[1].Value == filled.Fields[1].Value {
		t.Errorf("the choice fills %q as %v", filled.Fields[1].Value, turns)
	}
	for typed, want := range map[string]string{"": "We open at 9.", "Hello,": "Hello, We open at 9.", "Hello\u00a0": "Hello\u00a0We open at 9."} {
		state := draw.State{"0.0.text": {"v": {Value: typed}}}
		if filled, _, _ := draw.Fill(reply(), "saved", "hours", state); filled.Fields[1].Value != want {
			t.Errorf("behind %q the choice fills %q", typed, filled.Fields[1].Value)
		}
	}
	if _, _, ok := draw.Fill(reply(), "saved", "none", nil); ok {
		t.Error("a choice that is not there fills something")
	}
}

func TestAFormTooBigIsRefused(t *testing.T) {
	for name, f := range map[string]card.Form{
		"metadata": {Verb: "v", Subject: strings.Repeat("x", 3000)},
		"a name":   {Verb: "v", Fields: []card.Field{{Name: strings.Repeat("x", 300)}}},
		"fields":   {Verb: "v", Fields: make([]card.Field, 101)},
	} {
		if _, err := pen(t, bot.English).Form(f, "C1", "", nil); bot.KindOf(err) != bot.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestManyChoicesComeInGroups(t *testing.T) {
	for _, n := range []int{1, 100, 101, 250} {
		d := card.Field{Name: "c", Label: words("c"), Kind: card.ChoiceField, Value: "v0"}
		for i := range n {
			d.Choices = append(d.Choices, card.Choice{Value: fmt.Sprint("v", i), Label: words(fmt.Sprint("Choice ", i))})
		}
		v, err := pen(t, bot.English).Form(card.Form{Verb: "v", Title: words("t"), Submit: words("s"), Fields: []card.Field{d}}, "C1", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(viewed(t, v))
		if got := strings.Count(string(raw), `"Choice `) - 1; got != n {
			t.Errorf("of %d choices %d are there", n, got)
		}
	}
}

func TestAnOfferCarriesItsCommand(t *testing.T) {
	m, ok := pen(t, bot.English).Offer("This opens a window.", "Open", "reply & <b>")
	if raw := string(taken(t, m)); !ok || !strings.Contains(raw, `"reply \u0026 \u003cb\u003e"`) {
		t.Errorf("it is %s", raw)
	}
	if _, ok := pen(t, bot.English).Offer("x", "y", strings.Repeat("x", 2001)); ok {
		t.Error("a command too long for a button has one")
	}
}

func TestPicturesAreKeptWithWhatIsSaidOfThem(t *testing.T) {
	f := card.Form{Verb: "picture", Title: words("Pictures"), Submit: words("Save"), Fields: []card.Field{
		{Name: "pictures", Label: words("Pictures"), Kind: card.PicturesField, Pictures: []card.Picture{{Hash: "aa11", Alt: "A cup"}, {Hash: "bb22"}}},
	}}
	v, err := pen(t, bot.English).Form(f, "C1", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	state := filled(t, viewed(t, v))
	if diff := cmp.Diff(map[string]string{"pictures": "aa11 bb22", "alt:aa11": "A cup", "alt:bb22": ""}, state.Values()); diff != "" {
		t.Error(diff)
	}
	state["0.0.pictures"] = map[string]draw.Input{"kept": {}}
	if got, ok := state.Values()["pictures"]; !ok || got != "" {
		t.Errorf("with none checked they are %q, %v", got, ok)
	}
	f.Fields[0].Pictures = nil
	if v, err = pen(t, bot.English).Form(f, "C1", "", nil); err != nil {
		t.Fatal(err)
	}
	if got := filled(t, viewed(t, v)).Values(); len(got) != 0 {
		t.Errorf("without pictures it has %v", got)
	}
}
