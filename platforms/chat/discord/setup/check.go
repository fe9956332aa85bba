package setup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ponte/bot"
	"ponte/platforms/chat/discord/register"
	"ponte/platforms/chat/discord/web"
)

// Tried is one thing that was tried. Found and Expected are empty when it is well.
type Tried struct {
	What     string
	Found    string
	Expected string
	Note     string // what could be better, where it is well
}

// Plan is what the configuration names.
type Plan struct {
	Guilds   []string
	Content  bool // what is said without naming Ponte is read
	Groups   bool // roles of a server give roles in a brand
	Channels []bot.Channel
	Tags     map[string][]string // what the cards in a channel are sorted by, by Discord's id of the channel
}

// Flags of an app: what is switched on for it, for few servers or for many.
const (
	membersOn = 1<<14 | 1<<15
	contentOn = 1<<18 | 1<<19
)

// Check tries the bot's token, its intents, the servers, their commands and the
// channels that the configuration names, and posts nothing.
func Check(ctx context.Context, d Discord, p Plan) []Tried {
	t := &trial{d: d, plan: p, guilds: map[string]*Guild{}}
	t.token(ctx)
	if t.out[0].Found != "" { // with this token nothing else can be tried
		return t.out
	}
	t.intents()
	for _, id := range p.Guilds {
		t.guild(ctx, id)
	}
	for _, c := range p.Channels {
		t.channel(ctx, c)
	}
	return t.out
}

type trial struct {
	d      Discord
	plan   Plan
	self   string
	app    string
	flags  int64
	guilds map[string]*Guild
	out    []Tried
}

func (t *trial) add(what, found, expected string) {
	if found == "" {
		expected = ""
	}
	t.out = append(t.out, Tried{What: what, Found: found, Expected: expected})
}

func (t *trial) token(ctx context.Context) {
	var me struct {
		ID  string `json:"id"`
		Bot bool   `json:"bot"`
	}
	var app struct {
		ID    string `json:"id"`
		Flags int64  `json:"flags"`
		Hook  string `json:"interactions_endpoint_url"`
	}
	err := t.d.Do(ctx, http.MethodGet, "/users/@me", nil, &me)
	if err == nil {
		err = t.d.Do(ctx, http.MethodGet, "/applications/@me", nil, &app)
	}
	t.self, t.app, t.flags = me.ID, app.ID, app.Flags
	t.add("discord bot token", problem(err), "the bot's token, from the page Bot of the app in Discord's developer portal")
	if err == nil && app.Hook != "" { // Discord tells of what people do in one way or the other, never in both
		t.add("discord interactions", "an app whose interactions go to an address of its own", "none: clear the Interactions Endpoint URL on the page General Information of Discord's developer portal, so that Ponte hears of commands and buttons")
	}
}

// intents tries what has to be switched on for the app: without it Discord refuses
// the connection.
func (t *trial) intents() {
	if t.plan.Content {
		found := ""
		if t.flags&contentOn == 0 {
			found = "an app without the Message Content Intent"
		}
		t.add("discord message content", found, "the Message Content Intent switched on, on the page Bot of Discord's developer portal; or discord.message_content: false")
	}
	if t.plan.Groups {
		found := ""
		if t.flags&membersOn == 0 {
			found = "an app without the Server Members Intent"
		}
		t.add("discord members", found, "the Server Members Intent switched on, on the page Bot of Discord's developer portal: without it Ponte knows somebody's roles only once they do something")
	}
}

// guild tries a server: whether the bot is in it, and has its commands there.
func (t *trial) guild(ctx context.Context, id string) {
	what := "discord server " + id
	g, err := Look(ctx, t.d, t.self, id)
	if err != nil {
		t.add(what, problem(err), "a server that the bot is in; open the address that `ponte invite discord` prints")
		return
	}
	t.guilds[id] = g
	t.add(what, "", "")
	known, err := register.Known(ctx, t.d, t.app, id)
	found := problem(err)
	if err == nil && !slices.Contains(known, register.Name) && len(known) > 0 {
		found = "commands of another program with the same bot"
	}
	t.add(what+", commands", found, "the app invited with applications.commands; open the address that `ponte invite discord` prints. Ponte registers /ponte when it starts")
}

// channel tries a channel: its kind, what the bot may in it, and its tags.
func (t *trial) channel(ctx context.Context, c bot.Channel) {
	what := fmt.Sprintf("discord channel %s (%s)", c.ID, c.Remote)
	g := t.guilds[c.Space]
	if g == nil {
		t.add(what, "a channel of server "+c.Space+", which cannot be tried", "a server of discord.guilds that the bot is in")
		return
	}
	var got Channel
	err := t.d.Do(ctx, http.MethodGet, "/channels/"+c.Remote, nil, &got)
	switch missing := Missing(g.May(got)); {
	case web.Code(err) == web.CodeUnknownChannel:
		t.add(what, "no such channel", "a channel's id, which Discord copies when its developer mode is on")
	case err != nil:
		t.add(what, problem(err), "a channel that Ponte may see; add its role to the channel's permissions")
	case got.Guild != c.Space:
		t.add(what, "a channel of server "+got.Guild, "one of server "+c.Space)
	case got.Type != text && got.Type != news && !got.forum():
		t.add(what, fmt.Sprintf("a channel of kind %d", got.Type), "a text channel or a forum")
	case len(missing) > 0:
		t.add(what, "a channel where Ponte lacks "+strings.Join(missing, ", "), "all of them, in the server's roles or the channel's permissions")
	default:
		t.add(what, "", "")
		t.tags(what, &got)
	}
}

// tags tries which tags a forum lacks of those that the cards in it would wear. It does
// without: the posts cannot be found by them then.
func (t *trial) tags(what string, c *Channel) {
	wanted := t.plan.Tags[c.ID]
	if !c.forum() || len(wanted) == 0 {
		return
	}
	var missing []string
	for _, name := range wanted {
		if !slices.ContainsFunc(c.Tags, func(tag Tag) bool { return strings.EqualFold(tag.Name, name) }) {
			missing = append(missing, name)
		}
	}
	note := ""
	if len(missing) > 0 {
		note = "without " + strings.Join(missing, ", ")
	}
	t.out = append(t.out, Tried{What: what + ", tags", Note: note})
}

// problem says an error without what it was asked with.
func problem(err error) string {
	if err == nil {
		return ""
	}
	var f *web.Fault
	if !errors.As(err, &f) {
		return "no answer from Discord"
	}
	switch {
	case f.Status == http.StatusUnauthorized:
		return "a token that Discord refuses"
	case f.Status == http.StatusTooManyRequests:
		return "Discord asking to wait"
	case f.Status == 0 || f.Ambiguous:
		return "no answer from Discord"
	}
	return fmt.Sprintf("Discord's refusal %d, %q", f.Code, f.Message)
}
