package i18n

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// pattern is a text with placeholders, taken apart: text, name, text, name, …, text.
type pattern []string

var placeholder = regexp.MustCompile(`^\.[A-Za-z][A-Za-z0-9]*$`)

// parse takes a text apart. Anything in {{ }} but a plain placeholder is an error.
func parse(text string) (pattern, error) {
	var p pattern
	for {
		before, rest, opens := strings.Cut(text, "{{")
		if strings.Contains(before, "}}") {
			return nil, fmt.Errorf("a }} that closes nothing in %q", text)
		}
		p = append(p, before)
		if !opens {
			return p, nil
		}
		name, after, closes := strings.Cut(rest, "}}")
		if name = strings.TrimSpace(name); !closes || !placeholder.MatchString(name) {
			return nil, fmt.Errorf("found {{%s, want a placeholder as {{.Name}}", name)
		}
		p = append(p, name[1:])
		text = after
	}
}

// fill puts the values in the places of their names, as they are.
func (p pattern) fill(value func(name string) string) string {
	if len(p) == 1 {
		return p[0]
	}
	var b strings.Builder
	for i, part := range p {
		if i%2 == 1 {
			part = value(part)
		}
		b.WriteString(part)
	}
	return b.String()
}

// names returns the names of the placeholders, in order.
func (p pattern) names() []string {
	var names []string
	for i := 1; i < len(p); i += 2 {
		names = append(names, p[i])
	}
	return names
}

// patterns lets the catalogues be written in patterns instead of Go templates.
type patterns struct{}

func (patterns) Cacheable() bool { return true }

func (patterns) Parse(text, _, _ string) (template.ParsedTemplate, error) { return parse(text) }

// Execute fills the pattern from a filling.
func (p pattern) Execute(data any) (string, error) {
	f, ok := data.(filling)
	if !ok {
		return "", fmt.Errorf("i18n: a pattern cannot be filled from %T", data)
	}
	return p.fill(f.value), nil
}
