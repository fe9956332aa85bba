package posts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/hours"
	"ponte/bot/postcard"
	"ponte/commands"
	"ponte/commands/picture"
	"ponte/storage"
)

// mostPictures is how many pictures the form of a draft takes, whatever a network takes of them.
const mostPictures = 10

// form asks for a post, or for its changes.
func (c *Commands) form(tx *storage.Tx, req *commands.Request, d bot.Draft, verb, at string) card.Form {
	f := card.Form{
		Verb: verb, Revision: d.Revision, Token: string(bot.NewID(tx.Now())), Title: card.W("posts.form." + verb), Submit: card.W("posts.submit"), Public: true,
	}
	if d.ID != "" {
		f.Subject = act.OnDraft + "/" + string(d.ID)
	}
	posting := slices.DeleteFunc(slices.Clone(req.Brand.Accounts), func(a bot.Account) bool { return !c.traits(a.ID).CanPost })
	pictured := len(d.Content.Pictures) > 0 || slices.ContainsFunc(posting, func(a bot.Account) bool { return c.traits(a.ID).Pictures > 0 })
	f.Fields = append(f.Fields, card.Field{
		Name: "text", Label: card.W("option.text"), Kind: card.TextField, Value: d.Content.Text, Required: !pictured, Max: 5000, Count: string(act.Runes),
	})
	for _, a := range posting {
		on := card.Field{Name: "on:" + string(a.ID), Label: card.W("posts.on", card.Text("Account", postcard.Account(req.Brand, a.ID))), Kind: card.CheckField}
		if slices.Contains(d.Content.Accounts, a.ID) {
			on.Value = "true"
		}
		f.Fields = append(f.Fields, on)
	}
	if pictured {
		f.Fields = append(f.Fields, pictureField(req.Brand, &d.Content), picture.Link(cmp.Or(req.Values["picture"], picture.Written(d.Fetch))))
	}
	for _, a := range posting {
		f.Previews = append(f.Previews, c.preview(req.Brand, a.ID, len(posting) > 1))
		if len(posting) < 2 {
			continue
		}
		t := c.traits(a.ID)
		f.Fields = append(f.Fields, card.Field{
			Name: own(a.ID), Label: card.W("posts.variant", card.Text("Account", postcard.Account(req.Brand, a.ID))), Hint: card.W("posts.variant_hint"),
			Kind: card.TextField, Value: d.Content.Variants[a.ID], Max: t.MaxPost, Count: string(t.Count), Folded: true,
		})
	}
	return rest(f, req.Brand, d, at)
}

// preview names what makes the text of one account.
func (c *Commands) preview(b *bot.Brand, id bot.AccountID, several bool) card.Preview {
	t := c.traits(id)
	p := card.Preview{
		Name: postcard.Account(b, id), On: "on:" + string(id), Text: "text", Max: t.MaxPost, Count: string(t.Count), Link: t.Link, MaxBytes: t.MaxBytes,
	}
	if several {
		p.Own = own(id)
	}
	if t.Pictures > 0 {
		p.Pictures = "pictures"
	}
	return p
}

// pictureField is the pictures of a content, with their descriptions.
func pictureField(b *bot.Brand, c *bot.Content) card.Field {
	f := card.Field{Name: "pictures", Label: card.W("posts.pictures"), Hint: card.W("posts.alt_hint"), Kind: card.PicturesField, Max: mostPictures}
	if b.NeedsAlt {
		f.Hint = card.W("posts.alt_needed")
	}
	var hashes []string
	for _, p := range c.Pictures {
		hashes = append(hashes, p.Hash)
		f.Pictures = append(f.Pictures, card.Picture{Hash: p.Hash, Type: p.Type, Alt: card.Outside(p.Alt)})
	}
	f.Value = strings.Join(hashes, " ")
	return f
}

// rest is the end of the form: when, and for which campaign.
func rest(f card.Form, b *bot.Brand, d bot.Draft, at string) card.Form {
	if at == "" && !d.Content.When.IsZero() {
		at = onWall(b, d.Content.When)
	}
	f.Fields = append(f.Fields,
		card.Field{Name: "at", Label: card.W("option.at"), Hint: card.W("posts.at_hint"), Kind: card.TimeField, Value: at, Max: 200, Count: string(act.Runes)},
		card.Field{Name: "campaign", Label: card.W("option.campaign"), Kind: card.LineField, Value: d.Campaign, Max: 60, Count: string(act.Runes)},
	)
	return f
}

// onWall is a moment by the brand's clock as a form takes it, with its zone where
// the clock shows it twice.
func onWall(b *bot.Brand, at time.Time) string {
	at = at.In(b.Location())
	if hours.Twice(at) {
		return at.Format("2006-01-02 15:04 MST")
	}
	return at.Format("2006-01-02 15:04")
}
