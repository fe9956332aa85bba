package length

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/commands"
	"ponte/storage"
)

func long(account bot.AccountID, check, over, most string) bot.Finding {
	return bot.Finding{Check: check, Account: account, Args: map[string]string{"Over": over, "Max": most}}
}

// TestWithin: what is too long stands beside its text, for each account, and all that was
// filled in stays; what fits, and what was typed as a line, is taken in.
func TestWithin(t *testing.T) {
	var found []bot.Finding
	ran := 0
	f := Form{
		Own:      func(id bot.AccountID) string { return "text:" + string(id) },
		Findings: func(*storage.Tx, *commands.Request) ([]bot.Finding, error) { return found, nil },
		Pictures: func(*storage.Tx, *commands.Request) (card.Field, error) {
			return card.Field{Name: "pictures", Kind: card.PicturesField, Value: "a b"}, nil
		},
	}
	spec := f.Within(commands.Spec{Run: func(_ *storage.Tx, req *commands.Request) (act.Answer, error) {
		if req.Submitted || req.Values["text"] != "" {
			ran++
			return act.Answer{}, nil
		}
		return act.Answer{Form: &card.Form{Subject: "draft/1", Revision: 9, Fields: []card.Field{
			{Name: "text", Kind: card.TextField, Value: "before"}, {Name: "on:a", Kind: card.CheckField, Value: "true"}, {Name: "on:b", Kind: card.CheckField},
			{Name: "pictures", Kind: card.PicturesField}, {Name: "text:b", Kind: card.TextField},
		}}}, nil
	}})
	req := &commands.Request{
		Brand: &bot.Brand{Accounts: []bot.Account{{ID: "a", Network: "N", Name: "A"}, {ID: "b", Network: "N", Name: "B"}, {ID: "c", Network: "N", Name: "C"}}}, Submitted: true, Seen: 7,
		Values: map[string]string{"text": "typed", "on:a": "off", "on:b": "true", "text:b": "own", "pictures": "a b"},
	}
	found = []bot.Finding{long("a", "too_long", "3", "10"), {Check: "empty"}, long("b", "too_long_bytes", "1", "2"), long("c", "too_long", "4", "9")}
	ans, err := spec.Run(nil, req)
	if err != nil || !ans.Refused || ans.Form == nil || ran != 0 {
		t.Fatalf("it is %+v, %v", ans, err)
	}
	said := func(key, account, has, most, over string) card.Words {
		return card.W(key, card.Text("Account", "N · "+account), card.Text("Has", has), card.Text("Max", most), card.Text("Over", over))
	}
	want := []card.Field{
		{Name: "text", Kind: card.TextField, Value: "typed", Fault: card.W("length.and",
			card.In("First", said("length.over", "A", "13", "10", "3")), card.In("Then", said("length.over", "C", "13", "9", "4")))},
		{Name: "on:a", Kind: card.CheckField},
		{Name: "on:b", Kind: card.CheckField, Value: "true"},
		{Name: "pictures", Kind: card.PicturesField, Value: "a b"},
		{Name: "text:b", Kind: card.TextField, Value: "own", Fault: said("length.over_bytes", "B", "3", "2", "1")},
	}
	if diff := cmp.Diff(want, ans.Form.Fields); diff != "" || ans.Form.Revision != 7 {
		t.Errorf("revision %d: %s", ans.Form.Revision, diff)
	}
	found = []bot.Finding{{Check: "empty"}}
	if ans, err := spec.Run(nil, req); err != nil || ans.Form != nil || ran != 1 {
		t.Errorf("what fits is %+v, %v", ans, err)
	}
	found, req.Submitted = []bot.Finding{long("a", "too_long", "3", "10")}, false
	if ans, err := spec.Run(nil, req); err != nil || ans.Form != nil || ran != 2 {
		t.Errorf("a line is %+v, %v", ans, err)
	}
}
