package posts

import (
	"ponte/bot/act"
	"ponte/bot/post"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/storage"
)

func (c *Commands) schedule() commands.Spec {
	return commands.Spec{
		Name: "schedule", Roles: managers, About: onDraft, Maybe: true, Options: []act.Option{commands.Required(draftOption()), commands.Required(commands.Rest(commands.Option("at", act.TimeOption)))},
		Examples: []string{"schedule 12 tomorrow 18:30", "schedule 12 next slot"}, Run: c.runSchedule,
	}
}

func (c *Commands) runSchedule(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	d, err := draft.The(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	o := post.Order{By: req.Person.ID, Token: req.Token, Content: d.Content, Fetch: d.Fetch, Campaign: d.Campaign}
	if o.Content.When, err = c.moment(tx, req.Brand, d.Content.Accounts, req.Values["at"]); err != nil {
		return act.Answer{}, err
	}
	return c.change(tx, req, d, o, -1)
}
