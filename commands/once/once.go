// Package once remembers what people did, so that a deed that comes again is done
// once. It knows how a deed is named, and nothing of what it does.
package once

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"ponte/bot/records"
	"ponte/storage"
)

// Deed is something a person did, and what it asks for.
type Deed struct {
	Who   string
	ID    string // unique for the person; empty: the platform has no name for it
	Form  string // the token of the form it comes from; empty: from none
	Asked string // see Sum
}

// Sum tells deeds that ask for different things apart.
func Sum(asked ...any) (string, error) {
	b, err := json.Marshal(asked)
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:]), err
}

// Fresh reports whether this deed, and the form it comes from, is here for the
// first time. One that comes again and asks for something else is refused with a
// Conflict, so that nobody believes that it counted.
func (d Deed) Fresh(tx *storage.Tx) (bool, error) {
	if fresh, err := records.Once(tx, d.Who+"/deed", d.ID, d.Asked); err != nil || !fresh {
		return false, err
	}
	if d.Form == "" {
		return true, nil
	}
	return records.Once(tx, "form", d.Form, d.Asked)
}

// Forget lets the deed be done again: it was refused, or answered with a form, and
// whoever did not read the answer gets it again.
func (d Deed) Forget(tx *storage.Tx) error {
	err := records.Deeds.Delete(tx, storage.K(d.Who+"/deed", d.ID))
	if d.Form != "" {
		err = errors.Join(err, records.Deeds.Delete(tx, storage.K("form", d.Form)))
	}
	return err
}
