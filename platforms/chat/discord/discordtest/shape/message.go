package shape

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits of a message.
const (
	Content     = 2000
	Embeds      = 10
	EmbedsTotal = 6000
	Nonce       = 25
	Mentions    = 100
	FileBytes   = 10 << 20
	BodyBytes   = 25 << 20
	FilesMost   = 10
)

// Flags of a message.
const (
	FlagSuppressEmbeds = 1 << 2
	FlagEphemeral      = 1 << 6
	FlagV2             = 1 << 15
)

// Message holds a message to its limits. Whether it says anything at all is
// asked with Empty.
func Message(m Obj) error {
	c := &check{}
	content := c.text(m, "content", "", 0, Content)
	c.embeds(m)
	c.rows(m)
	c.allowed(m)
	c.nonce(m)
	c.attachments(m)
	if Num(m, "flags")&FlagV2 != 0 {
		for key, holds := range map[string]bool{"content": content != "", "embeds": len(List(m, "embeds")) > 0} {
			if holds {
				c.bad(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The '"+key+"' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
			}
		}
	}
	return c.err()
}

// Empty tells whether a message says nothing at all.
func Empty(m Obj, files int) bool {
	return strings.TrimSpace(Str(m, "content")) == "" && len(List(m, "embeds")) == 0 && len(List(m, "components")) == 0 && files == 0 &&
		m["poll"] == nil && len(Strings(m, "sticker_ids")) == 0
}

func (c *check) nonce(m Obj) {
	switch n := m["nonce"].(type) {
	case nil, float64:
	case string:
		c.long(n, "nonce", 0, Nonce)
	default:
		c.bad("nonce", "STRING_TYPE_CONVERT", "Could not interpret value as string.")
	}
}

func (c *check) attachments(m Obj) {
	for i, v := range c.list(m, "attachments", "", 0, FilesMost) {
		if o := c.object(v, join("attachments", i)); o != nil {
			c.text(o, "filename", join("attachments", i), 0, 1024)
			c.text(o, "description", join("attachments", i), 0, 1024)
		}
	}
}

// allowed holds allowed_mentions to its rules: what is parsed is not listed.
func (c *check) allowed(m Obj) {
	v, there := m["allowed_mentions"]
	if !there || v == nil {
		return
	}
	o := c.object(v, "allowed_mentions")
	parse, there := o["parse"]
	if there && parse == nil {
		c.bad("allowed_mentions.parse", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return
	}
	kinds := c.list(o, "parse", "allowed_mentions", 0, 3)
	for i, kind := range kinds {
		if kind != "roles" && kind != "users" && kind != "everyone" {
			c.bad(join("allowed_mentions.parse", i), "BASE_TYPE_CHOICES", "Value must be one of ('users', 'roles', 'everyone').")
		}
	}
	for _, key := range []string{"users", "roles"} {
		if listed := c.list(o, key, "allowed_mentions", 0, Mentions); len(listed) > 0 {
			c.snowflakes(listed, join("allowed_mentions", key))
			for _, kind := range kinds {
				if kind == key {
					c.bad("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", fmt.Sprintf("parse:[%q] and %s: [ids...] are mutually exclusive.", key, key))
				}
			}
		}
	}
}

func (c *check) snowflakes(l []any, path string) {
	for i, v := range l {
		if s, is := v.(string); !is || !Snowflake(s) {
			c.bad(join(path, i), "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not snowflake.", fmt.Sprint(v)))
		}
	}
}

// Snowflake tells whether a text is an id.
func Snowflake(s string) bool {
	if s == "" || len(s) > 20 {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// embeds holds the embeds to their limits, each and all together.
func (c *check) embeds(m Obj) {
	total := 0
	for i, v := range c.list(m, "embeds", "", 0, Embeds) {
		if o := c.object(v, join("embeds", i)); o != nil {
			total += c.embed(o, join("embeds", i))
		}
	}
	if total > EmbedsTotal {
		c.bad("embeds", "MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d", EmbedsTotal))
	}
}

func (c *check) embed(o Obj, path string) int {
	length := 0
	count := func(s string) { length += utf8.RuneCountInString(s) }
	count(c.text(o, "title", path, 0, 256))
	count(c.text(o, "description", path, 0, 4096))
	c.url(o, "url", path, 2048, "http", "https")
	c.within(o, "color", path, 0, 0xffffff, 0)
	if at := c.text(o, "timestamp", path, 0, 64); at != "" {
		if _, err := time.Parse(time.RFC3339Nano, at); err != nil {
			c.bad(join(path, "timestamp"), "DATE_TIME_TYPE_PARSE", fmt.Sprintf("Could not parse %s. Should be ISO8601.", at))
		}
	}
	for i, v := range c.list(o, "fields", path, 0, 25) {
		at := join(path, "fields", i)
		if f := c.object(v, at); f != nil {
			count(c.text(f, "name", at, 1, 256))
			count(c.text(f, "value", at, 1, 1024))
		}
	}
	if f, is := o["footer"].(Obj); is {
		count(c.text(f, "text", join(path, "footer"), 1, 2048))
		c.url(f, "icon_url", join(path, "footer"), 2048, "http", "https", "attachment")
	}
	if a, is := o["author"].(Obj); is {
		count(c.text(a, "name", join(path, "author"), 1, 256))
		c.url(a, "url", join(path, "author"), 2048, "http", "https")
		c.url(a, "icon_url", join(path, "author"), 2048, "http", "https", "attachment")
	}
	for _, key := range []string{"image", "thumbnail"} {
		if p, is := o[key].(Obj); is {
			if c.url(p, "url", join(path, key), 2048, "http", "https", "attachment") == "" {
				c.bad(join(path, key, "url"), "BASE_TYPE_REQUIRED", "This field is required")
			}
		}
	}
	if length == 0 && o["image"] == nil && o["thumbnail"] == nil {
		c.bad(join(path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
	}
	return length
}

// Thread holds what a thread or a channel is called and how to its limits.
func Thread(o Obj, named bool) error {
	c := &check{}
	least := 0
	if _, there := o["name"]; named || there {
		least = 1
	}
	c.text(o, "name", "", least, 100)
	if o["auto_archive_duration"] != nil {
		c.among(o, "auto_archive_duration", "", false, 60, 1440, 4320, 10080)
	}
	c.within(o, "rate_limit_per_user", "", 0, 21600, 0)
	if tags := c.list(o, "applied_tags", "", 0, 5); tags != nil {
		c.snowflakes(tags, "applied_tags")
	}
	return c.err()
}

// Post holds the message that a post of a forum begins with to its limits; its
// fields stand under message.
func Post(o Obj) error {
	m, is := o["message"].(Obj)
	if !is {
		return Form(Field{"message", "BASE_TYPE_REQUIRED", "This field is required"})
	}
	if err := Message(m); err != nil {
		return Under("message", err)
	}
	return nil
}

// Under is a refusal of fields that stand deeper in the body.
func Under(path string, err error) error {
	r, is := err.(*Refusal) //nolint:errorlint // the checks of this package return nothing else
	if !is {
		return err
	}
	deeper := *r
	deeper.Fields = nil
	for _, f := range r.Fields {
		f.Path = join(path, f.Path)
		deeper.Fields = append(deeper.Fields, f)
	}
	return &deeper
}
