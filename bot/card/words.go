package card

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"ponte/bot"
)

// Words is one sentence for people: the key of a message in the catalogues with
// what fills it. A Printer sets Text; adapters read nothing but Text. What fills
// it may come from outside: Text is plain text, and an adapter escapes it like
// any other, so that it neither formats nor pings.
type Words struct {
	Key  string `json:"key,omitempty"`
	Args []Arg  `json:"args,omitempty"`
	Text string `json:"text,omitempty"`
}

// Arg fills one placeholder of a message. Exactly one of the values is set; a
// Count also chooses the plural form.
type Arg struct {
	Name  string        `json:"name"`
	Text  string        `json:"text,omitempty"`
	Count *int          `json:"count,omitempty"`
	At    time.Time     `json:"at,omitzero"`     // written as day and time in the reader's language and the brand's zone
	Exact bool          `json:"exact,omitempty"` // At is written to the second, not to the minute
	For   time.Duration `json:"for,omitzero"`    // written in words: "2 h 5 min"
	Words *Words        `json:"words,omitempty"`
}

// W makes words from a message key.
func W(key string, args ...Arg) Words { return Words{Key: key, Args: args} }

// Fault says an error in words.
func Fault(e *bot.Error) Words {
	w := Words{Key: e.Key}
	for _, name := range slices.Sorted(maps.Keys(e.Args)) {
		w.Args = append(w.Args, Text(name, e.Args[name]))
	}
	return w
}

// Found says in words what a check found.
func Found(f bot.Finding) Words {
	w := Fault(&bot.Error{Key: "check." + f.Check, Args: f.Args})
	if !f.On.IsZero() {
		w.Args = append(w.Args, In("Day", Day(f.On)))
	}
	return w
}

// Literal makes words that stand as they are: names and the like, never a sentence.
func Literal(text string) Words { return Words{Text: text} }

// Text fills a placeholder with text as it is.
func Text(name, text string) Arg { return Arg{Name: name, Text: text} }

// Count fills a placeholder with a number and chooses the plural form by it.
func Count(name string, n int) Arg { return Arg{Name: name, Count: &n} }

// At fills a placeholder with a moment.
func At(name string, t time.Time) Arg { return Arg{Name: name, At: t} }

// For fills a placeholder with a length of time.
func For(name string, d time.Duration) Arg { return Arg{Name: name, For: d} }

// In fills a placeholder with other words.
func In(name string, w Words) Arg { return Arg{Name: name, Words: &w} }

// Zero reports whether there is nothing to say.
func (w Words) Zero() bool { return w.Key == "" && w.Text == "" }

// IsZero reports whether there is nothing to say; it lets JSON leave the field out.
func (w Words) IsZero() bool { return w.Zero() }

// String returns the printed text, or the key while it is not printed.
func (w Words) String() string {
	if w.Text != "" || w.Key == "" {
		return w.Text
	}
	s := w.Key
	for _, a := range w.Args {
		v := a.Text
		switch {
		case a.Count != nil:
			v = strconv.Itoa(*a.Count)
		case !a.At.IsZero():
			v = a.At.Format(time.RFC3339)
		case a.For != 0:
			v = a.For.String()
		case a.Words != nil:
			v = a.Words.String()
		}
		s += " " + a.Name + "=" + v
	}
	return s
}

// A Printer writes words in one language and time zone.
type Printer interface {
	Print(Words) string
}

// Print returns the card with every sentence written by the printer. The card itself is not altered.
func (c Card) Print(p Printer) Card {
	c.Title = c.Title.Print(p)
	c.Foot = c.Foot.Print(p)
	c.Blocks = printBlocks(c.Blocks, p)
	c.Tags = each(c.Tags, func(w Words) Words { return w.Print(p) })
	c.Actions = each(c.Actions, func(a Action) Action {
		a.Label, a.Confirm = a.Label.Print(p), a.Confirm.Print(p)
		a.Choices = printChoices(a.Choices, p)
		return a
	})
	return c
}

// Print returns the form with every sentence written by the printer. The form itself is not altered.
func (f Form) Print(p Printer) Form {
	f.Title, f.Submit = f.Title.Print(p), f.Submit.Print(p)
	f.Blocks = printBlocks(f.Blocks, p)
	f.Fields = each(f.Fields, func(d Field) Field {
		d.Label, d.Hint, d.Fault = d.Label.Print(p), d.Hint.Print(p), d.Fault.Print(p)
		d.Choices = printChoices(d.Choices, p)
		return d
	})
	return f
}

func printChoices(in []Choice, p Printer) []Choice {
	return each(in, func(c Choice) Choice { c.Label = c.Label.Print(p); return c })
}

// Print returns the words written by the printer; words that already stand as text are left alone.
func (w Words) Print(p Printer) Words {
	if w.Key == "" {
		return w
	}
	return Words{Text: p.Print(w)}
}

func printBlocks(blocks []Block, p Printer) []Block {
	return each(blocks, func(b Block) Block {
		if b.Words != nil {
			w := b.Words.Print(p)
			b.Words = &w
		}
		b.Facts = each(b.Facts, func(w Words) Words { return w.Print(p) })
		b.List = each(b.List, func(l Line) Line { l.Words = l.Words.Print(p); return l })
		return b
	})
}

func each[T any](in []T, f func(T) T) []T {
	if in == nil {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

// Say makes a block of words.
func Say(w Words) Block { return Block{Words: &w} }

// Notice makes a card of one sentence.
func Notice(w Words) Card { return Card{Mark: MarkNote, Blocks: []Block{Say(w)}} }
