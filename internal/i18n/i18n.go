// Package i18n writes what Ponte says, in every language it speaks. It holds the
// message catalogues and turns card.Words into sentences; it knows nothing of
// when or to whom they are said.
//
// A catalogue is the files of one language, one for each room that speaks, with
// the tables as the first parts of the keys: open under [card] is "card.open".
// A message may hold placeholders, {{.Name}}, and nothing else that is
// interpreted. One that follows a number is a table of the plural forms of its
// language: one and other, and where the language has it many, which may be
// left out.
package i18n

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"ponte/bot"
	"ponte/bot/card"
)

//go:embed en es it
var embedded embed.FS

// Catalogue is every message in every language. It is safe for concurrent use.
type Catalogue struct {
	tongues map[bot.Lang]*tongue
	unknown sync.Map // keys that were asked for in vain, told once each
}

// tongue is all that is needed to write one language.
type tongue struct {
	lang     bot.Lang
	messages *i18n.Localizer
	numbers  *message.Printer
	times    times
}

// Load reads the catalogues that are part of the program. Its error lists every
// fault of every file.
func Load() (*Catalogue, error) { return load(embedded) }

func load(files fs.FS) (*Catalogue, error) {
	var faults []error
	bundle := i18n.NewBundle(language.English)
	c := &Catalogue{tongues: map[bot.Lang]*tongue{}}
	for _, lang := range bot.Langs {
		messages, err := read(files, lang)
		faults = append(faults, err)
		times, err := newTimes(messages)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s/time.toml: %w", lang, err))
		}
		tag := language.Make(string(lang))
		faults = append(faults, bundle.AddMessages(tag, messages...))
		c.tongues[lang] = &tongue{lang: lang, numbers: message.NewPrinter(tag), times: times}
	}
	for lang, t := range c.tongues {
		t.messages = i18n.NewLocalizer(bundle, string(lang))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, nil
}

// read returns the messages of all files of a language.
func read(files fs.FS, lang bot.Lang) ([]*i18n.Message, error) {
	names, err := fs.Glob(files, path.Join(string(lang), "*.toml"))
	if err != nil {
		return nil, err
	}
	var all []*i18n.Message
	var faults []error
	from := map[string]string{}
	for _, name := range names {
		messages, err := readFile(files, name)
		faults = append(faults, err)
		for _, m := range messages {
			if first, twice := from[m.ID]; twice {
				faults = append(faults, fmt.Errorf("%s: %s stands in %s as well", name, m.ID, first))
			}
			from[m.ID] = name
			for form, text := range forms(m) {
				if _, err := parse(text); err != nil {
					faults = append(faults, fmt.Errorf("%s: %s (%s): %w", name, m.ID, form, err))
				}
			}
		}
		all = append(all, messages...)
	}
	return all, errors.Join(faults...)
}

func readFile(files fs.FS, name string) ([]*i18n.Message, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	messages, err := i18n.ParseMessageBytes(data, toml.Unmarshal)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return messages, nil
}

// forms returns the texts of a message by plural form; one without plurals has "other" alone.
func forms(m *i18n.Message) map[string]string {
	all := map[string]string{"one": m.One, "many": m.Many, "other": m.Other, "zero": m.Zero, "two": m.Two, "few": m.Few}
	for form, text := range all {
		if text == "" {
			delete(all, form)
		}
	}
	return all
}

// Printer returns what writes words in a language and time zone. A language
// without a catalogue is written in English, a nil zone is UTC.
func (c *Catalogue) Printer(lang bot.Lang, zone *time.Location) card.Printer {
	return c.pen(lang, zone)
}

// Print writes words in a language and time zone, as Printer does.
func (c *Catalogue) Print(lang bot.Lang, zone *time.Location, w card.Words) string {
	return c.pen(lang, zone).Print(w)
}

func (c *Catalogue) pen(lang bot.Lang, zone *time.Location) pen {
	t, ok := c.tongues[lang]
	if !ok {
		base, _, _ := strings.Cut(strings.ToLower(string(lang)), "-")
		if t, ok = c.tongues[bot.Lang(base)]; !ok {
			t = c.tongues[bot.English]
		}
	}
	if zone == nil {
		zone = time.UTC
	}
	return pen{c, t, zone}
}

// missed tells the log, once, of a key that no catalogue has.
func (c *Catalogue) missed(key string) {
	if _, told := c.unknown.LoadOrStore(key, true); !told {
		slog.Error("no catalogue has this message", "key", key)
	}
}
