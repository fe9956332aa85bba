package view

import (
	"slices"

	"ponte/bot/card"
)

// formView is a form as one viewer sees it.
type formView struct {
	V      *Viewer
	Form   card.Form
	Title  string
	Submit string
	Blocks []blockView
	Fields []fieldView
	Room   string
	Thread string

	Previews []card.Preview
}

type fieldView struct {
	card.Field
	ID, Label, Hint, Fault string
	Choices                []choiceView
	Empty                  bool // a choice may be left open
	V                      *Viewer
	Rows                   []pictureRow // of pictures
	Blank                  pictureRow   // what a further one is made of
	Previewed              bool         // how much of it is left is told for each of several
}

// pictureRow is a picture in a form, with what describes it.
type pictureRow struct {
	V         *Viewer
	Hash, Alt string
	Src       string
}

type choiceView struct {
	Value, Label, Text string
	Here               bool
}

// form draws a form for the viewer, to be sent from a room or a thread.
func (v *Viewer) form(f card.Form, in, thread string) formView {
	view := formView{
		V: v, Form: f, Title: line(f.Title.String(), 200), Submit: line(f.Submit.String(), 60), Room: in, Thread: thread, Previews: f.Previews,
	}
	for _, b := range f.Blocks {
		view.Blocks = append(view.Blocks, v.block(b))
	}
	for _, d := range f.Fields {
		field := fieldView{
			Field: d, ID: "field-" + d.Name, Label: line(d.Label.String(), 120),
			Hint: line(d.Hint.String(), 300), Fault: line(d.Fault.String(), 300), Empty: true,
			V: v, Blank: pictureRow{V: v}, Previewed: slices.ContainsFunc(f.Previews, func(p card.Preview) bool { return p.Text == d.Name }),
		}
		for _, p := range d.Pictures {
			if shown := v.picture(p); shown.Src != "" {
				field.Rows = append(field.Rows, pictureRow{v, p.Hash, string(p.Alt), shown.Src})
			}
		}
		for _, ch := range d.Choices {
			field.Empty = field.Empty && ch.Value != "" && (d.Value == "" || !d.Required)
			field.Choices = append(field.Choices, choiceView{ch.Value, line(ch.Label.String(), 120), ch.Text, ch.Value == d.Value})
		}
		view.Fields = append(view.Fields, field)
	}
	return view
}
