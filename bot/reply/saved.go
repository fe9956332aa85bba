package reply

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// MaxSaved is how many saved replies a brand keeps.
const MaxSaved = 200

// Save keeps a reply for reuse under a short name, or changes the one that has it.
func (d *Desk) Save(tx *storage.Tx, brand bot.BrandID, by bot.PersonID, name, text string) error {
	name, text = savedName(name), strings.TrimSpace(strings.ToValidUTF8(text, "�"))
	if name == "" || utf8.RuneCountInString(name) > 40 || strings.ContainsAny(name, " \t\n\x00") {
		return field(bot.Errorf(bot.Invalid, "error.saved_name"), "name")
	}
	if text == "" || utf8.RuneCountInString(text) > 5000 {
		return field(bot.Errorf(bot.Invalid, "error.saved_text"), "text")
	}
	known, err := records.SavedReplies.Has(tx, storage.K(brand, name))
	if err != nil {
		return err
	}
	if all, err := d.AllSaved(tx, brand); err != nil || !known && len(all) >= MaxSaved {
		return cmp.Or[error](err, bot.Errorf(bot.Conflict, "error.saved_full", "Max", itoa(MaxSaved)))
	}
	if err := records.SavedReplies.Put(tx, bot.Saved{Brand: brand, Name: name, Text: text, By: by, At: tx.Now()}); err != nil {
		return err
	}
	return records.Log(tx, bot.Record{Brand: brand, Who: string(by), What: "saved.put", Subject: "saved/" + name})
}

// Saved returns the saved reply with the name.
func (d *Desk) Saved(tx *storage.Tx, brand bot.BrandID, name string) (bot.Saved, error) {
	s, err := records.SavedReplies.Get(tx, storage.K(brand, savedName(name)))
	if err != nil {
		return s, bot.Errorf(bot.NotFound, "error.saved_unknown", "Name", bot.Short(name, 40)).Because(err)
	}
	return s, nil
}

// AllSaved returns every saved reply of a brand, by name.
func (d *Desk) AllSaved(tx *storage.Tx, brand bot.BrandID) ([]bot.Saved, error) {
	var out []bot.Saved
	for s, err := range records.SavedReplies.Under(tx, storage.K(brand)) {
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// Forget removes a saved reply.
func (d *Desk) Forget(tx *storage.Tx, brand bot.BrandID, by bot.PersonID, name string) error {
	s, err := d.Saved(tx, brand, name)
	if err != nil {
		return err
	}
	if err := records.SavedReplies.Delete(tx, storage.K(brand, s.Name)); err != nil {
		return err
	}
	return records.Log(tx, bot.Record{Brand: brand, Who: string(by), What: "saved.removed", Subject: "saved/" + s.Name})
}

func savedName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
