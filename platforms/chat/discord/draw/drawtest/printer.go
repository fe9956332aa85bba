// Package drawtest prints Discord's own sentences for tests, from the catalogues as
// they stand in the tree. It knows keys of Discord's table and no others.
package drawtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

// Printer prints in one language, and fails the test for a sentence that is not there.
type Printer struct {
	t    testing.TB
	said map[string]string
	zone *time.Location
}

var entry = regexp.MustCompile(`^(\w+) = "(.*)"$`)

// New reads a language's catalogue; top is the way from the test to the module's root.
func New(t testing.TB, top string, lang bot.Lang) Printer {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, "internal", "i18n", string(lang), "discord.toml"))
	if err != nil {
		t.Fatal(err)
	}
	p, table := Printer{t: t, said: map[string]string{}, zone: time.UTC}, ""
	for _, l := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(l, "[") {
			table = strings.Trim(l, "[]")
		} else if m := entry.FindStringSubmatch(l); m != nil {
			p.said[table+"."+m[1]] = m[2]
		}
	}
	return p
}

// In returns the printer for another zone.
func (p Printer) In(zone *time.Location) Printer { p.zone = zone; return p }

var hole = regexp.MustCompile(`{{\.\w+}}`)

// Print writes words. What is not Discord's stands as «its.key».
func (p Printer) Print(w card.Words) string {
	switch {
	case w.Key == "":
		return w.Text
	case !strings.HasPrefix(w.Key, "discord."):
		return "«" + w.Key + "»"
	}
	form, fills := "", []string{}
	for _, a := range w.Args {
		value := a.Text
		switch {
		case a.Count != nil:
			value, form = fmt.Sprint(*a.Count), ".other"
			if *a.Count == 1 {
				form = ".one"
			}
		case !a.At.IsZero():
			value = a.At.In(p.zone).Format("2 Jan 15:04")
		}
		fills = append(fills, "{{."+a.Name+"}}", value)
	}
	text, plain := p.said[w.Key], true
	if text == "" {
		text, plain = p.said[w.Key+form], false
	}
	if text == "" || !plain && form == "" {
		p.t.Errorf("no sentence %s", w.Key)
	}
	out := strings.NewReplacer(fills...).Replace(text)
	for _, h := range hole.FindAllString(text, -1) {
		if !strings.Contains(strings.Join(fills, " "), h) {
			p.t.Errorf("%s: nothing fills %s", w.Key, h)
		}
	}
	return out
}
