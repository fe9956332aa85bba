package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/judge"
	"ponte/bot/triage"
	"ponte/bot/verdict"
	"ponte/internal/config"
	"ponte/internal/control"
	"ponte/storage"
	"ponte/storage/bolt"
)

type triageCorrectionsCmd struct {
	Brand    string `help:"The brand whose people corrected." required:"" placeholder:"BRAND"`
	Language string `help:"Only texts in this language, as lines that train reads. Without it the language stands before each." placeholder:"LANG"`
	Out      string `help:"A folder for a file of each language, as train reads them." short:"o" type:"path" placeholder:"FOLDER"`
	dataFlag
}

// Run prints what people corrected: a label and a text, with a tab between.
func (c *triageCorrectionsCmd) Run(e *env) error {
	if c.Language != "" && !verdict.Language.Knows(c.Language) {
		return usageError{fmt.Errorf("--language %s is none of %s", c.Language, strings.Join(verdict.Language.Labels(), ", "))}
	}
	var all []judge.Lesson
	err := c.look(e, func(tx *storage.Tx) error {
		all = nil
		return judge.Lessons(tx, bot.BrandID(c.Brand), func(l judge.Lesson) error {
			all = append(all, l)
			return nil
		})
	})
	if err != nil {
		return err
	}
	if c.Out != "" {
		return c.write(e, all)
	}
	for _, l := range all {
		switch c.Language {
		case "":
			_, err = fmt.Fprintf(e.out, "%s\t%s\t%s\n", l.Language, l.Label, l.Text)
		case l.Language:
			_, err = fmt.Fprintf(e.out, "%s\t%s\n", l.Label, l.Text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// write makes a file of each language, and replaces none that is there.
func (c *triageCorrectionsCmd) write(e *env, all []judge.Lesson) error {
	files := map[string]string{}
	for _, l := range all {
		if c.Language == "" || c.Language == l.Language {
			files[l.Language] += l.Label + "\t" + l.Text + "\n"
		}
	}
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return err
	}
	for _, lang := range slices.Sorted(maps.Keys(files)) {
		name := filepath.Join(c.Out, lang+".corrections.tsv")
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = f.WriteString(files[lang])
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		fmt.Fprintf(e.out, "%s: %d lines\n", name, strings.Count(files[lang], "\n"))
	}
	return nil
}

// look reads the store, or a copy of the one that is in use.
func (d dataFlag) look(e *env, do func(*storage.Tx) error) error {
	read := func(s *bolt.Store) error { return s.View(e.ctx, do) }
	return d.ask(e, func(c *control.Client) error {
		data, err := d.folder()
		if err != nil {
			return err
		}
		return copied(e, c, data, read)
	}, read)
}

// house is what differs in a brand: its rules, and what its people's corrections gave.
func (c *triageExplainCmd) house(e *env, house *triage.House) error {
	if c.dataFlag.Config != "" {
		cfg, err := config.Load(c.dataFlag.Config)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(cfg.Brands, func(b bot.Brand) bool { return string(b.ID) == c.Brand })
		if i < 0 {
			return fmt.Errorf("%s has no brand %s", c.dataFlag.Config, c.Brand)
		}
		if c.Rules == "" {
			if house.Rules, err = judge.Rules(&cfg.Brands[i].Urgent); err != nil {
				return err
			}
		}
	}
	return c.look(e, func(tx *storage.Tx) (err error) {
		house.Lean, err = judge.Lean(tx, bot.BrandID(c.Brand))
		return err
	})
}
