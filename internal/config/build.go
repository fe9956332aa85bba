package config

import (
	"cmp"
	"io"
	"log/slog"
	"strings"

	"ponte/bot"
	"ponte/bot/outbox"
	"ponte/internal/form"
	"ponte/internal/groups"
	"ponte/platforms/social/webhook"
)

// build makes the configuration of a document without faults.
func build(r *form.Reader, d *document) *Config {
	cfg := &Config{
		File: r.Name, Data: r.Path(d.data.Text),
		Console: d.console.listen.Text, Token: d.console.token.Text,
		Public: d.public.listen.Text, Address: strings.TrimRight(d.public.address.Text, "/"),
		JSON:   d.log.format.Text == "json",
		Pace:   outbox.Pace{Messages: max(d.limits.messages, 0), Edits: max(d.limits.edits, 0)},
		Writes: d.limits.writes, MaxStore: d.limits.store,
	}
	_ = cfg.Level.UnmarshalText([]byte(d.log.level.Text)) // one of four that it knows
	for _, b := range d.brands {
		cfg.Brands = append(cfg.Brands, b.build())
		for _, a := range b.accounts {
			if platform, _, _ := strings.Cut(a.id.Text, ":"); platform == onSquare {
				cfg.Square = bot.AccountID(a.id.Text)
				cfg.Posts = a.said(b)
			} else {
				cfg.Webhooks = append(cfg.Webhooks, a.webhook())
			}
		}
	}
	cfg.Slack, cfg.Discord = d.chats.Build()
	cfg.fixed = fixedOf(d, cfg)
	return cfg
}

func (b *brand) build() bot.Brand {
	out := bot.Brand{
		ID: bot.BrandID(b.id.Text), Name: b.name.Text, Language: bot.Lang(b.language.Text), Zone: b.zone.Text,
		Hours: b.hours.calendar(b.zone.Text), Targets: b.targets.build(), Undo: b.undo, Grace: b.grace,
		Folding: bot.Folding{After: b.folding.after, Within: b.folding.within}, Reach: b.reach, Approvals: b.approvals.build(),
		NeedsAlt: b.pictures.needsAlt, Results: b.results.build(), Urgent: b.urgency.Build(),
	}
	for _, a := range b.accounts {
		out.Accounts = append(out.Accounts, a.build(b))
	}
	for _, c := range b.channels {
		out.Channels = append(out.Channels, c.build(b))
	}
	for _, p := range b.people {
		out.People = append(out.People, p.build(b))
	}
	out.Groups = groups.Build(b.groups)
	for _, t := range b.routes {
		out.Routes = append(out.Routes, bot.Route{
			Account: bot.AccountID(t.account.Text), Kind: bot.ItemKind(t.kind.Text), Keywords: texts(t.keywords), Channel: t.channel.Text, Verdict: t.wants(),
		})
	}
	return out
}

func (t *targets) build() map[bot.Priority]bot.Target {
	out := map[bot.Priority]bot.Target{}
	for p, from := range map[bot.Priority]target{bot.Urgent: t.urgent, bot.High: t.high, bot.Normal: t.normal, bot.Low: t.low} {
		if from.Line != 0 {
			out[p] = bot.Target{First: from.first, Next: from.next}
		}
	}
	return out
}

func (a *account) build(b *brand) bot.Account {
	platform, short, _ := strings.Cut(a.id.Text, ":")
	network := short
	if platform == onSquare {
		network = "the square"
	}
	return bot.Account{
		ID: bot.AccountID(a.id.Text), Platform: platform,
		Network: cmp.Or(a.network.Text, network), Name: cmp.Or(a.name.Text, b.name.Text),
		Spacing: a.spacing, Queue: a.week(), Refuses: texts(a.blocked),
	}
}

func (a *account) webhook() webhook.Account {
	_, short, _ := strings.Cut(a.id.Text, ":")
	return webhook.Account{
		ID: bot.AccountID(a.id.Text), Unsigned: a.signature.Text == form.Unlimited, Secrets: texts(a.secrets),
		Out: a.answers.to.Text, OutSecret: a.answers.secret.Text, AllowPrivate: a.answers.private,
		MaxText: a.answers.most, Network: cmp.Or(a.network.Text, short),
	}
}

func (a *account) said(b *brand) []Post {
	var out []Post
	for _, p := range a.posts {
		out = append(out, Post{ID: p.id.Text, Language: bot.Lang(cmp.Or(p.language.Text, b.language.Text)), Text: p.text.Text})
	}
	return out
}

func (ch *channel) build(b *brand) bot.Channel {
	place := cmp.Or(ch.room.Text, b.place(ch.id).Text)
	part := strings.SplitN(place, "/", 3)
	return bot.Channel{
		ID: ch.id.Text, Platform: part[0], Space: part[1], Remote: part[2],
		Default: ch.first, Direct: ch.direct, Restricted: ch.may(),
	}
}

func (p *person) build(b *brand) bot.Person {
	users := texts(p.users)
	if len(users) == 0 {
		users = []string{b.place(p.id).Text}
	}
	return bot.Person{
		ID: bot.PersonID(p.id.Text), Name: p.name.Text, Roles: rolesOf(p.roles),
		Language: bot.Lang(p.language.Text), Users: users,
	}
}

func texts(list []form.Word) []string {
	var out []string
	for _, w := range list {
		out = append(out, w.Text)
	}
	return out
}

// Logger makes the logger that the configuration asks for; level may change later.
func (c *Config) Logger(to io.Writer, level slog.Leveler) *slog.Logger {
	opt := &slog.HandlerOptions{Level: level}
	if c.JSON {
		return slog.New(slog.NewJSONHandler(to, opt))
	}
	return slog.New(slog.NewTextHandler(to, opt))
}
