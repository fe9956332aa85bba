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
}

// Content is all of a draft that a decision is about.
type Content struct {
	Text     string               `json:"text"`
	Accounts []AccountID          `json:"accounts"`           // sorted, each once
	Variants map[AccountID]string `json:"variants,omitempty"` // text of an account where it is another
	Pictures []Picture            `json:"pictures,omitempty"`
	When     time.Time            `json:"when,omitzero"` // zero: as soon as it may
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
	norm := Content{Text: c.Text, Pictures: c.Pictures, When: c.When.UTC()}
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
