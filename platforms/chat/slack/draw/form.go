package draw

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
)

// Meta is what a form carries with it to its submission.
type Meta struct {
	Verb     string `json:"v"`
	Subject  string `json:"s,omitempty"`
	Revision int    `json:"r,omitempty"`
	Token    string `json:"t"`
	Closed   string `json:"c,omitempty"` // the verb of closing it
	Channel  string `json:"ch"`
	Thread   string `json:"th,omitempty"`
}

// FormID is the callback_id of every form.
const FormID = "form"

// Turns tells how often each field was written into from outside: Slack keeps what
// was typed into a field for as long as its name stays, so one that is to show
// something else takes a new name.
type Turns map[string]int

// Form draws a form as a modal. The error is Invalid where it is too much for one.
func (p Pen) Form(f card.Form, channel, thread string, turns Turns) (slack.ModalViewRequest, error) {
	meta, err := json.Marshal(Meta{f.Verb, f.Subject, f.Revision, f.Token, f.Closed, channel, thread})
	if err != nil || size(string(meta)) > maxMeta {
		return slack.ModalViewRequest{}, bot.Errorf(bot.Invalid, "slack.form_too_big").Because(err)
	}
	s := &sheet{Pen: p, room: maxView - reserved}
	if title := line(f.Title.String(), maxHeader); size(title) > maxTitle {
		s.put(slack.NewHeaderBlock(text(title)))
	}
	if f.Public {
		s.words(card.Glyphs[card.MarkPublic] + " " + s.say("slack.will_be_public"))
	}
	fields, err := s.fields(f.Fields, turns)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	s.room = max(s.room-len(fields), 0)
	s.body(f.Blocks, false)
	s.end()
	s.blocks = append(s.blocks, fields...)
	if len(s.blocks) > maxView {
		return slack.ModalViewRequest{}, bot.Errorf(bot.Invalid, "slack.form_too_big")
	}
	if len(s.blocks) == 0 {
		s.muted(cmp.Or(line(f.Title.String(), maxHeader), "…"))
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: FormID, PrivateMetadata: string(meta), NotifyOnClose: f.Closed != "",
		Title: label(f.Title.String(), maxTitle), Submit: label(f.Submit.String(), maxTitle), Close: label(p.say("slack.cancel"), maxTitle),
		Blocks: slack.Blocks{BlockSet: s.blocks},
	}, nil
}

func (s *sheet) fields(fields []card.Field, turns Turns) ([]slack.Block, error) {
	var out []slack.Block
	for _, f := range fields {
		if size(f.Name) > maxID-20 {
			return nil, bot.Errorf(bot.Invalid, "slack.form_too_big")
		}
		if !f.Fault.Zero() {
			out = append(out, slack.NewContextBlock("", label(card.Glyphs[card.MarkOverdue]+" "+f.Fault.String(), maxValue)))
		}
		out = append(out, s.field(f, turns[f.Name])...)
	}
	return out, nil
}

// field draws one input, or as many as a long text needs.
func (s *sheet) field(f card.Field, turn int) []slack.Block {
	switch {
	case f.Kind == card.PicturesField:
		return s.pictures(f, turn)
	case f.Kind == card.CheckField:
		return []slack.Block{s.input(f, turn, 0, f.Label.String(), s.check(f))}
	case f.Kind == card.ChoiceField && len(f.Choices) > 0:
		if e := choice(f); e != nil {
			b := s.input(f, turn, 0, f.Label.String(), e)
			b.DispatchAction = f.Fills != ""
			return []slack.Block{b}
		}
	}
	var parts []string
	for left := plain(f.Value); left != "" || len(parts) == 0; {
		most := maxInput
		if len(parts) > 0 || size(left) > maxInput {
			most = maxInput - 200 // room to write
		}
		var part string
		part, left = split(left, most)
		parts = append(parts, part)
	}
	var out []slack.Block
	for i, part := range parts {
		name := f.Label.String()
		if len(parts) > 1 {
			name = fmt.Sprintf("%s (%d/%d)", line(name, maxValue-20), i+1, len(parts))
		}
		e := slack.NewPlainTextInputBlockElement(nil, "v")
		e.InitialValue, e.Multiline, e.MaxLength = part, f.Kind == card.TextField, maxInput
		if f.Max > 0 && f.Max < maxInput && counted(f) && size(part) <= f.Max {
			e.MaxLength = f.Max
		}
		out = append(out, s.input(f, turn, i, name, e))
	}
	return out
}

// counted reports whether a field's length is counted as Slack counts it.
func counted(f card.Field) bool { return f.Count == "" || f.Count == string(act.Runes) }

func (s *sheet) input(f card.Field, turn, part int, name string, e slack.BlockElement) *slack.InputBlock {
	b := slack.NewInputBlock(blockID(f.Name, turn, part), label(name, maxValue), nil, e)
	b.Optional = !f.Required || part > 0
	hint := line(f.Hint.String(), maxHint/2)
	if _, typed := e.(*slack.PlainTextInputBlockElement); typed && f.Max > 0 && (f.Max > maxInput || !counted(f)) {
		hint = strings.TrimSpace(hint + " " + s.say("slack.most", card.Count("Count", f.Max)))
	}
	if hint != "" {
		b.Hint = label(hint, maxHint)
	}
	return b
}

// blockID names a field in a modal. Fields reads it.
func blockID(name string, turn, part int) string { return fmt.Sprintf("%d.%d.%s", turn, part, name) }

func fieldOf(block string) (name string, turn, part int, ok bool) {
	p := strings.SplitN(block, ".", 3)
	if len(p) != 3 {
		return "", 0, 0, false
	}
	turn, e1 := strconv.Atoi(p[0])
	part, e2 := strconv.Atoi(p[1])
	return p[2], turn, part, e1 == nil && e2 == nil
}

func (s *sheet) check(f card.Field) slack.BlockElement {
	yes := slack.NewOptionBlockObject("true", label(s.say("slack.yes"), maxLabel), nil)
	e := slack.NewCheckboxGroupsBlockElement("v", yes)
	if f.Value == "true" {
		e.InitialOptions = []*slack.OptionBlockObject{yes}
	}
	return e
}

// pictures draws the pictures that a field has, each to be kept or not, and what is
// said of each. Slack's windows take no new ones: those come with a message.
func (s *sheet) pictures(f card.Field, turn int) []slack.Block {
	how := slack.NewContextBlock("", label(s.say("slack.pictures_how"), maxValue))
	e := slack.NewCheckboxGroupsBlockElement(kept)
	var alts []slack.Block
	for i, p := range f.Pictures {
		name := alt + p.Hash
		if p.Hash == "" || strings.Contains(p.Hash, " ") || size(name) > maxID-20 || len(e.Options) == maxChecks {
			continue
		}
		words := s.say("slack.picture", card.Count("Count", i+1))
		o := slack.NewOptionBlockObject(p.Hash, label(words+" · "+string(p.Alt), maxLabel), nil)
		e.Options, e.InitialOptions = append(e.Options, o), append(e.InitialOptions, o)
		in := slack.NewPlainTextInputBlockElement(nil, "v")
		in.InitialValue, in.MaxLength = cut(plain(string(p.Alt)), maxInput), maxInput
		b := s.input(card.Field{Name: name}, turn, 0, s.say("slack.picture_alt", card.Count("Count", i+1)), in)
		b.Optional = true
		alts = append(alts, b)
	}
	if len(e.Options) == 0 {
		return []slack.Block{how}
	}
	b := s.input(card.Field{Name: f.Name, Hint: f.Hint}, turn, 0, f.Label.String(), e)
	return append(append([]slack.Block{b}, alts...), how)
}

// choice draws the choices of a field, in groups of a hundred where there are
// more; nil when none can be chosen. An option's value begins with "=", as it
// may not be empty.
func choice(f card.Field) slack.BlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "v")
	if f.Fills != "" {
		e.ActionID = ByFill + f.Name
		if size(e.ActionID) > maxID {
			return nil
		}
	}
	var all []*slack.OptionBlockObject
	for _, c := range f.Choices {
		if value := "=" + c.Value; size(value) <= maxOption && len(all) < maxOptions*maxOptions {
			o := slack.NewOptionBlockObject(value, label(cmp.Or(c.Label.String(), c.Value), maxLabel), nil)
			if c.Value == f.Value && f.Value != "" {
				e.InitialOption = o
			}
			all = append(all, o)
		}
	}
	if len(all) == 0 {
		return nil
	}
	if len(all) <= maxOptions {
		e.Options = all
		return e
	}
	for from := 0; from < len(all); from += maxOptions {
		to := min(from+maxOptions, len(all))
		e.OptionGroups = append(e.OptionGroups, slack.NewOptionGroupBlockElement(text(fmt.Sprintf("%d–%d", from+1, to)), all[from:to]...))
	}
	return e
}

// Faults says of each field of a form why it was refused, by the block it stands in.
func Faults(f card.Form, turns Turns) map[string]string {
	out := map[string]string{}
	for _, d := range f.Fields {
		if !d.Fault.Zero() {
			out[blockID(d.Name, turns[d.Name], 0)] = line(d.Fault.String(), maxText)
		}
	}
	return out
}

// Fill returns the form with the text of a choice in the field that it fills, behind
// what was typed there, and what that field is called from now on. ok is false when
// there is no such choice.
func Fill(f card.Form, field, value string, typed State) (filled card.Form, next Turns, ok bool) {
	next = typed.Turns()
	values := typed.Values()
	fields := append([]card.Field(nil), f.Fields...)
	f.Fields = fields
	for _, d := range fields {
		if d.Name != field || d.Fills == "" {
			continue
		}
		for _, c := range d.Choices {
			for i := range fields {
				if c.Value == value && fields[i].Name == d.Fills {
					fields[i].Value, ok = behind(values[d.Fills], c.Text), true
					next[d.Fills]++
				}
			}
		}
	}
	return f, next, ok
}

// behind puts a text behind what was typed, with a space between.
func behind(typed, text string) string {
	if last, _ := utf8.DecodeLastRuneInString(typed); typed == "" || unicode.IsSpace(last) {
		return typed + text
	}
	return typed + " " + text
}
