package media

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// goodFor is how long a network may fetch a picture under an address.
const goodFor = 48 * time.Hour

const keyFor = "media" // what the key of addresses is called

// Address is where a network fetches a picture of a brand, for 48 hours. Who has
// the address needs nothing else, and can make no other of it.
func (d *Desk) Address(tx *storage.Tx, brand bot.BrandID, hash string) (string, error) {
	key, ok, err := records.Found(records.Keys.Get(tx, storage.K(keyFor)))
	if err != nil {
		return "", err
	}
	if !ok {
		key = records.Key{For: keyFor, Secret: []byte(rand.Text() + rand.Text())}
		if err := records.Keys.Insert(tx, key); err != nil {
			return "", err
		}
	}
	until := strconv.FormatInt(tx.Now().Add(goodFor).Unix(), 10)
	return d.public() + "/media/" + url.PathEscape(string(brand)) + "/" + hash + "?until=" + until + "&key=" + hex.EncodeToString(sign(key.Secret, brand, hash, until)), nil
}

// Shown returns the picture that an address of Address is for, with its bytes, and
// until when it is good. The error is NotFound for every other address, and for
// one whose time is over.
func (d *Desk) Shown(ctx context.Context, brand bot.BrandID, hash, until, key string) (bot.Picture, []byte, time.Time, error) {
	gone := bot.Errorf(bot.NotFound, "error.picture_gone")
	kept, err := storage.Look(ctx, d.store, func(tx *storage.Tx) (end time.Time, err error) {
		k, ok, err := records.Found(records.Keys.Get(tx, storage.K(keyFor)))
		if err != nil {
			return end, err
		}
		given, wrong := hex.DecodeString(key)
		seconds, late := strconv.ParseInt(until, 10, 64)
		end = time.Unix(seconds, 0)
		if !ok || wrong != nil || late != nil || !hmac.Equal(given, sign(k.Secret, brand, hash, until)) || !tx.Now().Before(end) {
			return end, gone
		}
		return end, nil
	})
	if err != nil {
		return bot.Picture{}, nil, kept, err
	}
	p, data, err := d.Bytes(ctx, brand, hash)
	return p, data, kept, err
}

// sign names exactly one picture of one brand until one moment.
func sign(secret []byte, brand bot.BrandID, hash, until string) []byte {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte(strings.Join([]string{string(brand), hash, until}, "\n")))
	return mac.Sum(nil)
}
