// Package check looks a draft over before anybody decides about it: whether it is
// as long and has the pictures that each account takes, and whether something
// slipped in that should not go out. It counts text as networks do.
//
// Every finding is a sentence of the catalogues, "check." with its Check, that says
// where and how to mend it. The package knows no platform, reads no network and
// opens no picture; what it looks at is given to it.
package check

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"ponte/bot"
)

// Input is a draft and what it is looked at against.
type Input struct {
	Content   bot.Content
	Accounts  []Account
	Recent    []Recent  // what went out on these accounts, in whatever order
	Planned   []Planned // what is to go out on them, without this draft
	NeedsAlt  bool      // a picture without a description may not go out
	Blocked   []string  // words that never go out, on any account
	Now       time.Time // days are told in its zone
	Graphemes func(string) int
	Links     map[string]bot.Link // what is known of addresses, as Addresses names them
	Fetch     []bot.Fetch         // pictures that could not be fetched; Links says why
}

// Account is where the draft is to go out.
type Account struct {
	ID      bot.AccountID
	Name    string // as people call it; empty: its id
	Limits  Limits
	Blocked []string      // words that never go out there
	Spacing time.Duration // least time between two posts; 0: none
}

// Recent is a post that is out.
type Recent struct {
	Account bot.AccountID
	Text    string
	At      time.Time
}

// Planned is a post that is to go out.
type Planned struct {
	Account bot.AccountID
	At      time.Time
}

// most is how many findings one check makes of one text: who mends those sees the rest.
const most = 5

// Run returns what is to be said of the draft, what stops first, each kind
// together and in the order of the accounts. Secrets are never quoted whole.
func Run(in Input) []bot.Finding {
	var found []bot.Finding
	texts := in.texts()
	for i := range texts {
		texts[i].links = links(texts[i].text, true)
		texts[i].runs = runs(texts[i].text, texts[i].links)
	}
	for _, look := range []func(*Input, reading) []bot.Finding{
		empty, secrets, cards, placeholders, blocked, brokenLinks, deadLinks, addresses, phones,
	} {
		for _, t := range texts {
			for _, f := range look(&in, t) {
				f.Field = "text"
				if !t.shared {
					f.Account = t.accounts[0].ID
				}
				found = append(found, f)
			}
		}
	}
	found = slices.Concat(found, descriptions(&in), unfetched(&in))
	for _, look := range []func(*Input, Account) []bot.Finding{tooLong, pictures, blockedThere, again, tooClose} {
		for _, a := range in.Accounts {
			for _, f := range look(&in, a) {
				f.Account = a.ID
				f.Args["Account"] = cmp.Or(a.Name, string(a.ID))
				found = append(found, f)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b bot.Finding) int {
		switch {
		case a.Stops == b.Stops:
			return 0
		case a.Stops:
			return -1
		}
		return 1
	})
	return found
}

// reading is a text of the draft with the accounts that get it, and what more
// than one check wants to know of it.
type reading struct {
	text     string
	accounts []Account
	shared   bool // it is not the text of one account alone
	links    []span
	runs     []run
}

// texts returns the text that all share, then those of accounts that have their own.
func (in *Input) texts() []reading {
	common := reading{text: in.Content.Text, shared: true}
	var own []reading
	for _, a := range in.Accounts {
		if t := in.Content.For(a.ID); t != common.text {
			own = append(own, reading{text: t, accounts: []Account{a}})
		} else {
			common.accounts = append(common.accounts, a)
		}
	}
	if len(own) > 0 && len(common.accounts) == 0 {
		return own
	}
	return append([]reading{common}, own...)
}

func empty(in *Input, t reading) []bot.Finding {
	if len(in.Content.Pictures)+len(in.Fetch) > 0 || strings.ContainsFunc(t.text, visible) {
		return nil
	}
	return []bot.Finding{stops("empty")}
}

// visible reports whether people see the rune. Fillers and the blank of Braille
// count as letters and symbols and show nothing.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) && !strings.ContainsRune("\u115f\u1160\u2800\u3164\uffa0", r)
}

func tooLong(in *Input, a Account) []bot.Finding {
	var found []bot.Finding
	text := in.Content.For(a.ID)
	unit := "too_long"
	if a.Limits.Count == Bytes {
		unit = "too_long_bytes"
	}
	if over := a.Limits.Measure(text, in.Graphemes) - a.Limits.Max; a.Limits.Max > 0 && over > 0 {
		found = append(found, stops(unit, "Over", number(over), "Max", number(a.Limits.Max)))
	}
	if over := len(text) - a.Limits.MaxBytes; a.Limits.MaxBytes > 0 && over > 0 {
		found = append(found, stops("too_long_bytes", "Over", number(over), "Max", number(a.Limits.MaxBytes)))
	}
	for i := range found {
		found[i].Field = "text"
	}
	return found
}

// stops makes a finding that lets nothing go out, its args as name, value, name, value, …
func stops(check string, args ...string) bot.Finding {
	f := warns(check, args...)
	f.Stops = true
	return f
}

func warns(check string, args ...string) bot.Finding {
	f := bot.Finding{Check: check, Args: map[string]string{}}
	for pair := range slices.Chunk(args, 2) {
		f.Args[pair[0]] = pair[len(pair)-1]
	}
	return f
}

// quote is a word of the draft as a sentence shows it.
func quote(word string) string { return bot.Short(word, 60) }
