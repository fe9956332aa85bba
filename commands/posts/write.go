package posts

import (
	"maps"
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/post"
	"ponte/bot/postcard"
	"ponte/commands"
	"ponte/storage"
)

func (c *Commands) post() commands.Spec {
	return commands.Spec{
		Name: "post", Roles: managers, Asks: true, Options: []act.Option{
			toOption(), commands.Option("at", act.TimeOption), commands.Option("campaign", act.WordOption), flagged("text"),
		},
		Examples: []string{"post", `post We are open on Sunday. --to shop --at "tomorrow 18:30"`}, Run: c.runPost,
	}
}

// flagged takes the rest of the line, behind which other options may stand.
func flagged(name string) act.Option {
	o := commands.Required(commands.Rest(commands.Option(name, act.TextOption)))
	o.Flagged = true
	return o
}

func (c *Commands) runPost(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	v := req.Values
	if !req.Submitted && strings.TrimSpace(v["text"]) == "" {
		ids, err := c.accounts(req.Brand, v["to"])
		if err != nil {
			return act.Answer{}, err
		}
		f := c.form(tx, req, bot.Draft{Content: bot.Content{Accounts: ids}, Campaign: v["campaign"]}, "post", v["at"])
		return act.Answer{Form: &f}, nil
	}
	o, err := c.order(tx, req, bot.Content{})
	if err != nil {
		return act.Answer{}, err
	}
	d, found, err := c.desk.Write(tx, req.Brand, o)
	if err != nil {
		return act.Answer{}, err
	}
	return told(req.Brand, &d, found, "posts.written"), nil
}

// order is what a form or a line of text asks for.
func (c *Commands) order(tx *storage.Tx, req *commands.Request, was bot.Content) (post.Order, error) {
	v := req.Values
	content := bot.Content{Text: strings.TrimSpace(v["text"]), Variants: map[bot.AccountID]string{}, Pictures: was.Pictures}
	for name, value := range v {
		id, ok := strings.CutPrefix(name, "on:")
		if ok && yes(value) {
			content.Accounts = append(content.Accounts, bot.AccountID(id))
		}
	}
	if !req.Submitted {
		var err error
		if content.Accounts, err = c.accounts(req.Brand, v["to"]); err != nil {
			return post.Order{}, err
		}
	}
	for _, id := range content.Accounts {
		if own := strings.TrimSpace(v["text:"+string(id)]); own != "" && own != content.Text {
			content.Variants[id] = own
		}
	}
	slices.Sort(content.Accounts)
	at, err := c.moment(tx, req.Brand, content.Accounts, v["at"])
	if err != nil {
		return post.Order{}, err
	}
	content.When = at
	return post.Order{By: req.Person.ID, Token: req.Token, Content: content, Campaign: strings.TrimSpace(v["campaign"])}, nil
}

func yes(value string) bool { return value != "" && value != "false" && value != "0" && value != "off" }

// form asks for a post, or for its changes.
func (c *Commands) form(tx *storage.Tx, req *commands.Request, d bot.Draft, verb, at string) card.Form {
	f := card.Form{
		Verb: verb, Revision: d.Revision, Token: string(bot.NewID(tx.Now())), Title: card.W("posts.form." + verb), Submit: card.W("posts.submit"), Public: true,
	}
	if d.ID != "" {
		f.Subject = act.OnDraft + "/" + string(d.ID)
	}
	f.Fields = append(f.Fields, card.Field{
		Name: "text", Label: card.W("option.text"), Kind: card.TextField, Value: d.Content.Text, Required: true, Max: 5000, Count: string(act.Runes),
	})
	several := 0
	for _, a := range req.Brand.Accounts {
		if !c.traits(a.ID).CanPost {
			continue
		}
		several++
		on := card.Field{Name: "on:" + string(a.ID), Label: card.W("posts.on", card.Text("Account", postcard.Account(req.Brand, a.ID))), Kind: card.CheckField}
		if slices.Contains(d.Content.Accounts, a.ID) {
			on.Value = "true"
		}
		f.Fields = append(f.Fields, on)
	}
	for _, id := range d.Content.Accounts {
		if several < 2 || verb != "edit" {
			break
		}
		t := c.traits(id)
		f.Fields = append(f.Fields, card.Field{
			Name: "text:" + string(id), Label: card.W("posts.variant", card.Text("Account", postcard.Account(req.Brand, id))), Hint: card.W("posts.variant_hint"),
			Kind: card.TextField, Value: d.Content.Variants[id], Max: t.MaxPost, Count: string(t.Count),
		})
	}
	return c.rest(f, req.Brand, d, at)
}

// rest is the end of the form: when, and for which campaign.
func (c *Commands) rest(f card.Form, b *bot.Brand, d bot.Draft, at string) card.Form {
	if at == "" && !d.Content.When.IsZero() {
		at = d.Content.When.In(b.Location()).Format("2006-01-02 15:04")
	}
	f.Fields = append(f.Fields,
		card.Field{Name: "at", Label: card.W("option.at"), Hint: card.W("posts.at_hint"), Kind: card.TimeField, Value: at, Max: 200, Count: string(act.Runes)},
		card.Field{Name: "campaign", Label: card.W("option.campaign"), Kind: card.LineField, Value: d.Campaign, Max: 60, Count: string(act.Runes)},
	)
	return f
}

// told says what became of a draft, and what the checks found.
func told(b *bot.Brand, d *bot.Draft, found []bot.Finding, key string) act.Answer {
	stops := slices.ContainsFunc(found, func(f bot.Finding) bool { return f.Stops })
	switch {
	case stops:
		key = "posts.stopped"
	case b.Approvals.Needs(bot.PostMatter) == 0:
		key = "posts.goes_out"
	}
	n := card.Notice(card.W(key, card.In("Draft", title(d)), card.Text("Room", b.DecidesIn().ID)))
	for _, f := range found {
		mark := card.MarkOverdue
		if f.Stops {
			mark = card.MarkFailed
		}
		n.Blocks = append(n.Blocks, card.Block{List: []card.Line{{Mark: mark, Words: finding(b, f)}}})
	}
	if stops {
		n.Actions = []card.Action{{Verb: "edit", Label: card.W("posts.action.edit"), Style: card.Primary, Subject: act.OnDraft + "/" + string(d.ID)}}
	}
	return act.Answer{Notice: &n}
}

// finding is what a check says, and of which account where it is one's.
func finding(b *bot.Brand, f bot.Finding) card.Words {
	var args []card.Arg
	for _, name := range slices.Sorted(maps.Keys(f.Args)) {
		args = append(args, card.Text(name, f.Args[name]))
	}
	w := card.W("check."+f.Check, args...)
	if f.Account == "" || f.Args["Account"] != "" { // the sentence says it
		return w
	}
	return card.W("posts.finding", card.Text("Account", postcard.Account(b, f.Account)), card.In("What", w))
}

func (c *Commands) edit() commands.Spec {
	return commands.Spec{
		Name: "edit", Roles: managers, Asks: true, About: onDraft, Maybe: true, Options: []act.Option{commands.Required(commands.Rest(commands.Option("text", act.TextOption)))},
		Examples: []string{"edit 12"}, Run: c.runEdit,
	}
}

// runEdit opens the form of a draft, or takes its changes in. Typed, it is
// followed by the draft's number, and by the new text unless the form is wanted.
func (c *Commands) runEdit(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	text := strings.TrimSpace(req.Values["text"])
	if !req.Submitted && req.Draft == nil {
		req.Values["draft"], text, _ = strings.Cut(text, " ")
	}
	d, err := theDraft(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	text = strings.TrimSpace(text)
	if !req.Submitted && text == "" {
		f := c.form(tx, req, d, "edit", "")
		return act.Answer{Form: &f}, nil
	}
	seen, o := req.Seen, post.Order{By: req.Person.ID, Token: req.Token, Content: d.Content, Campaign: d.Campaign}
	if req.Submitted {
		if o, err = c.order(tx, req, d.Content); err != nil {
			return act.Answer{}, err
		}
	} else {
		seen, o.Content.Text = -1, text
	}
	return c.change(tx, req, d, o, seen)
}

// change gives a draft another content, and says what became of it.
func (c *Commands) change(tx *storage.Tx, req *commands.Request, d bot.Draft, o post.Order, seen int) (act.Answer, error) {
	was, key := d.Request, "posts.edited"
	d, found, err := c.desk.Edit(tx, req.Brand, d, o, seen)
	if err != nil {
		return act.Answer{}, err
	}
	if was != "" && d.Request == was {
		key = "posts.same"
	}
	return told(req.Brand, &d, found, key), nil
}

func (c *Commands) duplicate() commands.Spec {
	return commands.Spec{
		Name: "duplicate", Roles: managers, About: onDraft, Maybe: true, Options: []act.Option{draftOption()}, Examples: []string{"duplicate 12"},
		Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			d, err := theDraft(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			if d, err = c.desk.Duplicate(tx, req.Brand, req.Person.ID, req.Token, d); err != nil {
				return act.Answer{}, err
			}
			f := c.form(tx, req, d, "edit", "")
			return act.Answer{Form: &f}, nil
		},
	}
}

func (c *Commands) cancel() commands.Spec {
	return commands.Spec{
		Name: "cancel", Roles: managers, About: onDraft, Maybe: true, Options: []act.Option{draftOption()}, Examples: []string{"cancel 12"},
		Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			d, err := theDraft(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			if err := c.desk.Cancel(tx, req.Brand, req.Person.ID, d); err != nil {
				return act.Answer{}, err
			}
			return commands.Say("posts.cancelled", card.In("Draft", title(&d))), nil
		},
	}
}

// retry asks anew about what failed, came too late, was rejected or never asked about.
func (c *Commands) retry() commands.Spec {
	return commands.Spec{
		Name: "retry", Roles: managers, About: onDraft, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			d, err := theDraft(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			d, found, err := c.desk.Retry(tx, req.Brand, req.Person.ID, d)
			if err != nil {
				return act.Answer{}, err
			}
			return told(req.Brand, &d, found, "posts.written"), nil
		},
	}
}
