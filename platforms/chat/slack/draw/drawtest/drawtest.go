// Package drawtest prints Slack's own sentences for tests, from the catalogues
// as they stand in the tree. It knows keys of Slack's table and no others.
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
	all  map[string]string
	zone *time.Location
}

// New reads a language's catalogue; top is the way from the test to the module's root.
func New(t testing.TB, top string, lang bot.Lang) Printer {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(top, "internal", "i18n", string(lang), "slack.toml"))
	if err != nil {
		t.Fatal(err)
	}
	p := Printer{t: t, all: map[string]string{}, zone: time.UTC}
	table := ""
	for l := range strings.Lines(string(body)) {
		l = strings.TrimSpace(l)
		if name, ok := strings.CutPrefix(l, "["); ok {
			table = strings.TrimSuffix(name, "]")
		} else if key, text, ok := strings.Cut(l, " = "); ok {
			p.all[table+"."+key] = strings.Trim(text, `"`)
		}
	}
	return p
}

// In returns the printer for another zone.
func (p Printer) In(zone *time.Location) Printer { p.zone = zone; return p }

var hole = regexp.MustCompile(`{{\.(\w+)}}`)

// Print writes words. What is not Slack's stands as «its.key».
func (p Printer) Print(w card.Words) string {
	if w.Key == "" {
		return w.Text
	}
	if !strings.HasPrefix(w.Key, "slack.") {
		return "«" + w.Key + "»"
	}
	args, form := map[string]string{}, ".other"
	for _, a := range w.Args {
		switch {
		case a.Count != nil:
			args[a.Name] = fmt.Sprint(*a.Count)
			if *a.Count == 1 {
				form = ".one"
			}
		case !a.At.IsZero():
			args[a.Name] = a.At.In(p.zone).Format("2 Jan 15:04")
		default:
			args[a.Name] = a.Text
		}
	}
	text, ok := p.all[w.Key]
	if !ok {
		if text, ok = p.all[w.Key+form]; !ok {
			p.t.Errorf("no sentence %s", w.Key)
		}
	}
	return hole.ReplaceAllStringFunc(text, func(h string) string {
		name := hole.FindStringSubmatch(h)[1]
		if _, filled := args[name]; !filled {
			p.t.Errorf("%s: nothing fills %s", w.Key, h)
		}
		return args[name]
	})
}
