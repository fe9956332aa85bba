package config

import (
	"regexp"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/verdict"
	"ponte/internal/chats"
	"ponte/internal/form"
)

// An account is a brand's presence on one platform.
type account struct {
	form.Spot
	id, network, name, signature form.Word
	secrets                      []form.Word
	secretsAt                    form.Spot // of the list, when there is one
	answers                      answers
	posts                        []*post
	spacing                      time.Duration
	queue, blocked               []form.Word
	queueAt, blockedAt           form.Spot // of the lists, when there are any
}

func (*account) Called() string { return "an account" }

// The platforms that an account can be on.
const (
	onSquare  = "square"
	onWebhook = "webhook" // the one that brings direct messages
)

var accountForm = regexp.MustCompile(`^(square|webhook):[a-z0-9][a-z0-9._-]{0,63}$`)

func (a *account) Keys() []form.Key {
	return []form.Key{
		form.Needed("id", "The platform and a short name: `square:NAME` is a public page that Ponte serves, one in all; `webhook:NAME` takes items in at `/webhook/NAME`.", accountID(&a.id)),
		form.Free("network", "What people call the source. Usually the account's short name.", form.Text(&a.network, 40)),
		form.Free("name", "As whom the brand speaks there. Usually the brand's name.", form.Text(&a.name, 80)),
		form.Free("secrets", "Of a webhook: what its senders sign with, each `whsec_` and 24 to 64 bytes in base64. Any of them verifies, so that they can be changed in turn.", form.Marked(&a.secretsAt, form.Words(&a.secrets, "secrets", form.Secret))),
		form.Usual("signature", "required", "Of a webhook: `none` takes items without a signature, from this machine only.", form.Choice(&a.signature, "required", form.Unlimited)),
		form.Free("answers", "Of a webhook: where the brand's answers and posts go. Without it, its items cannot be answered and nothing can be posted.", form.Mapping(&a.answers)),
		form.Free("posts", "Of the square: what the brand says there, for others to comment on.", form.Objects(&a.posts, "posts")),
		form.Usual("spacing", "0s", "The least time between two posts; a draft that comes closer is warned of.", form.Stretch(&a.spacing, 0, 168*time.Hour, "2h")),
		form.Free("queue", "When posts go out that ask for the next free time, in the brand's zone.", form.Marked(&a.queueAt, form.Words(&a.queue, "times of the week, such as \"mon 09:00\" or \"tue-fri 18:30\"", slot))),
		form.Free("blocked", "Words that never go out there, whole and in any case.", form.Marked(&a.blockedAt, form.Words(&a.blocked, "words", func(w *form.Word) form.Reading { return form.Text(w, 80) }))),
	}
}

// accountID reads "platform:name".
func accountID(into *form.Word) form.Reading {
	const want = `"square:NAME" or "webhook:NAME", the name in small letters, digits, dots and dashes`
	return form.Reading{Want: want, Take: func(r *form.Reader, n *form.Node) {
		expected := want
		if platform, name, ok := strings.Cut(n.Text, ":"); ok {
			if p := form.Near(platform, []string{onSquare, onWebhook}); p != "" && p != platform {
				expected = form.Quote(p + ":" + name)
			}
		}
		form.Matching(into, expected, accountForm).Take(r, n)
	}}
}

// answers says where what the brand answers goes.
type answers struct {
	form.Spot
	to, secret form.Word
	private    bool
	most       int
}

func (*answers) Called() string { return "answers" }

func (a *answers) Keys() []form.Key {
	return []form.Key{
		form.Needed("to", "The http or https address that gets them. It may be given as a secret is.", form.WebAddress(&a.to)),
		form.Needed("secret", "What they are signed with: `whsec_` and 24 to 64 bytes in base64.", form.Secret(&a.secret)),
		form.Usual("allow_private_addresses", "false", "Whether the address may lie on this machine or in a private network.", form.Truth(&a.private)),
		form.Usual("max_text", "0", "Characters of an answer or a post; 0: no limit.", form.Count(&a.most, 0, 100_000)),
	}
}

// A post is something the brand says on the square.
type post struct {
	form.Spot
	id, language, text form.Word
}

func (*post) Called() string { return "a post" }

func (p *post) Keys() []form.Key {
	return []form.Key{
		form.Needed("id", "Short name of the post, in its address. What was posted stays as it is.", form.Slug(&p.id, "opening")),
		form.Free("language", "Its language. Usually the brand's.", form.Choice(&p.language, bot.Langs...)),
		form.Needed("text", "What it says.", form.Prose(&p.text, 5000)),
	}
}

// A channel is a room of team chat.
type channel struct {
	form.Spot
	id, room      form.Word
	first, direct bool
	restricted    []form.Word
	open          form.Spot // of the list, when there is one
}

func (*channel) Called() string { return "a channel" }

func (c *channel) Keys() []form.Key {
	return []form.Key{
		form.Needed("id", "Short name of the channel.", form.Slug(&c.id, "inbox")),
		form.Free("room", "The room in team chat: `console/BRAND/ROOM`, `slack/WORKSPACE/CHANNEL` by Slack's ids, or `discord/SERVER/CHANNEL` by Discord's. Usually the console's room of the channel's own name.", chats.Room(&c.room)),
		form.Usual("default", "false", "Takes what no route takes. One channel does.", form.Truth(&c.first)),
		form.Usual("direct", "false", "Takes direct messages. One channel does where an account can bring them.", form.Truth(&c.direct)),
		form.Free("restricted", "The roles that may see it. Usually everybody, and managers and approvers where direct messages go.", form.Marked(&c.open, roles(&c.restricted))),
	}
}

func roles(into *[]form.Word) form.Reading {
	return form.Words(into, "roles", func(w *form.Word) form.Reading { return form.Choice(w, bot.Anyone...) })
}

// A person is somebody of the team.
type person struct {
	form.Spot
	id, name, language form.Word
	roles, users       []form.Word
}

func (*person) Called() string { return "a person" }

func (p *person) Keys() []form.Key {
	return []form.Key{
		form.Needed("id", "Short name of the person, as in `@ana`.", form.Slug(&p.id, "ana")),
		form.Needed("name", "Their name, as the team knows it.", form.Text(&p.name, 80)),
		form.Needed("roles", "What they may do in the brand.", roles(&p.roles)),
		form.Free("language", "For what only they see. Usually the brand's.", form.Choice(&p.language, bot.Langs...)),
		form.Free("users", "Who they are in team chat: `console/BRAND/USER`, `slack/WORKSPACE/USER` by Slack's ids, and `discord/SERVER/USER` by Discord's. Usually the console's user of the person's own short name.", form.Words(&p.users, "users", chats.User)),
	}
}

// A route sends items to a channel.
type route struct {
	form.Spot
	account, kind, channel      form.Word
	language, intent, sentiment form.Word
	urgent                      bool
	keywords                    []form.Word
	keywordsAt                  form.Spot // of the list, when there is one
}

func (*route) Called() string { return "a route" }

func (t *route) Keys() []form.Key {
	return []form.Key{
		form.Free("account", "Only items of this account.", accountID(&t.account)),
		form.Free("kind", "Only items of this kind.", form.Choice(&t.kind, bot.ItemKinds...)),
		form.Free("keywords", "Only items with one of these, as whole words, in any case.", form.Marked(&t.keywordsAt, form.Words(&t.keywords, "words", func(w *form.Word) form.Reading { return form.Text(w, 80) }))),
		form.Free("language", "Only items that are surely in this language.", form.Choice(&t.language, verdict.Language.Labels()...)),
		form.Free("intent", "Only items that surely want this.", form.Choice(&t.intent, verdict.Intent.Labels()...)),
		form.Free("sentiment", "Only items that surely sound so.", form.Choice(&t.sentiment, verdict.Sentiment.Labels()...)),
		form.Usual("urgent", "false", "Only items that are surely urgent.", form.Truth(&t.urgent)),
		form.Needed("channel", "The channel that takes them.", form.Slug(&t.channel, "reviews")),
	}
}

// wants is what the route asks of a verdict.
func (t *route) wants() verdict.Wants {
	return verdict.Wants{Language: t.language.Text, Intent: t.intent.Text, Sentiment: t.sentiment.Text, Urgent: t.urgent}
}
