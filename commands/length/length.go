// Package length keeps a form open whose text is longer than an account takes, and
// says beside the text, for each account, what it counts and how much is too much. It
// knows the findings of the checks, and no adapter.
package length

import (
	"slices"
	"strconv"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/postcard"
	"ponte/commands"
	"ponte/storage"
)

// Form is what has to be known of a form that writes a post.
type Form struct {
	Own      func(bot.AccountID) string // the field of an account's own text
	Findings func(*storage.Tx, *commands.Request) ([]bot.Finding, error)
	Pictures func(*storage.Tx, *commands.Request) (card.Field, error) // as they were sent
}

// Within has a command's form refused where a text is too long, with all that was
// filled in left as it is. What was typed as a line is taken in, and kept from going
// out by the checks.
func (f Form) Within(s commands.Spec) commands.Spec {
	run := s.Run
	s.Run = func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
		if !req.Submitted {
			return run(tx, req)
		}
		found, err := f.Findings(tx, req)
		faults := f.faults(req, found)
		if err != nil || len(faults) == 0 {
			return run(tx, req) // which says what else is wrong
		}
		opens := *req
		opens.Submitted, opens.Values = false, map[string]string{}
		ans, err := run(tx, &opens)
		if err != nil || ans.Form == nil {
			return ans, err
		}
		ans.Refused = true
		return ans, f.keep(tx, req, ans.Form, faults)
	}
	return s
}

// sayings are what is said of a finding, per account.
var sayings = map[string]string{"too_long": "length.over", "too_long_bytes": "length.over_bytes"}

// faults says what is too long, by the field it stands in.
func (f Form) faults(req *commands.Request, found []bot.Finding) map[string]card.Words {
	out := map[string]card.Words{}
	for _, one := range found {
		saying := sayings[one.Check]
		if saying == "" {
			continue
		}
		field := "text"
		if req.Values[f.Own(one.Account)] != "" {
			field = f.Own(one.Account)
		}
		over, _ := strconv.Atoi(one.Args["Over"])
		most, _ := strconv.Atoi(one.Args["Max"])
		w := card.W(saying, card.Text("Account", postcard.Account(req.Brand, one.Account)),
			card.Text("Has", strconv.Itoa(most+over)), card.Text("Max", one.Args["Max"]), card.Text("Over", one.Args["Over"]))
		if before, more := out[field]; more {
			w = card.W("length.and", card.In("First", before), card.In("Then", w))
		}
		out[field] = w
	}
	return out
}

// keep puts what was filled in into the form anew.
func (f Form) keep(tx *storage.Tx, req *commands.Request, form *card.Form, faults map[string]card.Words) error {
	if form.Subject != "" {
		form.Revision = req.Seen // what changed meanwhile is still found out
	}
	for i, d := range form.Fields {
		switch value := req.Values[d.Name]; d.Kind {
		case card.PicturesField:
			shown, err := f.Pictures(tx, req)
			if err != nil {
				return err
			}
			form.Fields[i] = shown
		case card.CheckField:
			form.Fields[i].Value = ""
			if !slices.Contains([]string{"", "false", "0", "off"}, value) {
				form.Fields[i].Value = "true"
			}
		default:
			form.Fields[i].Value = value
		}
		form.Fields[i].Fault = faults[d.Name]
	}
	return nil
}
