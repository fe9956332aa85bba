package discordtest

import (
	"slices"
	"strings"

	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/discordtest/show"
	"ponte/platforms/chat/discord/discordtest/world"
)

// View is a modal in front of somebody.
type View struct {
	p   *Person
	was world.Modal
}

// Opened is the modal in front of the person; nil when there is none.
func (p *Person) Opened() *View {
	if m, open := p.s.World.Modal(p.ID); open {
		return &View{p, m}
	}
	return nil
}

// Modal is the modal in front of the person. It ends the test when there is
// none.
func (p *Person) Modal() *View {
	p.s.t.Helper()
	v := p.Opened()
	if v == nil {
		p.s.t.Fatalf("discord: no modal is in front of %s", p.Name)
	}
	return v
}

func (v *View) now() world.Modal {
	if m, open := v.p.s.World.Modal(v.p.ID); open {
		return m
	}
	return v.was
}

// Title is what stands over it.
func (v *View) Title() string { return shape.Str(v.was.Body, "title") }

// Shown is what stands in it.
func (v *View) Shown() show.Shown { return show.Modal(v.was.Body, v.p.s.World.Called) }

// Fields lists what can be filled in, by label.
func (v *View) Fields() []string {
	var labels []string
	for _, c := range v.Shown().Controls {
		labels = append(labels, c.Label)
	}
	return labels
}

// Value is what a field holds now, as its text or the labels of what is chosen.
func (v *View) Value(field string) string {
	v.p.s.t.Helper()
	c := v.p.s.control(v.Shown(), field)
	switch held := v.now().Filled[c.Action].(type) {
	case string:
		return held
	case []string:
		var picked []string
		for _, o := range c.Options {
			if slices.Contains(held, o.Value) {
				picked = append(picked, o.Label)
			}
		}
		return strings.Join(picked, ", ")
	}
	if c.Kind == "text" {
		return c.Value
	}
	return strings.Join(c.Chosen, ", ")
}

// Fill writes into the field with this label or custom_id.
func (v *View) Fill(field, text string) *View {
	v.p.s.t.Helper()
	return v.fill(field, text)
}

// Pick picks options in a field, by their labels; none: nothing is picked.
func (v *View) Pick(field string, options ...string) *View {
	v.p.s.t.Helper()
	return v.fill(field, v.p.s.options(v.p.s.control(v.Shown(), field), options))
}

func (v *View) fill(field string, value any) *View {
	v.p.s.t.Helper()
	v.p.s.must(v.p.s.World.Fills(v.p.ID, v.p.s.control(v.Shown(), field).Action, value))
	return v
}

// Submit sends the form and takes it away. A field that Discord itself does not
// take ends the test; Refused tells of it instead.
func (v *View) Submit() Heard {
	v.p.s.t.Helper()
	return v.p.heard(v.p.s.World.Submits(v.p.ID))
}

// Refused sends a form that Discord itself does not take, and says why; the form
// stays. It ends the test when Discord takes it.
func (v *View) Refused() string {
	v.p.s.t.Helper()
	_, err := v.p.s.World.Submits(v.p.ID)
	if err == nil {
		v.p.s.t.Fatal("discord: the form was taken")
	}
	return err.Error()
}

// Close leaves the modal.
func (v *View) Close() { v.p.s.World.Closes(v.p.ID) }

// control finds what is to be used, by label, then by placeholder, then by custom_id.
func (s *Server) control(shown show.Shown, name string) show.Control {
	s.t.Helper()
	for _, is := range []func(show.Control) bool{
		func(c show.Control) bool { return c.Label == name },
		func(c show.Control) bool { return shape.Str(c.Element, "placeholder") == name },
		func(c show.Control) bool { return c.Action == name },
	} {
		if i := slices.IndexFunc(shown.Controls, is); i >= 0 {
			return shown.Controls[i]
		}
	}
	s.t.Fatalf("discord: nothing is called %q in:\n%s", name, shown.Text())
	return show.Control{}
}

// options finds what is to be picked, by label.
func (s *Server) options(c show.Control, labels []string) []string {
	s.t.Helper()
	values := []string{}
	for _, label := range labels {
		i := slices.IndexFunc(c.Options, func(o show.Option) bool { return o.Label == label })
		if i < 0 {
			s.t.Fatalf("discord: %q offers no %q", c.Label, label)
		}
		values = append(values, c.Options[i].Value)
	}
	return values
}
