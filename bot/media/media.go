// Package media looks after what goes with the words of a draft: pictures, which
// it takes in, cleans and keeps, and links, which it follows before anybody is
// asked about them. It decides nothing about a draft, reads no network by itself
// and knows no platform.
package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"slices"
	"sync"

	"ponte/bot"
	"ponte/bot/clock"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	chunkSize = 256 << 10 // bytes of a picture that one record has
	atOnce    = 2         // pictures that are decoded at the same time; each may need 400 MB
)

// Desk is where pictures are kept and links are looked at.
type Desk struct {
	store  storage.Store
	public func() string // the public side's address, without a slash at the end
	log    *slog.Logger
	clock  *clock.Clock
	drafts Drafts
	web    Web
	places chan struct{} // of those who decode

	looks   sync.WaitGroup
	mu      sync.Mutex
	glances map[bot.ID]glance // by draft
}

// New makes the desk. Public is the address of the public side as people reach it.
func New(store storage.Store, public func() string, log *slog.Logger) *Desk {
	return &Desk{
		store: store, public: public, log: log, clock: clock.New("links", log),
		places: make(chan struct{}, atOnce), glances: map[bot.ID]glance{},
	}
}

// Keep takes a picture in for a brand: a JPEG, PNG, GIF or still WebP of at most
// 20 MiB, 50 megapixels and 12,000 pixels a side. It is stripped of all that is
// said in it besides what is seen, turned upright, and kept once; the hash is of
// what is kept. By is empty for what Ponte drew itself. The error is Invalid where
// it is none of these, and ctx's where it ends before the picture is unpacked.
func (d *Desk) Keep(ctx context.Context, brand bot.BrandID, by bot.PersonID, data []byte) (bot.Picture, error) {
	select {
	case d.places <- struct{}{}:
	case <-ctx.Done():
		return bot.Picture{}, ctx.Err()
	}
	type clean struct {
		picture bot.Picture
		data    []byte
		err     error
	}
	done := make(chan clean, 1)
	go func() {
		defer func() { <-d.places }()
		p, out, err := cleaned(data)
		done <- clean{p, out, err}
	}()
	var c clean
	select {
	case c = <-done:
	case <-ctx.Done():
		return bot.Picture{}, ctx.Err()
	}
	if c.err != nil {
		return bot.Picture{}, c.err
	}
	p, data := c.picture, c.data
	sum := sha256.Sum256(data)
	p.Hash, p.Size = hex.EncodeToString(sum[:]), int64(len(data))
	return p, d.store.Update(storage.Urgent(ctx), func(tx *storage.Tx) error { return keep(tx, brand, by, p, data) })
}

// keep writes a picture with its bytes, or notes that it came again.
func keep(tx *storage.Tx, brand bot.BrandID, by bot.PersonID, p bot.Picture, data []byte) error {
	k, had, err := records.Found(records.Pictures.Get(tx, storage.K(brand, p.Hash)))
	if err != nil {
		return err
	}
	if !had {
		k = bot.Kept{Brand: brand, Picture: p, By: by}
		for part := range slices.Chunk(data, chunkSize) {
			if err := records.Chunks.Put(tx, bot.Chunk{Brand: brand, Hash: p.Hash, Nth: k.Chunks, Data: part}); err != nil {
				return err
			}
			k.Chunks++
		}
	}
	k.At = tx.Now()
	if by == "" {
		k.Used = tx.Now()
	}
	return records.Pictures.Put(tx, k)
}

// Kept returns a picture of a brand as it is kept, without a description.
func (d *Desk) Kept(tx *storage.Tx, brand bot.BrandID, hash string) (bot.Picture, bool, error) {
	k, ok, err := records.Found(records.Pictures.Get(tx, storage.K(brand, hash)))
	return k.Picture, ok, err
}

// Bytes returns a picture of a brand with its bytes.
func (d *Desk) Bytes(ctx context.Context, brand bot.BrandID, hash string) (p bot.Picture, data []byte, err error) {
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		k, ok, err := records.Found(records.Pictures.Get(tx, storage.K(brand, hash)))
		if err == nil && !ok {
			err = bot.Errorf(bot.NotFound, "error.picture_gone")
		}
		if err != nil {
			return err
		}
		p, data = k.Picture, make([]byte, 0, k.Picture.Size)
		for c, err := range records.Chunks.Under(tx, storage.K(brand, hash)) {
			if err != nil {
				return err
			}
			data = append(data, c.Data...)
		}
		return nil
	})
	return p, data, err
}
