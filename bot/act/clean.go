package act

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ponte/bot"
)

// Clean bounds and repairs what came from outside; it never refuses.
func (in Incoming) Clean(now time.Time) Incoming {
	in.Text = bounded(in.Text, bot.MaxItemText)
	in.Post, in.InReplyTo = identity(in.Post), identity(in.InReplyTo)
	if in.Remote = identity(in.Remote); in.Remote == "" { // nothing that comes in is lost for want of a name
		in.Remote = digest(in.Author.ID, in.Author.Name, in.CreatedAt.UTC().Format(time.RFC3339Nano), in.Text)
	}
	in.URL, in.Author.URL = bounded(in.URL, 2048), bounded(in.Author.URL, 2048)
	in.Author.Name, in.Author.Handle = bounded(in.Author.Name, 512), bounded(in.Author.Handle, 512)
	in.Author.ID = identity(cmp.Or(in.Author.ID, in.Author.Handle))
	if in.Author.ID == "" && in.Kind != bot.Direct { // two of one name do not read each other's messages
		in.Author.ID = identity(in.Author.Name)
	}
	in.Media = slices.Clone(in.Media[:min(len(in.Media), 20)])
	for i, m := range in.Media {
		in.Media[i] = bot.Media{URL: bounded(m.URL, 2048), Type: bounded(m.Type, 100), Alt: bounded(m.Alt, 2048)}
	}
	if in.Rating < 0 || in.Rating > 5 {
		in.Rating = 0
	}
	if in.InReplyTo == in.Remote {
		in.InReplyTo = ""
	}
	if !slices.Contains(bot.ItemKinds, in.Kind) {
		in.Kind = bot.Comment
	}
	if in.CreatedAt.IsZero() || in.CreatedAt.After(now) {
		in.CreatedAt = now
	}
	in.CreatedAt = in.CreatedAt.UTC()
	return in
}

// identity bounds a platform's id; two that differ stay different.
func identity(id string) string {
	const most = 512
	if id = plain(id); len(id) <= most {
		return id
	}
	return bounded(id, most-70) + digest(id)
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "#" + hex.EncodeToString(sum[:])
}

// plain returns the text as valid UTF-8 without NUL.
func plain(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "") }

// bounded returns the plain text in at most n bytes, "…" where it was cut.
func bounded(s string, n int) string {
	if s = plain(s); len(s) <= n {
		return s
	}
	cut := n - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
