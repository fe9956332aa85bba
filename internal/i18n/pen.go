package i18n

import (
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/number"

	"ponte/bot"
	"ponte/bot/card"
)

// pen writes in one language and time zone.
type pen struct {
	catalogue *Catalogue
	tongue    *tongue
	zone      *time.Location
}

// Print writes the sentence. A key that no catalogue has is written in ⟦ ⟧; a
// placeholder that nothing fills is left empty.
func (p pen) Print(w card.Words) string {
	if w.Key == "" {
		return w.Text
	}
	ask := i18n.LocalizeConfig{
		MessageID:      w.Key,
		TemplateData:   filling{p, w.Args},
		TemplateParser: patterns{},
	}
	for _, a := range w.Args {
		if a.Count != nil {
			ask.PluralCount = *a.Count
			break
		}
	}
	// The error also tells of a message that was written all the same, in its
	// form "other" or in English; no language at all means there was none.
	text, tag, _ := p.tongue.messages.LocalizeWithTag(&ask)
	if tag == language.Und {
		p.catalogue.missed(w.Key)
		return "⟦" + w.Key + "⟧"
	}
	return text
}

// filling is what the placeholders of one sentence are filled with.
type filling struct {
	pen  pen
	args []card.Arg
}

// value returns what fills a placeholder. Upper and lower case are the same in its name.
func (f filling) value(name string) string {
	for _, a := range f.args {
		if strings.EqualFold(a.Name, name) {
			return f.pen.value(a)
		}
	}
	return ""
}

func (p pen) value(a card.Arg) string {
	switch {
	case a.Count != nil:
		return p.count(*a.Count)
	case !a.At.IsZero():
		return p.tongue.times.at(a.At.In(p.zone), a.Exact)
	case a.For != 0:
		return p.tongue.times.length(a.For)
	case a.Words != nil:
		return p.Print(*a.Words)
	}
	return a.Text
}

// count writes a number as the language does. Spanish groups from five digits on.
func (p pen) count(n int) string {
	limit := 1000
	if p.tongue.lang == bot.Spanish {
		limit = 10000
	}
	if -limit < n && n < limit {
		return strconv.Itoa(n)
	}
	return p.tongue.numbers.Sprint(number.Decimal(n))
}
