package post

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
)

const (
	mostAccounts = 20
	mostPictures = 10
	mostAlt      = 2000 // characters of one description
	mostAhead    = 2    // years
)

// valid brings a content into the form it is kept in, or says what is wrong with it.
func (d *Desk) valid(b *bot.Brand, c bot.Content, now time.Time) (bot.Content, error) {
	out := bot.Content{Text: clean(c.Text), Accounts: slices.Clone(c.Accounts), Pictures: slices.Clone(c.Pictures)}
	slices.Sort(out.Accounts)
	out.Accounts = slices.Compact(out.Accounts)
	switch n := len(out.Accounts); {
	case n == 0:
		return out, wrong("to", "error.draft_accounts")
	case n > mostAccounts:
		return out, wrong("to", "error.draft_accounts_many", "Max", strconv.Itoa(mostAccounts))
	}
	for _, a := range out.Accounts {
		if d.cannot(b, a) {
			return out, wrong("to", "error.draft_account", "Account", bot.Short(string(a), 80))
		}
		if own := clean(c.Variants[a]); own != "" && own != out.Text {
			if out.Variants == nil {
				out.Variants = map[bot.AccountID]string{}
			}
			out.Variants[a] = own
		}
		if text := out.For(a); text == "" && len(out.Pictures) == 0 {
			return out, wrong("text", "error.draft_empty")
		} else if over := max(len(text), len(out.Text)) - bot.MaxItemText; over > 0 {
			return out, wrong("text", "error.draft_long", "Max", strconv.Itoa(bot.MaxItemText), "Over", strconv.Itoa(over))
		}
	}
	if err := d.pictures(out.Pictures); err != nil {
		return out, err
	}
	if c.When.IsZero() {
		return out, nil
	}
	out.When = c.When.UTC().Truncate(time.Second)
	switch {
	case out.When.Before(now):
		return out, wrong("at", "error.past")
	case out.When.After(now.AddDate(mostAhead, 0, 0)):
		return out, wrong("at", "error.draft_far")
	}
	return out, nil
}

func (d *Desk) pictures(all []bot.Picture) error {
	if len(all) > mostPictures {
		return wrong("pictures", "error.draft_pictures", "Max", strconv.Itoa(mostPictures))
	}
	for i := range all {
		p := &all[i]
		p.Alt = bot.Short(p.Alt, mostAlt)
		if p.Hash == "" || d.where == nil || d.where(*p) == "" {
			return wrong("pictures", "error.draft_picture")
		}
	}
	return nil
}

// cannot reports whether nothing can be said by itself on an account of the brand.
func (d *Desk) cannot(b *bot.Brand, a bot.AccountID) bool {
	_, ok := b.Account(a)
	return !ok || !d.traits(a).CanPost
}

func clean(text string) string { return strings.TrimSpace(strings.ToValidUTF8(text, "�")) }

func wrong(field, key string, pairs ...string) *bot.Error {
	e := bot.Errorf(bot.Invalid, key, pairs...)
	e.Field = field
	return e
}
