package picture

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/storage"
)

var onDraft = []string{act.OnDraft, act.OnPost, act.OnRequest}

// Specs lists the commands for the table.
func (c *Commands) Specs() []commands.Spec {
	return []commands.Spec{c.picture(), c.addPicture()}
}

// ByAddress is the option that names pictures by their addresses.
func ByAddress() act.Option {
	o := commands.Option("picture", act.WordOption)
	o.Many = true
	return o
}

// Fetches reads which pictures are to be fetched: addresses, each with words behind
// it that say what it shows.
func Fetches(text string) (out []bot.Fetch) {
	for _, word := range strings.Fields(text) {
		if len(out) == 0 || strings.Contains(word, "://") {
			out = append(out, bot.Fetch{URL: word})
			continue
		}
		last := &out[len(out)-1]
		last.Alt = strings.TrimSpace(last.Alt + " " + word)
	}
	return out
}

// Written is what Fetches reads.
func Written(all []bot.Fetch) string {
	var words []string
	for _, f := range all {
		words = append(words, strings.TrimSpace(f.URL+" "+f.Alt))
	}
	return strings.Join(words, " ")
}

// picture adds pictures to a draft, or takes one out: those that came with the
// command, those at addresses, or those that its form then has.
func (c *Commands) picture() commands.Spec {
	return commands.Spec{
		Name: "picture", Roles: managers, Asks: true, About: onDraft, Maybe: true,
		Options:  []act.Option{commands.Option("draft", act.WordOption), ByAddress(), commands.Option("remove", act.WordOption)},
		Examples: []string{"picture 12", `picture 12 --picture "https://example.com/lamp.jpg A red lamp"`, "picture 12 --remove 1"}, Run: c.change,
	}
}

func (c *Commands) change(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	d, err := draft.The(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	v, seen := req.Values, -1
	o := post.Order{By: req.Person.ID, Content: d.Content, Campaign: d.Campaign, Fetch: append(slices.Clone(d.Fetch), Fetches(v["picture"])...)}
	o.Content.Pictures = slices.Clone(d.Content.Pictures)
	switch nth := strings.TrimSpace(v["remove"]); {
	case req.Submitted:
		seen, o.Content.Pictures, o.Fetch = req.Seen, named(&d, v), Fetches(v["picture"])
	case nth != "":
		if err := without(&o, nth); err != nil {
			return act.Answer{}, bot.Errorf(bot.NotFound, "error.no_picture", "Given", bot.Short(nth, 20), "Number", strconv.Itoa(d.Number)).Because(err)
		}
	case len(req.Pictures) > 0:
		for _, hash := range req.Pictures {
			o.Content.Pictures = with(o.Content.Pictures, bot.Picture{Hash: hash})
		}
	case v["picture"] == "":
		return act.Answer{Form: form(tx, req.Brand, &d, nil)}, nil
	}
	d, found, err := c.desk.Edit(tx, req.Brand, d, o, seen)
	if err != nil {
		return draft.Over(tx, &d, err)
	}
	return draft.Told(tx, req.Brand, &d, found, "posts.edited")
}

// without takes a picture out by its number; those that could not be fetched come
// behind the others.
func without(o *post.Order, nth string) error {
	n, err := strconv.Atoi(nth)
	had := len(o.Content.Pictures)
	switch {
	case err != nil || n < 1 || n > had+len(o.Fetch):
		return fmt.Errorf("there is no picture %q", nth)
	case n > had:
		o.Fetch = slices.Delete(o.Fetch, n-had-1, n-had)
	default:
		o.Content.Pictures = slices.Delete(o.Content.Pictures, n-1, n)
	}
	return nil
}

// with adds a picture, once.
func with(all []bot.Picture, p bot.Picture) []bot.Picture {
	if slices.ContainsFunc(all, func(had bot.Picture) bool { return had.Hash == p.Hash }) {
		return all
	}
	return append(all, p)
}

// named are the pictures that a form has, with their descriptions.
func named(d *bot.Draft, v map[string]string) (out []bot.Picture) {
	for _, hash := range strings.Fields(v["pictures"]) {
		p := bot.Picture{Hash: hash, Alt: v["alt:"+hash]}
		if i := slices.IndexFunc(d.Content.Pictures, func(had bot.Picture) bool { return had.Hash == hash }); i >= 0 {
			if _, said := v["alt:"+hash]; !said {
				p.Alt = d.Content.Pictures[i].Alt
			}
		}
		out = with(out, p)
	}
	return out
}

// addPicture opens the form with pictures that came along with talk.
func (c *Commands) addPicture() commands.Spec {
	return commands.Spec{Name: "add-picture", Roles: managers, About: onDraft, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
		d, err := draft.The(tx, req)
		if err != nil {
			return act.Answer{}, err
		}
		var more []bot.Picture
		for _, begins := range strings.Split(req.Rest, ",") {
			k, err := records.PictureThatBegins(tx, req.Brand.ID, begins)
			if errors.Is(err, storage.ErrNotFound) {
				err = bot.Errorf(bot.NotFound, "error.picture_gone")
			}
			if err != nil {
				return act.Answer{}, err
			}
			more = append(more, k.Picture)
		}
		return act.Answer{Form: form(tx, req.Brand, &d, more)}, nil
	}}
}

// form asks for the pictures of a draft, and what they show.
func form(tx *storage.Tx, b *bot.Brand, d *bot.Draft, more []bot.Picture) *card.Form {
	f := card.Field{Name: "pictures", Label: card.W("pictures.field"), Hint: card.W("posts.alt_hint"), Kind: card.PicturesField}
	if b.NeedsAlt {
		f.Hint = card.W("posts.alt_needed")
	}
	all := slices.Clone(d.Content.Pictures)
	for _, p := range more {
		all = with(all, p)
	}
	var hashes []string
	for _, p := range all {
		hashes = append(hashes, p.Hash)
		f.Pictures = append(f.Pictures, card.Picture{Hash: p.Hash, Type: p.Type, Alt: card.Outside(p.Alt)})
	}
	f.Value = strings.Join(hashes, " ")
	return &card.Form{
		Verb: "picture", Subject: act.OnDraft + "/" + string(d.ID), Revision: d.Revision, Token: string(bot.NewID(tx.Now())), Public: true,
		Title: card.W("pictures.form", number(d)), Submit: card.W("posts.submit"), Fields: []card.Field{f, Link(Written(d.Fetch))},
	}
}

// Link is the field that takes addresses of pictures.
func Link(value string) card.Field {
	return card.Field{
		Name: "picture", Label: card.W("option.picture"), Hint: card.W("pictures.link_hint"), Kind: card.LineField, Value: value,
		Max: 2000, Count: string(act.Runes), Folded: true,
	}
}

func number(d *bot.Draft) card.Arg { return card.Text("Number", strconv.Itoa(d.Number)) }
