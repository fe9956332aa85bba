package slacktest

import (
	"slices"
	"strings"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// View is a modal or a home tab in front of somebody.
type View struct {
	p    *Person
	home bool
	was  workspace.View
}

// Opened is the modal in front of the person; nil when there is none.
func (p *Person) Opened() *View {
	if v, open := p.s.Workspace.Modal(p.ID); open {
		return &View{p: p, was: v}
	}
	return nil
}

// Modal is the modal in front of the person. It ends the test when there is
// none.
func (p *Person) Modal() *View {
	p.s.t.Helper()
	v := p.Opened()
	if v == nil {
		p.s.t.Fatalf("slack: no modal is in front of %s", p.Name)
	}
	return v
}

// Home is the home tab as the app published it; nil when it did not.
func (p *Person) Home() *View {
	if v, published := p.s.Workspace.Home(p.ID); published {
		return &View{p: p, home: true, was: v}
	}
	return nil
}

// now is the view as it stands.
func (v *View) now() workspace.View {
	next, there := v.p.s.Workspace.Modal(v.p.ID)
	if v.home {
		next, there = v.p.s.Workspace.Home(v.p.ID)
	}
	if there && next.ID == v.was.ID {
		return next
	}
	return v.was
}

// Title is what stands over it.
func (v *View) Title() string { return v.now().Title() }

// Shown is what stands in it.
func (v *View) Shown() blocks.Shown { return v.now().Shown(v.p.s.Workspace.Called) }

// Text is what can be read in it.
func (v *View) Text() string { return v.Shown().Text() }

// Errors lists what is to be mended, as "label: word".
func (v *View) Errors() []string {
	var all []string
	now := v.now()
	for _, c := range v.Shown().Controls {
		if word, wrong := now.Errors[c.Block]; wrong {
			all = append(all, c.Label+": "+word)
		}
	}
	return all
}

// Value is what a field holds now, as its text or the labels of what is chosen.
func (v *View) Value(field string) string {
	v.p.s.t.Helper()
	c := v.p.s.control(v.Shown(), field)
	held, _ := v.now().State[c.Block][c.Action].(map[string]any)
	if text, ok := held["value"].(string); ok {
		return text
	}
	var picked []string
	for _, o := range c.Options {
		for _, value := range held {
			if holds(value, o.Value) {
				picked = append(picked, o.Label)
			}
		}
	}
	return strings.Join(picked, ", ")
}

// holds tells whether what is chosen has this value.
func holds(chosen any, value string) bool {
	switch c := chosen.(type) {
	case map[string]any:
		return c["value"] == value
	case []map[string]any:
		return slices.ContainsFunc(c, func(o map[string]any) bool { return o["value"] == value })
	}
	return false
}

// Fill writes into the field with this label or action_id.
func (v *View) Fill(field, text string) *View {
	v.p.s.t.Helper()
	return v.fill(field, nil, text)
}

// Pick picks options in a field, by their labels; none: nothing is picked.
func (v *View) Pick(field string, options ...string) *View {
	v.p.s.t.Helper()
	c := v.p.s.control(v.Shown(), field)
	return v.fill(field, v.p.s.options(c, options), nil)
}

// Choose chooses a person, a channel or a date in a field.
func (v *View) Choose(field string, value any) *View {
	v.p.s.t.Helper()
	return v.fill(field, nil, value)
}

func (v *View) fill(field string, picks []map[string]any, value any) *View {
	v.p.s.t.Helper()
	v.p.s.must(v.p.s.Workspace.Fills(v.was.ID, v.p.s.control(v.Shown(), field), picks, value))
	return v
}

// Submit sends the form. What the app answered shows in the view, or in the one
// that is in front after it.
func (v *View) Submit() Heard {
	v.p.s.t.Helper()
	return v.p.hear(v.p.s.Workspace.Submits(v.p.ID))
}

// Close leaves the modal.
func (v *View) Close() {
	v.p.s.t.Helper()
	v.p.s.must(v.p.s.Workspace.Closes(v.p.ID))
}

// Presses presses a button in the view.
func (v *View) Presses(label string) Heard {
	v.p.s.t.Helper()
	c := v.p.s.control(v.Shown(), label)
	return v.p.hear(v.p.s.Workspace.Presses(workspace.Press{User: v.p.ID, View: v.was.ID, Control: c}))
}

// control finds what is to be used, by label, then by action_id or block_id.
func (s *Server) control(shown blocks.Shown, name string) blocks.Control {
	s.t.Helper()
	for _, is := range []func(blocks.Control) bool{
		func(c blocks.Control) bool { return c.Label == name },
		func(c blocks.Control) bool { return c.Action == name || c.Block == name },
	} {
		if i := slices.IndexFunc(shown.Controls, is); i >= 0 {
			return shown.Controls[i]
		}
	}
	s.t.Fatalf("slack: nothing is called %q in:\n%s", name, shown.Text())
	return blocks.Control{}
}

// options finds what is to be picked, by label.
func (s *Server) options(c blocks.Control, labels []string) []map[string]any {
	s.t.Helper()
	var picks []map[string]any
	for _, label := range labels {
		i := slices.IndexFunc(c.Options, func(o blocks.Option) bool { return o.Label == label })
		if i < 0 {
			s.t.Fatalf("slack: %q offers no %q", c.Label, label)
		}
		picks = append(picks, c.Options[i].Sends)
	}
	return picks
}
