package bot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Draft is something the brand wants to say by itself. Where it stands is said by
// its posts, of which there is one for each account.
type Draft struct {
	ID       ID         `json:"id"`
	Number   int        `json:"number"` // as people name it, counted in its brand from 1
	Brand    BrandID    `json:"brand"`
	By       PersonID   `json:"by"`    // who wrote it, and hears what becomes of it
	Token    string     `json:"token"` // of the form or command it came from: one of them makes one draft
	At       time.Time  `json:"at"`
	Content  Content    `json:"content"`
	Campaign string     `json:"campaign,omitempty"` // a tag of the team's; the public does not see it
	Request  ID         `json:"request,omitempty"`  // the newest decision that was asked for
	Wrote    []PersonID `json:"wrote,omitempty"`    // who else had a hand in its content
	Edited   PersonID   `json:"edited,omitempty"`   // by whom, last
	EditedAt time.Time  `json:"edited_at,omitzero"`
	Revision int        `json:"revision"` // moves with every change of the content or of a post

	Series  ID        `json:"series,omitempty"`   // it is one time of this series
	Slot    string    `json:"slot,omitempty"`     // which one, see Series: a slot of a series is one draft
	Fetch   []Fetch   `json:"fetch,omitempty"`    // pictures that are yet to be fetched
	LooksAt time.Time `json:"looks_at,omitzero"`  // since when its links and pictures are looked at; nobody is asked before
	LooksBy PersonID  `json:"looks_by,omitempty"` // for whom
}

// Fetch is a picture that a person named by its address.
type Fetch struct {
	URL string `json:"url"`
	Alt string `json:"alt,omitempty"`
}

// Content is all of a draft that a decision is about.
type Content struct {
	Text     string               `json:"text"`
	Accounts []AccountID          `json:"accounts"`           // sorted, each once
	Variants map[AccountID]string `json:"variants,omitempty"` // text of an account where it is another
	Pictures []Picture            `json:"pictures,omitempty"`
	When     time.Time            `json:"when,omitzero"`    // zero: as soon as it may
	Repeat   *Repeat              `json:"repeat,omitempty"` // of a series, which has no When
}

// Picture is an image that goes out with a post, by the hash of its bytes.
type Picture struct {
	Hash   string `json:"hash"` // SHA-256 in hex
	Type   string `json:"type"` // "image/jpeg"
	Size   int64  `json:"size"` // bytes
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Alt    string `json:"alt,omitempty"`
}

// For returns the text as the account gets it.
func (c *Content) For(a AccountID) string { return cmp.Or(c.Variants[a], c.Text) }

// Hash is the same for the same content, and for no other: a decision is bound to it.
func (c *Content) Hash() string {
	norm := Content{Text: c.Text, Pictures: c.Pictures, When: c.When.UTC(), Repeat: c.Repeat}
	norm.Accounts = slices.Sorted(slices.Values(c.Accounts))
	norm.Variants = map[AccountID]string{}
	for _, a := range norm.Accounts {
		norm.Variants[a] = c.For(a)
	}
	b, err := json.Marshal(norm) // maps are written in the order of their keys
	if err != nil {
		panic(err) // no part of it can fail
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Kept is a picture of a brand that Ponte keeps, once for the same bytes.
type Kept struct {
	Brand   BrandID   `json:"brand"`
	Picture Picture   `json:"picture"` // without a description: that is a post's own
	At      time.Time `json:"at"`
	By      PersonID  `json:"by,omitempty"`
	Used    time.Time `json:"used,omitzero"` // last, by a draft, a card, a chart or talk
	Chunks  int       `json:"chunks"`
}

// Chunk is a part of a picture's bytes.
type Chunk struct {
	Brand BrandID `json:"brand"`
	Hash  string  `json:"hash"` // of the whole
	Nth   int     `json:"nth"`
	Data  []byte  `json:"data"`
}

// Link is what is known of an address that somebody wrote into a draft.
type Link struct {
	Brand BrandID   `json:"brand"`
	URL   string    `json:"url"`
	At    time.Time `json:"at"`
	Code  int       `json:"code,omitempty"`  // of the answer; 0: there was none
	Fault string    `json:"fault,omitempty"` // "unreachable", "private", "slow", "name", "tls"; of a picture also "picture", "large"; empty: it answers
}

// Dead reports whether people who follow the link find nothing.
func (l *Link) Dead() bool { return l.Fault != "" || l.Code == 404 || l.Code == 410 }

// Feed is a secret address under which a brand's calendar is read.
type Feed struct {
	Brand  BrandID   `json:"brand"`
	Secret string    `json:"secret"` // SHA-256 in hex of the secret in the address: the secret itself is shown once
	By     PersonID  `json:"by"`
	At     time.Time `json:"at"`
}
