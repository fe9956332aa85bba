package config

import (
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/internal/chats"
	"ponte/internal/form"
	"ponte/internal/groups"
	"ponte/internal/urgency"
)

// A document is the whole file.
type document struct {
	form.Spot
	data    form.Word
	console console
	public  public
	log     logging
	limits  limits
	chats   chats.Chats
	brands  []*brand
}

func (*document) Called() string { return "the configuration" }

func (d *document) Keys() []form.Key {
	return []form.Key{
		form.Usual("data", "data", "Folder that keeps the state, from the file's own folder. A change needs a restart.", form.Text(&d.data, 4096)),
		form.Within("console", "The team chat that is built in.", &d.console),
		form.Within("public", "What the world may reach: the square, and the addresses that take items in.", &d.public),
		form.Within("log", "What Ponte writes to its standard error.", &d.log),
		form.Within("limits", "Limits that are ours and no platform's.", &d.limits),
		form.Free("slack", "Slack, where a brand's team works there. docs/slack.md leads the way.", form.Mapping(&d.chats.Slack)),
		form.Free("discord", "Discord, where a brand's team works there. docs/discord.md leads the way.", form.Mapping(&d.chats.Discord)),
		form.Needed("brands", "The brands that this Ponte serves. Nothing of one is ever visible to another.", form.Objects(&d.brands, "brands")),
	}
}

type console struct {
	form.Spot
	listen, token form.Word
}

func (*console) Called() string { return "the console" }

func (c *console) Keys() []form.Key {
	return []form.Key{
		form.Usual("listen", "127.0.0.1:8480", "Where the console listens. A change needs a restart.", form.Listening(&c.listen, "127.0.0.1:8480")),
		form.Free("token", "Secret of at least 16 characters that the console asks for. Needed when other machines can reach it. A change needs a restart.", form.Secret(&c.token)),
	}
}

type public struct {
	form.Spot
	listen, address form.Word
}

func (*public) Called() string { return "the public side" }

func (p *public) Keys() []form.Key {
	return []form.Key{
		form.Usual("listen", "127.0.0.1:8481", "Where the public side listens. A change needs a restart.", form.Listening(&p.listen, "127.0.0.1:8481")),
		form.Free("address", "How people reach it, where that differs from where it listens. A change needs a restart.", form.Site(&p.address)),
	}
}

type logging struct {
	form.Spot
	level, format form.Word
}

func (*logging) Called() string { return "the log" }

func (l *logging) Keys() []form.Key {
	return []form.Key{
		form.Usual("level", "info", "The least that is worth a line.", form.Choice(&l.level, "debug", "info", "warn", "error")),
		form.Usual("format", "text", "How a line is written. A change needs a restart.", form.Choice(&l.format, "text", "json")),
	}
}

type limits struct {
	form.Spot
	messages, edits, writes float64
	store                   int64
}

func (*limits) Called() string { return "the limits" }

func (l *limits) Keys() []form.Key {
	return []form.Key{
		form.Usual("messages_per_second", "1", "New messages to one channel, and answers through one account.", form.Rate(&l.messages)),
		form.Usual("edits_per_second", "2", "Changes of what is there already, in one channel or account.", form.Rate(&l.edits)),
		form.Usual("square_writes_per_minute", "60", "Comments and likes from one address on the square. A change needs a restart.", form.Rate(&l.writes)),
		form.Usual("store_max_size", form.Unlimited, "How large the store's file may grow. A change needs a restart.", form.Size(&l.store)),
	}
}

// A brand is one client of the file.
type brand struct {
	form.Spot
	id, name, language, zone form.Word
	hours                    week
	undo, grace              time.Duration
	folding                  folding
	reach                    int
	targets                  targets
	approvals                approvals
	pictures                 pictures
	results                  results
	urgency                  urgency.Section
	accounts                 []*account
	channels                 []*channel
	people                   []*person
	peopleAt                 form.Spot // of the list, when there is one
	groups                   []*groups.Group
	routes                   []*route
}

func (*brand) Called() string { return "a brand" }

func (b *brand) Keys() []form.Key {
	return []form.Key{
		form.Needed("id", "Short name of the brand; it stays the same for ever.", form.Slug(&b.id, "aurora")),
		form.Needed("name", "The brand's name, as people know it.", form.Text(&b.name, 80)),
		form.Usual("language", "en", "What Ponte speaks in the brand's channels.", form.Choice(&b.language, bot.Langs...)),
		form.Usual("zone", "UTC", "Time zone of the brand, by its IANA name.", form.Zone(&b.zone)),
		form.Free("hours", "Working time, which all targets count in. Without it, that is around the clock.", form.Mapping(&b.hours)),
		form.Usual("undo", "20s", "How long a reply waits before it goes out, and can be taken back.", form.Stretch(&b.undo, 0, 10*time.Minute, "20s")),
		form.Usual("grace", "30m", "How long after its time a reply or a post may still go out; after that a person is asked.", form.Stretch(&b.grace, time.Minute, 24*time.Hour, "30m")),
		form.Within("folding", "When many conversations on one post become one card.", &b.folding),
		form.Usual("reach", "50000", "Followers from which an author always has a thread of their own; 0: nobody has.", form.Count(&b.reach, 0, 1_000_000_000)),
		form.Free("targets", "How soon a customer hears from the brand, in working time. Without them nothing is ever due.", form.Mapping(&b.targets)),
		form.Within("approvals", "Who must agree before something goes out.", &b.approvals),
		form.Within("pictures", "What the brand wants of pictures.", &b.pictures),
		form.Within("urgency", "What is urgent, beside what Ponte itself takes for it. docs/triage.md tells of it.", &b.urgency),
		form.Within("results", "When it is read how posts are doing.", &b.results),
		form.Needed("accounts", "The brand's presences on social platforms.", form.Objects(&b.accounts, "accounts")),
		form.Needed("channels", "The brand's rooms in team chat.", form.Objects(&b.channels, "channels")),
		form.Free("people", "The brand's team. Needed unless there are groups.", form.Marked(&b.peopleAt, form.Objects(&b.people, "people"))),
		form.Free("groups", "Groups that team chat knows, whose members have roles in the brand, as long as they are in them.", form.Objects(&b.groups, "groups")),
		form.Free("routes", "Which channel takes which items; the first that fits. The default channel takes the rest.", form.Objects(&b.routes, "routes")),
	}
}

type folding struct {
	form.Spot
	after  int
	within time.Duration
}

func (*folding) Called() string { return "folding" }

func (f *folding) Keys() []form.Key {
	return []form.Key{
		form.Usual("after", "8", "Conversations opened on one post; 0: they are never folded.", form.Count(&f.after, 0, 10_000)),
		form.Usual("within", "10m", "The time they were opened in.", form.Stretch(&f.within, time.Second, 24*time.Hour, "10m")),
	}
}

type pictures struct {
	form.Spot
	needsAlt bool
}

func (*pictures) Called() string { return "pictures" }

func (p *pictures) Keys() []form.Key {
	return []form.Key{
		form.Usual("needs_alt", "false", "Whether a picture without a description, for those who cannot see it, keeps a post from going out. Otherwise people are warned.", form.Truth(&p.needsAlt)),
	}
}

type results struct {
	form.Spot
	after []form.Word
	at    form.Spot
}

func (*results) Called() string { return "the results" }

func (r *results) Keys() []form.Key {
	return []form.Key{
		form.Free("after", "How long after a post went out its numbers are read, the shortest first. Usually [1h, 24h, 7d].",
			form.Marked(&r.at, form.Words(&r.after, "lengths of time", later))),
	}
}

// later reads a length of time that may be in days.
func later(into *form.Word) form.Reading {
	return form.Written(into, `a length of time from 10m to 90d, such as "24h" or "7d"`, func(s string) string {
		if d := span(s); d < 10*time.Minute || d > 90*24*time.Hour {
			return form.Quote(s)
		}
		return ""
	})
}

// span is a length of time as it is written; 0 of anything else.
func span(s string) time.Duration {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, _ := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour
	}
	d, _ := time.ParseDuration(s)
	return d
}

func (r *results) build() (out []time.Duration) {
	for _, w := range r.after {
		out = append(out, span(w.Text))
	}
	return out
}

type targets struct {
	form.Spot
	urgent, high, normal, low target
}

func (*targets) Called() string { return "the targets" }

func (t *targets) Keys() []form.Key {
	return []form.Key{
		form.Free(string(bot.Urgent), "Targets of urgent conversations. A priority that is not named has those of normal.", form.Mapping(&t.urgent)),
		form.Free(string(bot.High), "Targets of high priority.", form.Mapping(&t.high)),
		form.Needed(string(bot.Normal), "Targets of all others.", form.Mapping(&t.normal)),
		form.Free(string(bot.Low), "Targets of low priority.", form.Mapping(&t.low)),
	}
}

type target struct {
	form.Spot
	first, next time.Duration
}

func (*target) Called() string { return "a target" }

func (t *target) Keys() []form.Key {
	return []form.Key{
		form.Needed("first", "The first response of a conversation.", form.Stretch(&t.first, time.Minute, 1000*time.Hour, "2h")),
		form.Needed("next", "Every later one.", form.Stretch(&t.next, time.Minute, 1000*time.Hour, "4h")),
	}
}
