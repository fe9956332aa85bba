// Package content brings what a brand wants to say into the form that it is kept
// in, or says what is wrong with it. It knows neither who asks for it nor what
// becomes of it.
package content

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/storage"
)

const (
	mostAccounts = 20
	mostPictures = 10
	mostAhead    = 2 // years
)

// Rules is what the world around a content says of it.
type Rules struct {
	Takes     func(b *bot.Brand, a bot.AccountID) bool                                                            // something can be said by itself on the account
	Described func(tx *storage.Tx, brand bot.BrandID, all []bot.Picture, more []bot.Fetch) ([]bot.Picture, error) // nil: no pictures
}

// Valid brings a content, with further pictures that are yet to be fetched, into the
// form it is kept in. The errors are Invalid with the field that is wrong: "text",
// "to", "at" or "pictures".
func (r Rules) Valid(tx *storage.Tx, b *bot.Brand, c bot.Content, more []bot.Fetch) (out bot.Content, err error) {
	out = bot.Content{Text: clean(c.Text), Accounts: slices.Clone(c.Accounts)}
	slices.Sort(out.Accounts)
	out.Accounts = slices.Compact(out.Accounts)
	switch n := len(out.Accounts); {
	case n == 0:
		return out, wrong("to", "error.draft_accounts")
	case n > mostAccounts:
		return out, wrong("to", "error.draft_accounts_many", "Max", strconv.Itoa(mostAccounts))
	}
	for _, a := range out.Accounts {
		if !r.Takes(b, a) {
			return out, wrong("to", "error.draft_account", "Account", bot.Short(string(a), 80))
		}
		if own := clean(c.Variants[a]); own != "" && own != out.Text {
			if out.Variants == nil {
				out.Variants = map[bot.AccountID]string{}
			}
			out.Variants[a] = own
		}
		if text := out.For(a); text == "" && len(c.Pictures)+len(more) == 0 {
			return out, wrong("text", "error.draft_empty")
		} else if over := max(len(text), len(out.Text)) - bot.MaxItemText; over > 0 {
			return out, wrong("text", "error.draft_long", "Max", strconv.Itoa(bot.MaxItemText), "Over", strconv.Itoa(over))
		}
	}
	if out.Pictures, err = r.pictures(tx, b, c.Pictures, more); err != nil || c.When.IsZero() {
		return out, err
	}
	out.When = c.When.UTC().Truncate(time.Second)
	switch {
	case out.When.Before(tx.Now()):
		return out, wrong("at", "error.past")
	case out.When.After(tx.Now().AddDate(mostAhead, 0, 0)):
		return out, wrong("at", "error.draft_far")
	}
	return out, nil
}

// pictures brings pictures into the form they are kept in.
func (r Rules) pictures(tx *storage.Tx, b *bot.Brand, all []bot.Picture, more []bot.Fetch) ([]bot.Picture, error) {
	switch n := len(all) + len(more); {
	case n == 0:
		return nil, nil
	case n > mostPictures:
		return nil, wrong("pictures", "error.draft_pictures", "Max", strconv.Itoa(mostPictures))
	case r.Described == nil:
		return nil, wrong("pictures", "error.draft_picture")
	}
	return r.Described(tx, b.ID, all, more)
}

func clean(text string) string { return strings.TrimSpace(strings.ToValidUTF8(text, "�")) }

func wrong(field, key string, pairs ...string) *bot.Error {
	e := bot.Errorf(bot.Invalid, key, pairs...)
	e.Field = field
	return e
}
