package posts

import (
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/commands/picture"
	"ponte/storage"
)

func (c *Commands) post() commands.Spec {
	return commands.Spec{
		Name: "post", Roles: managers, Asks: true, Options: slices.Concat(
			[]act.Option{toOption(), commands.Option("at", act.TimeOption), commands.Option("campaign", act.WordOption), picture.ByAddress()}, repeated(), []act.Option{flagged("text")},
		),
		Examples: []string{
			"post", `post We are open on Sunday. --to shop --at "tomorrow 18:30"`, `post We open at nine. --every "tuesday 9:00" --until "31 dec"`,
		},
		Run: c.runPost,
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
	if strings.TrimSpace(v["every"]) != "" {
		return c.repeat(tx, req)
	}
	if !req.Submitted && strings.TrimSpace(v["text"]) == "" {
		ids, err := c.accounts(req.Brand, v["to"])
		if err != nil {
			return act.Answer{}, err
		}
		shown, err := pictures(tx, req, nil)
		if err != nil {
			return act.Answer{}, err
		}
		f := c.form(tx, req, bot.Draft{Content: bot.Content{Accounts: ids, Pictures: shown}, Campaign: v["campaign"]}, "post", v["at"])
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
	return draft.Told(tx, req.Brand, &d, found, "posts.written")
}

// order is what a form or a line of text asks for.
func (c *Commands) order(tx *storage.Tx, req *commands.Request, was bot.Content) (post.Order, error) {
	v := req.Values
	content := bot.Content{Text: strings.TrimSpace(v["text"]), Variants: map[bot.AccountID]string{}}
	var err error
	if content.Pictures, err = pictures(tx, req, was.Pictures); err != nil {
		return post.Order{}, err
	}
	for name, value := range v {
		id, ok := strings.CutPrefix(name, "on:")
		if ok && yes(value) {
			content.Accounts = append(content.Accounts, bot.AccountID(id))
		}
	}
	if !req.Submitted {
		if content.Accounts, err = c.accounts(req.Brand, v["to"]); err != nil {
			return post.Order{}, err
		}
	}
	for _, id := range content.Accounts {
		if own := strings.TrimSpace(v[own(id)]); own != "" && own != content.Text {
			content.Variants[id] = own
		}
	}
	slices.Sort(content.Accounts)
	at, err := c.moment(tx, req.Brand, content.Accounts, v["at"])
	if err != nil {
		return post.Order{}, err
	}
	content.When = at
	more := picture.Fetches(v["picture"])
	if len(more) > 0 && v["every"] != "" {
		return post.Order{}, field(bot.Errorf(bot.Invalid, "error.series_fetch"), "picture")
	}
	return post.Order{By: req.Person.ID, Token: req.Token, Content: content, Fetch: more, Campaign: strings.TrimSpace(v["campaign"])}, nil
}

// pictures are those that a form names, or that came with a line of text; where
// neither does, those that were there. Each keeps its description unless the form
// has another. The error is Invalid for one that is not kept.
func pictures(tx *storage.Tx, req *commands.Request, was []bot.Picture) (out []bot.Picture, err error) {
	named, asked := req.Values["pictures"]
	hashes := req.Pictures
	if asked && req.Submitted {
		hashes = append(strings.Fields(named), hashes...)
	} else if len(hashes) == 0 {
		return was, nil
	}
	for _, hash := range hashes {
		same := func(p bot.Picture) bool { return p.Hash == hash }
		if slices.ContainsFunc(out, same) {
			continue
		}
		kept, ok, err := records.Found(records.Pictures.Get(tx, storage.K(req.Brand.ID, hash)))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, field(bot.Errorf(bot.Invalid, "error.draft_picture"), "pictures")
		}
		p := kept.Picture
		if i := slices.IndexFunc(was, same); i >= 0 {
			p.Alt = was[i].Alt
		}
		if alt, ok := req.Values["alt:"+hash]; ok {
			p.Alt = strings.TrimSpace(alt)
		}
		out = append(out, p)
	}
	return out, nil
}

func yes(value string) bool { return value != "" && value != "false" && value != "0" && value != "off" }

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
	d, err := draft.The(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	text = strings.TrimSpace(text)
	if !req.Submitted && text == "" {
		f := c.form(tx, req, d, "edit", "")
		return act.Answer{Form: &f}, nil
	}
	seen, o := req.Seen, post.Order{By: req.Person.ID, Token: req.Token, Content: d.Content, Fetch: d.Fetch, Campaign: d.Campaign}
	if req.Submitted {
		if o, err = c.order(tx, req, d.Content); err != nil {
			return act.Answer{}, err
		}
	} else {
		seen, o.Content.Text = -1, text
		if o.Content.Pictures, err = pictures(tx, req, d.Content.Pictures); err != nil {
			return act.Answer{}, err
		}
	}
	return c.change(tx, req, d, o, seen)
}

// change gives a draft another content, and says what became of it.
func (c *Commands) change(tx *storage.Tx, req *commands.Request, d bot.Draft, o post.Order, seen int) (act.Answer, error) {
	was, key := d.Request, "posts.edited"
	d, found, err := c.desk.Edit(tx, req.Brand, d, o, seen)
	if err != nil {
		return draft.Over(tx, &d, err)
	}
	if was != "" && d.Request == was {
		key = "posts.same"
	}
	return draft.Told(tx, req.Brand, &d, found, key)
}

func (c *Commands) duplicate() commands.Spec {
	return commands.Spec{
		Name: "duplicate", Roles: managers, About: onDraft, Maybe: true, Options: []act.Option{draftOption()}, Examples: []string{"duplicate 12"},
		Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			d, err := draft.The(tx, req)
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
			if req.Series != nil && req.Values["draft"] == "" {
				return askStop(req.Series), nil
			}
			d, err := draft.The(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			if err := c.desk.Cancel(tx, req.Brand, req.Person.ID, d); err != nil {
				return draft.Over(tx, &d, err)
			}
			return commands.Say("posts.cancelled", card.In("Draft", draft.Title(&d))), nil
		},
	}
}

// retry asks anew about what failed, came too late, was rejected or never asked about.
func (c *Commands) retry() commands.Spec {
	return commands.Spec{
		Name: "retry", Label: "post.action.retry", Roles: managers, About: onDraft, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			d, err := draft.The(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			d, found, err := c.desk.Retry(tx, req.Brand, req.Person.ID, d)
			if err != nil {
				return act.Answer{}, err
			}
			return draft.Told(tx, req.Brand, &d, found, "posts.written")
		},
	}
}
