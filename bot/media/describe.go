package media

import (
	"net/url"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	maxAlt     = 2000 // characters of a description
	maxAddress = 2000 // bytes of the address of a picture
)

// Described returns pictures of a brand as they are kept, with the descriptions
// given, and brings further ones, which are to be fetched, into the form they are
// kept in. The error is Invalid where one is not kept any more, or an address is none.
func (d *Desk) Described(tx *storage.Tx, brand bot.BrandID, all []bot.Picture, more []bot.Fetch) ([]bot.Picture, error) {
	for i, f := range more {
		u, err := url.Parse(f.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(f.URL) > maxAddress {
			return nil, wrong("error.draft_fetch", "Given", bot.Short(f.URL, 80))
		}
		more[i].Alt = described(f.Alt)
	}
	var out []bot.Picture
	for _, p := range all {
		k, ok, err := records.Found(records.Pictures.Get(tx, storage.K(brand, p.Hash)))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, wrong("error.draft_picture")
		}
		k.Picture.Alt = described(p.Alt)
		out = append(out, k.Picture)
	}
	return out, nil
}

func described(alt string) string {
	return bot.Short(strings.TrimSpace(strings.ToValidUTF8(alt, "�")), maxAlt)
}

// Given returns pictures of a brand as a network gets them: with an address each that
// is good for 48 hours.
func (d *Desk) Given(tx *storage.Tx, brand bot.BrandID, all []bot.Picture) (out []act.Picture, err error) {
	for _, p := range all {
		at, err := d.Address(tx, brand, p.Hash)
		if err != nil {
			return nil, err
		}
		out = append(out, act.Picture{URL: at, Hash: p.Hash, Type: p.Type, Alt: p.Alt})
	}
	return out, nil
}
