package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/web"
)

const (
	settled   = time.Minute        // after an attempt, what is not there is not there
	lookAfter = 15 * time.Second   // a look that failed is repeated
	skew      = time.Minute        // between Discord's clock and ours
	backwards = 7 * 24 * time.Hour // looked at for an attempt before the last restart
	perPage   = 100
	mostPages = 20
)

// told is what Ponte reads of a message of its own. Discord's library reads none that
// has a part unknown to it.
type told struct {
	ID      string `json:"id"`
	Channel string `json:"channel_id"`
	Author  struct {
		ID string `json:"id"`
	} `json:"author"`
	Embeds []struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Footer      struct {
			Text string `json:"text"`
		} `json:"footer"`
	} `json:"embeds"`
	Components json.RawMessage `json:"components"`
	Files      []file          `json:"attachments"`
	Reactions  []struct {
		Emoji sign `json:"emoji"`
	} `json:"reactions"`
}

// title is the first card's title, as people see it.
func (m told) title() string {
	if len(m.Embeds) == 0 {
		return ""
	}
	return strings.ReplaceAll(m.Embeds[0].Title, "\\", "")
}

// Settle looks for the message that was sent under the key. Absent takes a complete
// look a minute or more after the attempt; until then it is unsure, and says for how long.
func (d *Discord) Settle(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, act.Finding, error) {
	send, ok := a.(act.Send)
	if !ok {
		return act.Receipt{}, act.Unsure, nil
	}
	nonce := nonceOf(key)
	if p, ok := d.sent.Get(nonce); ok {
		return act.Receipt{Ref: p.ref, URL: address(at.Space, p.channel, p.ref)}, act.Found, nil
	}
	ch, err := d.place(ctx, at)
	if err != nil {
		return act.Receipt{}, act.Unsure, later(err)
	}
	now := d.opt.Now()
	last, ours := d.tried.Get(nonce)
	oldest := last.Add(-skew)
	if !ours { // of a Ponte before this one, which ended before this one began
		last, oldest = d.started, d.started.Add(-backwards)
	}
	p := d.pen(at, nil)
	p.Mark = markOf(key)
	look := look{d: d, ch: ch, nonce: nonce, like: p.Card(send.Card, send.Mention...), mark: p.Mark, oldest: oldest}
	m, whole, err := look.find(ctx, send.Thread)
	switch {
	case err != nil:
		return act.Receipt{}, act.Unsure, later(d.fault(err, at))
	case m.ID != "":
		d.saw(nonce, m.Channel, m.ID)
		return act.Receipt{Ref: m.ID, URL: address(at.Space, m.Channel, m.ID)}, act.Found, nil
	case !whole:
		return act.Receipt{}, act.Unsure, later(nil)
	}
	if wait := settled - now.Sub(last); wait > 0 {
		return act.Receipt{}, act.Unsure, &bot.Error{Kind: bot.Unavailable, Key: "discord.unclear", RetryAfter: wait}
	}
	return act.Receipt{}, act.Absent, nil
}

// later has a look that failed repeated after a while: the outbox asks a few times
// only, and a person after that.
func later(err error) error {
	again := bot.Error{Kind: bot.Unavailable, Key: "discord.unclear", Err: err}
	if e, ok := bot.Asked(err); ok {
		again = *e
	}
	again.RetryAfter = max(again.RetryAfter, lookAfter)
	return &again
}

// look is a search for one message of ours.
type look struct {
	d      *Discord
	ch     room
	nonce  string
	like   draw.Message
	mark   string
	oldest time.Time
}

// find looks for the message where it would stand. Whole reports that all was seen
// of where it could be.
func (l look) find(ctx context.Context, thread string) (m told, whole bool, err error) {
	me, err := l.d.self(ctx)
	if err != nil {
		return m, false, err
	}
	switch {
	case thread == "" && l.ch.forum:
		return l.posts(ctx, me)
	case thread == "":
		return l.messages(ctx, me, l.ch.id)
	}
	m, whole, err = l.messages(ctx, me, thread)
	if web.Code(err) == web.CodeUnknownChannel { // there is no such thread, so nothing stands in it
		return m, true, nil
	}
	return m, whole, err
}

func (l look) messages(ctx context.Context, me, channel string) (told, bool, error) {
	after := snowflake(l.oldest)
	for range mostPages {
		var page []told
		if err := l.d.web.Do(ctx, http.MethodGet, fmt.Sprintf("/channels/%s/messages?limit=%d&after=%s", channel, perPage, after), nil, &page); err != nil {
			return told{}, false, err
		}
		for _, m := range page {
			if m.Channel = channel; m.Author.ID == me && l.is(m) {
				return m, true, nil
			}
			if older(after, m.ID) < 0 {
				after = m.ID
			}
		}
		if len(page) < perPage {
			return told{}, true, nil
		}
	}
	return told{}, false, nil
}

// posts looks at the posts that were begun in a forum: those that are active, and the
// last that were archived.
func (l look) posts(ctx context.Context, me string) (told, bool, error) {
	var active, archived discordgo.ThreadsList
	if err := l.d.web.Do(ctx, http.MethodGet, "/guilds/"+l.ch.guild+"/threads/active", nil, &active); err != nil {
		return told{}, false, err
	}
	if err := l.d.web.Do(ctx, http.MethodGet, fmt.Sprintf("/channels/%s/threads/archived/public?limit=%d", l.ch.id, perPage), nil, &archived); err != nil {
		return told{}, false, err
	}
	oldest, looked := snowflake(l.oldest), 0
	for _, c := range slices.Concat(active.Threads, archived.Threads) {
		if c.ParentID != l.ch.id || c.OwnerID != me || older(c.ID, oldest) < 0 {
			continue
		}
		if looked++; looked > mostPages {
			return told{}, false, nil
		}
		var m told
		if err := l.d.web.Do(ctx, http.MethodGet, "/channels/"+c.ID+"/messages/"+c.ID, nil, &m); err != nil && web.Kind(err) != bot.NotFound {
			return told{}, false, err
		}
		if m.Channel = c.ID; m.ID != "" && l.is(m) {
			return m, true, nil
		}
	}
	return told{}, !archived.HasMore, nil
}

// is reports whether a message is the one: by the mark in the ids of its buttons
// where it has some, else by what it shows, unless it is known as another.
func (l look) is(m told) bool {
	if other, known := l.d.owner.Get(m.ID); known {
		return other == l.nonce
	}
	if strings.Contains(mustJSON(l.like.Components), l.mark) {
		return strings.Contains(string(m.Components), l.mark)
	}
	if len(m.Embeds) < 1 || strings.Contains(string(m.Components), `"custom_id"`) {
		return false
	}
	e := l.like.Embeds[0]
	foot := ""
	if e.Footer != nil {
		foot = e.Footer.Text
	}
	return same(m.Embeds[0].Title, e.Title) && same(m.Embeds[0].Description, e.Description) && same(m.Embeds[0].Footer.Text, foot)
}

func same(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

func mustJSON(v any) string {
	b, _ := json.Marshal(v) // of components that were drawn
	return string(b)
}

// snowflake is the first id that Discord could make at a time.
func snowflake(t time.Time) string {
	return fmt.Sprint(uint64(max(t.UnixMilli()-1_420_070_400_000, 0)) << 22)
}

// self asks for the bot's own id, once.
func (d *Discord) self(ctx context.Context) (string, error) {
	token := nonceOf(d.opt.Bot().Token)
	if id, ok := d.selves.Get(token); ok {
		return id, nil
	}
	var me struct {
		ID string `json:"id"`
	}
	if err := d.web.Do(ctx, http.MethodGet, "/users/@me", nil, &me); err != nil {
		return "", err
	}
	d.selves.Put(token, me.ID)
	return me.ID, nil
}
