// Package bot holds the words of the product: brands, accounts, people, items,
// conversations, replies, and the pure rules that bind them. It knows no
// storage, no network and no platform, and imports the standard library only.
package bot

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"sync"
	"time"
)

// ID names one thing for ever, in 26 lower-case characters. Ids sort by the time
// they were made: 48 bits of Unix time in milliseconds, then 80 that make it unique.
type ID string

var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

var lastID struct {
	sync.Mutex
	ms   uint64
	tail [10]byte
}

// NewID makes an id for the given time. Ids made by one process never go
// backwards, also when they are made in the same millisecond or the clock steps back.
func NewID(now time.Time) ID {
	lastID.Lock()
	defer lastID.Unlock()
	ms := uint64(max(now.UnixMilli(), 0))
	if ms > lastID.ms {
		lastID.ms = ms
		_, _ = rand.Read(lastID.tail[:])
		lastID.tail[0] &= 0x7f // room to count up
	} else {
		for i := len(lastID.tail) - 1; i >= 0; i-- {
			lastID.tail[i]++
			if lastID.tail[i] != 0 {
				break
			}
		}
	}
	var b [17]byte
	binary.BigEndian.PutUint64(b[0:8], lastID.ms<<16)
	copy(b[6:16], lastID.tail[:])
	return ID(crockford.EncodeToString(b[:])[:26])
}

// Lang is a language Ponte speaks, as a BCP 47 tag: "en", "es" or "it".
type Lang string

// The languages that every sentence exists in.
const (
	English Lang = "en"
	Spanish Lang = "es"
	Italian Lang = "it"
)

// Langs lists the languages that every sentence exists in; the first is the fallback.
var Langs = []Lang{English, Spanish, Italian}
