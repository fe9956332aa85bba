package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ponte/bot"
	"ponte/bot/act"
)

// Sizes of what one item may bring.
const (
	maxName  = 255  // bytes of a name or handle; longer ones are cut
	maxURL   = 2048 // bytes
	maxMedia = 20
	maxAlt   = 4096 // bytes of an alt text; longer ones are cut
	maxAhead = 24 * time.Hour
)

// parse reads the items of a body. Lines says that each line is an object; else
// the body itself tells. Items that are not right are told of by their index;
// a body that is not JSON, or has too many items, is refused whole.
func parse(body []byte, lines bool, now time.Time) ([]act.Incoming, []fault, *refusal) {
	values, no := split(body, lines)
	if no != nil {
		return nil, nil, no
	}
	var items []act.Incoming
	var faults []fault
	for i, v := range values {
		item, bad := read(v, now)
		if bad != nil {
			bad.Index = i
			faults = append(faults, *bad)
			continue
		}
		items = append(items, item)
	}
	return items, faults, nil
}

// split cuts a body into the JSON values of its items.
func split(body []byte, lines bool) ([]json.RawMessage, *refusal) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	var whole json.RawMessage
	err := json.Unmarshal(body, &whole)
	first := bytes.TrimLeft(body, " \t\r\n")
	switch {
	case len(first) == 0:
		return nil, &refusal{status: http.StatusBadRequest, Message: "the body is empty"}
	case first[0] == '{' || lines:
		return collect(body, json.NewDecoder(bytes.NewReader(body)), func(*json.Decoder) bool { return true })
	case err != nil:
		return nil, malformed(body, err)
	case first[0] == '[':
		d := json.NewDecoder(bytes.NewReader(body))
		_, _ = d.Token()
		return collect(body, d, (*json.Decoder).More)
	}
	return nil, &refusal{status: http.StatusBadRequest, Message: "the body must be an object or an array of objects", Line: 1, Column: 1}
}

func collect(body []byte, d *json.Decoder, more func(*json.Decoder) bool) ([]json.RawMessage, *refusal) {
	var values []json.RawMessage
	for more(d) {
		var v json.RawMessage
		err := d.Decode(&v)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, malformed(body, err)
		}
		if len(values) == maxItems {
			return nil, &refusal{status: http.StatusRequestEntityTooLarge, Message: "a request has at most 1000 items"}
		}
		values = append(values, v)
	}
	return values, nil
}

// malformed says where a body stops being JSON, in lines and bytes from 1.
func malformed(body []byte, err error) *refusal {
	at, what := int64(len(body)), "it ends too early"
	if e, ok := errors.AsType[*json.SyntaxError](err); ok && !errors.Is(err, io.ErrUnexpectedEOF) {
		at, what = e.Offset, e.Error()
	}
	at = min(max(at, 1), int64(len(body)))
	before := body[:max(at-1, 0)]
	return &refusal{
		status: http.StatusBadRequest, Message: "the body is not JSON: " + what,
		Line: bytes.Count(before, []byte("\n")) + 1, Column: len(before) - bytes.LastIndexByte(before, '\n'),
	}
}

// A wire item is one object of a body. Fields it does not name are left aside:
// senders often have more to say than anybody asked for.
type wire struct {
	ID        json.RawMessage `json:"id"`
	Kind      bot.ItemKind    `json:"kind"`
	Author    json.RawMessage `json:"author"`
	Text      string          `json:"text"`
	URL       string          `json:"url"`
	Post      json.RawMessage `json:"post"`
	InReplyTo json.RawMessage `json:"in_reply_to"`
	CreatedAt string          `json:"created_at"`
	Media     []bot.Media     `json:"media"`
	Rating    int             `json:"rating"`
	Edited    bool            `json:"edited"`
	Deleted   bool            `json:"deleted"`
}

// read makes an item of one JSON value.
func read(v json.RawMessage, now time.Time) (act.Incoming, *fault) {
	var x wire
	var in act.Incoming
	if v = bytes.TrimSpace(v); v[0] != '{' {
		return in, &fault{Message: "must be an object"}
	}
	if err := json.Unmarshal(v, &x); err != nil {
		return in, mistyped("", err)
	}
	in = act.Incoming{
		Kind: x.Kind, Text: strings.ReplaceAll(x.Text, "\x00", ""), URL: x.URL, Media: x.Media, Rating: x.Rating,
		CreatedAt: now.UTC(), Edited: x.Edited, Deleted: x.Deleted,
	}
	for _, id := range []struct {
		field string
		from  json.RawMessage
		to    *string
	}{{"id", x.ID, &in.Remote}, {"post", x.Post, &in.Post}, {"in_reply_to", x.InReplyTo, &in.InReplyTo}} {
		if bad := label(id.field, id.from, id.to); bad != nil {
			return in, bad
		}
	}
	if bad := author(x.Author, &in.Author); bad != nil {
		return in, bad
	}
	if x.CreatedAt != "" {
		at, err := time.Parse(time.RFC3339, x.CreatedAt)
		if err != nil {
			return in, &fault{Field: "created_at", Message: "must be a time as 2026-01-02T15:04:05Z (RFC 3339)"}
		}
		in.CreatedAt = at.UTC()
	}
	complete(&in)
	return in, check(&in, now)
}

// label reads an id: a string, or a whole number, which counts as it is written.
func label(field string, b json.RawMessage, to *string) *fault {
	switch {
	case len(b) == 0 || string(b) == "null":
		return nil
	case b[0] == '"':
		_ = json.Unmarshal(b, to) // the string was scanned with the item around it
	case strings.Trim(strings.TrimPrefix(string(b), "-"), "0123456789") == "":
		*to = string(b)
	default:
		return &fault{Field: field, Message: "must be a string"}
	}
	*to = tidy(*to)
	return nil
}

// author reads who said it: a name, or an object.
func author(b json.RawMessage, to *bot.Author) *fault {
	var x struct {
		ID        json.RawMessage `json:"id"`
		Name      string          `json:"name"`
		Handle    string          `json:"handle"`
		URL       string          `json:"url"`
		Followers int             `json:"followers"`
	}
	switch {
	case len(b) == 0:
		return nil
	case b[0] == '"':
		_ = json.Unmarshal(b, &x.Name)
	case b[0] != '{' && string(b) != "null":
		return &fault{Field: "author", Message: "must be a string or an object"}
	default:
		if err := json.Unmarshal(b, &x); err != nil {
			return mistyped("author.", err)
		}
	}
	*to = bot.Author{Name: cut(tidy(x.Name), maxName), Handle: cut(tidy(x.Handle), maxName), URL: x.URL, Followers: x.Followers}
	return label("author.id", x.ID, &to.ID)
}

func mistyped(prefix string, err error) *fault {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return &fault{Message: "cannot be read"}
	}
	return &fault{Field: prefix + e.Field, Message: fmt.Sprintf("must be %s, not a JSON %s", wanted(e.Type.Kind().String()), bot.Short(e.Value, 40))}
}

func wanted(kind string) string {
	switch kind {
	case "string":
		return "a string"
	case "bool":
		return "true or false"
	case "slice":
		return "an array"
	case "struct":
		return "an object"
	}
	return "a whole number"
}

// complete fills in what follows from the rest.
func complete(in *act.Incoming) {
	a := &in.Author
	for _, name := range []string{a.Handle, a.ID} {
		if a.Name == "" {
			a.Name = name
		}
	}
	if a.ID == "" {
		a.ID = a.Handle
	}
	if a.ID == "" && in.Kind != bot.Direct { // two customers of one name do not share a private conversation
		a.ID = a.Name
	}
	for i := range in.Media {
		in.Media[i].Alt = cut(strings.ReplaceAll(in.Media[i].Alt, "\x00", ""), maxAlt)
	}
	if in.Kind == "" {
		in.Kind = bot.Comment
		if in.InReplyTo != "" {
			in.Kind = bot.Answer
		}
	}
}

// check holds an item to the rules.
func check(in *act.Incoming, now time.Time) *fault {
	switch {
	case in.Remote == "":
		return &fault{Field: "id", Message: "is missing"}
	case !in.Deleted && in.Author.Name == "":
		return &fault{Field: "author", Message: "is missing"}
	case !in.Deleted && strings.TrimSpace(in.Text) == "":
		return &fault{Field: "text", Message: "is missing"}
	case in.InReplyTo == in.Remote:
		return &fault{Field: "in_reply_to", Message: "is the item itself"}
	case !slices.Contains(bot.ItemKinds, in.Kind):
		return &fault{Field: "kind", Message: "must be comment, reply, mention, review or message"}
	case in.Rating < 0 || in.Rating > 5:
		return &fault{Field: "rating", Message: "must be 1 to 5"}
	case in.Author.Followers < 0:
		return &fault{Field: "author.followers", Message: "must not be negative"}
	case in.CreatedAt.Before(time.Unix(0, 0)) || in.CreatedAt.After(now.Add(maxAhead)):
		return &fault{Field: "created_at", Message: "must lie between 1970 and a day from now"}
	case len(in.Media) > maxMedia:
		return &fault{Field: "media", Message: "has more than 20 entries"}
	}
	for _, id := range [][2]string{
		{"id", in.Remote}, {"author.id", in.Author.ID}, {"post", in.Post}, {"in_reply_to", in.InReplyTo},
	} {
		if len(id[1]) > maxID {
			return &fault{Field: id[0], Message: "has more than 255 bytes"}
		}
	}
	return checkAddresses(in)
}

func checkAddresses(in *act.Incoming) *fault {
	const web = "must be an http or https address of at most 2048 bytes"
	for _, u := range [][2]string{{"url", in.URL}, {"author.url", in.Author.URL}} {
		if u[1] != "" && !isWeb(u[1]) {
			return &fault{Field: u[0], Message: web}
		}
	}
	for i, m := range in.Media {
		if !isWeb(m.URL) {
			return &fault{Field: fmt.Sprintf("media.%d.url", i), Message: web}
		}
		if len(m.Type) > maxID {
			return &fault{Field: fmt.Sprintf("media.%d.type", i), Message: "has more than 255 bytes"}
		}
	}
	return nil
}

func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= maxURL && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// tidy takes the NUL characters and the space around out of a word.
func tidy(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\x00", "")) }

// cut returns at most n bytes in whole code points, "…" at the end where there were more.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
